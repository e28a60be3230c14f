"""What a model learns from: features beside values from which a center is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.features import Features


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """Structures to learn from, made ready.

    Args:
        features: As the kernel takes them.
        values: What is to be learned, centered.
        weights: What an error of each structure is multiplied by when errors are counted.
        directions: What a constant without penalty is multiplied by; no column without one.
        fold_of: Fold of each structure; those of one fold are left out together. None: every
            structure on its own.
    """

    features: Features
    values: Float64[np.ndarray, "structures targets"]
    weights: Float64[np.ndarray, "structures"]
    directions: Float64[np.ndarray, "structures directions"]
    fold_of: Int64[np.ndarray, "structures"] | None = None

    def folds(self) -> list[np.ndarray] | None:
        """Return the structures of each fold, if any are left out together."""
        if self.fold_of is None:
            return None
        order = np.argsort(self.fold_of, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(self.fold_of[order])) + 1)

    def sample(self, size: int) -> Lesson:
        """Return at most so many structures, spread evenly over all."""
        if len(self.values) <= size:
            return self
        chosen = spread_evenly(len(self.values), size)
        return Lesson(
            features=self.features.take(chosen),
            values=self.values[chosen],
            weights=self.weights[chosen],
            directions=self.directions[chosen],
            fold_of=None if self.fold_of is None else self.fold_of[chosen],
        )

    def targets(self, chosen: Bool[np.ndarray, "targets"]) -> Lesson:
        """Return the same structures with the chosen targets alone."""
        return replace(self, values=self.values[:, chosen])


def make_lesson(
    features: Features,
    values: np.ndarray,
    *,
    extensive: bool,
    per_atom: bool,
    centered: bool = False,
    fold_of: Int64[np.ndarray, "structures"] | None = None,
) -> tuple[Lesson, np.ndarray]:
    """Return what is to be learned, and the center taken from it.

    Args:
        features: As the kernel takes them.
        values: Of each structure, for each target.
        extensive: Whether values grow with the number of atoms.
        per_atom: Whether extensive values are learned per atom.
        centered: Whether a constant is learned without penalty, too.
        fold_of: Structures of one fold are left out together.
    """
    times = center_counts(features, extensive=extensive)
    center = values.sum(axis=0) / times.sum()
    remaining = values - times[:, None] * center
    # Equal values leave rounding behind, from which nothing can be learned.
    alike = np.abs(remaining).max(axis=0) <= 1e-13 * np.abs(values).max(axis=0)
    remaining[:, alike] = 0.0
    scales = center_counts(features, extensive=extensive and per_atom)
    lesson = Lesson(
        features=features,
        values=remaining / scales[:, None],
        weights=scales,
        directions=(times / scales)[:, None][:, : int(centered)],
        fold_of=fold_of,
    )
    return lesson, center


def even_folds(n_structures: int, n_folds: int) -> Int64[np.ndarray, "structures"]:
    """Return the number of a fold for each structure; folds are equally large, and spread."""
    order = np.argsort(_spread_keys(n_structures), kind="stable")
    folds = np.empty(n_structures, dtype=np.int64)
    folds[order] = np.arange(n_structures) % n_folds
    return folds


def center_counts(
    features: Features | CompactFeatures, *, extensive: bool
) -> Float64[np.ndarray, "structures"]:
    """Return what the center is multiplied by: atoms where values are extensive, otherwise one."""
    return features.sizes.astype(np.float64) if extensive else np.ones(len(features))


def spread_evenly(length: int, size: int) -> Int64[np.ndarray, "size"]:
    """Return so many of the numbers below `length`, ascending, evenly and without a period."""
    return np.sort(np.argsort(_spread_keys(length), kind="stable")[:size])


def _spread_keys(length: int) -> np.ndarray:
    # Multiples of the golden ratio, modulo one, in 32-bit integers: the smallest ones lie evenly.
    return np.arange(length, dtype=np.uint64) * np.uint64(2654435769) % np.uint64(2**32)
