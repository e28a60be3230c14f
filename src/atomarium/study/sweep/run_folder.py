"""The folder of one run: `sweep/runs/00017`, whole once `result.json` is there."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from atomarium.core.files import write_json, write_text, written_atomically
from atomarium.experiment.code_state import code_state
from atomarium.experiment.machine import machine, versions
from atomarium.experiment.record import without_none
from atomarium.experiment.saved_model import SavedModel, save_model
from atomarium.experiment.trial import Trial
from atomarium.models.nn.history import write_history
from atomarium.study.sweep.runs import RUNS, SweepRun
from atomarium.study.sweep.training import Trained

_CHECKPOINTS = "training"


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps its files.

    Args:
        path: The folder.
    """

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Where a long training keeps what it needs to go on."""
        return self.path / _CHECKPOINTS

    def begin(self, run: SweepRun, settings: dict[str, Any]) -> None:
        """Write down what is going to be trained."""
        self.path.mkdir(parents=True, exist_ok=True)
        plain = {"run": run.number, "seed": run.seed, **settings, "chosen": run.settings}
        write_text(self.path / "spec.toml", tomli_w.dumps(without_none(plain)))
        self.say(f"attempt {run.attempt} by {run.worker}: {json.dumps(run.settings)}")

    def say(self, line: str) -> None:
        """Add a line to the log of the run, with the time."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with (self.path / "log.txt").open("a", encoding="utf-8") as log:
            log.write(f"{now} {line}\n")

    def keep(self, trial: Trial, trained: Trained, run: SweepRun, *, cite: tuple[str, ...]) -> None:
        """Write what a run that came to its end leaves behind, but for its result."""
        values = trial.target.scalar[trial.scored_on]
        with written_atomically(self.path / "predictions.npz") as part, part.open("wb") as stream:
            np.savez(
                stream,
                structures=trial.scored_on,
                reference=values,
                prediction=trained.prediction,
            )
        if trained.epochs:
            write_history(self.path / "history.jsonl", trained.epochs)
        model = SavedModel(
            target=trial.target.name,
            unit=trial.target.unit,
            per=trial.target.per,
            fitted=trained.fitted,
            scores={name: one for name, one in run.metrics.items() if name.startswith("val_")},
            cite=cite,
            classes=trial.target.classes,
        )
        save_model(self.path / "model", model)

    def end(self, run: SweepRun, *, study: Path, warnings: tuple[str, ...] = ()) -> None:
        """Write the result of a run, and forget what it would need to go on.

        Args:
            run: How it ended.
            study: Folder of the study file.
            warnings: What a user should know about the fit.
        """
        write_json(
            self.path / "result.json",
            {
                **asdict(run),
                "warnings": list(warnings),
                "code": code_state(study),
                "versions": versions(),
                "machine": machine(),
            },
        )
        if run.state != "stopped":
            shutil.rmtree(self.checkpoints, ignore_errors=True)


def folder_of(folder: Path, number: int) -> RunFolder:
    """Return the folder of a run.

    Args:
        folder: Of the sweep.
        number: Of the run.
    """
    return RunFolder(folder / RUNS / f"{number:05d}")
