"""What the loops of FCHL19 know of the settings, and the arrays that they work in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Plan(NamedTuple):
    """What the loops know of the settings. Grids are padded to a multiple of eight.

    Args:
        slots: Species slot of each atomic number, -1 for none.
        cutoffs: Å, ascending, one or two.
        cutoff_function: COSINE.
        radial_fade: Row about neighbors with the cutoff function of pairs.
        angular_fade: The same of triplets.
        reach: Å. Cutoff of triplets.
        narrow: Whether it limits the third side, which it does not.
        n_radial: Points of the grid of distances.
        log_radii: Their logarithms.
        heights: 1 / (√2π R).
        radial_width: Å², η₂.
        radial_decay: Power of the distance.
        n_angular: Points of the grid of mean distances.
        means: Å.
        shared: At each point, the part of Gaussians that all triplets share.
        factored: Whether Gaussians can be made from parts.
        angular_width: 1/Å², η₃.
        angular_decay: Power of the product of distances.
        angular_weight: Of triplets, with the factor √(η₃ / π).
        orders: Weight of the waves of each odd order.
        starts: First column of triplets of each two slots.
    """

    slots: np.ndarray
    cutoffs: np.ndarray
    cutoff_function: int
    radial_fade: int
    angular_fade: int
    reach: float
    narrow: int
    n_radial: int
    log_radii: np.ndarray
    heights: np.ndarray
    radial_width: float
    radial_decay: float
    n_angular: int
    means: np.ndarray
    shared: np.ndarray
    factored: bool
    angular_width: float
    angular_decay: float
    angular_weight: float
    orders: np.ndarray
    starts: np.ndarray


class Room(NamedTuple):
    """Where one thread works.

    Args:
        near: Rows about neighbors.
        near_flat: The same memory as one row.
        present: What is known of each species that is present.
        rows: Rows about triplets.
        rows_flat: The same memory as one row.
        pair_sums: A row over the grid of distances.
        sums: A row over the grid of mean distances for each wave.
        sums_flat: The same memory as one row.
        segments: First column of blocks of triplets, where their rows begin and end.
        gaussians: Values and slopes of Gaussians over the longer grid.
        forces: Three rows about neighbors.
        factors: What multiplies Gaussians and their slopes in derivatives: two for each wave, for
            each coordinate of both neighbors.
    """

    near: np.ndarray
    near_flat: np.ndarray
    present: np.ndarray
    rows: np.ndarray
    rows_flat: np.ndarray
    pair_sums: np.ndarray
    sums: np.ndarray
    sums_flat: np.ndarray
    segments: np.ndarray
    gaussians: np.ndarray
    forces: np.ndarray
    factors: np.ndarray
