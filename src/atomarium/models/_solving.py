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
_FACTORIZE, _SOLVE, _TRIANGLE, _CONDITION, _NORM = get_lapack_funcs(
    ("potrf", "potrs", "trtrs", "pocon", "lange"), dtype=np.dtype(np.float64)
)
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Solution:
    """What came out.

    Args:
        weights: x, a column for each target.
        noise: What was added, as a share of the mean diagonal.
        constants: What is multiplied by the direction without penalty; 0 without one.
        scales: Mean of y · x: the variance of which kernel and noise are shares, at its most
            likely.
        warnings: What a user should know about it.
    """

    weights: Float64[np.ndarray, "structures targets"]
    noise: float
    constants: Float64[np.ndarray, "targets"]
    scales: Float64[np.ndarray, "targets"]
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
        self._noise = 0.0
        self._directions = np.zeros((len(matrix), 0))
        self._constant = np.zeros((len(matrix), 0))

    def solve(
        self,
        values: Float64[np.ndarray, "structures targets"],
        directions: Float64[np.ndarray, "structures directions"],
        noise: float,
        *,
        adjustable: bool,
    ) -> Solution:
        """Solve for some targets.

        Args:
            values: y.
            directions: What a constant without penalty is multiplied by; no column without one.
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
        self._noise, self._directions = raised * self._unit, directions
        self._constant = self._solved(directions)
        warnings = ()
        if raised != noise:
            warnings = (
                f"noise raised from {noise:.2g} to {raised:.2g}: it was too small to solve",
            )
        weights, constants = without_penalty(
            self._solved(values), self._constant, directions, values
        )
        scales = np.einsum("st,st->t", values, weights) / len(values)
        return Solution(weights, raised, constants, scales, warnings)

    def variances(
        self,
        cross: Float64[np.ndarray, "others structures"],
        selves: Float64[np.ndarray, "others"],
        directions: Float64[np.ndarray, "others directions"],
    ) -> Float64[np.ndarray, "others"]:
        """Return how uncertain others are after the last solution, as shares of the variance.

        Args:
            cross: Their kernel with the structures; is overwritten.
            selves: Their kernel with themselves.
            directions: As for the structures.
        """
        missing = directions - cross @ self._constant
        # Only one triangle is solved: its squares add up to the part that is explained.
        half, _ = _TRIANGLE(self._matrix.T, cross.T, lower=0, trans=1, overwrite_b=1)
        explained = np.einsum("so,so->o", half, half)
        shares = np.maximum(selves - explained, 0.0) + self._noise
        if directions.shape[1]:
            across = np.einsum("sd,sd->d", self._directions, self._constant)
            shares += np.sum(missing**2 / across, axis=1)
        return shares

    def _solved(self, values: np.ndarray) -> np.ndarray:
        if not values.shape[1]:
            return np.zeros_like(values)
        return _SOLVE(self._matrix.T, values, lower=0)[0]

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


def without_penalty(
    solved: Float64[np.ndarray, "structures targets"],
    constant: Float64[np.ndarray, "structures directions"],
    directions: Float64[np.ndarray, "structures directions"],
    values: Float64[np.ndarray, "structures targets"],
) -> tuple[Float64[np.ndarray, "structures targets"], Float64[np.ndarray, "targets"]]:
    """Return weights beside a constant that goes without penalty, and the constant.

    Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006),
    eq. 2.42 with a vague prior.

    Args:
        solved: What solves the equations for the values.
        constant: What solves them for the directions.
        directions: What the constant is multiplied by; no column without one.
        values: Of each target.
    """
    if not directions.shape[1]:
        return solved, np.zeros(values.shape[1])
    across = float(directions[:, 0] @ constant[:, 0])
    constants = constant[:, 0] @ values / across
    return solved - constant * constants, constants
