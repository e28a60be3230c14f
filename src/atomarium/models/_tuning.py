"""Choose the length scale and noise of a kernel by closed-form leave-one-out errors.

One measure of the rows serves all length scales, one eigendecomposition all noises. Length scales
are scanned over the whole range on a small sample and walked downhill on a larger one; the noise,
which the number of structures changes more, is settled on the largest. What counts is the mean
absolute error: a few odd structures dominate the squares of a small sample, and lead astray.

Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006),
eq. 5.12: the error of leaving out structure i is [G y]_i / G_ii, where G is the inverse of the
kernel matrix with the noise on its diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float64
from scipy import linalg

from atomarium.core.features import Features
from atomarium.models._lesson import Lesson, spread_evenly
from atomarium.models.kernel_matrices import StructureKernel

#: Shares of the mean diagonal. With less, solutions hang on the last digits of the kernel.
NOISES = 2.0 ** np.arange(-33, 4)
#: Length scales searched, in half octaves from the typical distance of two rows.
_SHORTEST, _LONGEST = -8, 20
#: Structures on which length scales are scanned, and walked.
_SCANNED, _WALKED = 256, 512
#: Of noises whose errors differ by less, the largest is taken: its equations are the most stable.
_EQUALLY_GOOD = 1.001


@dataclass(frozen=True, eq=False)
class Choice:
    """What was settled for one target.

    Args:
        length_scale: In units of the features.
        noise: Share of the kernel's mean diagonal.
        error: Mean absolute leave-one-out error; NaN when there was nothing to choose.
        warnings: What a user should know about it.
        matrix: Kernel of all structures, where the search has come by it.
    """

    length_scale: float
    noise: float
    error: float = float("nan")
    warnings: tuple[str, ...] = ()
    matrix: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tuning:
    """What is searched.

    Args:
        length_scale: None searches.
        noise: None searches.
        n_structures: Number of structures whose errors decide, at most.
    """

    length_scale: float | None
    noise: float | None
    n_structures: int

    def choose(self, kernel: StructureKernel, lesson: Lesson) -> list[Choice]:
        """Return the best length scale and noise for each target on its own."""
        searches_scale = self.length_scale is None and kernel.kernel.has_length_scale
        if not searches_scale and self.noise is not None:
            return [Choice(self.length_scale or 1.0, self.noise)] * lesson.values.shape[1]
        noises = NOISES if self.noise is None else np.array([self.noise])
        if not searches_scale:
            scale = self.length_scale or 1.0
            sample = lesson.sample(self.n_structures)
            errors = leave_one_out(kernel.among(sample.features, [scale])[0], sample, noises)
            return [self._choice(scale, noises, column) for column in errors.T]
        unit = typical_distance(kernel, lesson.features)
        search = _Search(kernel, noises, unit, n_structures=len(lesson.values))
        sample = lesson.sample(self.n_structures)
        search.scan(sample.sample(_SCANNED))
        search.look_at(sample.sample(_WALKED))
        search.walk()
        search.look_at(sample)
        return [
            replace(
                self._choice(search.length_scale(place), noises, errors, place),
                matrix=search.matrix(place),
            )
            for place, errors in search.found()
        ]

    def without_search(self, kernel: StructureKernel, lesson: Lesson) -> Choice:
        """Return a choice as good as any, for a target whose values are all equal."""
        unit = typical_distance(kernel, lesson.features) if kernel.kernel.has_length_scale else 1.0
        noise = float(NOISES[-1]) if self.noise is None else self.noise
        warning = "all training values are equal: nothing to learn but their mean"
        return Choice(self.length_scale or unit, noise, 0.0, (warning,))

    def _choice(
        self,
        length_scale: float,
        noises: Float64[np.ndarray, "noises"],
        errors: Float64[np.ndarray, "noises"],
        place: int | None = None,
    ) -> Choice:
        best = _largest_good(errors)
        warnings = []
        if place in (_SHORTEST, _LONGEST):
            end = "shortest" if place == _SHORTEST else "longest"
            warnings.append(f"length scale {length_scale:.4g} is the {end} of those searched")
        if self.noise is None and best in (0, len(noises) - 1):
            end = "smallest" if best == 0 else "largest"
            warnings.append(f"noise {noises[best]:.2g} is the {end} of those searched")
        return Choice(length_scale, float(noises[best]), float(errors[best]), tuple(warnings))


class _Search:
    """Errors by length scale, evaluated where a target's search needs them."""

    def __init__(
        self,
        kernel: StructureKernel,
        noises: Float64[np.ndarray, "noises"],
        unit: float,
        *,
        n_structures: int,
    ) -> None:
        self._kernel, self._noises, self._unit = kernel, noises, unit
        self._n_structures = n_structures
        self._matrices: dict[int, np.ndarray] = {}
        self._errors: dict[int, Float64[np.ndarray, "noises targets"]] = {}
        self._places: list[int] = []
        self._sample: Lesson | None = None

    def length_scale(self, place: int) -> float:
        """Return the length scale at so many half octaves from the unit."""
        return self._unit * 2.0 ** (place / 2)

    def scan(self, sample: Lesson) -> None:
        """Evaluate whole octaves over the whole range and start every target at its best."""
        self._sample = sample
        places = range(_SHORTEST, _LONGEST + 1, 2)
        self._evaluate(places)
        self._places = [self._best(t, places) for t in range(sample.values.shape[1])]

    def look_at(self, sample: Lesson) -> None:
        """Keep the places and go on with another sample."""
        if self._sample is None or len(sample.values) != len(self._sample.values):
            self._sample, self._errors = sample, {}
        self._evaluate(self._places)

    def walk(self) -> None:
        """Move every target to a better neighbor until there is none."""
        while True:
            nearby = [_nearby(place) for place in self._places]
            self._evaluate(place for places in nearby for place in places)
            better = [self._best(t, places) for t, places in enumerate(nearby)]
            if better == self._places:
                return
            self._places = better

    def found(self) -> list[tuple[int, Float64[np.ndarray, "noises"]]]:
        """Return the place of each target and its errors there."""
        return [(place, self._errors[place][:, t]) for t, place in enumerate(self._places)]

    def matrix(self, place: int) -> np.ndarray | None:
        """Return the kernel of all structures, when a sample was all of them."""
        return self._matrices.get(place)

    def _best(self, target: int, places: Iterable[int]) -> int:
        return min(places, key=lambda place: self._errors[place][:, target].min())

    def _evaluate(self, places: Iterable[int]) -> None:
        assert self._sample is not None
        missing = sorted(set(places) - set(self._errors))
        if missing:
            scales = [self.length_scale(place) for place in missing]
            matrices = self._kernel.among(self._sample.features, scales)
            for place, matrix in zip(missing, matrices, strict=True):
                if len(matrix) == self._n_structures:
                    self._matrices[place] = matrix.copy()
                self._errors[place] = leave_one_out(matrix, self._sample, self._noises)


