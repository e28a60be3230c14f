"""Structures that a split keeps aside, for the models that learn from them."""

from __future__ import annotations

from dataclasses import replace

from atomarium.core.dataset import Dataset
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.compact import Aside
from atomarium.experiment.learning import Course, Rows
from atomarium.experiment.space import probes
from atomarium.experiment.trial import Trial


def learns_from_aside(candidate: Candidate | CandidateSpace) -> bool:
    """Tell whether a candidate, or any that what it leaves open allows, learns from them."""
    if isinstance(candidate, Candidate):
        return getattr(candidate.model, "learn_from", "") == "aside"
    return any(
        settings["model"].get("learn_from") == "aside" for _, settings in probes(candidate.space)
    )


def aside_of(trial: Trial, dataset: Dataset, features: Rows | None = None) -> Aside | None:
    """Return what a trial has aside and knows the value of.

    Args:
        trial: Which structures.
        dataset: The structures that it counts.
        features: Of all of them; None where no candidate is settled yet.
    """
    if trial.aside is None:
        return None
    known = trial.aside[trial.goal.known[trial.aside]]
    return Aside(
        structures=dataset.structures.take(known),
        values=trial.target.scalar[known, None],
        features=None if features is None else features.take(known),
    )


def prepared(course: Course, candidate: Candidate, *, extensive: bool) -> Course:
    """Return a course with the features of what is aside, or without it where it is not used.

    Args:
        course: May have structures aside whose features are still to be made.
        candidate: With nothing left open.
        extensive: Whether the target is extensive.
    """
    aside = course.aside
    if aside is None or aside.features is not None:
        return course
    if not learns_from_aside(candidate):
        return replace(course, aside=None)
    features = candidate.represent(aside.structures, extensive=extensive)
    return replace(course, aside=replace(aside, features=features))
