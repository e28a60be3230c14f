"""Regression on kernels with a few points, in passes over any number of structures.

With K_MM = L Lᵀ for the points, the rows v = L⁻¹ k_M of all structures make a linear regression
with unit penalty. Its normal matrix VᵀV is well scaled, other than K_MN K_NM, which would square
the condition number of the kernel.

Source: J. Quiñonero-Candela and C. E. Rasmussen, J. Mach. Learn. Res. 6, 1939 (2005), eqs. 16 and
20; L. Foster et al., J. Mach. Learn. Res. 10, 857 (2009), method V.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64
from scipy import linalg
from scipy.linalg import get_blas_funcs

from atomarium.core.features import Features
from atomarium.models._kernel_sums import runs
from atomarium.models._left_out import FactoredKernel
from atomarium.models._lesson import Lesson, spread_evenly
from atomarium.models.kernel_matrices import StructureKernel

(_ADD_SQUARE,) = get_blas_funcs(("syrk",), dtype=np.dtype(np.float64))
#: Structures whose errors decide on the noise.
_LEFT_OUT = 2000
_LEAST_JITTER, _MOST_JITTER = 1e-14, 1e-6


class SparseEquations:
    """Regression with some points and one length scale, for any noise.

    Args:
        kernel: Between structures.
        lesson: All training structures.
        points: Features of those that stand for all.
        length_scale: Of the kernel.
    """

    def __init__(
        self, kernel: StructureKernel, lesson: Lesson, points: Features, length_scale: float
    ) -> None:
        self._kernel, self._points, self._scale = kernel, points, length_scale
        self._root, self.jitter = stable_root(kernel.among(points, [length_scale])[0])
        n_points, n_structures = len(points), len(lesson.values)
        self._normal = np.zeros((n_points, n_points), order="F")
        self._right = np.zeros((n_points, lesson.values.shape[1]))
        self._sample = spread_evenly(n_structures, min(n_structures, _LEFT_OUT))
        self._rows = np.empty((len(self._sample), n_points))
        total, filled = 0.0, 0
        for run in runs(n_structures, n_points):
            some = lesson.features.take(run)
            rows = self.rows(some)
            self._normal = _ADD_SQUARE(1.0, rows, beta=1.0, c=self._normal, lower=1, overwrite_c=1)
            self._right += rows @ lesson.values[run]
            total += float(kernel.selves(some, [length_scale]).sum())
            own = self._sample[(self._sample >= run[0]) & (self._sample <= run[-1])] - run[0]
            self._rows[filled : filled + len(own)] = rows.T[own]
            filled += len(own)
        self._normal += np.tril(self._normal, -1).T
        self._unit = total / n_structures
        self._lesson = lesson

    def rows(self, features: Features) -> Float64[np.ndarray, "points structures"]:
        """Return L⁻¹ k_M of structures, one in each column."""
        (cross,) = self._kernel.between(features, self._points, [self._scale])
        return linalg.solve_triangular(
            self._root, cross.T, lower=True, overwrite_b=True, check_finite=False
        )

    def left_out_errors(
        self, noises: Float64[np.ndarray, "noises"]
    ) -> Float64[np.ndarray, "noises targets"]:
        """Return mean absolute leave-one-out errors of a sample, infinite without a solution.

        Points stay points when they are left out.
        """
        factored = FactoredKernel(self._normal.copy(order="C"), unit=self._unit)
        right = factored.rotated(self._right)
        turned = np.ascontiguousarray(factored.rotated(self._rows.T))
        values = self._lesson.values[self._sample]
        weights = self._lesson.weights[self._sample, None]
        errors = np.full((len(noises), values.shape[1]), np.inf)
        for row, noise in enumerate(noises):
            if factored.choose_noise(noise):
                residuals = values - turned.T @ factored.solve(right)
                # Without noise, structures that are points may be explained to the last digit.
                left = np.maximum(1 - factored.explained(turned), np.finfo(np.float64).eps)
                errors[row] = np.mean(np.abs(weights * residuals / left[:, None]), axis=0)
        return errors

    def solve(self, noise: float) -> SparseSolution:
        """Return the solution with a noise, a share of the mean diagonal of the kernel."""
        shift = max(noise, float(np.finfo(np.float64).eps)) * self._unit
        inner = self._normal.copy(order="F")
        inner[np.diag_indices_from(inner)] += shift
        inner = linalg.cholesky(inner, lower=True, overwrite_a=True, check_finite=False)
        inside = linalg.cho_solve((inner, True), self._right, check_finite=False)
        squares = np.einsum("st,st->t", self._lesson.values, self._lesson.values)
        left = squares - np.einsum("pt,pt->t", self._right, inside)
        return SparseSolution(
            weights=linalg.solve_triangular(self._root, inside, lower=True, trans=1),
            scales=np.maximum(left, 0.0) / (shift * len(self._lesson.values)),
            inner=inner,
            shift=shift,
        )


class SparseSolution:
    """A solution with one noise.

    Args:
        weights: Of the points, for each target.
        scales: What kernels are multiplied by to be covariances of the values, at most likely.
        inner: Cholesky factor of VᵀV + shift.
        shift: The noise itself.
    """

    def __init__(
        self, *, weights: np.ndarray, scales: np.ndarray, inner: np.ndarray, shift: float
    ) -> None:
        self.weights, self.scales = weights, scales
        self._inner, self._shift = inner, shift

    def variances(
        self,
        rows: Float64[np.ndarray, "points structures"],
        selves: Float64[np.ndarray, "structures"],
    ) -> Float64[np.ndarray, "structures"]:
        """Return how uncertain structures are, as shares of the variance.

        Source: as above, eq. 20b: far from all points it is that of the kernel.
        """
        half = linalg.solve_triangular(self._inner, rows, lower=True, check_finite=False)
        explained = np.einsum("ps,ps->s", rows, rows)
        known = self._shift * np.einsum("ps,ps->s", half, half)
        return np.maximum(selves - explained, 0.0) + known + self._shift


def stable_root(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a Cholesky factor, and the share of the diagonal that had to be added for it."""
    unit = float(matrix.diagonal().mean())
    jitter = _LEAST_JITTER
    while True:
        shifted = matrix.copy()
        shifted[np.diag_indices_from(shifted)] += jitter * unit
        try:
            return linalg.cholesky(shifted, lower=True, overwrite_a=True), jitter
        except linalg.LinAlgError:
            if jitter > _MOST_JITTER:
                raise
            jitter *= 10
