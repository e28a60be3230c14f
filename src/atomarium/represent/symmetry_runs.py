"""Compiled loops over symmetry functions, and the arrays that they work in."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.symmetry_neighbors import NEAR_FADE
from atomarium.represent._kernels.symmetry_plan import Plan, Room
from atomarium.represent._kernels.symmetry_slopes import FIRST_POWER
from atomarium.represent._kernels.symmetry_triplets import AT_ONCE, ONES
from atomarium.represent.neighborhoods import Loops


def symmetry_loops(plan: Plan) -> Loops:
    """Return the loops that compute the functions of a plan."""
    from atomarium.represent._kernels.symmetry import fill_symmetry_functions
    from atomarium.represent._kernels.symmetry_gradients import fill_gradients
    from atomarium.represent._kernels.symmetry_pull import pull_pairs

    return Loops(
        reach=float(plan.cutoffs[-1]),
        plan=plan,
        make_room=lambda most: _make_room(plan, most),
        fill=fill_symmetry_functions,
        pull=pull_pairs,
        differentiate=fill_gradients,
    )


def padded_width(most: int, n_species: int) -> int:
    """Return the length of rows about at most so many neighbors.

    Each species is padded to a multiple of eight, and one more neighbor never counts.
    """
    return (most // 8 + min(n_species, most) + 1) * 8


def _make_room(plan: Plan, most: int) -> Room:
    """Make the arrays that kernels work in, for at most so many neighbors."""
    width = padded_width(most, plan.n_species)
    near = np.zeros((NEAR_FADE + 2 * len(plan.cutoffs), width))
    rows = np.zeros((FIRST_POWER + 2 * plan.n_factors, AT_ONCE))
    rows[ONES] = 1.0
    return Room(
        near=near,
        near_flat=near.reshape(-1),
        present=np.zeros((plan.n_species, 5), dtype=np.int64),
        values=np.zeros(width),
        forces=np.zeros((3, width)),
        rows=rows,
        rows_flat=rows.reshape(-1),
        segments=np.zeros((AT_ONCE, 3), dtype=np.int64),
    )
