"""One trial: a settled candidate, a target, training and test structures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.core.segments import rows_of_segments
from atomarium.core.structures import Structures
from atomarium.experiment.candidate import Candidate, Course, FittedCandidate, Rows
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.class_scores import ClassScores, score_classes
from atomarium.experiment.clock import Clock
from atomarium.experiment.intervals import Interval, Part, measure_intervals
from atomarium.experiment.runs import Run
from atomarium.experiment.scores import Scores, score
from atomarium.experiment.spec import IntervalSpec, SearchSpec
from atomarium.models import MODELS
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.learners import Forces
from atomarium.represent import REPRESENTATIONS

_FORMAT = 1
#: Fewer training structures cannot spare any to calibrate with.
_LEAST_FOR_INTERVALS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """Everything that decides the outcome of one training.

    Args:
        model: Name of the candidate in its study.
        candidate: Its settled settings, or what is left open.
        target: What is learned, for all structures of the data set.
        data_hash: Content of the structures.
        train: Training structures.
        test: Test structures.
        repeat: Number of the split.
        search: How what is left open is found.
        intervals: Which intervals to look at, if any.
        groups: Of all structures; a search keeps a group on one side. None when all are alone.
        forces: Learned besides, of all atoms of the data set.
    """

    model: str
    candidate: Candidate | CandidateSpace
    target: Target = field(repr=False)
    data_hash: str
    train: Int64[np.ndarray, "train"] = field(repr=False)
    test: Int64[np.ndarray, "test"] = field(repr=False)
    repeat: int
    search: SearchSpec = field(default_factory=SearchSpec)
    intervals: IntervalSpec | None = None
    groups: Int64[np.ndarray, "structures"] | None = field(default=None, repr=False)
    forces: Forces | None = field(default=None, repr=False)

    @property
    def n_train(self) -> int:
        """Number of training structures."""
        return len(self.train)

    @cached_property
    def settings(self) -> dict[str, object]:
        """The trial as plain text form; equal settings mean equal results."""
        searched: dict[str, object] = {}
        if isinstance(self.candidate, CandidateSpace):
            searched["search"] = self.search.model_dump()
            searched["groups"] = None if self.groups is None else hash_arrays(self.groups)
        if self.intervals is not None:
            searched["intervals"] = self.intervals.model_dump()
        if self.forces is not None:
            hashed = hash_arrays(self.forces.values)
            searched["forces"] = {"values": hashed, "weight": self.forces.weight}
        if self.target.classes:
            searched["classes"] = list(self.target.classes)
        return {
            "format": _FORMAT,
            **searched,
            "candidate": describe(self.candidate),
            "target": {
                "name": self.target.name,
                "unit": self.target.unit,
                "per": self.target.per,
                "extensive": self.target.extensive,
                "values": hash_arrays(self.target.values),
            },
            "structures": self.data_hash,
            "n_train": self.n_train,
            "train": hash_arrays(self.train),
            "test": hash_arrays(self.test),
            "repeat": self.repeat,
        }

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits that name the trial."""
        return hash_settings(self.settings)[:16]


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """What came out of a trial.

    Args:
        scores: On the test structures.
        seconds: CPU seconds by step.
        wall: Seconds on the wall by step.
        prediction: Of the test structures, in the target's unit; numbers of classes.
        train_prediction: Of the training structures.
        fitted: The trained candidate.
        run: Which of the searched settings it has, if there was a search.
        runs: What was tried to find them.
        intervals: How often they hold the truth.
        preferences: Of each test structure, a number for each class; None without classes.
    """

    scores: Scores | ClassScores
    seconds: dict[str, float]
    wall: dict[str, float]
    prediction: Float64[np.ndarray, "test"] = field(repr=False)
    train_prediction: Float64[np.ndarray, "train"] = field(repr=False)
    fitted: FittedCandidate = field(repr=False)
    run: Run | None = None
    runs: tuple[Run, ...] = field(default=(), repr=False)
    intervals: tuple[Interval, ...] = field(default=(), repr=False)
    preferences: Float64[np.ndarray, "test classes"] | None = field(default=None, repr=False)


def describe(candidate: Candidate | CandidateSpace) -> dict[str, object]:
    """Return a candidate as plain text form: every setting, or what the file says of a space."""
    if isinstance(candidate, CandidateSpace):
        return dict(candidate.plain)
    representation = candidate.representation
    return {
        "representation": None
        if representation is None
        else REPRESENTATIONS.describe(representation),
        "model": MODELS.describe(candidate.model),
        "baseline": candidate.baseline,
    }


