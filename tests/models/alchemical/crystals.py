"""Small clusters of four elements, and a value that depends on which elements are near."""

from __future__ import annotations

import numpy as np

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

NUMBERS = np.array([3, 9, 11, 17])  # Li and Na are alike, F and Cl are.
SOAP = Soap(cutoff=3.5, n_max=3, l_max=2, width=0.4)


def clusters(n_structures: int = 20, seed: int = 0, elements: np.ndarray = NUMBERS) -> Structures:
    """Clusters of two to five atoms that lie apart."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(2, 6, n_structures))])
    grid = 1.5 * np.indices((3, 3, 2)).reshape(3, -1).T
    places = np.concatenate([grid[rng.permutation(len(grid))[:n]] for n in np.diff(offsets)])
    places = places + rng.normal(scale=0.1, size=places.shape)
    numbers = rng.choice(elements, offsets[-1]).astype(np.int32)
    return Structures.from_arrays(numbers, places, offsets=offsets)


def features_of(
    structures: Structures, soap: Soap = SOAP, *, atoms: bool = False
) -> CompactFeatures:
    """Power spectra of pairs of elements, averaged over each structure."""
    rows = soap.compute_compact(structures)
    return rows if atoms else rows.mean()


def values_of(structures: Structures) -> np.ndarray:
    """Average of a charge that alkali metals and halogens have in common, and its products nearby."""
    charges = np.select([structures.numbers == z for z in NUMBERS], [1.0, -1.0, 0.9, -0.8])
    out = []
    for a, b in zip(structures.offsets[:-1], structures.offsets[1:], strict=True):
        apart = np.linalg.norm(
            structures.positions[a:b, None] - structures.positions[None, a:b], axis=-1
        )
        near = np.exp(-apart) * np.outer(charges[a:b], charges[a:b])
        out.append((near.sum() - np.trace(near)) / (b - a) + 0.3 * charges[a:b].mean())
    return np.array(out)[:, None]
