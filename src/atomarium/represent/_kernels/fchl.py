"""Rows of FCHL19: log-normal distances of pairs, and triplets by mean distance and angle.

Triplets are listed and their weights worked out for many at a time, eight in a vector; then each
adds its Gaussians, eight points of the grid in a vector.
"""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.cutoffs import exponential, logarithm, logarithm_of_one_and
from atomarium.represent._kernels.fchl_plan import Plan, Room
from atomarium.represent._kernels.fchl_triplets import (
    FIRST_WAVE,
    MEAN,
    MIDDLE_LOG,
    NEAR_FACTOR,
    PAIR_WEIGHT,
    VARIANCE,
    WEIGHT,
    begin_block,
    fill_waves,
    list_triplets,
    pad_list,
    weigh_triplets,
)
from atomarium.represent._kernels.lean import entry, fused, lean, merged
from atomarium.represent._kernels.symmetry_neighbors import BEGIN, DISTANCE, END, SLOT, load_near
from atomarium.represent._kernels.symmetry_plan import Neighborhoods
from atomarium.represent._kernels.vector_powers import exponentials, powers_of
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
    subtract,
)


@entry
def fill_fchl(
    around: Neighborhoods, plan: Plan, room: Room, out: np.ndarray, first: int, last: int
) -> None:
    """Add the functions of centers first to last to their rows, which hold zeros."""
    present = room.present
    for center in range(first, last):
        n_present, padded = load_near(around, center, plan, room.near, present)
        weigh_neighbors(plan, room.near, padded)
        row = out[center]
        for a in range(n_present):
            _add_pairs(plan, room, a, row)
        _add_blocks(plan, room, n_present, row)


