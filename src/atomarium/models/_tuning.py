"""Choose the length scale and noise of a kernel by closed-form errors of what is left out.

One measure of the rows serves all length scales, one factorization all noises. Length scales are
scanned over the whole range on a small sample and walked downhill on a larger one; the noise,
which the number of structures changes more, is settled on the largest, where a part is held out
for the few noises that are left; where that is large, length scales are walked on it again. What counts is the mean absolute error: a few odd structures
dominate the squares of a small sample, and lead astray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from atomarium.core.features import Features
from atomarium.models._held_out import HeldOut
from atomarium.models._left_out import LeftOut
from atomarium.models._lesson import Lesson, spread_evenly
from atomarium.models._noises import Errors, NoiseProfile, Noises
from atomarium.models.kernel_matrices import StructureKernel, Term

#: Structures on which length scales are scanned.
_SCANNED = 160
#: All of so few are walked on and left out one by one; of more, a share.
_FEW, _SHARE, _WALKED = 1200, 0.38, (760, 960)
#: With more than so many, what is held out has a word on length scales, too.
_MANY = 2000
#: How far the space may widen at each end: octaves.
_WIDER_SCALES = 4
#: Of length scales whose errors differ by less, the shortest is taken: its equations are the most
#: stable, and with more structures it becomes the better one.
_EQUALLY_GOOD = 1.01
#: Told what is to be learned and a length scale, returns the errors of a regression by noise.
ErrorsOf = Callable[[StructureKernel, Lesson, float], Errors]


@dataclass(frozen=True, kw_only=True)
class Space:
    """What is searched.

    Args:
        length_scales: Octaves from the typical distance of two rows, first and last.
        widens: Whether the search may go on beyond these when it ends at one of them.
    """

    length_scales: tuple[int, int]
    widens: bool

    def nearby(self, place: int) -> list[int]:
        """Return a place and those an octave away, which share a pass over the rows."""
        more = _WIDER_SCALES if self.widens else 0
        first, last = self.length_scales[0] - more, self.length_scales[1] + more
        return [p for p in (place, place - 1, place + 1) if first <= p <= last]


@dataclass(frozen=True, eq=False)
class Choice:
    """What was settled for one target.

    Args:
        length_scale: In units of the features.
        noise: Share of the kernel's mean diagonal.
        error: Mean absolute error of what was left out; NaN when there was nothing to choose.
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
    """What is open, and where to look.

    Args:
        length_scale: None searches.
        n_structures: Number of structures whose errors decide, at most.
        space: Which length scales are searched.
        noises: Which noises are.
        errors_of: Of the regression that is meant, where it is not that with a kernel for every
            structure: they have the last word on length scales.
    """

    length_scale: float | None
    n_structures: int
    space: Space
    noises: Noises
    errors_of: ErrorsOf | None = None

    def choose(self, kernel: StructureKernel, lesson: Lesson) -> list[Choice]:
        """Return the best length scale and noise for each target on its own."""
        searches_scale = self.length_scale is None and kernel.has_length_scale
        if not searches_scale and self.noises.given is not None:
            return [Choice(self.length_scale or 1.0, self.noises.given)] * lesson.values.shape[1]
        sample = lesson.sample(self.n_structures)
        if searches_scale:
            unit = typical_distance(kernel.terms, lesson.features)
            search = _Search(kernel, self, unit, n_structures=len(lesson.values))
            search.scan(sample.sample(_SCANNED))
            search.look_at(sample.sample(_count_to_walk_on(len(lesson.values))))
            search.walk()
            if self.errors_of is not None and lesson.fold_of is None:
                search.walk_again(partial(self.errors_of, kernel, lesson))
                return search.choices()
        else:
            search = _Search(kernel, self, self.length_scale or 1.0, n_structures=0)
            search.stay(n_targets=lesson.values.shape[1])
            search.look_at(sample.sample(_count_to_walk_on(len(lesson.values))))
        search.settle_noises(sample)
        return search.choices()

    def without_search(self, kernel: StructureKernel, lesson: Lesson) -> Choice:
        """Return a choice as good as any, for a target whose values are all equal."""
        unit = typical_distance(kernel.terms, lesson.features) if kernel.has_length_scale else 1.0
        given = self.noises.given
        noise = 2.0**self.noises.last if given is None else given
        warning = "all training values are equal: nothing to learn but their mean"
        return Choice(self.length_scale or unit, noise, 0.0, (warning,))


