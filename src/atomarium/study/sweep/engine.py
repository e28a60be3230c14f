"""The loop of one worker: take a run, train it, write down what came out; read `work` first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError
from atomarium.study.sweep.claims import SECONDS_WITHOUT_BEAT, Claims
from atomarium.study.sweep.heart import Heart
from atomarium.study.sweep.identity import this_worker
from atomarium.study.sweep.ledger import FAILED, STOPPED, Attempt
from atomarium.study.sweep.limits import Limits, why_over
from atomarium.study.sweep.lost import attendance_of
from atomarium.study.sweep.observing import Observer
from atomarium.study.sweep.one_run import OneRun, Unreported
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.prior import read_prior
from atomarium.study.sweep.proposing import Outcome, Proposer
from atomarium.study.sweep.pruning import Judge, make_pruner
from atomarium.study.sweep.runs import RECORDS, SweepRun
from atomarium.study.sweep.seeds import with_seed
from atomarium.study.sweep.space import Setting
from atomarium.study.sweep.storage import open_study
from atomarium.study.sweep.training import Trainer

#: Between two looks at what others do, while there is nothing to take.
_SECONDS_BETWEEN_LOOKS = 2.0
#: Runs that all lack a metric show that none will ever report it.
_UNREPORTED_BEFORE_GIVING_UP = 3


@dataclass
class Tally:
    """What a worker has done.

    Args:
        runs: That it has ended, in that order.
        why: Why it takes no more.
    """

    runs: list[SweepRun] = field(default_factory=list)
    why: str = ""

    def count(self, state: str) -> int:
        """Return how many ended so."""
        return sum(run.state == state for run in self.runs)


def work(
    plan: SweepPlan,
    folder: Path,
    *,
    storage: str = "",
    worker: str = "",
    limits: Limits | None = None,
    observers: Sequence[Observer] = (),
) -> Tally:
    """Take runs of a sweep and train them, one after the other, until none is left.

    Any number of processes may do this with one folder, or with one database, at a time: no two
    ever have the same run, and that of a worker that was lost is taken again by another, from its
    last checkpoint. Everything is written to the folder as it happens. Called again, it goes on
    where it was.

    Args:
        plan: What all runs have in common, as `make_sweep_plan` makes it.
        folder: The run folder; `study.sweep.start.start_sweep` has prepared it.
        storage: Address of a database that workers without a common folder share; left out, they
            share a journal in the folder.
        worker: What this worker is called, unlike any other; left out, by machine and process, so
            that one process can be one worker at a time.
        limits: What it may do; everything when left out.
        observers: Told what happens.

    Raises:
        InputError: the storage cannot be reached, prior sweeps cannot be read, or no run reports
            what is to be made small.
        KeyboardInterrupt: it was interrupted; the run that it had will be taken again.
    """
    engine = _Engine(plan, folder, storage=storage, worker=worker, limits=limits or Limits())
    try:
        return engine.work(observers)
    finally:
        engine.close()
        for observer in observers:
            observer.close()


class _Engine:
    def __init__(
        self, plan: SweepPlan, folder: Path, *, storage: str, worker: str, limits: Limits
    ) -> None:
        self.plan, self.folder, self.limits = plan, folder, limits
        (folder / RECORDS).mkdir(parents=True, exist_ok=True)
        study = open_study(folder, plan.name, plan.sweep.goals, url=storage)
        self.claims = Claims(study, this_worker(worker))
        self.proposer = Proposer(
            plan.space, plan.sweep, plan.constraints, read_prior(plan, plan.origin)
        )
        self.trainer = Trainer(plan.trial, plan.dataset)
        self.pruner = plan.sweep.prune and make_pruner(plan.sweep.prune, plan.most_epochs)
        attendance = attendance_of(folder, self.claims.worker.name)
        attendance.sign_in(self.claims.worker)
        self.heart = Heart(self.claims, attendance, seconds=SECONDS_WITHOUT_BEAT / 6)
        self.tally = Tally()
        self._n_learned = 0
        self._began = time.monotonic()
        self._unreported = 0

    def work(self, observers: Sequence[Observer]) -> Tally:
        """Work until there is nothing left to do."""
        while not self.tally.why:
            attempt = self._next()
            if attempt is None:
                continue
            self._run(attempt, observers)
        return self.tally

    def close(self) -> None:
        """Let go of everything."""
        self.heart.stop()

    def _next(self) -> Attempt | None:
        """Take a run, or wait a little, or say why there is none."""
        wish = self.limits.wish()
        if wish == "pause":
            time.sleep(_SECONDS_BETWEEN_LOOKS / 4)
            return None
        self.claims.look()
        self.tally.why = self._why_not(wish)
        if self.tally.why:
            return None
        sweep = self.plan.sweep
        n_most = self.plan.n_runs(self.proposer.n_proposals)
        attempt = self.claims.take(n_most=n_most, retries=sweep.retries)
        if attempt is None:
            if not (self.limits.stays and self.claims.ledger.open):
                self.tally.why = "every run has been taken"
            else:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
        return attempt

    def _why_not(self, wish: str) -> str:
        if wish in ("stop", "cancel"):
            return "it was asked to stop"
        if self.limits.runs is not None and len(self.tally.runs) >= self.limits.runs:
            return f"it has had its {self.limits.runs} runs"
        if self.limits.seconds and time.monotonic() - self._began >= self.limits.seconds:
            return f"it has had its {self.limits.seconds:g} seconds"
        return why_over(self.plan.sweep, self.claims.ledger)

    def _run(self, attempt: Attempt, observers: Sequence[Observer]) -> None:
        """Train one run and say how it ended."""
        try:
            one = self._settle(attempt, observers)
        except InputError as error:
            self.claims.finish(attempt, "fail", fate=FAILED)
            raise InputError(f"run {attempt.run}: {error}") from None
        except BaseException:
            self.claims.finish(attempt, "fail", fate=STOPPED)
            raise
        self.heart.beat_for(attempt)
        try:
            run = one.carry_out()
        except BaseException:
            # The disk is full, or somebody has lost patience: the run is taken again later.
            self.heart.rest()
            self.claims.finish(attempt, "fail", fate=STOPPED)
            raise
        self.heart.rest()
        self._finish(attempt, run)
        self.tally.runs.append(run)
        if run.state == "stopped":
            self.tally.why = "it was asked to stop"
        self._watch_metrics(one)

    def _settle(self, attempt: Attempt, observers: Sequence[Observer]) -> OneRun:
        """Find the settings of an attempt: those of an earlier one, or new ones."""
        sweep = self.plan.sweep
        proposal, repeat = divmod(attempt.run, sweep.repeats)
        settings = attempt.settings or self._settings_beside(attempt.run)
        chosen = None if settings is None else self.plan.space.locate(settings)
        if chosen is None:
            self._learn()
            chosen = self.proposer.propose(proposal, self._running(attempt))
        named = self.plan.space.named(chosen)
        model, plain = self.plan.space.fill(lambda name, _: chosen[name])
        plain, seed = with_seed(plain, repeat)
        self.claims.settle(attempt, named, seed)
        run = SweepRun(
            number=attempt.run,
            state="running",
            settings=named,
            metrics={},
            started=time.time(),
            worker=self.claims.worker.name,
            seed=seed,
            attempt=attempt.number,
        )
        judge = None
        if self.pruner is not None:
            judge = Judge(self.claims, attempt, sweep, self.pruner)
        return OneRun(
            plan=self.plan,
            folder=self.folder,
            trainer=self.trainer,
            run=run,
            model=model,
            plain=plain,
            judge=judge,
            wish=self.limits.wish,
            observers=observers,
        )

    def _settings_beside(self, run: int) -> dict[str, Setting] | None:
        """Return the settings of another repeat of the same proposal."""
        repeats = self.plan.sweep.repeats
        first = run - run % repeats
        attempts = self.claims.ledger.attempts
        for number in range(first, first + repeats):
            for one in attempts.get(number, ()):
                if one.settings:
                    return one.settings
        return None

    def _running(self, own: Attempt) -> list[dict[str, Any]]:
        """Return what others are trying just now."""
        if not self.proposer.learns:
            return []
        found = [
            self.plan.space.locate(one.settings)
            for one in self.claims.ledger.open
            if one.settings and one.run != own.run and one.state == "running"
        ]
        return [one for one in found if one is not None]

    def _learn(self) -> None:
        """Let the method learn from what has ended since."""
        if not self.proposer.learns:
            return
        ended = self.claims.ledger.ended
        for attempt in ended[self._n_learned :]:
            outcome = self._outcome(attempt)
            if outcome is not None:
                self.proposer.learn(outcome)
        self._n_learned = len(ended)

    def _outcome(self, attempt: Attempt) -> Outcome | None:
        chosen = attempt.settings and self.plan.space.locate(attempt.settings)
        if not chosen or attempt.state not in ("complete", "pruned"):
            return None
        complete = attempt.state == "complete"
        return Outcome(
            number=attempt.run // self.plan.sweep.repeats,
            chosen=chosen,
            values=tuple(attempt.trial.values) if complete else None,
            losses={} if complete else dict(attempt.trial.intermediate_values),
        )

    def _finish(self, attempt: Attempt, run: SweepRun) -> None:
        states = {"finished": "complete", "pruned": "pruned"}
        values = None
        if run.state == "finished":
            values = [run.metrics[name] for name in self.plan.sweep.metrics]
        fate = {"failed": FAILED, "stopped": STOPPED}.get(run.state, "")
        self.claims.finish(
            attempt,
            states.get(run.state, "fail"),
            values=values,
            fate=fate,
            record={"metrics": run.metrics, "reason": run.reason, "ended": run.ended},
        )

    def _watch_metrics(self, one: OneRun) -> None:
        """Give up when no run ever reports what is to be made small.

        Raises:
            InputError: so it is.
        """
        if not isinstance(one.fault, Unreported):
            self._unreported = -(10**9)
            return
        self._unreported += 1
        if self._unreported >= _UNREPORTED_BEFORE_GIVING_UP:
            raise InputError(f"sweep.metric: {one.fault}; none of the first runs has")
