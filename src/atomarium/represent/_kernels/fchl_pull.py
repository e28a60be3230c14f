"""Derivatives of FCHL19: of weighted sums of rows, and of each number."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.fchl import clear
from atomarium.represent._kernels.fchl_plan import Plan, Room
from atomarium.represent._kernels.fchl_slopes import (
    begin_center,
    begin_triplets,
    fill_gaussians,
    fill_pair_slopes,
    slopes_of_cosine,
    slopes_of_mean,
    turn_of_wave,
)
from atomarium.represent._kernels.fchl_triplets import (
    FIRST,
    FIRST_WAVE,
    PAIR_WEIGHT,
    SECOND,
    WEIGHT,
    WEIGHT_P,
    WEIGHT_Q,
    WEIGHT_U,
    begin_block,
    list_triplets,
    pad_list,
)
from atomarium.represent._kernels.lean import entry, lean, merged, reordered
from atomarium.represent._kernels.symmetry_gradients import Blocks
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    END,
    INVERSE,
    PAIR,
    SLOT,
    X,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import Neighborhoods


@entry
def pull_fchl(
    around: Neighborhoods,
    plan: Plan,
    room: Room,
    cotangents: np.ndarray,
    out: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Fill the change of Σ cotangents · rows with the vector of each pair.

    Args:
        around: All neighborhoods.
        plan: The settings.
        room: Where to work.
        cotangents: A row for each center.
        out: A row for each pair.
        first: The first center.
        last: The center behind the last.
    """
    present, forces = room.present, room.forces
    for center in range(first, last):
        n_present, padded = load_near(around, center, plan, room.near, present)
        begin_center(plan, room.near, padded)
        for axis in range(3):
            clear(forces[axis])
        for a in range(n_present):
            _pull_pairs(plan, room, a, cotangents[center])
            for b in range(a, n_present):
                _pull_block(plan, room, a, b, cotangents[center])
        for a in range(n_present):
            start = around.offsets[center] + present[a, PAIR] - present[a, BEGIN]
            for n in range(present[a, BEGIN], present[a, END]):
                for axis in range(3):
                    out[start + n, axis] = forces[axis, n]


@merged
def _pull_pairs(plan, room, a, weights):
    near, present, sums = room.near, room.present, room.pair_sums
    start = present[a, SLOT] * plan.n_radial
    for n in range(present[a, BEGIN], present[a, END]):
        if near[PAIR_WEIGHT, n] != 0.0:
            fill_pair_slopes(plan, near, n, sums)
            slope = 0.0
            for place in range(plan.n_radial):
                slope += weights[start + place] * sums[place]
            for axis in range(3):
                room.forces[axis, n] += slope * near[INVERSE, n] * near[X + axis, n]


@merged
def _pull_block(plan, room, a, b, weights):
    near, rows, sums = room.near, room.rows, room.sums
    n_waves = 2 * plan.orders.size
    place, borders = begin_block(plan, room, a, b)
    if place[0] < borders[0]:
        start = plan.starts[room.present[a, SLOT], room.present[b, SLOT]]
        for m in range(n_waves):
            for point in range(plan.n_angular):
                sums[m, point] = weights[start + point * n_waves + m]
        while place[0] < borders[0]:
            place, count = list_triplets(room, place, borders, 0)
            padded = pad_list(room, count)
            begin_triplets(plan, room, padded)
            for t in range(count):
                fill_gaussians(plan, rows, t, room.gaussians)
                _pull_triplet(near, rows, t, room.gaussians, sums, room.forces)


@lean
def _pull_triplet(near, rows, t, gaussians, sums, forces):
    total, moved, turned = 0.0, 0.0, 0.0
    for m in range(sums.shape[0]):
        height, rise = _dot(sums[m], gaussians[0]), _dot(sums[m], gaussians[1])
        total += height * rows[FIRST_WAVE + m, t]
        moved += rise * rows[FIRST_WAVE + m, t]
        turned += height * turn_of_wave(rows, t, m)
    moved *= rows[WEIGHT, t]
    turned *= rows[WEIGHT, t]
    cosine_p, cosine_q, cosine_u = slopes_of_cosine(near, rows, t)
    mean_p, mean_q = slopes_of_mean(near, rows, t)
    p = 2.0 * (rows[WEIGHT_P, t] * total + turned * cosine_p + moved * mean_p)
    q = 2.0 * (rows[WEIGHT_Q, t] * total + turned * cosine_q + moved * mean_q)
    u = rows[WEIGHT_U, t] * total + turned * cosine_u
    j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
    for axis in range(3):
        first, second = near[X + axis, j], near[X + axis, k]
        forces[axis, j] += p * first + u * second
        forces[axis, k] += q * second + u * first


