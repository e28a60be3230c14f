"""Ridge regression on structures whose elements are mixed, λ of the least leave-one-out error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models._left_out import LeftOut
from atomarium.models._lesson import Lesson
from atomarium.models._solving import Equations
from atomarium.models.alchemical.blocks import element_pairs
from atomarium.models.alchemical.kernel import ElementKernel
from atomarium.models.ridge import FittedRidge, Ridge

#: Shares of the mean diagonal of the centered kernel.
_NOISES = 2.0 ** np.arange(-33, 4)


@dataclass(frozen=True, eq=False, kw_only=True)
class Regression:
    """Weights, and what it takes to predict with them.

    Args:
        kernel: Between structures.
        ridge: Weights of rows, where structures are rows.
        training: Features of the training structures, where they are not.
        weights: Of the training structures, where they are not.
        center: What is added to a sum of kernels.
        noise: λ.
        error: Mean absolute leave-one-out error.
        warnings: What a user should know about the fit.
    """

    kernel: ElementKernel
    ridge: FittedRidge | None = field(default=None, repr=False)
    training: CompactFeatures | None = field(default=None, repr=False)
    weights: Float64[np.ndarray, "structures"] = field(default_factory=lambda: np.zeros(0))
    center: float = 0.0
    noise: float = float("nan")
    error: float = float("nan")
    warnings: tuple[str, ...] = ()

    def predict(self, features: CompactFeatures) -> Float64[np.ndarray, "structures"]:
        """Return a value for each structure."""
        if self.ridge is not None:
            return self.ridge.predict(self.kernel.rows(features))[:, 0]
        assert self.training is not None
        return self.kernel.between(features, self.training) @ self.weights + self.center

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, kernel and training features apart."""
        if self.ridge is not None:
            return {f"ridge_{name}": array for name, array in self.ridge.arrays().items()}
        numbers = np.array([self.center, self.noise, self.error])
        return {"weights": self.weights, "center_noise_error": numbers}


def regress(
    kernel: ElementKernel,
    features: CompactFeatures,
    values: Float64[np.ndarray, "structures"],
    noise: float | str,
) -> Regression:
    """Learn weights.

    Args:
        kernel: Between structures.
        features: Of the training structures.
        values: Of each.
        noise: λ; `auto` takes the one of the least leave-one-out error.

    Raises:
        InputError: the noise given is too small for the equations to have a solution.
    """
    pairs = element_pairs(features)
    if kernel.has_rows(pairs.n_max, pairs.l_max):
        ridge = Ridge(penalty=noise).fit(kernel.rows(features), values[:, None], extensive=False)
        return Regression(
            kernel=kernel,
            ridge=ridge,
            noise=float(ridge.penalties[0]),
            error=float(ridge.errors[0]),
            warnings=ridge.warnings,
        )
    return _by_kernel(kernel, features, values, noise)


def _by_kernel(
    kernel: ElementKernel,
    features: CompactFeatures,
    values: Float64[np.ndarray, "structures"],
    noise: float | str,
) -> Regression:
    center, ones = float(values.mean()), np.ones((len(values), 1))
    remaining = (values - center)[:, None]
    if not remaining.any():
        zeros = np.zeros(len(values))
        return Regression(kernel=kernel, training=features, weights=zeros, center=center)
    matrix = kernel.between(features, features)
    # Centered, so that λ is a share of what is left to learn from.
    middle = matrix.mean(axis=0)
    matrix += middle.mean() - middle - middle[:, None]
    chosen, error = (float("nan"), float("nan")) if isinstance(noise, str) else (noise, np.nan)
    if isinstance(noise, str):
        lesson = Lesson(
            features=Features(np.zeros((len(values), 0)), "structures", features.offsets),
            values=remaining,
            weights=np.ones(len(values)),
            directions=ones,
        )
        errors = LeftOut(matrix.copy(), lesson).errors(_NOISES)[:, 0]
        best = int(np.argmin(errors))
        chosen, error = float(_NOISES[best]), float(errors[best])
    solution = Equations(matrix).solve(remaining, ones, chosen, adjustable=noise == "auto")
    return Regression(
        kernel=kernel,
        training=features,
        weights=solution.weights[:, 0],
        center=center + float(solution.constants[0] - middle @ solution.weights[:, 0]),
        noise=float(solution.noise),
        error=float(error),
        warnings=solution.warnings,
    )


def restored(
    kernel: ElementKernel, arrays: Mapping[str, np.ndarray], features: CompactFeatures
) -> Regression:
    """Return what `regress` once returned, its warnings apart.

    Raises:
        InputError: the numbers of structures do not agree.
    """
    if "ridge_weights" in arrays:
        own = {name.removeprefix("ridge_"): array for name, array in arrays.items()}
        rows = Features(np.zeros((len(features), 0)), "structures", features.offsets)
        ridge = Ridge().restore(own, rows)
        return Regression(
            kernel=kernel,
            ridge=ridge,
            noise=float(ridge.penalties[0]),
            error=float(ridge.errors[0]),
        )
    if len(features) != len(arrays["weights"]):
        given = f"{len(arrays['weights'])} weights but {len(features)} training structures"
        raise InputError(f"the model does not belong to these training structures: {given}")
    center, noise, error = arrays["center_noise_error"].tolist()
    return Regression(
        kernel=kernel,
        training=features,
        weights=arrays["weights"],
        center=center,
        noise=noise,
        error=error,
    )
