"""How often intervals of a model hold the truth, and how wide they are.

A part of the training structures is held out, the model is trained on the rest and calibrated on
that part; its intervals are then looked at on the test structures. Three kinds are compared: all
equally wide (`conformal`), wider where the model says that it is less certain (`normalized`), and
what the model says by itself, without calibration (`gaussian`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.splits import random_order
from atomarium.experiment.candidate import Candidate, FittedCandidate
from atomarium.experiment.learning import Course, Rows
from atomarium.models.conformal import Conformal

Kind = Literal["conformal", "normalized", "gaussian"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Intervals of one kind on the test structures.

    Args:
        kind: How they were made.
        promised: Share of structures whose value they promise to hold.
        held: Share that they hold.
        width: Median width, in the target's unit; None where calibration structures were too few.
    """

    kind: Kind
    promised: float
    held: float
    width: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Structures with features and values.

    Args:
        structures: Which.
        rows: Their features.
        values: What is true of them.
        course: How they are learned from.
    """

    structures: Structures
    rows: Rows
    values: Float64[np.ndarray, "structures"]
    course: Course = field(default_factory=Course, repr=False)

    def take(self, chosen: np.ndarray) -> Part:
        """Return the chosen ones."""
        return Part(
            structures=self.structures.take(chosen),
            rows=self.rows.take(chosen),
            values=self.values[chosen],
            course=self.course.take(self.structures, chosen),
        )


def measure_intervals(
    candidate: Candidate,
    train: Part,
    test: Part,
    *,
    extensive: bool,
    coverage: tuple[float, ...],
    calibration: float,
) -> list[Interval]:
    """Train once more, on a part, and look how its intervals do on test structures.

    Args:
        candidate: With nothing left open.
        train: Training structures.
        test: Test structures.
        extensive: Whether values grow with the number of atoms.
        coverage: Shares to promise.
        calibration: Share of the training structures to calibrate with.
    """
    n = len(train.structures)
    n_held = min(max(1, round(calibration * n)), n - 1)
    order = random_order(n, n)
    held, rest = train.take(order[:n_held]), train.take(order[n_held:])
    fitted = candidate.fit(
        rest.structures,
        rest.rows,
        rest.values[:, None],
        extensive=extensive,
        course=rest.course,
    )
    known = (_predicted(fitted, held), _spread(fitted, held))
    new = (_predicted(fitted, test), _spread(fitted, test))
    return list(_intervals(known, new, held.values, test.values, coverage))


def _intervals(
    known: tuple[np.ndarray, np.ndarray | None],
    new: tuple[np.ndarray, np.ndarray | None],
    held: Float64[np.ndarray, "calibration"],
    truth: Float64[np.ndarray, "test"],
    coverage: tuple[float, ...],
) -> Iterator[Interval]:
    errors = np.abs(new[0][:, 0] - truth)
    plain = Conformal.calibrate(known[0], held[:, None])
    for share in coverage:
        half = np.broadcast_to(plain.half_width(share)[:, 0], errors.shape)
        yield _interval("conformal", share, errors, half)
    if known[1] is None or new[1] is None:
        return
    normalized = Conformal.calibrate(known[0], held[:, None], known[1])
    for share in coverage:
        half = normalized.half_width(share, new[1])[:, 0]
        yield _interval("normalized", share, errors, half)
        factor = NormalDist().inv_cdf(0.5 + share / 2)
        yield _interval("gaussian", share, errors, factor * new[1][:, 0])


def _interval(kind: Kind, share: float, errors: np.ndarray, half: np.ndarray) -> Interval:
    width = float(np.median(2 * half))
    return Interval(
        kind=kind,
        promised=share,
        held=float(np.mean(errors <= half)),
        width=width if np.isfinite(width) else None,
    )


def _predicted(fitted: FittedCandidate, part: Part) -> Float64[np.ndarray, "structures targets"]:
    return fitted.predict_features(part.structures, part.rows)


def _spread(fitted: FittedCandidate, part: Part) -> np.ndarray | None:
    """Return how uncertain the model is of each structure, if it says so."""
    tell = getattr(fitted.fitted, "spread", None)
    if tell is None:
        return None
    try:
        spread = tell(part.rows)
    except InputError:
        return None
    return spread if (spread > 0).all() else None
