"""Solve (K + noise) x = y for kernel matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.linalg import get_lapack_funcs

from atomarium.core.errors import InputError
from atomarium.models.kernel_matrices import mirror

_TIMES_MORE_NOISE = 4.0
_LARGEST_NOISE = 1.0
_FACTORIZE, _SOLVE, _CONDITION, _NORM = get_lapack_funcs(
    ("potrf", "potrs", "pocon", "lange"), dtype=np.dtype(np.float64)
)
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Solution:
    """What came out.

    Args:
        weights: x, a column for each target.
        noise: What was added, as a share of the mean diagonal.
        warnings: What a user should know about it.
    """

    weights: Float64[np.ndarray, "structures targets"]
    noise: float
    warnings: tuple[str, ...] = ()


class Equations:
    """A kernel matrix that is solved with one noise after another, in its own memory.

    Args:
        matrix: Symmetric; is overwritten.
    """

    def __init__(self, matrix: Float64[np.ndarray, "structures structures"]) -> None:
        self._matrix = matrix
        self._diagonal = matrix.diagonal().copy()
        self._unit = float(self._diagonal.mean())
        self._norm = float(_NORM("1", matrix.T))
        self._whole = True

    def solve(
        self, values: Float64[np.ndarray, "structures targets"], noise: float, *, adjustable: bool
    ) -> Solution:
        """Solve for some targets.

        Args:
            values: y.
            noise: Share of the mean diagonal.
            adjustable: Whether the noise may be raised until the equations have a solution.

        Raises:
            InputError: they have none with this noise, and it must not be raised.
        """
        raised = noise
        while not self._factorize(raised):
            if not adjustable or raised > _LARGEST_NOISE:
                raise InputError(self._complaint(noise))
            raised *= _TIMES_MORE_NOISE
        weights, _ = _SOLVE(self._matrix.T, values, lower=0)
        warnings = ()
        if raised != noise:
            warnings = (
                f"noise raised from {noise:.2g} to {raised:.2g}: it was too small to solve",
            )
        return Solution(weights, raised, warnings)

    def _factorize(self, noise: float) -> bool:
        self._restore()
        np.fill_diagonal(self._matrix, self._diagonal + noise * self._unit)
        self._whole = False
        # LAPACK sees the transpose: it overwrites the lower half, and the upper half stays.
        _, failed = _FACTORIZE(self._matrix.T, lower=0, clean=0, overwrite_a=1)
        if failed:
            return False
        # No eigenvalue lies below the noise: where it is large enough nothing need be estimated.
        norm = self._norm + noise * self._unit
        if noise * self._unit > 100 * _EPSILON * norm:
            return True
        reciprocal, _ = _CONDITION(self._matrix.T, norm, uplo="U")
        return bool(reciprocal > _EPSILON)

    def _restore(self) -> None:
        if not self._whole:
            np.fill_diagonal(self._matrix, self._diagonal)
            mirror(self._matrix)
            self._whole = True

    def _complaint(self, noise: float) -> str:
        self._restore()
        right = "give noise = 'auto', or a larger one"
        roots = np.sqrt(np.maximum(self._diagonal, np.finfo(np.float64).tiny))
        likeness = self._matrix / roots[:, None] / roots
        np.fill_diagonal(likeness, 0)
        first, second = np.unravel_index(np.argmax(likeness), likeness.shape)
        equal = likeness[first, second] > 1 - 1e-12
        why = f"; training structures {first} and {second} have equal features" if equal else ""
        return f"the kernel matrix is singular with noise {noise:.2g}{why}; {right}"
