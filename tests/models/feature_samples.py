"""Small features to try models on."""

from __future__ import annotations

import numpy as np

from atomarium.core.features import Features


def atom_features(
    n_structures: int = 12, width: int = 4, seed: int = 0, largest: int = 5
) -> Features:
    """Rows for atoms of three elements that lie apart, in structures of 1 to `largest` atoms."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, largest + 1, n_structures)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    numbers = rng.choice([1, 6, 8], offsets[-1]).astype(np.int32)
    values = rng.normal(size=(offsets[-1], width)) + 0.3 * numbers[:, None]
    return Features(values, "atoms", offsets, numbers=numbers)


def smooth_values(features: Features, *, extensive: bool, n_targets: int = 1) -> np.ndarray:
    """Sums or averages over atoms of smooth functions of their rows."""
    atoms = np.stack(
        [
            np.sin(features.values @ np.linspace(0.1, 0.5, features.width) + target) + 2.0 + target
            for target in range(n_targets)
        ],
        axis=1,
    )
    values = np.add.reduceat(atoms, features.offsets[:-1], axis=0)
    return values if extensive else values / features.sizes[:, None]
