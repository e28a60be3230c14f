"""The epochs of a run that is being trained: its curve and where it stands."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from atomarium.models.nn.history import Epoch
from atomarium.study.sweep.runs import Curve
from atomarium.study.sweep.training import epoch_metrics, loss_of

#: A row of a curve by column.
Row = dict[str, float | None]
COLUMNS = (
    "epoch",
    "step",
    "seconds",
    "cpu_seconds",
    "train_loss",
    "train_mae",
    "train_force_mae",
    "val_loss",
    "val_mae",
    "val_force_mae",
    "learning_rate",
)


@dataclass
class Epochs:
    """Collects epochs as they come.

    Args:
        batch_size: Structures of a batch; 0 where batches differ.
        rows: One for each epoch.
        best: The one of least loss.
    """

    batch_size: int = 0
    rows: list[Row] = field(default_factory=list)
    best: Epoch | None = None
    _cpu: float = field(default_factory=time.process_time)

    def add(self, epoch: Epoch, *, earlier: bool = False) -> Row:
        """Take in an epoch and return its row.

        Args:
            epoch: As the network tells it.
            earlier: Whether an earlier attempt trained it; nobody knows its CPU seconds then.
        """
        before = self.rows[-1] if self.rows else {}
        row: Row = {
            "epoch": float(epoch.number + 1),
            "step": self._steps(epoch),
            "seconds": (before.get("seconds") or 0.0) + epoch.seconds,
            "cpu_seconds": None if earlier else time.process_time() - self._cpu,
            "learning_rate": epoch.learning_rate,
            **epoch_metrics(epoch),
        }
        self.rows.append(row)
        if self.best is None or loss_of(epoch) < loss_of(self.best):
            self.best = epoch
        return row

    def _steps(self, epoch: Epoch) -> float | None:
        if not self.batch_size:
            return None
        return float((epoch.number + 1) * math.ceil(epoch.structures / self.batch_size))

    @property
    def metrics(self) -> dict[str, float]:
        """What is known so far: the errors of the best epoch, and how many there were."""
        if self.best is None:
            return {}
        counted = {"epochs": float(len(self.rows)), "best_epoch": float(self.best.number + 1)}
        return {**counted, **epoch_metrics(self.best)}

    @property
    def curve(self) -> Curve | None:
        """All rows, without columns that hold nothing; None before the first epoch."""
        if not self.rows:
            return None
        columns = {name: tuple(row.get(name) for row in self.rows) for name in COLUMNS}
        return Curve({n: c for n, c in columns.items() if any(one is not None for one in c)})


def batch_size_of(model: Any) -> int:
    """Return the structures of each batch of a model's training; 0 where they are not counted."""
    training = getattr(model, "training", None)
    if training is None or getattr(training, "batch_atoms", 0):
        return 0
    return int(getattr(training, "batch_size", 0))
