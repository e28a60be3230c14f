"""What the bar says of an epoch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atomarium.core.progress import Progress
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.spec import read_study
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.learners import SchNetModel
from atomarium.models.nn.training import Training
from atomarium.study import epoch_notes
from atomarium.study.epoch_notes import EpochNotes
from atomarium.study.plan import make_plan


def test_note_tells_loss_error_speed_and_time_left(
    study_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model: Any = SchNetModel(training=Training(epochs=10), members=2)
    trial = replace(
        make_plan(read_study(study_path)).trials[0],
        candidate=Candidate(representation=None, model=model),
    )
    bar = Progress("train", 1, lambda _: None)
    notes = EpochNotes(trial, bar, started=0.0)
    monkeypatch.setattr(epoch_notes.time, "monotonic", lambda: 6.0)
    notes(
        Epoch(
            number=0,
            train={"loss": 1.0, "value": 0.5},
            validation={"loss": 0.25, "value": 0.125},
            learning_rate=1e-3,
            seconds=2.0,
            structures=50,
        )
    )
    # 19 of twice ten epochs are left, at 6 s each.
    assert bar.note == (
        "energy, 10 structures: epoch 1 of 10, loss 0.25, MAE 0.125 eV, 25 structures/s, 2 min left"
    )
    assert bar.done == 0
