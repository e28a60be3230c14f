"""Kernel regression on a few points that stand for all training structures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models._chosen import chosen_by_tuning
from atomarium.models._kernel_sums import runs, sum_of_kernels
from atomarium.models._lesson import Lesson, center_counts
from atomarium.models._noises import NoiseProfile
from atomarium.models._sparse_equations import SparseEquations
from atomarium.models._tuning import Choice
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_model import KernelModel
from atomarium.models.points import check_way, choose_points
from atomarium.models.training import check_features


@dataclass(frozen=True, kw_only=True)
class SparseKrr(KernelModel):
    """Kernel regression with a subset of regressors, for any number of training structures.

    Predictions are sums of kernels on the points alone, fitted to all training structures. The
    length scale is tuned as for `krr`, on `n_tuning` structures; the noise by the leave-one-out
    errors of 2,000 structures in the regression with points itself.

    Args:
        n_points: How many. Cost grows with its square times the training structures, memory with
            its square; with as many as training structures the model is `krr`.
        points: How they are chosen: `pivots` (randomly pivoted Cholesky), `farthest`, `cur` (by
            leverage) or `random`.
        seed: Of what is drawn.
    """

    n_points: int = 1000
    points: str = "pivots"
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_way(self.points)
        if self.n_points < 1:
            raise InputError(f"n_points must be at least 1, got {self.n_points}")

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        groups: Int64[np.ndarray, "grouped"] | None = None,
    ) -> FittedSparseKrr:
        """Tune what is left open, choose points and learn the values.

        Args:
            features: Of training structures.
            values: Of each, for each target.
            extensive: Whether values grow with the number of atoms.
            groups: Structures of one number are left out together when length scales are tuned.

        Raises:
            InputError: there are no structures, one has no atoms, or a number is not finite.
        """
        kernel, lesson, center = self.prepare(features, values, extensive=extensive, groups=groups)
        choices = self.choose(kernel, lesson)
        scales = np.array([choice.length_scale for choice in choices])
        # Points for several length scales are those of the shortest, which needs the most.
        chosen = choose_points(
            self.points, kernel, lesson.features, float(scales.min()), self.n_points, self.seed
        )
        fitted = FittedSparseKrr(
            settings=self,
            kernel=kernel,
            training=lesson.features,
            points=chosen,
            extensive=extensive,
            weights=np.empty((len(chosen), len(choices))),
            center=center,
            length_scales=scales,
            noises=np.array([choice.noise for choice in choices]),
            errors=np.array([choice.error for choice in choices]),
            scales=np.empty(len(choices)),
            values=lesson.values,
        )
        return self._solved(fitted, lesson, choices)

    def _solved(
        self, fitted: FittedSparseKrr, lesson: Lesson, choices: list[Choice]
    ) -> FittedSparseKrr:
        """Return the model with its noises and weights; targets of a length scale share passes."""
        # These were chosen just now, and nobody else has them yet.
        arrays = {name: getattr(fitted, name).copy() for name in ("weights", "noises", "errors")}
        variances, warnings = fitted.scales.copy(), []
        for target, choice in enumerate(choices):
            kept = [text for text in choice.warnings if not text.startswith("noise ")]
            warnings += [(target, text) for text in kept]
        for scale in np.unique(fitted.length_scales):
            targets = np.flatnonzero(fitted.length_scales == scale)
            points = lesson.features.take(fitted.points)
            shared = replace(lesson, values=lesson.values[:, targets])
            equations = SparseEquations(fitted.kernel, shared, points, float(scale))
            noises = self.tuning(len(lesson.values)).noises
            profile = NoiseProfile(noises, len(targets)).scan(equations.left_out_errors)
            for place, target in enumerate(targets.tolist()):
                if lesson.values[:, target].any():
                    noise, error, warning = profile.best(place)
                    arrays["noises"][target], arrays["errors"][target] = noise, error
                    warnings += [(target, warning)] if warning else []
                solution = equations.solve(float(arrays["noises"][target]))
                arrays["weights"][:, target] = solution.weights[:, place]
                variances[target] = solution.scales[place]
        several = len(choices) > 1
        texts = [f"target {t}: {text}" if several else text for t, text in sorted(warnings)]
        return replace(fitted, **arrays, scales=variances, warnings=tuple(texts))

    def restore(self, arrays: Mapping[str, np.ndarray], features: Features) -> FittedSparseKrr:
        """Return what `fit` once returned, its warnings apart.

        Args:
            arrays: Of the fitted model.
            features: The training features that it was fitted to.

        Raises:
            InputError: the numbers of structures do not agree.
        """
        extensive = bool(arrays["extensive"])
        features = self.digest(features, extensive=extensive)
        if len(features) != len(arrays["values"]):
            given = f"{len(arrays['values'])} values but {len(features)} training structures"
            raise InputError(f"the model does not belong to these training structures: {given}")
        return FittedSparseKrr(
            settings=self,
            kernel=self.restored_kernel(features, arrays, extensive=extensive),
            training=features,
            extensive=extensive,
            **{name: arrays[name] for name in _ARRAYS},  # pyright: ignore[reportArgumentType]
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedSparseKrr:
    """A sum of kernels on points.

    Args:
        settings: What it was fitted with.
        kernel: Between structures.
        training: Features of the training structures.
        points: Which of them are points.
        extensive: Whether values grow with the number of atoms.
        weights: Of each point, for each target.
        center: What is added to the sum; per atom where values are extensive.
        length_scales: Of each target.
        noises: Of each target, as shares of the mean diagonal.
        errors: Mean absolute leave-one-out error of each target; NaN where none was taken.
        scales: What kernels are multiplied by to be covariances of the values learned.
        values: What was learned, centered.
        warnings: What a user should know about the fit.
    """

    settings: SparseKrr
    kernel: StructureKernel = field(repr=False)
    training: Features = field(repr=False)
    points: Int64[np.ndarray, "points"] = field(repr=False)
    extensive: bool
    weights: Float64[np.ndarray, "points targets"] = field(repr=False)
    center: Float64[np.ndarray, "targets"]
    length_scales: Float64[np.ndarray, "targets"]
    noises: Float64[np.ndarray, "targets"]
    errors: Float64[np.ndarray, "targets"]
    scales: Float64[np.ndarray, "targets"]
    values: Float64[np.ndarray, "structures targets"] = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Length scale, noise, leave-one-out error; numbered when there are several targets."""
        tuned = chosen_by_tuning(
            self.kernel,
            length_scales=self.length_scales,
            noises=self.noises,
            errors=self.errors,
        )
        return {**tuned, "n_points": len(self.points)}

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: the features are not such as the model was fitted to, a structure has no
                atoms, or a number is not finite.
        """
        features = self._digest(features)
        weights, scales = self.weights, self.length_scales
        predicted = sum_of_kernels(self.kernel, features, self._points, weights, scales)
        predicted *= self._multipliers(features)
        return predicted + center_counts(features, extensive=self.extensive)[:, None] * self.center

    def spread(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return the standard deviation of each value, as a Gaussian process sees it.

        It counts the noise. The first call passes over the training structures once more.

        Raises:
            InputError: as `predict`.
        """
        features = self._digest(features)
        out = np.empty((len(features), len(self.center)))
        for scale, equations in self._equations.items():
            for noise in np.unique(self.noises[self.length_scales == scale]):
                targets = np.flatnonzero((self.length_scales == scale) & (self.noises == noise))
                solution = equations.solve(float(noise))
                for run in runs(len(features), len(self.points)):
                    some = features.take(run)
                    (selves,) = self.kernel.selves(some, [scale])
                    shares = solution.variances(equations.rows(some), selves)
                    variances = shares[:, None] * self.scales[targets]
                    out[run[:, None], targets] = np.sqrt(variances)
        return out * self._multipliers(features)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, training features apart."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        if len(self.kernel.terms) > 1:
            arrays["term_weights"] = np.array([term.weight for term in self.kernel.terms])
        return {**arrays, "extensive": np.array(self.extensive)}

    @cached_property
    def _points(self) -> Features:
        return self.training.take(self.points)

    @cached_property
    def _equations(self) -> dict[float, SparseEquations]:
        n_structures = len(self.training)
        lesson = Lesson(
            features=self.training,
            values=self.values,
            weights=np.ones(n_structures),
            directions=np.zeros((n_structures, 0)),
        )
        return {
            scale: SparseEquations(self.kernel, lesson, self._points, scale)
            for scale in np.unique(self.length_scales).tolist()
        }

    def _digest(self, features: Features) -> Features:
        features = self.settings.digest(features, extensive=self.extensive)
        check_features(features, width=self.training.width)
        return features

    def _multipliers(self, features: Features) -> Float64[np.ndarray, "structures 1"]:
        per_atom = self.extensive and self.settings.learns_per_atom(features)
        return center_counts(features, extensive=per_atom)[:, None]


_ARRAYS = (
    *("points", "weights", "center", "length_scales", "noises", "errors", "scales", "values"),
)
