"""The least that a model must beat: the mean of the training values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from atomarium.core.features import Features
from atomarium.models._lesson import center_counts
from atomarium.models.training import check_training


@dataclass(frozen=True, kw_only=True)
class Mean:
    """Predict the mean of the training values, whatever the structure.

    Of an extensive value it is the mean per atom, times the number of atoms.
    """

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return the sizes of the structures alone; the mean looks at nothing else."""
        del extensive
        nothing = np.zeros((len(features), 0))
        return replace(features, values=nothing, rows="structures", names=(), reduced="none")

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> FittedMean:
        """Take the mean.

        Raises:
            InputError: there are no structures, one has no atoms, or a value is not finite.
        """
        features = self.digest(features, extensive=extensive)
        check_training(features, values)
        counts = center_counts(features, extensive=extensive)
        return FittedMean(values.sum(axis=0) / counts.sum(), extensive=extensive)

    def restore(self, arrays: Mapping[str, np.ndarray], features: Features) -> FittedMean:
        """Return what `fit` once returned."""
        del features
        return FittedMean(arrays["mean"], extensive=bool(arrays["extensive"]))


@dataclass(frozen=True)
class FittedMean:
    """A mean.

    Args:
        mean: Of each target; per atom where extensive.
        extensive: Whether it is multiplied by the number of atoms.
        warnings: None; a mean cannot go wrong.
    """

    mean: Float64[np.ndarray, "targets"]
    extensive: bool
    warnings: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Nothing is tuned."""
        return {}

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure."""
        return center_counts(features, extensive=self.extensive)[:, None] * self.mean

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        return {"mean": self.mean, "extensive": np.array(self.extensive)}
