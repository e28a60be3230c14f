"""Small features to try models on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap


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


def pair_features(
    n_structures: int = 12, n_max: int = 2, seed: int = 0, largest: int = 5
) -> CompactFeatures:
    """Power spectra of pairs of three elements, of clusters of 1 to `largest` atoms."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, largest + 1, n_structures))])
    positions = 1.2 * rng.permuted(np.indices((3, 3, 3)).reshape(3, 27).T.astype(float), axis=0)
    places = np.concatenate([positions[rng.permutation(27)[:size]] for size in np.diff(offsets)])
    places += rng.normal(scale=0.05, size=places.shape)
    numbers = rng.choice([1, 6, 8], offsets[-1]).astype(np.int32)
    clusters = Structures.from_arrays(numbers, places, offsets=offsets)
    return Soap(species=("H", "C", "O"), cutoff=3.0, n_max=n_max, l_max=1).compute_compact(clusters)


def doubled(features: Features | CompactFeatures) -> Features | CompactFeatures:
    """Two copies of a structure as one, from features of its atoms."""
    twice = features.take(np.zeros(2, dtype=np.int64))
    return replace(twice, offsets=twice.offsets[[0, 2]])


def smooth_values(
    features: Features | CompactFeatures, *, extensive: bool, n_targets: int = 1
) -> np.ndarray:
    """Sums or averages over atoms of smooth functions of their rows."""
    atoms = np.stack(
        [np.sin(_marks(features) + target) + 2.0 + target for target in range(n_targets)],
        axis=1,
    )
    values = np.add.reduceat(atoms, features.offsets[:-1], axis=0)
    return values if extensive else values / features.sizes[:, None]


def _marks(features: Features | CompactFeatures) -> np.ndarray:
    if isinstance(features, Features):
        return features.values @ np.linspace(0.1, 0.5, features.width)
    starts = features.places[features.row_borders[:-1]]
    assert features.numbers is not None
    return 0.5 * np.add.reduceat(features.values, starts) + 0.2 * features.numbers
