"""Errors of predicting what is left out of training, from one factorization for all noises.

The kernel matrix is reduced to a tridiagonal one by rotations, K = Q T Qᵀ; with any noise on its
diagonal T is solved and inverted in a few passes. That takes half the time of eigenvectors.

Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006),
eq. 5.12: the error of leaving out structure i is [G y]_i / G_ii, where G is the inverse of the
kernel matrix with the noise on its diagonal; structures F that are left out together have errors
(G_FF)⁻¹ [G y]_F, as in S. An, W. Liu and S. Venkatesh, Pattern Recognition 40, 2154 (2007). With
a constant that goes without penalty, G - G u uᵀ G / (uᵀ G u) takes the place of G, where u is
what the constant is multiplied by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64
from scipy.linalg import get_lapack_funcs

from atomarium.models._lesson import Lesson

_REDUCE, _ROTATION = get_lapack_funcs(("sytrd", "orgqr"), dtype=np.dtype(np.float64))
_EPSILON = float(np.finfo(np.float64).eps)


class FactoredKernel:
    """A kernel matrix, reduced so that any noise on its diagonal costs little.

    Args:
        matrix: Symmetric; is overwritten.
        unit: What noises are shares of; the mean diagonal when left out.
    """

    def __init__(
        self, matrix: Float64[np.ndarray, "structures structures"], *, unit: float | None = None
    ) -> None:
        self._unit = float(matrix.diagonal().mean()) if unit is None else unit
        size = len(matrix)
        # What is not definite by rounding alone cannot be told from zero.
        self._least = _EPSILON * float(np.abs(matrix).sum(axis=0).max())
        reduced, self._diagonal, self._beside, scales, _ = _REDUCE(
            matrix.T, lower=1, lwork=64 * size, overwrite_a=1
        )
        rotation = np.zeros((size, size), order="F")
        rotation[0, 0] = 1.0
        if size > 1:
            below = np.asfortranarray(reduced[1:, :-1])
            rotation[1:, 1:] = _ROTATION(below, scales, lwork=64 * size, overwrite_a=1)[0]
        self._rotation = rotation.T
        self._below, self._inverses = np.empty(max(size - 1, 1)), np.empty(size)

    def choose_noise(self, noise: float) -> bool:
        """Put a noise on the diagonal; return whether there is an inverse then.

        Args:
            noise: Share of the unit.
        """
        from atomarium.models._kernels.tridiagonal import factorize

        shift = noise * self._unit
        parts = self._diagonal, self._beside, shift, self._least, self._below, self._inverses
        return bool(factorize(*parts))

    def rotated(
        self, values: Float64[np.ndarray, "structures columns"]
    ) -> Float64[np.ndarray, "structures columns"]:
        """Return Qᵀ · values, as `solve` takes them."""
        return self._rotation @ values

    def solve(
        self, rotated: Float64[np.ndarray, "structures columns"]
    ) -> Float64[np.ndarray, "structures columns"]:
        """Return Qᵀ G · values for rotated values."""
        from atomarium.models._kernels.tridiagonal import solve_columns

        solved = np.array(rotated, order="C")
        solve_columns(self._below, self._inverses, solved)
        return solved

    def turned_back(
        self, rotated: Float64[np.ndarray, "structures columns"]
    ) -> Float64[np.ndarray, "structures columns"]:
        """Return Q · rotated."""
        return self._rotation.T @ rotated

    def inverse_diagonal(self) -> Float64[np.ndarray, "structures"]:
        """Return the diagonal of G."""
        return self.explained(self._rotation)

    def explained(
        self, rotated: Float64[np.ndarray, "structures columns"]
    ) -> Float64[np.ndarray, "columns"]:
        """Return xᵀ G x of each rotated column Qᵀ x."""
        from atomarium.models._kernels.tridiagonal import fill_inverse_diagonal

        out = np.empty(rotated.shape[1])
        fill_inverse_diagonal(self._below, self._inverses, rotated, np.empty(64), out)
        return out

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant of what G is the inverse of."""
        return -float(np.log(self._inverses).sum())

    def inverse_blocks(self, folds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the part of G of each fold with itself."""
        from atomarium.models._kernels.tridiagonal import fill_halves

        halves = np.empty_like(self._rotation)
        fill_halves(self._below, self._inverses, self._rotation, halves)
        return [halves[:, fold].T @ halves[:, fold] for fold in folds]


class LeftOut:
    """What is left out of training, and how well the rest predicts it.

    Args:
        matrix: Kernel of every two structures; is overwritten.
        lesson: The structures. One at a time is left out, or one of its folds.
    """

    def __init__(
        self, matrix: Float64[np.ndarray, "structures structures"], lesson: Lesson
    ) -> None:
        self._factored = FactoredKernel(matrix)
        self._lesson, self._folds = lesson, lesson.folds()
        columns = np.column_stack([lesson.values, lesson.directions])
        self._rotated = self._factored.rotated(columns)

    def errors(
        self, noises: Float64[np.ndarray, "noises"]
    ) -> Float64[np.ndarray, "noises targets"]:
        """Return mean absolute errors with each noise, infinite where there is no inverse.

        Args:
            noises: Shares of the mean of the matrix's diagonal.
        """
        n_targets = self._lesson.values.shape[1]
        solved, inverses, possible = [], [], []
        for row, noise in enumerate(noises):
            if self._factored.choose_noise(noise):
                possible.append(row)
                solved.append(self._factored.solve(self._rotated))
                inverses.append(
                    self._factored.inverse_diagonal()
                    if self._folds is None
                    else self._factored.inverse_blocks(self._folds)
                )
        errors = np.full((len(noises), n_targets), np.inf)
        if not possible:
            return errors
        columns = self._factored.turned_back(np.concatenate(solved, axis=1))
        width = self._rotated.shape[1]
        for place, (row, inverse) in enumerate(zip(possible, inverses, strict=True)):
            residuals = self._residuals(columns[:, place * width : (place + 1) * width], inverse)
            errors[row] = np.mean(np.abs(self._lesson.weights[:, None] * residuals), axis=0)
        return errors

    def _residuals(
        self,
        solved: Float64[np.ndarray, "structures columns"],
        inverse: np.ndarray | list[np.ndarray],
    ) -> Float64[np.ndarray, "structures targets"]:
        """Return what is missing in the prediction of each structure left out."""
        directions = self._lesson.directions
        n_targets = self._lesson.values.shape[1]
        solved, constant = solved[:, :n_targets], solved[:, n_targets:]
        # Directions without penalty take a projection from the inverse; often there are none.
        taken = constant / np.einsum("sd,sd->d", directions, constant)
        solved = solved - taken @ (constant.T @ self._lesson.values)
        if self._folds is None:
            return solved / (inverse - np.einsum("sd,sd->s", taken, constant))[:, None]
        residuals = np.empty_like(solved)
        for fold, block in zip(self._folds, inverse, strict=True):
            own = block - taken[fold] @ constant[fold].T
            residuals[fold] = np.linalg.lstsq(own, solved[fold], rcond=None)[0]
        return residuals
