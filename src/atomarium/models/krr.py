"""Kernel ridge regression that tunes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.models._lesson import Lesson, center_counts, make_lesson, value_scales
from atomarium.models._solving import Equations
from atomarium.models._tuning import Choice, Tuning
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernels import Origin, kernel_named
from atomarium.models.training import check_features, check_training, per_structure

_REDUCTIONS = ("mean", "sum", "atoms", "atoms-same-element")
#: Kernel values held at a time while predicting, 64 MB.
_VALUES_AT_ONCE = 1 << 23


@dataclass(frozen=True, kw_only=True)
class Krr:
    """Kernel ridge regression on centered values.

    `reduce` says how atoms become structures. `mean` compares average atoms and learns an
    extensive value per atom; `sum` compares sums of atoms and learns the whole. `atoms` sums the
    kernel over all pairs of atoms of two structures, `atoms-same-element` over pairs of one
    element; what is not extensive is then divided by the number of pairs. Rows of a
    representation that describes whole structures are taken as they are.

    Where left to `auto`, length scale and noise are those of the least leave-one-out error, for
    each target on its own; the fitted model says what was chosen.

    Args:
        kernel: `gaussian`, `matern3` or `matern5` of the Euclidean distance of two rows (Matérn
            kernels by twice their smoothness), `laplacian` of the Manhattan distance, or `linear`,
            the product.
        reduce: From atoms to structures: `mean`, `sum`, `atoms` or `atoms-same-element`.
        length_scale: In units of the features, above 0.
        noise: Share of the mean diagonal of the kernel matrix that is added to its diagonal, 0 or
            above.
        n_tuning: Number of training structures, spread evenly over all, that tuning looks at.
    """

    kernel: str = "gaussian"
    reduce: str = "mean"
    length_scale: float | str = "auto"
    noise: float | str = "auto"
    n_tuning: int = 1000

    def __post_init__(self) -> None:
        kernel_named(self.kernel)
        if self.reduce not in _REDUCTIONS:
            hint = did_you_mean(self.reduce, _REDUCTIONS)
            raise InputError(f"no way to reduce atoms is called {self.reduce!r}{hint}")
        length_scale, noise = _given(self.length_scale), _given(self.noise)
        if length_scale is not None and not 0 < length_scale < np.inf:
            raise InputError(f"length_scale must be above 0 or 'auto', got {length_scale!r}")
        if noise is not None and not 0 <= noise < np.inf:
            raise InputError(f"noise must be 0 or above, or 'auto', got {noise!r}")
        if self.n_tuning < 2:
            raise InputError(f"n_tuning must be at least 2, got {self.n_tuning}")

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return the least of the features that fitting and predicting need.

        Raises:
            InputError: sums over atoms need them and they have been reduced, or lack elements.
        """
        del extensive
        if self.reduce in ("mean", "sum"):
            return per_structure(features, averaged=self.reduce == "mean")
        if features.rows != "atoms":
            right = "take a representation of atoms, or reduce = 'mean'"
            raise InputError(f"reduce = {self.reduce!r} needs features of atoms; {right}")
        if self.reduce == "atoms-same-element" and features.numbers is None:
            raise InputError(
                "reduce = 'atoms-same-element' needs features that know their elements"
            )
        return features

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> FittedKrr:
        """Tune what is left open and learn the values.

        Raises:
            InputError: there are no structures, one has no atoms, a number is not finite, or the
                noise given is too small for the equations to have a solution.
        """
        features = self.digest(features, extensive=extensive)
        check_training(features, values)
        kernel = self._structure_kernel(features, extensive=extensive)
        lesson, center = make_lesson(features, values, extensive=extensive)
        choices = self._choose(kernel, lesson)
        weights, noises, warnings = _solve(kernel, lesson, choices, adjustable=self.noise == "auto")
        return FittedKrr(
            settings=self,
            kernel=kernel,
            training=features,
            extensive=extensive,
            weights=weights,
            center=center,
            length_scales=np.array([choice.length_scale for choice in choices]),
            noises=noises,
            errors=np.array([choice.error for choice in choices]),
            warnings=warnings,
        )

    def restore(self, arrays: Mapping[str, np.ndarray], features: Features) -> FittedKrr:
        """Return what `fit` once returned, its warnings apart.

        Args:
            arrays: Of the fitted model.
            features: The training features that it was fitted to.

        Raises:
            InputError: the numbers of structures do not agree.
        """
        extensive = bool(arrays["extensive"])
        features = self.digest(features, extensive=extensive)
        if len(features) != len(arrays["weights"]):
            given = f"{len(arrays['weights'])} weights but {len(features)} training structures"
            raise InputError(f"the model does not belong to these training structures: {given}")
        return FittedKrr(
            settings=self,
            kernel=self._structure_kernel(features, extensive=extensive),
            training=features,
            extensive=extensive,
            weights=arrays["weights"],
            center=arrays["center"],
            length_scales=arrays["length_scales"],
            noises=arrays["noises"],
            errors=arrays["errors"],
        )

    def _structure_kernel(self, features: Features, *, extensive: bool) -> StructureKernel:
        return StructureKernel(
            kernel=kernel_named(self.kernel),
            origin=Origin.of(features.values),
            atom_pairs="same_element" if self.reduce == "atoms-same-element" else "all",
            averaged=features.rows == "atoms" and not extensive,
        )

    def _choose(self, kernel: StructureKernel, lesson: Lesson) -> list[Choice]:
        tuning = Tuning(
            length_scale=_given(self.length_scale),
            noise=_given(self.noise),
            n_structures=self.n_tuning,
        )
        varied = np.abs(lesson.values).max(axis=0) > 0
        tuned = iter(tuning.choose(kernel, lesson.targets(varied)) if varied.any() else [])
        return [next(tuned) if v else tuning.without_search(kernel, lesson) for v in varied]


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedKrr:
    """A sum of kernels on the training structures.

    Args:
        settings: What it was fitted with.
        kernel: Between structures.
        training: Their features.
        extensive: Whether values grow with the number of atoms.
        weights: Of each training structure, for each target.
        center: What was subtracted from the values; per atom where they are extensive.
        length_scales: Of each target.
        noises: Of each target, as shares of the mean diagonal.
        errors: Mean absolute leave-one-out error of each target; NaN where none was taken.
        warnings: What a user should know about the fit.
    """

    settings: Krr
    kernel: StructureKernel = field(repr=False)
    training: Features = field(repr=False)
    extensive: bool
    weights: Float64[np.ndarray, "structures targets"] = field(repr=False)
    center: Float64[np.ndarray, "targets"]
    length_scales: Float64[np.ndarray, "targets"]
    noises: Float64[np.ndarray, "targets"]
    errors: Float64[np.ndarray, "targets"]
    warnings: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Length scale, noise and leave-one-out error; numbered when there are several targets."""
        columns = {"noise": self.noises, "leave_one_out_mae": self.errors}
        if self.kernel.kernel.has_length_scale:
            columns = {"length_scale": self.length_scales, **columns}
        several = len(self.center) > 1
        return {
            f"{name}_{target}" if several else name: float(value)
            for target in range(len(self.center))
            for name, column in columns.items()
            if not np.isnan(value := column[target])
        }

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: the features are not such as the model was fitted to, a structure has no
                atoms, or a number is not finite.
        """
        features = self.settings.digest(features, extensive=self.extensive)
        check_features(features, width=self.training.width)
        predicted = np.empty((len(features), len(self.center)))
        at_once = max(1, _VALUES_AT_ONCE // len(self.training))
        scales, scale_of_target = np.unique(self.length_scales, return_inverse=True)
        for start in range(0, len(features), at_once):
            run = np.arange(start, min(start + at_once, len(features)))
            some = features.take(run)
            for s, scale in enumerate(scales):
                targets = np.flatnonzero(scale_of_target == s)
                (matrix,) = self.kernel.between(some, self.training, [scale])
                predicted[run[:, None], targets] = matrix @ self.weights[:, targets]
        predicted *= value_scales(features, extensive=self.extensive)[:, None]
        return predicted + center_counts(features, extensive=self.extensive)[:, None] * self.center

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, training features apart."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return {**arrays, "extensive": np.array(self.extensive)}


_ARRAYS = ("weights", "center", "length_scales", "noises", "errors")


def _given(setting: float | str) -> float | None:
    """Return a number, or None where it is to be found.

    Raises:
        InputError: it is neither a number nor `auto`.
    """
    if isinstance(setting, str) and setting != "auto":
        raise InputError(f"expected a number or 'auto', got {setting!r}")
    return None if isinstance(setting, str) else setting


def _solve(
    kernel: StructureKernel, lesson: Lesson, choices: list[Choice], *, adjustable: bool
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return weights, the noises they were solved with, and all warnings.

    Targets that share a length scale share a matrix, those that share the noise too a solution.
    """
    weights, noises = np.empty_like(lesson.values), np.empty(len(choices))
    warnings = [(t, text) for t, choice in enumerate(choices) for text in choice.warnings]
    for scale in sorted({choice.length_scale for choice in choices}):
        found = [c.matrix for c in choices if c.length_scale == scale and c.matrix is not None]
        equations = Equations(found[0] if found else kernel.among(lesson.features, [scale])[0])
        for noise in sorted({c.noise for c in choices if c.length_scale == scale}):
            sharing = [
                t for t, c in enumerate(choices) if (c.length_scale, c.noise) == (scale, noise)
            ]
            solution = equations.solve(lesson.values[:, sharing], noise, adjustable=adjustable)
            weights[:, sharing], noises[sharing] = solution.weights, solution.noise
            warnings += [(t, text) for t in sharing for text in solution.warnings]
    several = len(choices) > 1
    texts = [f"target {t}: {text}" if several else text for t, text in sorted(warnings)]
    return weights, noises, tuple(texts)
