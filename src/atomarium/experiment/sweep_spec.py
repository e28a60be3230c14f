"""The table `[sweep]` of a study file: many runs of open settings on one split."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.settings import Part

Goal = Literal["minimize", "maximize"]
#: What runs report. `val_`: of the structures held out; losses are those that networks make small,
#: of other models the squared error in units of the spread of the values.
METRICS = {
    "val_loss": "the loss of the kept weights on the structures held out",
    "val_mae": "mean absolute error",
    "val_rmse": "root of the mean squared error",
    "val_max_error": "largest absolute error",
    "val_r2": "share of the variance that is explained",
    "val_mae_per_atom": "mean absolute error of values divided by the number of atoms",
    "val_force_mae": "mean absolute error of the components of forces",
    "val_stress_mae": "mean absolute error of the components of stress",
    "val_accuracy": "share of right classes",
    "val_error_rate": "share of wrong classes",
    "val_precision": "of classes, as the report has it",
    "val_recall": "of classes, likewise",
    "val_f1": "of classes, likewise",
    "val_auc": "of classes, likewise",
    "train_loss": "the loss of the kept weights on the structures learned from",
    "train_mae": "mean absolute error on the structures learned from",
    "seconds": "on the wall, of the whole run",
    "cpu_seconds": "of all threads",
    "fit_seconds": "on the wall, of training alone",
    "seconds_per_structure": "on the wall, to predict one structure",
    "peak_memory": "bytes that the process held at most",
    "n_parameters": "numbers that a network learns",
    "epochs": "looks at all structures learned from",
    "best_epoch": "the one whose weights are kept, from 1",
    "energy_per_structure": "joules drawn for each structure and epoch, where they are counted",
}
SweepMethod = Literal["grid", "random", "quasi-random", "tpe", "gp", "cma-es"]
PruneKind = Literal["median", "hyperband", "asha", "patience", "threshold"]
_PRUNE_KEYS: dict[str, frozenset[str]] = {
    "median": frozenset({"warm_up", "every", "start"}),
    "hyperband": frozenset({"min_epochs", "max_epochs", "factor"}),
    "asha": frozenset({"min_epochs", "factor"}),
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
        start: Runs that are finished before any is pruned; of median.
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
        shuffle: Whether a grid is gone through in a random order.
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
    shuffle: bool = False
    repeats: int = Field(default=1, ge=1, le=1000)
    retries: int = Field(default=0, ge=0, le=100)
    prior: list[str] = Field(default_factory=list[str])
    prune: PruneSpec | None = None
    constraints: list[str] = Field(default_factory=list[str])
    log: LogSpec = LogSpec()

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_metrics(self)
        if not (self.runs or self.seconds or self.method == "grid"):
            raise InputError(
                f"a sweep by {self.method} has no end: give runs, or seconds"
                f"{'; the target may never be reached' if self.target is not None else ''}"
            )
        if self.runs and self.runs < self.repeats:
            raise InputError(f"runs = {self.runs} is less than repeats = {self.repeats}")
        if self.method == "cma-es" and len(self.metrics) > 1:
            raise InputError("cma-es makes one metric small; take tpe, gp or random for several")
        if self.prune is not None and len(self.metrics) > 1:
            raise InputError("runs are pruned with one metric only; leave prune out")
        if self.target is not None and len(self.metrics) > 1:
            raise InputError("target is for one metric; leave it out with several")
        if self.shuffle and self.method != "grid":
            raise InputError(f"shuffle is for grids; {self.method} has no order to change")
        return self

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


def _check_metrics(spec: SweepSpec) -> None:
    if not spec.metrics:
        raise InputError("metric is empty; give at least one")
    for metric in spec.metrics:
        if metric not in METRICS:
            raise InputError(f"no metric {metric!r}{did_you_mean(metric, METRICS)}")
    if len(set(spec.metrics)) < len(spec.metrics):
        raise InputError("a metric is given twice")
    if len(spec.goals) != len(spec.metrics):
        raise InputError(f"{len(spec.goals)} goals but {len(spec.metrics)} metrics")
