"""Errors by noise: over a whole range, or downhill from a guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

#: Noises are scanned in steps of so many powers of two, then one by one about the best.
_SCAN_STEP = 4
#: Downhill they are tried in steps of so many powers of two.
_WALK_STEP = 2
#: How far the range may widen at each end: powers of two.
_WIDER = 8
#: Powers of two between which noises make sense: with less, solutions hang on the last digits of
#: the kernel; with more, all predictions are the mean.
_LEAST, _MOST = -40, 12
#: Of noises whose errors differ by less, the largest is taken: its equations are the most stable.
_EQUALLY_GOOD = 1.001
#: Told noises, returns the error of each for each target.
Errors = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Noises:
    """Which noises are searched.

    Args:
        first: Power of two, a share of the mean diagonal.
        last: Likewise.
        widen: Whether the search may go on beyond these when it ends at one of them.
        given: The only one that is looked at, if any.
    """

    first: int
    last: int
    widen: bool
    given: float | None = None

    @property
    def all(self) -> range:
        """All that may be looked at."""
        if not self.widen:
            return range(self.first, self.last + 1)
        least, most = max(_LEAST, self.first - _WIDER), min(_MOST, self.last + _WIDER)
        return range(min(least, self.first), max(most, self.last) + 1)

    def beyond(self, power: int) -> set[int]:
        """Return those beyond the end of the space that a power of two is."""
        if power == self.first:
            return {p for p in self.all if p < power}
        return {p for p in self.all if p > power} if power == self.last else set()


class NoiseProfile:
    """Errors by noise, of each target.

    Args:
        noises: What is searched.
        n_targets: How many targets.
    """

    def __init__(self, noises: Noises, n_targets: int) -> None:
        self._noises = noises
        self._powers = np.zeros(0, dtype=np.int64)
        self._errors = np.zeros((0, n_targets))
        # What one target looks at does not count for the others: each is tuned as if alone.
        self._looked_at: list[set[int]] = [set() for _ in range(n_targets)]

    def scan(self, errors: Errors) -> NoiseProfile:
        """Look at the whole range, and closely around its best."""
        if self._noises.given is not None:
            self._errors = errors(np.array([self._noises.given]))
            return self
        first, last = self._noises.first, self._noises.last
        scanned = {*range(first, last + 1, _SCAN_STEP), last}
        self._look_at(errors, [scanned for _ in self._looked_at])
        inside, near = range(first, last + 1), range(-_SCAN_STEP + 1, _SCAN_STEP)
        nearby = [{p + step for step in near if p + step in inside} for p in self._best_powers()]
        self._look_at(errors, nearby)
        self._look_at(errors, [self._noises.beyond(p) for p in self._best_powers()])
        return self

    def walk(self, errors: Errors) -> NoiseProfile:
        """Return the profile of other structures, downhill from the best of these."""
        found = NoiseProfile(self._noises, len(self._looked_at))
        around, before = self._best_powers(), []
        while around != before:
            steps = (-_WALK_STEP, 0, _WALK_STEP)
            wanted = [{p + step for step in steps} & set(self._noises.all) for p in around]
            found._look_at(errors, wanted)
            around, before = found._best_powers(), around
        return found

    def best(self, target: int) -> tuple[float, float, str]:
        """Return the noise of a target, its error, and a warning or nothing."""
        if self._noises.given is not None:
            return self._noises.given, float(self._errors[0, target]), ""
        place = self._best_place(target)
        power = int(self._powers[place])
        first, last = self._noises.first, self._noises.last
        end = "smallest" if power <= first else "largest"
        warning = ""
        if power in (first, last):
            warning = f"noise {2.0**power:.2g} is the {end} of those searched"
        elif not first < power < last:
            warning = f"noise {2.0**power:.2g} lies beyond the {end} of the space given"
            warning += ", which was widened"
        return 2.0**power, float(self._errors[place, target]), warning

    def _best_powers(self) -> list[int]:
        return [int(self._powers[self._best_place(t)]) for t in range(len(self._looked_at))]

    def _best_place(self, target: int) -> int:
        errors = self._errors_of(target)
        return int(np.flatnonzero(errors <= errors.min() * _EQUALLY_GOOD)[-1])

    def _errors_of(self, target: int) -> np.ndarray:
        looked_at = [power in self._looked_at[target] for power in self._powers.tolist()]
        return np.where(looked_at, self._errors[:, target], np.inf)

    def _look_at(self, errors: Errors, wanted: list[set[int]]) -> None:
        for looked_at, powers in zip(self._looked_at, wanted, strict=True):
            looked_at.update(powers)
        more = np.array(sorted(set().union(*wanted) - set(self._powers.tolist())), dtype=np.int64)
        powers = np.concatenate([self._powers, more])
        order = np.argsort(powers)
        self._powers = powers[order]
        self._errors = np.concatenate([self._errors, errors(2.0**more)])[order]
