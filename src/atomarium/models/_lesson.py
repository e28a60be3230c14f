"""What a model learns from: features beside values from which a center is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64, Int64

from atomarium.core.features import Features


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """Structures to learn from, made ready.

    Args:
        features: As the kernel takes them.
        values: What is to be learned, centered.
        weights: What an error of each structure is multiplied by when errors are counted.
    """

    features: Features
    values: Float64[np.ndarray, "structures targets"]
    weights: Float64[np.ndarray, "structures"]

    def sample(self, size: int) -> Lesson:
        """Return at most so many structures, spread evenly over all."""
        if len(self.values) <= size:
            return self
        chosen = spread_evenly(len(self.values), size)
        return Lesson(
            features=self.features.take(chosen),
            values=self.values[chosen],
            weights=self.weights[chosen],
        )

    def targets(self, chosen: Bool[np.ndarray, "targets"]) -> Lesson:
        """Return the same structures with the chosen targets alone."""
        return replace(self, values=self.values[:, chosen])


def make_lesson(
    features: Features, values: np.ndarray, *, extensive: bool
) -> tuple[Lesson, np.ndarray]:
    """Return what is to be learned, and the center taken from it."""
    times = center_counts(features, extensive=extensive)
    center = values.sum(axis=0) / times.sum()
    centered = values - times[:, None] * center
    # Equal values leave rounding behind, from which nothing can be learned.
    alike = np.abs(centered).max(axis=0) <= 1e-13 * np.abs(values).max(axis=0)
    centered[:, alike] = 0.0
    scales = value_scales(features, extensive=extensive)
    lesson = Lesson(features=features, values=centered / scales[:, None], weights=scales)
    return lesson, center


def center_counts(features: Features, *, extensive: bool) -> Float64[np.ndarray, "structures"]:
    """Return what the center is multiplied by: atoms where values are extensive, otherwise one."""
    return features.sizes.astype(np.float64) if extensive else np.ones(len(features))


def value_scales(features: Features, *, extensive: bool) -> Float64[np.ndarray, "structures"]:
    """Return what learned values are multiplied by: atoms where they were averaged, or one."""
    return center_counts(features, extensive=extensive and features.reduced == "mean")


def spread_evenly(length: int, size: int) -> Int64[np.ndarray, "size"]:
    """Return so many of the numbers below `length`, ascending, evenly and without a period."""
    # Multiples of the golden ratio, modulo one, in 32-bit integers: the smallest ones lie evenly.
    keys = np.arange(length, dtype=np.uint64) * np.uint64(2654435769) % np.uint64(2**32)
    return np.sort(np.argsort(keys, kind="stable")[:size])
