"""Ridge regression: values as weighted sums of features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64
from scipy import linalg

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models._lesson import center_counts
from atomarium.models.training import check_features, check_training, per_structure

#: Shares of the mean squared length of a row.
_PENALTIES = 2.0 ** np.arange(-40, 7)
#: Of penalties whose errors differ by less, the largest is taken.
_EQUALLY_GOOD = 1.001


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """Linear regression with a penalty on the squared weights.

    Extensive values are learned from sums over atoms, without an intercept, so that two copies of
    a structure have twice its value; others from averages over atoms, with one. On a
    `composition`, the weights of an extensive energy are energies of the elements.

    Args:
        penalty: Share of the mean squared length of a row; 0 gives least squares with the
            shortest weights. `auto` takes the least leave-one-out error, for each target alone.
    """

    penalty: float | str = "auto"

    def __post_init__(self) -> None:
        if self.penalty == "auto":
            return
        if isinstance(self.penalty, str) or not 0 <= self.penalty < np.inf:
            raise InputError(f"penalty must be 0 or above, or 'auto', got {self.penalty!r}")

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return sums over atoms where values are extensive, otherwise averages.

        Raises:
            InputError: they have been reduced already, the other way.
        """
        return per_structure(features, averaged=not extensive)

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> FittedRidge:
        """Choose the penalty where it is open and learn the weights.

        Raises:
            InputError: there are no structures, one has no atoms, or a number is not finite.
        """
        features = self.digest(features, extensive=extensive)
        check_training(features, values)
        rows = features.values.astype(np.float64)
        middle = np.zeros(features.width) if extensive else rows.mean(axis=0)
        counts = center_counts(features, extensive=extensive)
        center = values.sum(axis=0) / counts.sum()
        problem = _Problem(
            rows - middle, values - counts[:, None] * center, has_intercept=not extensive
        )
        solutions = [problem.solve(target, self.penalty) for target in range(values.shape[1])]
        several = len(solutions) > 1
        return FittedRidge(
            weights=np.stack([solution.weights for solution in solutions], axis=1),
            middle=middle,
            center=center,
            penalties=np.array([solution.penalty for solution in solutions]),
            errors=np.array([solution.error for solution in solutions]),
            extensive=extensive,
            warnings=tuple(
                f"target {t}: {solution.warning}" if several else solution.warning
                for t, solution in enumerate(solutions)
                if solution.warning
            ),
        )

    def restore(self, arrays: Mapping[str, np.ndarray], features: Features) -> FittedRidge:
        """Return what `fit` once returned, its warnings apart."""
        del features
        return FittedRidge(
            weights=arrays["weights"],
            middle=arrays["middle"],
            center=arrays["center"],
            penalties=arrays["penalties"],
            errors=arrays["errors"],
            extensive=bool(arrays["extensive"]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedRidge:
    """Weights of features.

    Args:
        weights: For each target.
        middle: What is subtracted from the features.
        center: Value of a structure in the middle; per atom where values are extensive.
        penalties: Of each target.
        errors: Mean absolute leave-one-out error of each target.
        extensive: Whether values grow with the number of atoms.
        warnings: What a user should know about the fit.
    """

    weights: Float64[np.ndarray, "width targets"] = field(repr=False)
    middle: Float64[np.ndarray, "width"] = field(repr=False)
    center: Float64[np.ndarray, "targets"]
    penalties: Float64[np.ndarray, "targets"]
    errors: Float64[np.ndarray, "targets"]
    extensive: bool
    warnings: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Penalty and leave-one-out error; numbered when there are several targets."""
        several = len(self.center) > 1
        return {
            f"{name}_{target}" if several else name: float(column[target])
            for target in range(len(self.center))
            for name, column in (("penalty", self.penalties), ("leave_one_out_mae", self.errors))
        }

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: the features are not such as the model was fitted to, a structure has no
                atoms, or a number is not finite.
        """
        features = per_structure(features, averaged=not self.extensive)
        check_features(features, width=len(self.middle))
        counts = center_counts(features, extensive=self.extensive)
        return (features.values - self.middle) @ self.weights + counts[:, None] * self.center

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        names = ("weights", "middle", "center", "penalties", "errors")
        return {
            **{name: getattr(self, name) for name in names},
            "extensive": np.array(self.extensive),
        }


@dataclass(frozen=True, eq=False)
class _Solution:
    weights: Float64[np.ndarray, "width"]
    penalty: float
    error: float
    warning: str


class _Problem:
    """Centered rows and values, decomposed once for all penalties.

    Source: T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning (2009),
    eqs. 3.47 and 7.64; an intercept adds 1/n to the leverage of every row.
    """

    def __init__(self, rows: np.ndarray, values: np.ndarray, *, has_intercept: bool) -> None:
        self._rows, self._values = rows, values
        self._intercept = 1 / len(rows) if has_intercept else 0.0
        tall = rows.shape[0] > rows.shape[1]
        squares, vectors = linalg.eigh(rows.T @ rows if tall else rows @ rows.T)
        kept = squares > np.finfo(np.float64).eps * max(rows.shape) * max(squares[-1], 0.0)
        self._squares = squares[kept]
        self._left = vectors[:, kept]
        if tall:
            self._left = rows @ self._left / np.sqrt(self._squares)
        self._unit = float(np.einsum("ij,ij->", rows, rows)) / len(rows)

    def solve(self, target: int, penalty: float | str) -> _Solution:
        """Return the weights of one target."""
        values = self._values[:, target]
        penalties = _PENALTIES if isinstance(penalty, str) else np.array([penalty])
        projected = self._left.T @ values
        errors = self._errors(values, projected, penalties)
        best = int(np.flatnonzero(errors <= errors.min() * _EQUALLY_GOOD)[-1])
        shrunk = projected / (self._squares + penalties[best] * self._unit)
        warning = ""
        if not projected.any():
            warning = "all training values or features are equal: nothing to learn but the mean"
        elif len(penalties) > 1 and best in (0, len(penalties) - 1):
            end = "smallest" if best == 0 else "largest"
            warning = f"penalty {penalties[best]:.2g} is the {end} of those searched"
        weights = self._rows.T @ (self._left @ shrunk)
        return _Solution(weights, float(penalties[best]), float(errors[best]), warning)

    def _errors(
        self, values: np.ndarray, projected: np.ndarray, penalties: np.ndarray
    ) -> Float64[np.ndarray, "penalties"]:
        kept = self._squares[:, None] / (self._squares[:, None] + penalties * self._unit)
        leverages = np.square(self._left) @ kept + self._intercept
        residuals = values[:, None] - self._left @ (projected[:, None] * kept)
        # A row that alone decides a weight has leverage one and no leave-one-out error.
        left_out = residuals / np.maximum(1 - leverages, np.finfo(np.float64).eps)
        return np.mean(np.abs(left_out), axis=0)
