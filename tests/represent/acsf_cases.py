"""Structures and parameters for which DScribe's numbers are kept."""

from __future__ import annotations

import numpy as np

from atomarium.core.structures import Structures

SPECIES = ("H", "C", "O")
R_CUT = 4.3
PARAMETERS = {
    "g2_params": [[0.4, 0.0], [2.0, 1.5]],
    "g3_params": [0.7, 1.9],
    "g4_params": [[0.05, 1.0, 1.0], [0.05, 4.0, -1.0], [0.3, 2.5, 0.5]],
    "g5_params": [[0.01, 16.0, 1.0], [0.2, 3.0, -1.0]],
}


def molecules() -> Structures:
    """Two random molecules and an atom alone."""
    rng = np.random.default_rng(1)
    numbers = [6, 1, 8, 1, 1, 6, 8, 8, 1, 6, 1]
    sizes = np.array([6, 1, 4])
    return Structures.from_arrays(
        numbers, _apart(rng, len(numbers), 2.0), offsets=np.concatenate([[0], np.cumsum(sizes)])
    )


def crystals() -> Structures:
    """Two random skewed crystals, one with cell vectors shorter than the cutoff."""
    rng = np.random.default_rng(2)
    cells = np.array(
        [
            [[4.1, 0.0, 0.0], [0.8, 3.6, 0.0], [-0.9, 0.5, 4.4]],
            [[6.0, 0.3, 0.0], [0.0, 5.2, -0.4], [1.0, 0.0, 4.9]],
        ]
    )
    places = [rng.random((size, 3)) @ cell for size, cell in zip((3, 5), cells, strict=True)]
    return Structures.from_arrays(
        [6, 8, 1, 1, 8, 6, 6, 1], np.concatenate(places), cells=cells, offsets=[0, 3, 8]
    )


def _apart(rng: np.random.Generator, n_atoms: int, scale: float) -> np.ndarray:
    """Draw places that are at least 0.6 Å apart."""
    places: list[np.ndarray] = []
    while len(places) < n_atoms:
        place = rng.normal(scale=scale, size=3)
        if all(np.linalg.norm(place - other) > 0.6 for other in places):
            places.append(place)
    return np.array(places)