@reordered
def _dot(left: np.ndarray, right: np.ndarray) -> float:
    total = 0.0
    for n in range(left.size // 8 * 8):
        total += left[n] * right[n]
    return total


@entry
def fill_fchl_gradients(
    around: Neighborhoods, plan: Plan, room: Room, blocks: Blocks, first: int, last: int
) -> None:
    """Add the derivatives of centers first to last to their blocks, which hold zeros."""
    for center in range(first, last):
        n_present, padded = load_near(around, center, plan, room.near, room.present)
        begin_center(plan, room.near, padded)
        first_pair, own = around.offsets[center], blocks.of_center[center]
        for a in range(n_present):
            _add_pairs(plan, room, a, first_pair, own, blocks)
            for b in range(a, n_present):
                _add_block(plan, room, a, b, first_pair, own, blocks)


@merged
def _add_pairs(plan, room, a, first_pair, own, blocks):
    near, present, sums = room.near, room.present, room.pair_sums
    column = present[a, SLOT] * plan.n_radial
    start = first_pair + present[a, PAIR] - present[a, BEGIN]
    for n in range(present[a, BEGIN], present[a, END]):
        if near[PAIR_WEIGHT, n] != 0.0:
            fill_pair_slopes(plan, near, n, sums)
            block = blocks.of_pair[start + n]
            for axis in range(3):
                direction = near[INVERSE, n] * near[X + axis, n]
                for place in range(plan.n_radial):
                    slope = direction * sums[place]
                    blocks.values[block, axis, column + place] += slope
                    blocks.values[own, axis, column + place] -= slope


@merged
def _add_block(plan, room, a, b, first_pair, own, blocks):
    near, rows, present = room.near, room.rows, room.present
    column = plan.starts[present[a, SLOT], present[b, SLOT]]
    place, borders = begin_block(plan, room, a, b)
    while place[0] < borders[0]:
        place, count = list_triplets(room, place, borders, 0)
        padded = pad_list(room, count)
        begin_triplets(plan, room, padded)
        for t in range(count):
            fill_gaussians(plan, rows, t, room.gaussians)
            first = blocks.of_pair[first_pair + _pair_of(present, a, b, rows[FIRST, t])]
            second = blocks.of_pair[first_pair + _pair_of(present, a, b, rows[SECOND, t])]
            for m in range(2 * plan.orders.size):
                _fill_factors(near, rows, t, m, room.factors)
                _add_wave(plan, room, (first, second, own), column + m, blocks)


@lean
def _add_wave(plan, room, three, column, blocks):
    """Add the derivatives of the columns of one wave, with both neighbors and the center."""
    first, second, own = three
    factors, gaussians, values = room.factors, room.gaussians, blocks.values
    for axis in range(3):
        for point in range(plan.n_angular):
            at = column + point * 2 * plan.orders.size
            height, rise = gaussians[0, point], gaussians[1, point]
            j = factors[0, axis] * height + factors[1, axis] * rise
            k = factors[2, axis] * height + factors[3, axis] * rise
            values[first, axis, at] += j
            values[second, axis, at] += k
            values[own, axis, at] -= j + k


@lean
def _pair_of(present, a, b, place):
    """Return the pair of a neighbor among those of its center; it is of species a or b."""
    n = int(place)
    s = a if present[a, BEGIN] <= n < present[a, END] else b
    return present[s, PAIR] + n - present[s, BEGIN]


@lean
def _fill_factors(near, rows, t, m, factors):
    """Fill what multiplies Gaussians and their slopes in the derivatives of a wave."""
    wave, weight = rows[FIRST_WAVE + m, t], rows[WEIGHT, t]
    turn = weight * turn_of_wave(rows, t, m)
    cosine_p, cosine_q, cosine_u = slopes_of_cosine(near, rows, t)
    mean_p, mean_q = slopes_of_mean(near, rows, t)
    p = 2.0 * (rows[WEIGHT_P, t] * wave + turn * cosine_p)
    q = 2.0 * (rows[WEIGHT_Q, t] * wave + turn * cosine_q)
    u = rows[WEIGHT_U, t] * wave + turn * cosine_u
    j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
    for axis in range(3):
        first, second = near[X + axis, j], near[X + axis, k]
        factors[0, axis] = p * first + u * second
        factors[1, axis] = 2.0 * weight * wave * mean_p * first
        factors[2, axis] = q * second + u * first
        factors[3, axis] = 2.0 * weight * wave * mean_q * second
