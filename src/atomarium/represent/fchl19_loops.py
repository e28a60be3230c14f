"""Compiled loops of FCHL19, and the arrays that they work in."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.fchl_plan import Plan, Room
from atomarium.represent._kernels.fchl_triplets import AT_ONCE, FIRST_WAVE, ONES, PAIR_WEIGHT
from atomarium.represent._kernels.vectors import LANES
from atomarium.represent.neighborhoods import Loops
from atomarium.represent.symmetry_runs import padded_width


def fchl_loops(plan: Plan) -> Loops:
    """Return the loops that compute rows and their derivatives."""
    from atomarium.represent._kernels.fchl import fill_fchl
    from atomarium.represent._kernels.fchl_pull import fill_fchl_gradients, pull_fchl

    return Loops(
        reach=float(plan.cutoffs[-1]),
        plan=plan,
        make_room=lambda most: _make_room(plan, most),
        fill=fill_fchl,
        pull=pull_fchl,
        differentiate=fill_fchl_gradients,
    )


def _make_room(plan: Plan, most: int) -> Room:
    n_waves = 2 * len(plan.orders)
    width = padded_width(most, len(plan.starts))
    near = np.zeros((PAIR_WEIGHT + 1, width))
    rows = np.zeros((FIRST_WAVE + 2 * n_waves + 3 + len(plan.means) // LANES, AT_ONCE))
    rows[ONES] = 1.0
    sums = np.zeros((n_waves, len(plan.means)))
    return Room(
        near=near,
        near_flat=near.reshape(-1),
        present=np.zeros((len(plan.starts), 5), dtype=np.int64),
        rows=rows,
        rows_flat=rows.reshape(-1),
        pair_sums=np.zeros(len(plan.log_radii)),
        sums=sums,
        sums_flat=sums.reshape(-1),
        segments=np.zeros((AT_ONCE, 3), dtype=np.int64),
        gaussians=np.zeros((2, len(plan.means))),
        forces=np.zeros((3, width)),
        factors=np.zeros((4, 3)),
    )
