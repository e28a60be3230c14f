"""One run from its beginning to its record, whatever happens to it."""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import without_waiting
from atomarium.core.stopping import Stopped
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.space import default
from atomarium.models.nn.history import Epoch, read_history
from atomarium.study.sweep.epochs import Epochs, batch_size_of
from atomarium.study.sweep.limits import Wish
from atomarium.study.sweep.metering import Meter
from atomarium.study.sweep.observing import Observer
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.pruning import Judge, Pruned
from atomarium.study.sweep.run_folder import RunFolder, folder_of
from atomarium.study.sweep.runs import State, SweepRun, record_curve, record_run
from atomarium.study.sweep.training import Trainer

#: Between two lines about a run that goes on.
_SECONDS_BETWEEN_RECORDS = 5.0
#: These end a worker: other runs would meet with them as well.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES})
_INTERRUPTED = "interrupted; it goes on from its last checkpoint"


class Unreported(InputError):
    """A run came to its end without what is to be made small."""


@dataclass(kw_only=True, eq=False)
class OneRun:
    """One attempt at one run.

    Args:
        plan: What all runs have in common.
        folder: Of the sweep.
        trainer: Trains.
        run: What is known of it.
        model: Name of its model.
        plain: Its settings, nothing left open.
        judge: Says when to give it up; None for never.
        wish: What somebody asks of the worker.
        observers: Told what happens.
        fault: What it failed of.
    """

    plan: SweepPlan
    folder: Path
    trainer: Trainer
    run: SweepRun
    model: str
    plain: dict[str, Any]
    judge: Judge | None
    wish: Callable[[], Wish]
    observers: Sequence[Observer] = ()
    fault: BaseException | None = field(init=False, default=None)
    _meter: Meter = field(init=False, default_factory=Meter)
    _epochs: Epochs = field(init=False, default_factory=Epochs)
    _told: float = field(init=False, default_factory=time.monotonic)
    _warnings: tuple[str, ...] = field(init=False, default=())

    def carry_out(self) -> SweepRun:
        """Train it and return how it ended; everything is on the disk by then.

        Raises:
            OSError: there is no room on the disk, or no right to write.
            KeyboardInterrupt: somebody interrupts it; it is written down as stopped.
        """
        own = folder_of(self.folder, self.run.number)
        try:
            self._attempt(own)
        except Pruned as fault:
            self._ended("pruned", fault)
        except Stopped as fault:
            self._ended("stopped", fault, _INTERRUPTED)
        except KeyboardInterrupt as fault:
            self._ended("stopped", fault, _INTERRUPTED)
            self._write_down(own)
            raise
        except InputError as fault:
            self._ended("failed", fault)
        except Exception as fault:
            if isinstance(fault, OSError) and fault.errno in _NO_ROOM:
                raise
            # Models come from other packages, too: what they raise ends their run, not the sweep.
            own.say("".join(traceback.format_exception(fault)))
            self._ended("failed", fault, f"{type(fault).__name__}: {fault}")
        self._write_down(own)
        return self.run

    def _attempt(self, own: RunFolder) -> None:
        """Train, score and keep; whatever goes wrong is raised."""
        self.run = replace(self.run, started=self._meter.started)
        own.path.mkdir(parents=True, exist_ok=True)
        with without_waiting():
            record_run(self.folder, self.run)
        candidate = CandidateSpace(self.plain, self.plain).candidate(default)
        candidate = candidate.settle(self.plan.dataset.structures)
        trial = replace(self.plan.trial, model=self.model, candidate=candidate)
        with without_waiting():
            own.begin(self.run, trial.settings)
        for observer in self.observers:
            observer.began(self.run, own.path)
        self._epochs.batch_size = batch_size_of(candidate.model)
        for epoch in read_history(own.checkpoints / "history.jsonl"):
            self._epochs.add(epoch, earlier=True)
        trained = self.trainer.train(candidate, folder=own.checkpoints, watch=self._watch(own))
        self._note(trained.metrics)
        self._warnings = trained.fitted.fitted.warnings
        self._refuse_unreported()
        with without_waiting():
            own.keep(trial, trained, self.run, cite=self.plan.plan.cite)
        self._ended("finished", None)

    def _watch(self, own: RunFolder) -> Callable[[Epoch], None]:
        def watch(epoch: Epoch) -> None:
            row = self._epochs.add(epoch)
            self._note(self._epochs.metrics)
            told = ", ".join(f"{name} {one:.6g}" for name, one in row.items() if one is not None)
            own.say(told)
            for observer in self.observers:
                observer.epoch(self.run, row)
            if time.monotonic() - self._told > _SECONDS_BETWEEN_RECORDS:
                self._told = time.monotonic()
                with without_waiting():
                    record_run(self.folder, self.run)
                self._record_curve()
            if self.judge is not None and row.get("val_loss") is not None:
                self.judge.look(epoch.number + 1, float(row["val_loss"] or 0.0))
            if self.wish() == "cancel":
                raise Stopped

        return watch

    def _note(self, metrics: Mapping[str, float]) -> None:
        """Add to what is known of the run, with what it has cost so far."""
        self.run = replace(self.run, metrics={**self.run.metrics, **metrics, **self._meter.read()})

    def _refuse_unreported(self) -> None:
        for metric in self.plan.sweep.metrics:
            if metric not in self.run.metrics:
                known = did_you_mean(metric, self.run.metrics)
                raise Unreported(f"the run has not reported {metric!r}, or it is no number{known}")

    def _ended(self, state: State, fault: BaseException | None, reason: str = "") -> None:
        self.fault = fault
        self._note(self._energy())
        said = reason or (str(fault) if fault else "")
        self.run = replace(self.run, state=state, ended=time.time(), reason=said or None)

    def _energy(self) -> dict[str, float]:
        """Return the joules for each structure and look at it, where anybody counts them."""
        joules = self._meter.energy()
        if joules is None:
            return {}
        looks = max(1.0, self.run.metrics.get("epochs", 1.0))
        n_looked_at = len(self.plan.trial.train) * looks
        return {"energy_per_structure": joules / n_looked_at}

    def _write_down(self, own: RunFolder) -> None:
        self._record_curve()
        reason = f": {self.run.reason}" if self.run.reason else ""
        own.say(f"{self.run.state} after {self._meter.seconds:.2f} s{reason}")
        with without_waiting():
            own.end(self.run, study=self.plan.study.folder, warnings=self._warnings)
        # Waits for the disk, once for all that was written.
        record_run(self.folder, self.run)
        for observer in self.observers:
            observer.ended(self.run, own.path)

    def _record_curve(self) -> None:
        curve = self._epochs.curve
        if curve is not None:
            with without_waiting():
                record_curve(self.folder, self.run, curve)
