"""What the bar of a study says while a network is trained."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from atomarium.core.progress import Progress
from atomarium.experiment.trial import Trial
from atomarium.models.nn.aims import FORCES, STRESS, TARGET
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.training import Training


@dataclass
class EpochNotes:
    """Writes each epoch behind a bar: loss, errors in the target's unit, speed, time left.

    Args:
        trial: Which is trained.
        bar: Counts trials.
        started: When the training began, by `time.monotonic`.
        epochs: How many this program has trained, of all members of an ensemble.
    """

    trial: Trial
    bar: Progress
    started: float = field(default_factory=time.monotonic)
    epochs: int = 0

    def __call__(self, epoch: Epoch) -> None:
        """Show an epoch that is done."""
        self.epochs += 1
        self.bar.advance(0, note=self._note(epoch))

    def _note(self, epoch: Epoch) -> str:
        model = getattr(self.trial.candidate, "model", None)
        training = getattr(model, "training", None)
        n_epochs = training.epochs if isinstance(training, Training) else epoch.number + 1
        n_members = getattr(model, "members", 1)
        # Epochs that an earlier run of the program has trained are gone from what is left, too.
        before = max(0, epoch.number + 1 - self.epochs) if self.epochs <= n_epochs else 0
        left = n_members * n_epochs - before - self.epochs
        seconds = (time.monotonic() - self.started) / self.epochs * max(0, left)
        target = self.trial.target
        errors = epoch.validation or epoch.train
        error = errors[TARGET] if TARGET in errors else errors[target.name]
        unit = f" {target.unit}" if target.unit else ""
        told = f"{error:.1%} wrong" if target.classes else f"MAE {error:.4g}{unit}"
        if FORCES in errors:
            told += f", forces {errors[FORCES]:.4g}{unit}/Å"
        if STRESS in errors:
            told += f", stress {errors[STRESS]:.4g}{unit}/Å³"
        speed = epoch.structures / max(epoch.seconds, 1e-9)
        return (
            f"{target.name}, {self.trial.n_train} structures: epoch {epoch.number + 1} of "
            f"{n_epochs}, loss {errors['loss']:.3g}, {told}, {speed:.3g} structures/s, "
            f"{_duration(seconds)} left"
        )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
