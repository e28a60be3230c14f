"""What all runs of a sweep have in common: data, target, split, space."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.data.splits import Split, split_grouped, split_stratified
from atomarium.data.strata import quantiles
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.constraints import Constraint, check_names
from atomarium.experiment.spec import StudyFile
from atomarium.experiment.sweep_spec import SweepSpec
from atomarium.experiment.trial import Trial
from atomarium.study.plan import Plan, make_plan
from atomarium.study.sweep.space import SweepSpace, sweep_space


@dataclass(frozen=True, kw_only=True, eq=False)
class SweepPlan:
    """A sweep with every choice made but those of its runs.

    Args:
        plan: The study of one trial that each run is a variant of.
        sweep: How settings are chosen.
        space: What may be chosen.
        constraints: What settings must satisfy.
        split: Which of the training structures are learned from (`train`) and which are only
            predicted (`test`).
        trial: What every run has; what it is scored on is the part held out.
    """

    plan: Plan
    sweep: SweepSpec
    space: SweepSpace
    constraints: tuple[Constraint, ...]
    split: Split = field(repr=False)
    trial: Trial = field(repr=False)

    @property
    def study(self) -> StudyFile:
        """The file that it comes from."""
        return self.plan.study

    @property
    def name(self) -> str:
        """What the study is called."""
        return self.study.spec.name

    @property
    def dataset(self) -> Dataset:
        """The structures."""
        return self.plan.dataset

    @property
    def origin(self) -> Path:
        """What relative paths in the study file start from."""
        return self.study.folder

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be inferred."""
        return self.plan.notes

    @property
    def test(self) -> Int64[np.ndarray, "test"]:
        """Structures that no run looks at."""
        return self.plan.splits[0].test

    def n_runs(self, n_proposals: int | None) -> int | None:
        """Return how many runs there are at most; None for no end.

        Args:
            n_proposals: How many settings the method has; None for no end.
        """
        limits = [self.sweep.runs] if self.sweep.runs else []
        if n_proposals is not None:
            limits.append(n_proposals * self.sweep.repeats)
        return min(limits, default=None)

    @cached_property
    def most_epochs(self) -> int | None:
        """The most epochs that a run may have; None when no model has any."""
        found = [
            int(training.epochs)
            for candidate in self.study.candidates.values()
            for one in ((candidate,) if isinstance(candidate, Candidate) else candidate.ends())
            if (training := getattr(one.model, "training", None)) is not None
        ]
        return max(found, default=None)


def make_sweep_plan(study: StudyFile) -> SweepPlan:
    """Load the data of a sweep and settle what all its runs have in common.

    Args:
        study: A checked study file with a table `[sweep]`.

    Raises:
        InputError: the file has no such table, the data cannot be read or are too few, or a
            constraint speaks of a setting that does not exist.
    """
    sweep = study.spec.sweep
    if sweep is None:
        raise InputError(f"{study.spec.name}: no table [sweep]")
    space = sweep_space(study)
    constraints = tuple(Constraint(text) for text in sweep.constraints)
    _check_constraints(constraints, space)
    one_split = study.spec.split.model_copy(update={"repeats": 1})
    single = replace(study, spec=study.spec.model_copy(update={"split": one_split}))
    plan = replace(make_plan(single), study=study)
    trial = plan.trials[0]
    split = _hold_out(trial, sweep)
    return SweepPlan(
        plan=plan,
        sweep=sweep,
        space=space,
        constraints=constraints,
        split=split,
        trial=replace(trial, train=split.train, test=split.test, aside=_aside(plan)),
    )


def _aside(plan: Plan) -> Int64[np.ndarray, "aside"] | None:
    """Return the structures that runs may learn from besides, of whichever model they are."""
    return next((trial.aside for trial in plan.trials if trial.aside is not None), None)


def _hold_out(trial: Trial, sweep: SweepSpec) -> Split:
    """Cut the training structures into those that are learned from and those that are predicted."""
    n = trial.n_train
    if n < 2:
        raise InputError(f"split.train: {n} training structures leave none to hold out")
    n_test = min(max(1, round(sweep.hold_out * n)), n - 1)
    if trial.groups is not None:
        inner = split_grouped(trial.groups[trial.train], n_test=n_test, seed=sweep.seed)
    else:
        inner = split_stratified(_strata(trial), n_test=n_test, seed=sweep.seed)
    return Split(train=trial.train[inner.train], test=trial.train[inner.test])


def _strata(trial: Trial) -> Int64[np.ndarray, "train"]:
    values = trial.target.scalar[trial.train]
    if trial.target.classes:
        return values.astype(np.int64)
    # What has no value is as good as any other.
    return quantiles(np.where(np.isfinite(values), values, np.nanmedian(values)))


def _check_constraints(constraints: tuple[Constraint, ...], space: SweepSpace) -> None:
    known = set(space.columns.values()) | space.fixed_names
    for one in constraints:
        try:
            check_names(one, known)
        except InputError as error:
            raise InputError(f"sweep.constraints: {error}") from None
