"""Solve (K + noise) x = y without factorizing K: conjugate gradients, preconditioned.

With large noises the kernel matrix is kept in single precision, which halves its memory and
doubles the speed; a small noise would drown in its rounding.

Source: G. H. Golub and C. F. Van Loan, Matrix Computations (2013), algorithm 11.5.1; the
preconditioner is a low-rank part of K by randomly pivoted Cholesky, as in M. Díaz, E. N. Epperly,
Z. Frangella, J. A. Tropp and R. J. Webber, arXiv:2304.12465 (2023).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64
from scipy import linalg

from atomarium.core.features import Features
from atomarium.models._solving import Solution, without_penalty
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.points import random_pivots

#: Where residuals are smaller than this share of the values, a solution is found.
_TOLERANCE = 1e-6
_MOST_STEPS = 1000
#: Noise from which on single precision is enough: 100 times the rounding of the diagonal and more.
_NOISE_OF_SINGLES = 1e-4
#: Kernel rows that are made at a time.
_ROWS_AT_ONCE = 1024


class IterativeEquations:
    """A kernel matrix that is solved with one noise after another, and never factorized.

    Args:
        kernel: Between structures.
        features: Of the structures.
        length_scale: Of the kernel.
        least_noise: Of those to come; decides on the precision.
    """

    def __init__(
        self,
        kernel: StructureKernel,
        features: Features,
        length_scale: float,
        *,
        least_noise: float,
    ) -> None:
        size = len(features)
        precision = np.float32 if least_noise >= _NOISE_OF_SINGLES else np.float64
        self._matrix = np.empty((size, size), dtype=precision)
        for start in range(0, size, _ROWS_AT_ONCE):
            run = np.arange(start, min(start + _ROWS_AT_ONCE, size))
            self._matrix[run] = kernel.between(features.take(run), features, [length_scale])[0]
        self._unit = float(self._matrix.diagonal().mean(dtype=np.float64))
        n_pivots = min(size, max(500, size // 8))
        self._factor = random_pivots(
            lambda chosen: self._matrix[chosen].T.astype(np.float64),
            self._matrix.diagonal().astype(np.float64),
            n_pivots,
            seed=0,
        )[1]

    def solve(
        self,
        values: Float64[np.ndarray, "structures targets"],
        directions: Float64[np.ndarray, "structures directions"],
        noise: float,
        *,
        adjustable: bool,
    ) -> Solution:
        """Solve for some targets; what cannot be solved to six digits is said in a warning.

        Args:
            values: y.
            directions: What a constant without penalty is multiplied by; no column without one.
            noise: Share of the mean diagonal.
            adjustable: Not needed: iterations find the best that there is.
        """
        del adjustable
        columns = np.concatenate([values, directions], axis=1)
        solved, residual, n_steps = self._iterate(columns, noise * self._unit)
        n_targets = values.shape[1]
        weights, constants = without_penalty(
            solved[:, :n_targets], solved[:, n_targets:], directions, values
        )
        scales = np.einsum("st,st->t", values, weights) / len(values)
        warnings = ()
        if residual > _TOLERANCE:
            text = f"{n_steps} iterations left {residual:.1g} of the values unexplained"
            warnings = (f"{text}: give a larger noise, or solver = 'direct'",)
        return Solution(weights, noise, constants, scales, warnings)

    def _iterate(
        self, values: Float64[np.ndarray, "structures columns"], shift: float
    ) -> tuple[Float64[np.ndarray, "structures columns"], float, int]:
        """Return the solution, the largest share of values left, and the number of steps."""
        precondition = self._preconditioner(shift)
        sizes = np.linalg.norm(values, axis=0)
        sizes[sizes == 0] = 1.0
        solution, residual = np.zeros_like(values), values.copy()
        best, least = solution.copy(), 1.0
        step = precondition(residual)
        along, product = step.copy(), np.einsum("sc,sc->c", residual, step)
        n_steps = 0
        while n_steps < _MOST_STEPS and least > _TOLERANCE:
            n_steps += 1
            moved = self._times(along) + shift * along
            curvature = np.einsum("sc,sc->c", along, moved)
            length = _ratio(product, curvature)
            solution += length * along
            residual -= length * moved
            left = float((np.linalg.norm(residual, axis=0) / sizes).max(initial=0.0))
            if left < least:
                best, least = solution.copy(), left
            elif left > 1e3 * least:
                break
            step = precondition(residual)
            before, product = product, np.einsum("sc,sc->c", residual, step)
            along = step + _ratio(product, before) * along
        return best, least, n_steps

    def _times(
        self, values: Float64[np.ndarray, "structures columns"]
    ) -> Float64[np.ndarray, "structures columns"]:
        product = self._matrix @ values.astype(self._matrix.dtype, copy=False)
        return product.astype(np.float64, copy=False)

    def _preconditioner(self, shift: float) -> Callable[[np.ndarray], np.ndarray]:
        """Return a function that solves F Fᵀ + shift instead of K + shift."""
        left, sizes, _ = linalg.svd(self._factor, full_matrices=False, check_finite=False)
        # Whatever the low-rank part misses is about as large as its smallest size.
        floor = max(shift, float(sizes[-1] ** 2), 1e-7 * self._unit)
        weights = floor / (sizes**2 + floor) - 1.0

        def precondition(
            values: Float[np.ndarray, "structures columns"],
        ) -> Float64[np.ndarray, "structures columns"]:
            return values + left @ (weights[:, None] * (left.T @ values))

        return precondition


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return quotients, and nothing where a column is solved already."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
