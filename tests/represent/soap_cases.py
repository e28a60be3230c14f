"""Structures and settings for which featomic's numbers are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from atomarium.core.structures import Structures

#: Settings of `Soap` by name; species are those of the structures.
SETTINGS: dict[str, dict[str, Any]] = {
    "small": {"n_max": 3, "l_max": 2, "cutoff": 4.0},
    "default": {},
    "large": {"n_max": 12, "l_max": 9, "cutoff": 6.0},
    "step": {"n_max": 5, "l_max": 4, "cutoff": 3.3, "cutoff_width": 0.0, "width": 0.3},
    "weight": {"n_max": 9, "l_max": 1, "cutoff": 4.5, "cutoff_width": 2.0, "center_weight": 0.3},
}


def molecules() -> Structures:
    """Return methanol, HCN and one hydrogen atom."""
    return Structures.from_arrays(
        [6, 8, 1, 1, 1, 1, 1, 6, 7, 1],
        [
            [-0.047, 0.663, 0.000],
            [-0.047, -0.758, 0.000],
            [-1.093, 0.970, 0.000],
            [0.878, -1.046, 0.000],
            [0.438, 1.072, 0.890],
            [0.438, 1.072, -0.890],
            [0.000, 0.000, -1.560],
            [0.000, 0.000, -0.497],
            [0.000, 0.000, 0.656],
            [1.000, 2.000, 3.000],
        ],
        offsets=np.array([0, 6, 9, 10]),
    )


def crystals() -> Structures:
    """Return two triclinic cells of two and three elements, smaller than the cutoffs."""
    places = np.random.default_rng(7).random((7, 3))
    wide = [[4.2, 0.3, 0.1], [0.9, 5.1, 0.4], [-1.7, 0.2, 5.6]]
    flat = [[3.6, 0.0, 0.0], [1.2, 4.4, 0.0], [0.0, 1.0, 6.0]]
    return Structures.from_arrays(
        [8, 14, 38, 8, 14, 8, 14],
        np.concatenate([places[:4] @ np.array(wide), places[4:] @ np.array(flat)]),
        cells=np.array([wide, flat]),
        offsets=np.array([0, 4, 7]),
    )


def slab() -> Structures:
    """Return the second crystal, repeated along its first two cell vectors only."""
    second = crystals()[1]
    return replace(second, periodic=np.array([[True, True, False]]))


STRUCTURES = {"molecules": molecules, "crystals": crystals}


def kept_columns(rows: np.ndarray) -> np.ndarray:
    """Return at most 300 columns, evenly over all, so that the file of references stays small."""
    return rows[:, :: -(-rows.shape[1] // 300)]