def _nearby(place: int) -> list[int]:
    """Return a place and those up to an octave away, which share a pass over the structures."""
    near = (place, place - 1, place + 1, place - 2, place + 2)
    return [p for p in near if _SHORTEST <= p <= _LONGEST]


def _largest_good(errors: Float64[np.ndarray, "noises"]) -> int:
    return int(np.flatnonzero(errors <= errors.min() * _EQUALLY_GOOD)[-1])


def leave_one_out(
    matrix: Float64[np.ndarray, "structures structures"],
    lesson: Lesson,
    noises: Float64[np.ndarray, "noises"],
) -> Float64[np.ndarray, "noises targets"]:
    """Return the mean absolute errors of leaving out one structure at a time.

    Args:
        matrix: Kernel of every two structures; is overwritten.
        lesson: The structures.
        noises: Shares of the mean of the matrix's diagonal.
    """
    unit = matrix.diagonal().mean()
    eigenvalues, vectors = linalg.eigh(matrix, overwrite_a=True, check_finite=False, driver="evd")
    # Rounding makes the smallest ones anything about zero, negative too.
    eigenvalues = np.maximum(eigenvalues, np.finfo(np.float64).eps * eigenvalues[-1])
    inverses = 1 / (eigenvalues[:, None] + noises * unit)
    diagonals = np.square(vectors) @ inverses
    projections = vectors.T @ lesson.values
    errors = np.empty((len(noises), projections.shape[1]))
    for target, projection in enumerate(projections.T):
        residuals = vectors @ (projection[:, None] * inverses) / diagonals
        errors[:, target] = np.mean(np.abs(lesson.weights[:, None] * residuals), axis=0)
    return errors


def typical_distance(kernel: StructureKernel, features: Features) -> float:
    """Return a whole power of two near the median distance of two rows; 1 when all are equal."""
    rows = spread_evenly(len(features.values), min(len(features.values), 2 * _SCANNED))
    measures = -kernel.measures(features, rows)[np.triu_indices(len(rows), 1)]
    scale = np.abs(features.values[rows]).max(initial=0.0)
    apart = measures[measures > (1e-7 * scale) ** 2]
    if not len(apart):
        return 1.0
    median = float(np.median(apart))
    distance = np.sqrt(2 * median) if kernel.kernel.measure == "squared" else median
    return float(2.0 ** np.round(np.log2(distance)))
