"""Who is told what happens in a sweep: progress on the terminal, loggers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atomarium.study.sweep.runs import SweepRun

#: Columns of a curve at one epoch.
Values = Mapping[str, float | None]


class Observer:
    """Told of every run of one worker; does nothing with it."""

    def began(self, run: SweepRun, folder: Path) -> None:
        """Be told of a run that begins, and of its folder."""

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Be told of an epoch: `epoch` from 1, `train_loss`, `val_loss` …, as columns of a curve."""

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Be told how a run ended, whatever its state."""

    def close(self) -> None:
        """Let go of everything; the worker ends."""
