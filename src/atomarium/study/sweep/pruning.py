"""Give runs up early, by their validation loss after each epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomarium.core.errors import InputError
from atomarium.experiment.sweep_spec import PruneSpec, SweepSpec
from atomarium.study.sweep.claims import Claims
from atomarium.study.sweep.ledger import Attempt

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial


class Pruned(Exception):
    """A run was given up; the message says why."""


@dataclass(frozen=True)
class Judge:
    """Looks at the validation loss of one attempt after each epoch.

    Args:
        claims: Where losses of all runs are told.
        attempt: Whose losses these are.
        spec: When to give up.
        pruner: Of Optuna.
    """

    claims: Claims
    attempt: Attempt
    spec: SweepSpec
    pruner: Any

    def look(self, epoch: int, loss: float) -> None:
        """Tell a loss.

        Args:
            epoch: From 1.
            loss: On the structures held out.

        Raises:
            Pruned: the run is to be given up.
        """
        if not math.isfinite(loss):
            return
        # Optuna takes reported numbers for the metric, which may be one that is made large.
        sign = 1.0 if self.spec.goals[0] == "minimize" else -1.0
        if self.claims.report(self.attempt, epoch, sign * loss, self.pruner):
            assert self.spec.prune is not None
            raise Pruned(f"{_REASONS[self.spec.prune.kind]} after {epoch} epochs, loss {loss:.4g}")


_REASONS = {
    "median": "worse than the median of earlier runs",
    "asha": "not among the best of its rung",
    "hyperband": "not among the best of its rung",
    "patience": "no longer better",
    "threshold": "beyond the threshold",
}


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Gives up what has not gained enough for too long; other runs do not matter.

    Optuna's own calls the gain a loss that is put up with.

    Args:
        epochs: How long.
        min_gain: Least fall of the loss that counts.
    """

    epochs: int
    min_gain: float

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Tell whether to give up."""
        sign = 1.0 if study.direction.name == "MINIMIZE" else -1.0
        losses = [sign * one for _, one in sorted(trial.intermediate_values.items())]
        if len(losses) <= self.epochs:
            return False
        gain = min(losses[: -self.epochs]) - min(losses[-self.epochs :])
        return gain <= self.min_gain


def make_pruner(spec: PruneSpec, most_epochs: int | None) -> Any:
    """Return the pruner of Optuna that a table asks for.

    Args:
        spec: The table.
        most_epochs: Most that a run may have; None where it is not known.

    Raises:
        InputError: hyperband is to find the last rung itself, and cannot.
    """
    from optuna import pruners

    if spec.kind == "median":
        return pruners.MedianPruner(
            n_startup_trials=spec.start, n_warmup_steps=spec.warm_up, interval_steps=spec.every
        )
    if spec.kind == "patience":
        return Patience(epochs=spec.patience, min_gain=spec.min_gain)
    if spec.kind == "threshold":
        return pruners.ThresholdPruner(
            lower=spec.below,
            upper=spec.above,
            n_warmup_steps=spec.warm_up,
            interval_steps=spec.every,
        )
    if spec.kind == "asha":
        return pruners.SuccessiveHalvingPruner(
            min_resource=spec.min_epochs, reduction_factor=spec.factor
        )
    most = spec.max_epochs or most_epochs
    if most is None:
        raise InputError("sweep.prune: hyperband needs max_epochs, the most that a run may have")
    return pruners.HyperbandPruner(
        min_resource=spec.min_epochs, max_resource=most, reduction_factor=spec.factor
    )