@fused
def weigh_neighbors(plan, near, padded):
    """Fill what pairs and triplets need to know of each neighbor."""
    for n in range(padded // 8 * 8):
        distance = near[DISTANCE, n]
        log_distance = logarithm(distance)
        variance = logarithm_of_one_and(plan.radial_width / (distance * distance))
        near[VARIANCE, n] = variance
        near[MIDDLE_LOG, n] = log_distance - 0.5 * variance
        fall = exponential(-plan.radial_decay * log_distance)
        near[PAIR_WEIGHT, n] = near[plan.radial_fade, n] * fall / math.sqrt(variance)
        fall = exponential(-plan.angular_decay * log_distance)
        near[NEAR_FACTOR, n] = near[plan.angular_fade, n] * fall


@merged
def _add_pairs(plan, room, a, row):
    present, sums = room.present, room.pair_sums
    clear(sums)
    for n in range(present[a, BEGIN], present[a, END]):
        if room.near[PAIR_WEIGHT, n] != 0.0:
            _add_pair(plan, room.near, n, sums)
    start = present[a, SLOT] * plan.n_radial
    for place in range(plan.n_radial):
        row[start + place] += plan.heights[place] * sums[place]


@fused
def _add_pair(plan, near, n, sums):
    fall, middle = -0.5 / near[VARIANCE, n], near[MIDDLE_LOG, n]
    weight = near[PAIR_WEIGHT, n]
    for place in range(plan.log_radii.size // 8 * 8):
        off = plan.log_radii[place] - middle
        sums[place] += weight * exponential(fall * off * off)


@merged
def _add_blocks(plan, room, n_present, row):
    """Add all triplets of a center; those of many blocks are worked out together."""
    present, segments = room.present, room.segments
    count, n_segments = 0, 0
    for a in range(n_present):
        for b in range(a, n_present):
            place, borders = begin_block(plan, room, a, b)
            while place[0] < borders[0]:
                begin = count
                place, count = list_triplets(room, place, borders, count)
                if count > begin:
                    segments[n_segments, 0] = plan.starts[present[a, SLOT], present[b, SLOT]]
                    segments[n_segments, 1] = begin
                    segments[n_segments, 2] = count
                    n_segments += 1
                if place[0] < borders[0]:
                    _add_segments(plan, room, count, n_segments, row)
                    count, n_segments = 0, 0
    _add_segments(plan, room, count, n_segments, row)


@lean
def _add_segments(plan, room, count, n_segments, row):
    rows, sums, n_waves = room.rows, room.sums, 2 * plan.orders.size
    if count == 0:
        return
    padded = pad_list(room, count)
    weigh_triplets(plan, room, padded)
    fill_waves(plan, rows, padded, WEIGHT)
    if plan.factored:
        _fill_parts(plan, rows, padded)
    for s in range(n_segments):
        start, begin, end = room.segments[s, 0], room.segments[s, 1], room.segments[s, 2]
        clear(room.sums_flat)
        if plan.factored:
            _add_from_parts(plan, room, begin, end)
        else:
            _add_gaussians(plan, room, begin, end)
        # Unsigned, as numba looks twice at indices that might count from the end.
        for m in range(n_waves):
            at = np.uint64(start + m)
            for point in range(plan.n_angular):
                row[at] += sums[m, point]
                at += np.uint64(n_waves)


@merged
def _fill_parts(plan, rows, padded):
    """Fill what the Gaussians of each eight points are made of.

    From the first point x of eight, they are exp(-η (m - x)²) exp(2 η h (m - x) k) exp(-η h² k²),
    where h is between points, and k counts them. The middle factor is a power, and from eight
    to eight it changes by what all triplets share.
    """
    first = FIRST_WAVE + 2 * plan.orders.size
    spacing = plan.means[1] - plan.means[0]
    _fill_ratio(rows, padded, first, 2.0 * plan.angular_width * spacing, plan.means[0])
    for group in range(plan.means.size // LANES):
        _fill_height(rows, padded, first + 3 + group, plan.angular_width, plan.means[LANES * group])


@fused
def _fill_ratio(rows: np.ndarray, padded: int, out: int, rise: float, place: float) -> None:
    for t in range(padded // 8 * 8):
        ratio = exponential(rise * (rows[MEAN, t] - place))
        rows[out, t] = ratio
        rows[out + 1, t] = ratio * ratio
        rows[out + 2, t] = ratio * ratio * ratio * ratio


@fused
def _fill_height(rows: np.ndarray, padded: int, out: int, width: float, place: float) -> None:
    for t in range(padded // 8 * 8):
        off = rows[MEAN, t] - place
        rows[out, t] = exponential(-width * off * off)


@lean
def _add_from_parts(plan, room, begin, end):
    """Add the Gaussians of triplets, times their waves, to the sums."""
    rows, row, sums = room.rows_flat, room.rows.shape[1], room.sums_flat
    width, n_waves = plan.means.size, 2 * plan.orders.size
    parts = (FIRST_WAVE + n_waves) * row
    heights = parts + 3 * row
    for point in range(0, width, LANES):
        shared = load(plan.shared, point)
        for m in range(0, n_waves, 2):
            cosines = load(sums, m * width + point)
            sines = load(sums, (m + 1) * width + point)
            wave = (FIRST_WAVE + m) * row
            for n in range(end - begin):
                t = begin + n
                powers = powers_of(
                    rows[parts + t], rows[parts + row + t], rows[parts + 2 * row + t]
                )
                gaussians = multiply(multiply(powers, shared), spread(rows[heights + t]))
                cosines = multiply_add(spread(rows[wave + t]), gaussians, cosines)
                sines = multiply_add(spread(rows[wave + row + t]), gaussians, sines)
            store(sums, m * width + point, cosines)
            store(sums, (m + 1) * width + point, sines)
        heights += row


@lean
def _add_gaussians(plan, room, begin, end):
    """Do the same with an exponential for each Gaussian, where parts would be out of range."""
    rows, row, sums = room.rows_flat, room.rows.shape[1], room.sums_flat
    width, n_waves = plan.means.size, 2 * plan.orders.size
    fall = spread(-plan.angular_width)
    for t in range(begin, end):
        for point in range(0, width, LANES):
            off = subtract(load(plan.means, point), spread(rows[MEAN * row + t]))
            gaussians = exponentials(multiply(fall, multiply(off, off)))
            for m in range(n_waves):
                wave = spread(rows[(FIRST_WAVE + m) * row + t])
                at = m * width + point
                store(sums, at, multiply_add(wave, gaussians, load(sums, at)))


@lean
def clear(row: np.ndarray) -> None:
    """Set a padded row to zero."""
    for n in range(row.size // 8 * 8):
        row[n] = 0.0
