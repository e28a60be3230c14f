"""Find the settings that a candidate leaves open, on training structures alone.

Every proposal is trained on parts of the training set and scored on the rest of it. What has been
tried is written down at once, so that a search that was stopped goes on where it was.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.splits import Split, make_folds, split_grouped, split_stratified
from atomarium.data.strata import quantiles
from atomarium.experiment.aside import prepared
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.feature_cache import represent
from atomarium.experiment.learning import Course
from atomarium.experiment.runs import Run, append_run, read_runs
from atomarium.experiment.scores import score
from atomarium.experiment.space import Choice, Choose
from atomarium.experiment.spec import SearchSpec
from atomarium.study.proposals import Proposals


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What a search may see: training structures only.

    Args:
        structures: The training structures.
        values: What is to be learned.
        extensive: Whether values grow with the number of atoms.
        groups: Structures of one group are never on both sides; None when all are alone.
        elements: Structures whose elements representations provide for; all of a study.
        course: How values are learned, and what is learned besides.
    """

    structures: Structures = field(repr=False)
    values: Float64[np.ndarray, "structures targets"] = field(repr=False)
    extensive: bool
    groups: Int64[np.ndarray, "structures"] | None = field(default=None, repr=False)
    elements: Structures = field(repr=False)
    course: Course = field(default_factory=Course, repr=False)


@dataclass(frozen=True)
class Found:
    """What came out of a search.

    Args:
        candidate: With the settings of least error.
        best: The run that tried them.
        runs: All that was tried.
    """

    candidate: Candidate
    best: Run
    runs: tuple[Run, ...]


def search(space: CandidateSpace, ground: Ground, how: SearchSpec, log: Path) -> Found:
    """Return the settings of least error.

    Args:
        space: What may be chosen.
        ground: Training structures.
        how: Method, number of runs, folds …
        log: Where runs are written down; those that are there already are not repeated.

    Raises:
        InputError: there are too few structures, or every run failed.
    """
    folds = inner_folds(ground, how)
    proposals = Proposals(space, how.method, how.seed)
    known = {run.number: run for run in read_runs(log)}
    runs: list[Run] = []
    while len(runs) < how.runs and not _out_of_time(runs, how):
        settings = proposals.ask()
        if settings is None:
            break
        named = _named(space, settings)
        run = known.get(len(runs))
        if run is None or run.settings != named:
            run = _try(space, settings, ground, folds, how, number=len(runs), named=named)
            append_run(log, run)
        runs.append(run)
        proposals.tell(run.error)
    return _best(space, runs, ground)


def inner_folds(ground: Ground, how: SearchSpec) -> tuple[Split, ...]:
    """Cut a training set into what is trained on and what is predicted, once or fold by fold."""
    n = len(ground.structures)
    if n < 2:
        raise InputError(f"{n} training structures leave none to choose settings on")
    strata = quantiles(ground.values[:, 0])
    if how.hold_out:
        n_test = min(max(1, round(how.hold_out * n)), n - 1)
        if ground.groups is not None:
            return (split_grouped(ground.groups, n_test=n_test, seed=how.seed),)
        return (split_stratified(strata, n_test=n_test, seed=how.seed),)
    return make_folds(strata, min(how.folds, n), seed=how.seed, groups=ground.groups)


def validate(candidate: Candidate, ground: Ground, folds: tuple[Split, ...], metric: str) -> float:
    """Return the error of a candidate on the structures that folds hold out, all together."""
    features = represent(
        candidate, ground.structures, extensive=ground.extensive, cpu=time.thread_time
    ).features
    course = prepared(ground.course, candidate, extensive=ground.extensive)
    predictions: list[Float64[np.ndarray, "held_out"]] = []
    references: list[Float64[np.ndarray, "held_out"]] = []
    for fold in folds:
        fitted = candidate.fit(
            ground.structures.take(fold.train),
            features.take(fold.train),
            ground.values[fold.train],
            extensive=ground.extensive,
            course=course.take(ground.structures, fold.train),
        )
        held_out = ground.structures.take(fold.test)
        predictions.append(fitted.predict_features(held_out, features.take(fold.test))[:, 0])
        references.append(ground.values[fold.test, 0])
    scores = score(np.concatenate(predictions), np.concatenate(references))
    return float(getattr(scores, metric))


def _out_of_time(runs: list[Run], how: SearchSpec) -> bool:
    return how.seconds > 0 and bool(runs) and sum(run.seconds for run in runs) >= how.seconds


def _try(  # noqa: PLR0913 - one place, called once
    space: CandidateSpace,
    settings: dict[str, Any],
    ground: Ground,
    folds: tuple[Split, ...],
    how: SearchSpec,
    *,
    number: int,
    named: dict[str, Any],
) -> Run:
    before = time.thread_time()
    error, reason = None, None
    try:
        candidate = space.candidate(lambda name, _: settings[name]).settle(ground.elements)
        error = validate(candidate, ground, folds, how.metric)
    except InputError as fault:
        reason = str(fault)
    if error is not None and not np.isfinite(error):
        error, reason = None, "the error is not a finite number"
    return Run(
        number=number,
        settings=named,
        state="failed" if error is None else "finished",
        error=error,
        seconds=time.thread_time() - before,
        reason=reason,
    )


def _named(space: CandidateSpace, settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings as a reader wants them: labels instead of numbers of choices."""
    opened = space.open_settings

    def plain(name: str, value: Any) -> Any:
        one = opened[name]
        if not isinstance(one, Choice):
            return value
        chosen: object = one.values[value]
        return chosen if isinstance(chosen, int | float) else one.labels[value]

    return {name: plain(name, value) for name, value in settings.items()}


def _best(space: CandidateSpace, runs: list[Run], ground: Ground) -> Found:
    finished = [run for run in runs if run.error is not None]
    if not finished:
        reason = runs[-1].reason if runs else "no run was made"
        raise InputError(f"none of {len(runs)} settings could be trained; the last: {reason}")
    best = min(finished, key=lambda run: (run.error, run.number))
    candidate = space.candidate(_as_named(best.settings)).settle(ground.elements)
    return Found(candidate, best, tuple(runs))


def _as_named(named: dict[str, Any]) -> Choose:
    def choose(name: str, one: Any) -> Any:
        if not isinstance(one, Choice):
            return named[name]
        return next(
            number
            for number, (value, label) in enumerate(zip(one.values, one.labels, strict=True))
            if named[name] in (value, label)
        )

    return choose
