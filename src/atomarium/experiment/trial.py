"""One trial: a settled candidate, a target, training and test structures."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.dataset import Target
from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.experiment.candidate import Candidate, FittedCandidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.class_scores import ClassScores
from atomarium.experiment.goals import Goal
from atomarium.experiment.intervals import Interval
from atomarium.experiment.named_files import hashed_files
from atomarium.experiment.runs import Run
from atomarium.experiment.scores import Scores
from atomarium.experiment.spec import IntervalSpec, SearchSpec
from atomarium.models import MODELS
from atomarium.represent import REPRESENTATIONS

_FORMAT = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """Everything that decides the outcome of one training.

    Args:
        model: Name of the candidate in its study.
        candidate: Its settled settings, or what is left open.
        goal: What is learned, for all structures of the data set.
        data_hash: Content of the structures.
        train: Training structures.
        test: Test structures.
        repeat: Number of the split.
        search: How what is left open is found.
        intervals: Which intervals to look at, if any.
        groups: Of all structures; a search keeps a group on one side. None when all are alone.
        beside: What a network learns together with it.
        aside: Structures that neither train nor test, which some models learn from besides.
    """

    model: str
    candidate: Candidate | CandidateSpace
    goal: Goal = field(repr=False)
    data_hash: str
    train: Int64[np.ndarray, "train"] = field(repr=False)
    test: Int64[np.ndarray, "test"] = field(repr=False)
    repeat: int
    search: SearchSpec = field(default_factory=SearchSpec)
    intervals: IntervalSpec | None = None
    groups: Int64[np.ndarray, "structures"] | None = field(default=None, repr=False)
    beside: tuple[Goal, ...] = field(default=(), repr=False)
    aside: Int64[np.ndarray, "aside"] | None = field(default=None, repr=False)

    @property
    def target(self) -> Target:
        """What is learned."""
        return self.goal.target

    @property
    def n_train(self) -> int:
        """Number of training structures, those without a value among them."""
        return len(self.train)

    @cached_property
    def learned_from(self) -> Int64[np.ndarray, "known"]:
        """Training structures that have a value, or one of what is learned together with it."""
        known = np.any([goal.known[self.train] for goal in (self.goal, *self.beside)], axis=0)
        return self.train[known]

    @cached_property
    def scored_on(self) -> Int64[np.ndarray, "known"]:
        """Test structures that have a value."""
        return self.test[self.goal.known[self.test]]

    @cached_property
    def settings(self) -> dict[str, object]:
        """The trial as plain text form; equal settings mean equal results."""
        searched: dict[str, object] = {}
        if isinstance(self.candidate, CandidateSpace):
            searched["search"] = self.search.model_dump()
            searched["groups"] = None if self.groups is None else hash_arrays(self.groups)
        if self.intervals is not None:
            searched["intervals"] = self.intervals.model_dump()
        searched |= self.goal.settings
        if self.beside:
            searched["beside"] = [
                {"name": one.target.name, **one.target_settings, **one.settings}
                for one in self.beside
            ]
        if self.aside is not None:
            searched["aside"] = hash_arrays(self.aside)
        if self.files:
            searched["files"] = self.files
        return {
            "format": _FORMAT,
            **searched,
            "candidate": describe(self.candidate),
            "target": {"name": self.target.name, **self.goal.target_settings},
            "structures": self.data_hash,
            "n_train": self.n_train,
            "train": hash_arrays(self.train),
            "test": hash_arrays(self.test),
            "repeat": self.repeat,
        }

    @cached_property
    def files(self) -> dict[str, str]:
        """What is in files that settings name: maps of elements, tables of atoms."""
        return hashed_files(describe(self.candidate))

    @cached_property
    def training_id(self) -> str:
        """Names the training: trials of targets that are learned together have it in common."""
        if not self.beside:
            return self.id
        goals = sorted((self.goal, *self.beside), key=lambda goal: goal.target.name)
        learned = [[one.target.name, one.target_settings, one.settings] for one in goals]
        train = hash_arrays(self.train)
        candidate = [describe(self.candidate), *([self.files] if self.files else [])]
        return hash_settings([*candidate, learned, self.data_hash, train])[:16]

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
    together = {"together": True} if candidate.together else {}
    return {
        "representation": None
        if representation is None
        else REPRESENTATIONS.describe(representation),
        "model": MODELS.describe(candidate.model),
        "baseline": candidate.baseline,
        **together,
    }
