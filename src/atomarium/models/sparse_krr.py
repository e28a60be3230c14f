"""Kernel regression on a few points that stand for all training structures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models._kernel_sums import runs
from atomarium.models._lesson import Lesson
from atomarium.models._noises import Errors, NoiseProfile
from atomarium.models._sparse_equations import SparseEquations
from atomarium.models._tuning import Choice, Tuning
from atomarium.models.fitted_kernels import FittedKernels
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_model import KernelModel
from atomarium.models.points import check_way, choose_points

#: Length scales are settled with so many points and structures at most.
_POINTS_IN_PART, _STRUCTURES_IN_PART = 500, 2000


@dataclass(frozen=True, kw_only=True)
class SparseKrr(KernelModel):
    """Kernel regression with a subset of regressors, for any number of training structures.

    Predictions are sums of kernels on the points alone, fitted to all training structures. The
    length scale is tuned as for `krr`, and then by octaves with a part of the points and of the
    structures: with fewer points than structures, longer ones are better. The noise is tuned by the
    leave-one-out errors of 2,000 structures in the regression with points itself.

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

    def tuning(self, n_structures: int) -> Tuning:
        """Return what is open, and where to look, for so many training structures."""
        return replace(super().tuning(n_structures), errors_of=self._errors_in_part)

    def _errors_in_part(self, kernel: StructureKernel, lesson: Lesson, scale: float) -> Errors:
        """Return errors by noise of the regression on a part of points and structures."""
        n_points = min(self.n_points, _POINTS_IN_PART)
        some = lesson.sample(_STRUCTURES_IN_PART)
        chosen = choose_points(self.points, kernel, some.features, scale, n_points, self.seed)
        return SparseEquations(kernel, some, some.features.take(chosen), scale).left_out_errors

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
        kept = FittedSparseKrr.kept
        return FittedSparseKrr(**self.restored(arrays, features, kept, per_structure="values"))


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedSparseKrr(FittedKernels):
    """A sum of kernels on points; see `FittedKernels` for what else is kept of it.

    Args:
        settings: What it was fitted with.
        points: Which of the training structures are points.
        values: What was learned, centered.
    """

    kept = ("points", *FittedKernels.kept, "values")

    settings: SparseKrr
    points: Int64[np.ndarray, "points"] = field(repr=False)
    values: Float64[np.ndarray, "structures targets"] = field(repr=False)

    @property
    def summed(self) -> Features:
        """Features of the points."""
        return self._points

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Length scale, noise, leave-one-out error; numbered when there are several targets."""
        return {**super().chosen, "n_points": len(self.points)}

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
            scale: SparseEquations(self.kernel, lesson, self.summed, scale)
            for scale in np.unique(self.length_scales).tolist()
        }
