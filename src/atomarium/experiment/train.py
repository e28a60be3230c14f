"""Train a settled candidate on one part of a data set and score it on another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.experiment.aside import aside_of
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.class_scores import score_classes
from atomarium.experiment.clock import Clock
from atomarium.experiment.intervals import Interval, Part, measure_intervals
from atomarium.experiment.learning import Course, Fitted, Rows
from atomarium.experiment.scores import Scores, score
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.trial import Result, Trial
from atomarium.models.nn.aims import FORCES, STRESS, TARGET
from atomarium.models.nn.history import Epoch

#: Fewer training structures cannot spare any to calibrate with.
_LEAST_FOR_INTERVALS = 10


def run(
    trial: Trial,
    dataset: Dataset,
    features: Rows,
    folder: Path | None = None,
    watch: Callable[[Epoch], None] = lambda _: None,
    shared: SharedTrainings | None = None,
) -> Result:
    """Train on one part of a data set and score on another, in this thread alone.

    Args:
        trial: What to do; nothing in it is left open.
        dataset: The structures that the trial counts.
        features: Of all of them, as `Candidate.represent` makes them.
        folder: Where long trainings keep checkpoints, to go on from.
        watch: Told of each epoch of a network.
        shared: Where networks that learn several targets are kept for the others' trials.

    Raises:
        InputError: training fails, or no training or test structure has a value.
    """
    assert isinstance(trial.candidate, Candidate)
    _refuse_nothing(trial)
    rows = features.take(trial.learned_from), features.take(trial.scored_on)
    clock = Clock(cpu=time.thread_time)
    aside = aside_of(trial, dataset, features)
    course, paid = Course(folder=folder, watch=watch, aside=aside), 0.0
    trainings = shared or SharedTrainings()

    def once(make: Callable[[], Fitted]) -> Fitted:
        nonlocal paid
        fitted, paid = trainings.once(trial.training_id, make)
        return fitted

    if trial.beside:
        course = replace(course, once=once)
    result = train_and_score(trial, trial.candidate, dataset, rows, clock, course=course)
    # Whoever wants one of the targets has to train them all.
    result.seconds["fit"] += paid
    return result


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
        rows: Features of the structures that it learns from and that it is scored on.
        clock: Gets the seconds of both steps.
        course: How a long training goes on; what it learns besides is filled in.
    """
    values, goal = trial.target.scalar, trial.goal
    train = dataset.structures.take(trial.learned_from)
    test = dataset.structures.take(trial.scored_on)
    course = course_of(trial, dataset, course or Course())
    with clock("fit"):
        fitted = candidate.fit(
            train,
            rows[0],
            values[trial.learned_from, None],
            extensive=trial.target.extensive,
            course=course,
        )
    with clock("predict"):
        said = fitted.predict_features(test, rows[1])
        derived = fitted.predict_derivatives(test, rows[1]) if goal.derivatives else {}
    said_of_train = fitted.predict_features(train, rows[0])[goal.known[trial.learned_from]]
    n_classes = len(trial.target.classes)
    return Result(
        scores=score_classes(said, values[trial.scored_on])
        if n_classes
        else _scored(trial, dataset, said[:, 0], derived),
        seconds=dict(clock.seconds),
        wall=dict(clock.wall),
        prediction=_decided(said, n_classes),
        train_prediction=_decided(said_of_train, n_classes),
        fitted=fitted,
        intervals=() if n_classes else _intervals(trial, candidate, (train, test), rows, course),
        preferences=said if n_classes else None,
    )


def _refuse_nothing(trial: Trial) -> None:
    for part, chosen in (("training", trial.learned_from), ("test", trial.scored_on)):
        if not len(chosen):
            n = len(trial.train if part == "training" else trial.test)
            raise InputError(f"none of {n:,} {part} structures has a value of {trial.target.name}")


def course_of(trial: Trial, dataset: Dataset, course: Course) -> Course:
    """Return a course with all that a trial learns besides its values."""
    goal, chosen = trial.goal, trial.learned_from
    offsets = dataset.structures.offsets
    try:
        to_ev = convert(1.0, trial.target.unit, "eV")
    except InputError:
        to_ev = 1.0
    own = goal.aim(TARGET).take(offsets, chosen)
    return replace(
        course,
        name=trial.target.name if trial.beside else TARGET,
        n_classes=own.n_classes,
        readout=own.readout,
        weight=own.weight,
        masked=own.masked,
        derivatives=own.derivatives,
        references=own.references,
        to_ev=to_ev,
        beside=tuple(one.aim(one.target.name).take(offsets, chosen) for one in trial.beside),
    )


def _decided(
    rows: Float64[np.ndarray, "structures columns"], n_classes: int
) -> Float64[np.ndarray, "structures"]:
    """Return values, or numbers of the classes that are preferred."""
    return rows.argmax(axis=1).astype(np.float64) if n_classes else rows[:, 0]


def _scored(
    trial: Trial, dataset: Dataset, said: np.ndarray, derived: Mapping[str, np.ndarray]
) -> Scores:
    scores = score(said, trial.target.scalar[trial.scored_on])
    truth = trial.goal.derivatives
    if truth is None:
        return scores
    truth = truth.take(dataset.structures.offsets, trial.scored_on)
    return replace(
        scores,
        force_mae=mean_error(derived.get(FORCES), truth.forces),
        stress_mae=mean_error(derived.get(STRESS), truth.stress),
    )


def mean_error(said: np.ndarray | None, truth: np.ndarray | None) -> float | None:
    """Return the mean absolute error where the truth is known; None where nothing is."""
    if said is None or truth is None:
        return None
    errors = np.abs(said - truth)[np.isfinite(truth)]
    return float(errors.mean()) if len(errors) else None


def _intervals(
    trial: Trial,
    candidate: Candidate,
    structures: tuple[Structures, Structures],
    rows: tuple[Rows, Rows],
    course: Course,
) -> tuple[Interval, ...]:
    how, values = trial.intervals, trial.target.scalar
    known = np.flatnonzero(trial.goal.known[trial.learned_from])
    if how is None or len(known) < _LEAST_FOR_INTERVALS:
        return ()
    # Only what has a value can be calibrated with.
    train = Part(
        structures=structures[0].take(known),
        rows=rows[0].take(known),
        values=values[trial.learned_from[known]],
        course=course.take(structures[0], known),
    )
    test = Part(structures=structures[1], rows=rows[1], values=values[trial.scored_on])
    found = measure_intervals(
        candidate,
        train,
        test,
        extensive=trial.target.extensive,
        coverage=how.coverage,
        calibration=how.calibration,
    )
    return tuple(found)
