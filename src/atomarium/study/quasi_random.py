"""Points that fill a cube more evenly than chance does."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

_FIRST_BLOCK = 64


@dataclass
class QuasiRandom:
    """Points by number, the same for the same seed.

    Source: I. M. Sobol', USSR Comput. Math. Math. Phys. 7, 86 (1967), shifted at random modulo 1
        (R. Cranley, T. N. L. Patterson, SIAM J. Numer. Anal. 13, 904 (1976)).

    Args:
        n_dimensions: At least 1.
        seed: Of the shift.
    """

    n_dimensions: int
    seed: int
    _points: Float64[np.ndarray, "points dimensions"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._shift = np.random.default_rng([self.seed, 3]).random(self.n_dimensions)
        self._points = np.zeros((0, self.n_dimensions))

    def point(self, number: int) -> Float64[np.ndarray, "dimensions"]:
        """Return a point of the unit cube."""
        if number >= len(self._points):
            self._points = self._make(number + 1)
        return (self._points[number] + self._shift) % 1.0

    def _make(self, n_points: int) -> Float64[np.ndarray, "points dimensions"]:
        from scipy.stats.qmc import Sobol

        # The sequence is even where its length is a power of two.
        n_doublings = max(_FIRST_BLOCK, n_points) - 1
        return Sobol(self.n_dimensions, scramble=False).random_base2(n_doublings.bit_length())