def run(
    trial: Trial,
    dataset: Dataset,
    features: Rows,
    folder: Path | None = None,
    watch: Callable[[Epoch], None] = lambda _: None,
) -> Result:
    """Train on one part of a data set and score on another, in this thread alone.

    Args:
        trial: What to do; nothing in it is left open.
        dataset: The structures that the trial counts.
        features: Of all of them, as `Candidate.represent` makes them.
        folder: Where long trainings keep checkpoints, to go on from.
        watch: Told of each epoch of a network.
    """
    assert isinstance(trial.candidate, Candidate)
    rows = features.take(trial.train), features.take(trial.test)
    clock = Clock(cpu=time.thread_time)
    course = Course(folder=folder, watch=watch)
    return train_and_score(trial, trial.candidate, dataset, rows, clock, course=course)


def train_and_score(
    trial: Trial,
    candidate: Candidate,
    dataset: Dataset,
    rows: tuple[Rows, Rows],
    clock: Clock,
    *,
    course: Course | None = None,
) -> Result:
    """Train a settled candidate and score it.

    Args:
        trial: What to do.
        candidate: With nothing left open.
        dataset: The structures that the trial counts.
        rows: Features of the training and of the test structures.
        clock: Gets the seconds of both steps.
        course: How a long training goes on; what it learns besides is filled in.
    """
    values, extensive = trial.target.scalar, trial.target.extensive
    n_classes = len(trial.target.classes)
    train, test = dataset.structures.take(trial.train), dataset.structures.take(trial.test)
    forces = _forces_of(trial, dataset, trial.train)
    course = replace(course or Course(), n_classes=n_classes, forces=forces)
    with clock("fit"):
        fitted = candidate.fit(
            train, rows[0], values[trial.train, None], extensive=extensive, course=course
        )
    with clock("predict"):
        said = fitted.predict_features(test, rows[1])
    said_of_train = fitted.predict_features(train, rows[0])
    return Result(
        scores=score_classes(said, values[trial.test])
        if n_classes
        else _scored(trial, dataset, fitted, rows[1], said[:, 0]),
        seconds=dict(clock.seconds),
        wall=dict(clock.wall),
        prediction=_decided(said, n_classes),
        train_prediction=_decided(said_of_train, n_classes),
        fitted=fitted,
        intervals=() if n_classes else _intervals(trial, candidate, (train, test), rows),
        preferences=said if n_classes else None,
    )


def _decided(
    rows: Float64[np.ndarray, "structures columns"], n_classes: int
) -> Float64[np.ndarray, "structures"]:
    """Return values, or numbers of the classes that are preferred."""
    return rows.argmax(axis=1).astype(np.float64) if n_classes else rows[:, 0]


def _scored(
    trial: Trial, dataset: Dataset, fitted: FittedCandidate, rows: Rows, said: np.ndarray
) -> Scores:
    scores = score(said, trial.target.scalar[trial.test])
    truth = _forces_of(trial, dataset, trial.test)
    if truth is None or not fitted.has_forces or not isinstance(rows, Graphs):
        return scores
    errors = np.abs(fitted.predict_forces(rows) - truth.values)
    return replace(scores, force_mae=float(errors.mean()))


def _forces_of(trial: Trial, dataset: Dataset, chosen: np.ndarray) -> Forces | None:
    if trial.forces is None:
        return None
    atoms, _ = rows_of_segments(dataset.structures.offsets, chosen)
    return replace(trial.forces, values=trial.forces.values[atoms])


def _intervals(
    trial: Trial,
    candidate: Candidate,
    structures: tuple[Structures, Structures],
    rows: tuple[Rows, Rows],
) -> tuple[Interval, ...]:
    how, values = trial.intervals, trial.target.scalar
    if how is None or trial.n_train < _LEAST_FOR_INTERVALS:
        return ()
    train, test = (
        Part(structures=some, rows=theirs, values=values[indices])
        for some, theirs, indices in zip(structures, rows, (trial.train, trial.test), strict=True)
    )
    found = measure_intervals(
        candidate,
        train,
        test,
        extensive=trial.target.extensive,
        coverage=how.coverage,
        calibration=how.calibration,
    )
    return tuple(found)
