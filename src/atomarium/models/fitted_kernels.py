"""What fitted models with kernels have in common: a sum of kernels, and what is kept of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from atomarium.core.features import Features
from atomarium.models._chosen import chosen_by_tuning
from atomarium.models._kernel_sums import sum_of_kernels
from atomarium.models._lesson import center_counts
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_model import KernelModel
from atomarium.models.training import check_features


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedKernels(ABC):
    """A sum of kernels between a structure and some that were learned from.

    Args:
        settings: What it was fitted with.
        kernel: Between structures.
        training: Features of the training structures.
        extensive: Whether values grow with the number of atoms.
        weights: Of each structure in the sum, for each target.
        center: What is added to the sum; per atom where values are extensive.
        length_scales: Of each target.
        noises: Of each target, as shares of the mean diagonal.
        errors: Mean absolute error of each target when left out; NaN where none was taken.
        scales: What kernels are multiplied by to be covariances of the values learned.
        warnings: What a user should know about the fit.
    """

    #: Names of the arrays that it is made again from.
    kept: ClassVar[tuple[str, ...]] = (
        "weights",
        "center",
        "length_scales",
        "noises",
        "errors",
        "scales",
    )

    settings: KernelModel
    kernel: StructureKernel = field(repr=False)
    training: Features = field(repr=False)
    extensive: bool
    weights: Float64[np.ndarray, "summed targets"] = field(repr=False)
    center: Float64[np.ndarray, "targets"]
    length_scales: Float64[np.ndarray, "targets"]
    noises: Float64[np.ndarray, "targets"]
    errors: Float64[np.ndarray, "targets"]
    scales: Float64[np.ndarray, "targets"]
    warnings: tuple[str, ...] = ()

    @property
    @abstractmethod
    def summed(self) -> Features:
        """Features of the structures in the sum."""

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Length scale, noise and leave-one-out error; numbered when there are several targets."""
        return chosen_by_tuning(
            self.kernel,
            length_scales=self.length_scales,
            noises=self.noises,
            errors=self.errors,
        )

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: the features are not such as the model was fitted to, a structure has no
                atoms, or a number is not finite.
        """
        features = self._digest(features)
        predicted = sum_of_kernels(
            self.kernel, features, self.summed, self.weights, self.length_scales
        )
        predicted *= self._multipliers(features)
        return predicted + center_counts(features, extensive=self.extensive)[:, None] * self.center

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, training features apart."""
        arrays = {name: getattr(self, name) for name in self.kept}
        if len(self.kernel.terms) > 1:
            arrays["term_weights"] = np.array([term.weight for term in self.kernel.terms])
        return {**arrays, "extensive": np.array(self.extensive)}

    def _digest(self, features: Features) -> Features:
        features = self.settings.digest(features, extensive=self.extensive)
        check_features(features, width=self.training.width)
        return features

    def _multipliers(self, features: Features) -> Float64[np.ndarray, "structures 1"]:
        per_atom = self.extensive and self.settings.learns_per_atom(features)
        return center_counts(features, extensive=per_atom)[:, None]
