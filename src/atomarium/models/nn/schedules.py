"""How the learning rate falls, as a function of what has happened so far."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from atomarium.models.nn.training import Training


@dataclass
class Schedule:
    """Tells the learning rate, and when to stop.

    Args:
        settings: Which schedule.
        best: Least validation error so far.
        best_epoch: When that was.
        reductions: How often the rate was reduced on a plateau.
        waited: Epochs since the last gain or reduction.
    """

    settings: Training
    best: float = math.inf
    best_epoch: int = -1
    reductions: int = 0
    waited: int = 0

    def rate(self, epoch: int, share: float, step: int) -> float:
        """Return the learning rate of a step.

        Args:
            epoch: Counted from 0.
            share: How much of the epoch is done, 0 to 1.
            step: Counted from 0 over all epochs.
        """
        settings = self.settings
        rate = settings.learning_rate
        if settings.schedule == "plateau":
            rate *= settings.factor**self.reductions
        elif settings.schedule == "step":
            rate *= settings.factor ** (epoch // settings.patience)
        elif settings.schedule == "cosine":
            rate *= 0.5 * (1 + math.cos(math.pi * (epoch + share) / settings.epochs))
        return rate * min(1.0, (step + 1) / max(1, settings.warm_up))

    def note(self, epoch: int, error: float) -> bool:
        """Take note of a validation error; returns whether it is the least so far."""
        self.waited += 1
        gained = error < self.best
        if gained:
            self.best, self.best_epoch, self.waited = error, epoch, 0
        elif self.settings.schedule == "plateau" and self.waited >= self.settings.patience:
            self.reductions += 1
            self.waited = 0
        return gained

    def is_over(self, epoch: int) -> bool:
        """Tell whether nothing has been gained for too long."""
        stop_after = self.settings.stop_after
        return stop_after > 0 and epoch - self.best_epoch >= stop_after

    def plain(self) -> dict[str, Any]:
        """Return what is needed to go on later; infinities as None."""
        state = asdict(self)
        del state["settings"]
        return {**state, "best": None if math.isinf(self.best) else self.best}

    def restore(self, plain: dict[str, Any]) -> None:
        """Go on from what `plain` returned."""
        for name, value in plain.items():
            setattr(self, name, math.inf if value is None else value)
