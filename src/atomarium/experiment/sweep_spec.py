"""The table `[sweep]` of a study file: many runs of open settings on one split."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from atomarium.core.errors import InputError
from atomarium.experiment.settings import Part

Goal = Literal["minimize", "maximize"]
SweepMethod = Literal["grid", "random", "quasi-random", "tpe", "gp", "cma-es"]
PruneKind = Literal["median", "hyperband", "asha", "patience", "threshold"]
_PRUNE_KEYS: dict[str, frozenset[str]] = {
    "median": frozenset({"warm_up", "every", "start"}),
    "hyperband": frozenset({"min_epochs", "max_epochs", "factor"}),
    "asha": frozenset({"min_epochs", "factor", "start"}),
    "patience": frozenset({"patience", "min_gain"}),
    "threshold": frozenset({"warm_up", "every", "above", "below"}),
}


class PruneSpec(Part):
    """When a run is given up before its last epoch, by its validation loss.

    Args:
        kind: `median` (worse than the median of earlier runs at this epoch), `asha` (not among the
            best 1/factor at each rung), `hyperband` (several of these that begin at different
            epochs), `patience` (no longer falls) or `threshold`.
        warm_up: Epochs that every run has; of median and threshold.
        every: Epochs between two looks; of median and threshold.
        start: Runs that are finished before any is pruned; of median and asha.
        min_epochs: The first rung, of asha and hyperband.
        max_epochs: The last, of hyperband; left out, the most epochs that a run may have.
        factor: Rungs are so many times further apart each, of asha and hyperband.
        patience: Epochs without a fall by more than `min_gain`.
        min_gain: Least fall that counts.
        above: Losses above are given up, of threshold.
        below: Losses below are given up, of threshold.
    """

    kind: PruneKind
    warm_up: int = Field(default=5, ge=0)
    every: int = Field(default=1, ge=1)
    start: int = Field(default=5, ge=0)
    min_epochs: int = Field(default=1, ge=1)
    max_epochs: int = Field(default=0, ge=0)
    factor: int = Field(default=3, ge=2)
    patience: int = Field(default=5, ge=1)
    min_gain: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    above: float | None = Field(default=None, allow_inf_nan=False)
    below: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = self.model_fields_set - {"kind"}
        allowed = _PRUNE_KEYS[self.kind]
        if unknown := sorted(given - allowed):
            known = ", ".join(sorted(allowed))
            raise InputError(f"prune by {self.kind} has no {unknown[0]!r}; it has {known}")
        if self.kind == "threshold" and self.above is None and self.below is None:
            raise InputError("prune by threshold needs above or below")
        if self.max_epochs and self.max_epochs < self.min_epochs:
            given_epochs = f"{self.min_epochs} and {self.max_epochs}"
            raise InputError(f"min_epochs must be at most max_epochs, got {given_epochs}")
        return self


class LogSpec(Part):
    """Where else runs are told to; each needs the package that it is named after.

    Args:
        wandb: Whether to write Weights & Biases' offline runs into the run folder.
        mlflow: Folder or address of MLflow's store; empty for none.
        tensorboard: Whether to write TensorBoard's event files into the run folder.
        trackio: Name of the Trackio project; empty for none.
    """

    wandb: bool = False
    mlflow: str = ""
    tensorboard: bool = False
    trackio: str = ""


class SweepSpec(Part):
    """Many runs of open settings, each a full training on the same split.

    Args:
        method: How settings are chosen.
        runs: The most runs; 0 for no limit, which a grid alone may have without other limits.
        seconds: Stop starting runs so many seconds on the wall after the first; 0 for no limit.
        target: Stop once the first metric is as good as this.
        metric: What is made small or large; several make a multi-objective sweep.
        goal: Of each metric.
        hold_out: Share of the training structures that are only predicted; all metrics but those of
            the training are of these.
        seed: Same seed, same list of settings.
        repeats: How many seeds each setting is trained with.
        retries: How often a failed run is tried once more.
        prior: Folders of earlier sweeps, whose runs the method learns from before the first.
        prune: When runs are given up early.
        constraints: What settings must satisfy, as in `batch_size * 10 <= 320`.
        log: Where else runs are told to.
    """

    method: SweepMethod = "random"
    runs: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    metric: str | list[str] = "val_loss"
    goal: Goal | list[Goal] = "minimize"
    hold_out: Annotated[float, Field(gt=0, lt=1)] = 0.2
    seed: int = Field(default=0, ge=0, lt=2**63)
    repeats: int = Field(default=1, ge=1, le=1000)
    retries: int = Field(default=0, ge=0, le=100)
    prior: list[str] = Field(default_factory=list[str])
    prune: PruneSpec | None = None
    constraints: list[str] = Field(default_factory=list[str])
    log: LogSpec = LogSpec()

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is made small or large."""
        return (self.metric,) if isinstance(self.metric, str) else tuple(self.metric)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """One for each metric."""
        if isinstance(self.goal, str):
            return (self.goal,) * len(self.metrics)
        return tuple(self.goal)

    def plain(self) -> dict[str, Any]:
        """Return what decides about settings and outcomes as plain text form."""
        return self.model_dump(exclude={"log"})
