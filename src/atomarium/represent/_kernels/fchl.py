"""Rows of FCHL19: log-normal distances of pairs, and triplets by mean distance and angle.

Triplets are listed and their weights worked out for many at a time, eight in a vector; then each
adds its Gaussians, eight points of the grid in a vector.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.cutoffs import exponential, logarithm, logarithm_of_one_and
from atomarium.represent._kernels.lean import entry, fused, lean, merged
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    DISTANCE,
    END,
    NEAR_FADE,
    SLOT,
    X,
    Y,
    Z,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import Neighborhoods
from atomarium.represent._kernels.symmetry_triplets import (
    COSINE,
    FIRST,
    FIRST_FACTOR,
    OPPOSITE,
    SECOND,
    begin_block,
    list_triplets,
)

#: Rows about neighbors, behind those of two cutoffs and their slopes: what a neighbor gives to the
#: weight of a triplet, how that changes with r²; variance and middle of the logarithm of its
#: distance, and its weight.
NEAR_FACTOR, NEAR_FACTOR_SLOPE, VARIANCE, MIDDLE_LOG, PAIR_WEIGHT = range(
    NEAR_FADE + 4, NEAR_FADE + 9
)
#: Rows about triplets: mean distance, weight, sine, how the weight changes with the squared sides p
#: and q at the center and with their scalar product u; then cosines and sines of odd multiples of
#: the angle.
MEAN, WEIGHT, SINE, WEIGHT_P, WEIGHT_Q, WEIGHT_U, FIRST_WAVE = range(FIRST_FACTOR, FIRST_FACTOR + 7)
#: Below, a sine is worked out anew: 1 - cos² has lost its digits.
_SMALL_SINE = 0.01
_TINY = 1e-300


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
    gaussians: np.ndarray
    forces: np.ndarray
    factors: np.ndarray


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
            for b in range(a, n_present):
                _add_block(plan, room, a, b, row)


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
def _add_block(plan, room, a, b, row):
    rows, sums = room.rows, room.sums
    n_waves = 2 * plan.orders.size
    place, borders = begin_block(plan, room, a, b)
    if place[0] < borders[0]:
        for m in range(n_waves):
            clear(sums[m])
        while place[0] < borders[0]:
            place, padded = list_triplets(room, place, borders, 0)
            weigh_triplets(plan, room.near, rows, padded)
            mend_sines(room.near, rows, padded)
            fill_waves(plan, rows, padded, WEIGHT)
            for t in range(padded):
                if rows[WEIGHT, t] != 0.0:
                    _add_triplet(plan, rows, t, room.gaussians[0], sums)
        start = plan.starts[room.present[a, SLOT], room.present[b, SLOT]]
        for point in range(plan.n_angular):
            for m in range(n_waves):
                row[start + point * n_waves + m] += sums[m, point]


@lean
def clear(row: np.ndarray) -> None:
    """Set a padded row to zero."""
    for n in range(row.size // 8 * 8):
        row[n] = 0.0


@fused
def weigh_triplets(plan, near, rows, padded):
    """Fill the weights of triplets, their mean distances and sines."""
    fall = -0.5 * plan.angular_decay
    for t in range(padded // 8 * 8):
        j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
        r, s, cosine = near[DISTANCE, j], near[DISTANCE, k], rows[COSINE, t]
        p, q, opposite = r * r, s * s, rows[OPPOSITE, t]
        dot = cosine * r * s
        # Three times the product of the cosines of all angles.
        triple = 3.0 * dot * (p - dot) * (q - dot) / max(p * q * opposite, _TINY)
        weight = near[NEAR_FACTOR, j] * near[NEAR_FACTOR, k] * plan.angular_weight
        weight *= exponential(fall * logarithm(max(opposite, _TINY)))
        rows[MEAN, t] = 0.5 * (r + s)
        rows[WEIGHT, t] = weight * (1.0 + triple)
        rows[SINE, t] = math.sqrt(max(0.0, 1.0 - cosine * cosine))


@lean
def mend_sines(near: np.ndarray, rows: np.ndarray, padded: int) -> None:
    """Work out sines near 0 from vector products."""
    for t in range(padded):
        if rows[SINE, t] < _SMALL_SINE:
            j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
            ax, ay, az = near[X, j], near[Y, j], near[Z, j]
            bx, by, bz = near[X, k], near[Y, k], near[Z, k]
            x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            sides = max(near[DISTANCE, j] * near[DISTANCE, k], _TINY)
            rows[SINE, t] = math.sqrt(x * x + y * y + z * z) / sides


@merged
def fill_waves(plan, rows, padded, factor):
    """Fill cosines and sines of odd multiples of the angle, times a row."""
    _fill_first_wave(rows, padded, factor)
    for m in range(FIRST_WAVE + 2, FIRST_WAVE + 2 * plan.orders.size, 2):
        _fill_next_wave(rows, padded, m)
    # Later waves are made from earlier ones, so weights come last.
    for m in range(2 * plan.orders.size):
        _scale(rows, padded, FIRST_WAVE + m, plan.orders[m // 2])


@fused
def _fill_first_wave(rows: np.ndarray, padded: int, factor: int) -> None:
    for t in range(padded // 8 * 8):
        rows[FIRST_WAVE, t] = rows[factor, t] * rows[COSINE, t]
        rows[FIRST_WAVE + 1, t] = rows[factor, t] * rows[SINE, t]


@fused
def _fill_next_wave(rows: np.ndarray, padded: int, out: int) -> None:
    for t in range(padded // 8 * 8):
        cosine, sine = rows[COSINE, t], rows[SINE, t]
        twice_cosine, twice_sine = cosine * cosine - sine * sine, 2.0 * sine * cosine
        before, after = rows[out - 2, t], rows[out - 1, t]
        rows[out, t] = before * twice_cosine - after * twice_sine
        rows[out + 1, t] = after * twice_cosine + before * twice_sine


@lean
def _scale(rows: np.ndarray, padded: int, row: int, factor: float) -> None:
    for t in range(padded // 8 * 8):
        rows[row, t] *= factor


@fused
def _add_triplet(plan, rows, t, gaussians, sums):
    middle, fall = rows[MEAN, t], -plan.angular_width
    for point in range(plan.means.size // 8 * 8):
        off = middle - plan.means[point]
        gaussians[point] = exponential(fall * off * off)
    for m in range(2 * plan.orders.size):
        height = rows[FIRST_WAVE + m, t]
        for point in range(plan.means.size // 8 * 8):
            sums[m, point] += height * gaussians[point]
