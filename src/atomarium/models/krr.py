"""Kernel ridge regression that tunes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.models._conjugate_gradients import IterativeEquations
from atomarium.models._kernel_sums import runs
from atomarium.models._lesson import Lesson, center_counts
from atomarium.models._solving import Equations, Solution
from atomarium.models._tuning import Choice
from atomarium.models.fitted_kernels import FittedKernels
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_model import KernelModel

_SOLVERS = ("direct", "iterative")


@dataclass(frozen=True, kw_only=True)
class Krr(KernelModel):
    """Kernel ridge regression on centered values.

    Args:
        centered: Whether a constant (per atom, for extensive values) is learned beside the kernel
            and goes without penalty: the same as centering the kernel.
        solver: `direct` factorizes the kernel matrix; `iterative` solves by preconditioned
            conjugate gradients, which is faster for many structures and noises that are not tiny.
    """

    centered: bool = False
    solver: str = "direct"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.solver not in _SOLVERS:
            hint = did_you_mean(self.solver, _SOLVERS)
            raise InputError(f"no solver is called {self.solver!r}{hint}")

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        groups: Int64[np.ndarray, "grouped"] | None = None,
    ) -> FittedKrr:
        """Tune what is left open and learn the values.

        Args:
            features: Of training structures.
            values: Of each, for each target.
            extensive: Whether values grow with the number of atoms.
            groups: Structures of one number are left out together when settings are tuned.

        Raises:
            InputError: there are no structures, one has no atoms, a number is not finite, or the
                noise given is too small for the equations to have a solution.
        """
        kernel, lesson, center = self.prepare(
            features, values, extensive=extensive, centered=self.centered, groups=groups
        )
        choices = self.choose(kernel, lesson)
        solution, noises, warnings = self._solve(kernel, lesson, choices)
        return FittedKrr(
            settings=self,
            kernel=kernel,
            training=lesson.features,
            extensive=extensive,
            weights=solution.weights,
            center=center + solution.constants,
            length_scales=np.array([choice.length_scale for choice in choices]),
            noises=noises,
            errors=np.array([choice.error for choice in choices]),
            scales=solution.scales,
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
        kept = FittedKrr.kept
        return FittedKrr(**self.restored(arrays, features, kept, per_structure="weights"))

    def _solve(
        self, kernel: StructureKernel, lesson: Lesson, choices: list[Choice]
    ) -> tuple[Solution, np.ndarray, tuple[str, ...]]:
        """Return the solution for all targets, noises it was solved with, and all warnings.

        Targets that share a length scale share a matrix, those that share the noise too a
        solution.
        """
        weights, noises = np.empty_like(lesson.values), np.empty(len(choices))
        constants, scales = np.empty(len(choices)), np.empty(len(choices))
        warnings = [(t, text) for t, choice in enumerate(choices) for text in choice.warnings]
        for scale in sorted({choice.length_scale for choice in choices}):
            equations = self._equations(kernel, lesson, scale, choices)
            for noise in sorted({c.noise for c in choices if c.length_scale == scale}):
                sharing = [
                    t for t, c in enumerate(choices) if (c.length_scale, c.noise) == (scale, noise)
                ]
                solution = equations.solve(
                    lesson.values[:, sharing],
                    lesson.directions,
                    noise,
                    adjustable=self.noise == "auto",
                )
                weights[:, sharing], noises[sharing] = solution.weights, solution.noise
                constants[sharing], scales[sharing] = solution.constants, solution.scales
                warnings += [(t, text) for t in sharing for text in solution.warnings]
        several = len(choices) > 1
        texts = [f"target {t}: {text}" if several else text for t, text in sorted(warnings)]
        return Solution(weights, float("nan"), constants, scales), noises, tuple(texts)

    def _equations(
        self, kernel: StructureKernel, lesson: Lesson, scale: float, choices: list[Choice]
    ) -> Equations | IterativeEquations:
        found = [c.matrix for c in choices if c.length_scale == scale and c.matrix is not None]
        if self.solver == "iterative":
            least = min(c.noise for c in choices if c.length_scale == scale)
            return IterativeEquations(kernel, lesson.features, scale, least_noise=least)
        return Equations(found[0] if found else kernel.among(lesson.features, [scale])[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedKrr(FittedKernels):
    """A sum of kernels on all training structures; see `FittedKernels` for what is kept of it."""

    settings: Krr

    @property
    def summed(self) -> Features:
        """Features of the training structures."""
        return self.training

    def spread(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return the standard deviation of each value, as a Gaussian process sees it.

        It counts the noise, so that about two thirds of all values lie within it where the
        assumptions hold. The first call factorizes the kernel matrix once more.

        Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning
        (2006), eq. 2.26 and, for a constant without penalty, eq. 2.42; the variance of the kernel
        has the largest likelihood.

        Raises:
            InputError: as `predict`.
        """
        features = self._digest(features)
        out = np.empty((len(features), len(self.center)))
        for (scale, noise), equations in self._equations.items():
            targets = np.flatnonzero((self.length_scales == scale) & (self.noises == noise))
            for run in runs(len(features), len(self.training)):
                some = features.take(run)
                (cross,) = self.kernel.between(some, self.training, [scale])
                (selves,) = self.kernel.selves(some, [scale])
                if self.settings.centered:
                    directions = self._directions(some)
                else:
                    directions = np.zeros((len(some), 0))
                shares = equations.variances(cross, selves, directions)
                out[run[:, None], targets] = np.sqrt(shares[:, None] * self.scales[targets])
        return out * self._multipliers(features)

    @cached_property
    def _equations(self) -> dict[tuple[float, float], Equations]:
        """Solved equations by length scale and noise."""
        out: dict[tuple[float, float], Equations] = {}
        nothing = np.zeros((len(self.training), 0))
        directions = self._directions(self.training) if self.settings.centered else nothing
        for pair in zip(self.length_scales.tolist(), self.noises.tolist(), strict=True):
            if pair not in out:
                out[pair] = Equations(self.kernel.among(self.training, [pair[0]])[0])
                out[pair].solve(nothing, directions, pair[1], adjustable=False)
        return out

    def _directions(self, features: Features) -> Float64[np.ndarray, "structures 1"]:
        counts = center_counts(features, extensive=self.extensive)
        return counts[:, None] / self._multipliers(features)
