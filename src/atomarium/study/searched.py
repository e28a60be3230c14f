"""One trial whose settings are searched for."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from atomarium.core.dataset import Dataset
from atomarium.experiment.aside import aside_of, prepared
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.clock import Clock
from atomarium.experiment.learning import Course
from atomarium.experiment.train import course_of, train_and_score
from atomarium.experiment.trial import Result, Trial
from atomarium.study.search import Ground, search


def run_searched(trial: Trial, dataset: Dataset, log: Path) -> Result:
    """Find what a trial leaves open on its training structures, then train and score it.

    Args:
        trial: What to do.
        dataset: The structures that the trial counts.
        log: Where the search writes down what it has tried.

    Raises:
        InputError: no settings could be trained.
    """
    assert isinstance(trial.candidate, CandidateSpace)
    clock = Clock(cpu=time.thread_time)
    train = dataset.structures.take(trial.learned_from)
    test = dataset.structures.take(trial.scored_on)
    extensive = trial.target.extensive
    aside = aside_of(trial, dataset)
    ground = Ground(
        structures=train,
        values=trial.target.scalar[trial.learned_from, None],
        extensive=extensive,
        groups=None if trial.groups is None else trial.groups[trial.learned_from],
        elements=dataset.structures,
        course=course_of(trial, dataset, Course(aside=aside)),
    )
    found = search(trial.candidate, ground, trial.search, log)
    # Also of runs before the program was stopped.
    clock.seconds["search"] = sum(run.seconds for run in found.runs)
    with clock("represent"):
        rows_train = found.candidate.represent(train, extensive=extensive)
        course = prepared(Course(aside=aside), found.candidate, extensive=extensive)
    with clock("represent_test"):
        rows_test = found.candidate.represent(test, extensive=extensive)
    rows = rows_train, rows_test
    result = train_and_score(trial, found.candidate, dataset, rows, clock, course=course)
    return replace(result, run=found.best, runs=found.runs)