class _Search:
    """Errors by length scale and noise, evaluated where a target's search needs them."""

    def __init__(
        self, kernel: StructureKernel, tuning: Tuning, unit: float, *, n_structures: int
    ) -> None:
        self._kernel, self._tuning, self._unit = kernel, tuning, unit
        self._n_structures = n_structures
        self._matrices: dict[int, np.ndarray] = {}
        self._profiles: dict[int, NoiseProfile] = {}
        self._places: list[int] = []
        self._sample: Lesson | None = None
        self._scanned = False

    def scan(self, sample: Lesson) -> None:
        """Evaluate the whole range and start every target at its best."""
        self._sample, self._scanned = sample, True
        first, last = self._tuning.space.length_scales
        places = range(first, last + 1)
        self._evaluate(places)
        self._places = [self._best(t, places) for t in range(sample.values.shape[1])]

    def stay(self, *, n_targets: int) -> None:
        """Keep every target at the unit."""
        self._places = [0] * n_targets

    def look_at(self, sample: Lesson) -> None:
        """Keep the places and go on with another sample."""
        if self._sample is None or len(sample.values) != len(self._sample.values):
            self._sample, self._profiles = sample, {}
        self._evaluate(self._places)

    def settle_noises(self, sample: Lesson) -> None:
        """Settle the noise of each place on the largest sample, and of many the place again."""
        few = len(sample.values) <= _FEW
        if few or self._tuning.noises.given is not None or sample.fold_of is not None:
            self.look_at(sample)
            return
        walked, self._profiles = self._profiles, {}
        settle = partial(self._settle, sample, walked)
        if self._scanned and len(sample.values) > _MANY:
            self._walk(settle)
        else:
            settle(self._places)

    def _settle(
        self, sample: Lesson, walked: dict[int, NoiseProfile], places: Iterable[int]
    ) -> None:
        for place in sorted(set(places) - set(self._profiles)):
            (matrix,) = self._kernel.among(sample.features, [self._length_scale(place)])
            if len(matrix) == self._n_structures:
                self._matrices[place] = matrix
            nearest = min(walked, key=lambda other: abs(other - place))
            self._profiles[place] = walked[nearest].walk(HeldOut(matrix, sample).errors)

    def walk(self) -> None:
        """Move every target to a better neighbor until there is none."""
        self._walk(self._evaluate)

    def walk_again(self, errors_of: Callable[[float], Errors]) -> None:
        """Go on from where every target is, by the errors of another regression."""
        assert self._sample is not None
        n_targets = self._sample.values.shape[1]
        self._profiles = {}

        def evaluate(places: Iterable[int]) -> None:
            for place in sorted(set(places) - set(self._profiles)):
                errors = errors_of(self._length_scale(place))
                profile = NoiseProfile(self._tuning.noises, n_targets)
                self._profiles[place] = profile.scan(errors)

        self._walk(evaluate)

    def _walk(self, evaluate: Callable[[Iterable[int]], None]) -> None:
        while True:
            nearby = [self._tuning.space.nearby(place) for place in self._places]
            evaluate(place for places in nearby for place in places)
            better = [self._best(t, places) for t, places in enumerate(nearby)]
            if better == self._places:
                return
            self._places = better

    def choices(self) -> list[Choice]:
        """Return what was found for each target."""
        out = []
        for target, place in enumerate(self._places):
            noise, error, warning = self._profiles[place].best(target)
            scale = self._length_scale(place)
            warnings = (self._warning(place, scale), warning)
            texts = tuple(text for text in warnings if text)
            out.append(Choice(scale, noise, error, texts, self._matrices.get(place)))
        return out

    def _warning(self, place: int, scale: float) -> str:
        first, last = self._tuning.space.length_scales
        if not self._scanned or first < place < last:
            return ""
        text = f"length scale {scale:.4g}"
        end = "shortest" if place <= first else "longest"
        if place in (first, last):
            return f"{text} is the {end} of those searched"
        beyond = f"{text} lies beyond the {end} of the space given, which was widened"
        nearby = self._tuning.space.nearby(place)
        return f"{beyond}, at its end" if place in (min(nearby), max(nearby)) else beyond

    def _length_scale(self, place: int) -> float:
        return self._unit * 2.0**place

    def _best(self, target: int, places: Iterable[int]) -> int:
        errors = {place: self._profiles[place].best(target)[1] for place in sorted(places)}
        enough = min(errors.values()) * _EQUALLY_GOOD
        return next(place for place, error in errors.items() if error <= enough)

    def _evaluate(self, places: Iterable[int]) -> None:
        assert self._sample is not None
        missing = sorted(set(places) - set(self._profiles))
        if missing:
            scales = [self._length_scale(place) for place in missing]
            matrices = self._kernel.among(self._sample.features, scales)
            for place, matrix in zip(missing, matrices, strict=True):
                if len(matrix) == self._n_structures:
                    self._matrices[place] = matrix.copy()
                errors = LeftOut(matrix, self._sample).errors
                n_targets = self._sample.values.shape[1]
                self._profiles[place] = NoiseProfile(self._tuning.noises, n_targets).scan(errors)


def _count_to_walk_on(n_structures: int) -> int:
    if n_structures <= _FEW:
        return n_structures
    return int(np.clip(_SHARE * n_structures, *_WALKED))


def typical_distance(terms: tuple[Term, ...], features: Features) -> float:
    """Return a whole power of two near the median distance of two rows; 1 when all are equal.

    Of several kernels whose rows are measured differently the first with a length scale counts.
    """
    term = next(term for term in terms if term.kernel.has_length_scale)
    chosen = spread_evenly(len(features.values), min(len(features.values), 256))
    rows = features.values[chosen]
    measures = np.abs(term.measures(rows)[np.triu_indices(len(rows), 1)])
    scale = np.abs(rows[:, term.columns]).max(initial=0.0)
    apart = measures[measures > (1e-7 * scale) ** 2]
    if not len(apart):
        return 1.0
    median = float(np.median(apart))
    if term.kernel.measure == "product":
        distance = np.sqrt(median)
    else:
        distance = np.sqrt(2 * median) if term.kernel.measure == "squared" else median
    return float(2.0 ** np.round(np.log2(distance / term.unit)))
