"""Triplets of FCHL19: a center and two neighbors, their weights and the waves of their angles."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.lean import fused, lean, merged
from atomarium.represent._kernels.sieve import count_kept, store_kept
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    DISTANCE,
    END,
    INVERSE,
    NEAR_FADE,
    PLACE,
    SQUARE,
    X,
    Y,
    Z,
)
from atomarium.represent._kernels.vector_powers import (
    divide,
    exponentials,
    larger,
    logarithms,
    roots,
)
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
    subtract,
)

#: Rows about neighbors, behind those of two cutoffs and their slopes: what a neighbor gives to the
#: weight of a triplet, how that changes with r²; variance and middle of the logarithm of its
#: distance, and its weight.
NEAR_FACTOR, NEAR_FACTOR_SLOPE, VARIANCE, MIDDLE_LOG, PAIR_WEIGHT = range(
    NEAR_FADE + 4, NEAR_FADE + 9
)
#: Rows about triplets: ones; the two neighbors and their distances; cosine and sine at the center;
#: square of the third side; mean distance; weight, and how it changes with the squared sides p and
#: q at the center and with their scalar product u; then cosines and sines of odd multiples of the
#: angle.
(
    ONES,
    FIRST,
    SECOND,
    SIDE,
    OTHER_SIDE,
    COSINE,
    SINE,
    OPPOSITE,
    MEAN,
    WEIGHT,
    WEIGHT_P,
    WEIGHT_Q,
    WEIGHT_U,
    FIRST_WAVE,
) = range(14)
#: Triplets worked on at a time.
AT_ONCE = 128
_TINY = 1e-300


@lean
def begin_block(plan, room, a, b):
    """Return where triplets of the a-th and b-th species begin, and which of them count.

    Returns:
        The first neighbor and the first eight of the other to begin with; where the first ends,
        where the other begins and ends.
    """
    near, present = room.near, room.present
    end, other_end = _within(plan, near, present[a]), _within(plan, near, present[b])
    begin, other_begin = present[a, BEGIN], present[b, BEGIN]
    n_first, n_other = end - begin, other_end - other_begin
    # The first is taken one by one, the other by eights: what takes fewer goes.
    if n_first * ((n_other + 7) // LANES) > n_other * ((n_first + 7) // LANES):
        begin, other_begin, end, other_end = other_begin, begin, other_end, end
    return (begin, other_begin), (end, other_begin, other_end)


@lean
def _within(plan, near, species):
    """Return where neighbors of one species, nearest first, leave the cutoff of triplets."""
    stop = species[END]
    while stop > species[BEGIN] and near[DISTANCE, stop - 1] >= plan.reach:
        stop -= 1
    return stop


@lean
def list_triplets(room, place, borders, count):
    """List triplets of two neighbors, behind those there are, while there is room.

    Args:
        room: Its rows about triplets are filled with all up to `OPPOSITE`, and the factors of both
            neighbors as the weight.
        place: As `begin_block` returns it, or this function, to go on.
        borders: As `begin_block` returns them.
        count: How many there are.

    Returns:
        The place to go on from, and how many triplets there are.
    """
    end, other_begin, other_end = borders
    near, flat, out = room.near, room.near_flat, room.rows_flat
    width, row = near.shape[1], room.rows.shape[1]
    limit, minus_two, one = spread(np.inf), spread(-2.0), spread(1.0)
    j, k = place
    # Of two neighbors of one species, the other comes behind the first.
    one_species = end == other_end
    while j < end and count <= row - 2 * LANES:
        ax, ay, az = spread(near[X, j]), spread(near[Y, j]), spread(near[Z, j])
        square, inverse = spread(near[SQUARE, j]), spread(near[INVERSE, j])
        first, side = spread(near[PLACE, j]), spread(near[DISTANCE, j])
        factor = spread(near[NEAR_FACTOR, j])
        if one_species:
            k = max(k, (j + 1) // LANES * LANES)
        while k < other_end and count <= row - 2 * LANES:
            bx, by, bz = (
                load(flat, X * width + k),
                load(flat, Y * width + k),
                load(flat, Z * width + k),
            )
            dot = multiply_add(az, bz, multiply_add(ay, by, multiply(ax, bx)))
            x = subtract(multiply(ay, bz), multiply(az, by))
            y = subtract(multiply(az, bx), multiply(ax, bz))
            z = subtract(multiply(ax, by), multiply(ay, bx))
            area = roots(multiply_add(z, z, multiply_add(y, y, multiply(x, x))))
            squares = multiply_add(one, square, load(flat, SQUARE * width + k))
            opposite = multiply_add(minus_two, dot, squares)
            inverses = multiply(inverse, load(flat, INVERSE * width + k))
            begin = j + 1 - k if one_species else 0
            store(out, FIRST * row + count, first)
            store(out, SIDE * row + count, side)
            second, other_side = load(flat, PLACE * width + k), load(flat, DISTANCE * width + k)
            store_kept(out, SECOND * row + count, second, opposite, limit, begin)
            store_kept(out, OTHER_SIDE * row + count, other_side, opposite, limit, begin)
            store_kept(out, COSINE * row + count, multiply(dot, inverses), opposite, limit, begin)
            store_kept(out, SINE * row + count, multiply(area, inverses), opposite, limit, begin)
            store_kept(out, OPPOSITE * row + count, opposite, opposite, limit, begin)
            weight = multiply(factor, load(flat, NEAR_FACTOR * width + k))
            store_kept(out, WEIGHT * row + count, weight, opposite, limit, begin)
            count += count_kept(opposite, limit, begin)
            k += LANES
        if k >= other_end:
            j += 1
            k = other_begin
    return (j, k), count


@lean
def pad_list(room, count):
    """Write triplets of neighbors that do not count behind a list; return its padded length."""
    out, row = room.rows_flat, room.rows.shape[1]
    nothing, nobody = spread(0.0), spread(float(room.near.shape[1] - 1))
    store(out, FIRST * row + count, nobody)
    store(out, SECOND * row + count, nobody)
    store(out, WEIGHT * row + count, nothing)
    for side in (SIDE, OTHER_SIDE, OPPOSITE):
        store(out, side * row + count, spread(1.0))
    store(out, COSINE * row + count, nothing)
    store(out, SINE * row + count, spread(1.0))
    return (count + 7) // 8 * 8


@lean
def weigh_triplets(plan, room, padded):
    """Turn the factors of neighbors into the weights of triplets; fill mean distances."""
    rows, row = room.rows_flat, room.rows.shape[1]
    tiny, one, half = spread(_TINY), spread(1.0), spread(0.5)
    decay, scale = spread(-0.5 * plan.angular_decay), spread(plan.angular_weight)
    for t in range(0, padded, LANES):
        r, s = load(rows, SIDE * row + t), load(rows, OTHER_SIDE * row + t)
        cosine, opposite = load(rows, COSINE * row + t), load(rows, OPPOSITE * row + t)
        p, q, dot = multiply(r, r), multiply(s, s), multiply(cosine, multiply(r, s))
        # Three times the product of the cosines of all angles.
        triple = multiply(multiply(dot, spread(3.0)), multiply(subtract(p, dot), subtract(q, dot)))
        triple = divide(triple, larger(multiply(multiply(p, q), opposite), tiny))
        weight = multiply(scale, load(rows, WEIGHT * row + t))
        fall = exponentials(multiply(decay, logarithms(larger(opposite, tiny))))
        weight = multiply(weight, fall)
        store(rows, WEIGHT * row + t, multiply_add(weight, triple, weight))
        store(rows, MEAN * row + t, multiply(half, multiply_add(one, r, s)))


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
