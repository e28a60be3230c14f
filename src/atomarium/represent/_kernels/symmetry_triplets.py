"""Triplets of a center and two neighbors: their geometry, Gaussians and powers."""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.cutoffs import exponential
from atomarium.represent._kernels.lean import fused, lean, merged
from atomarium.represent._kernels.sieve import count_kept, store_kept
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    DISTANCE,
    END,
    INVERSE,
    PLACE,
    SQUARE,
    X,
    Y,
    Z,
    fade,
)
from atomarium.represent._kernels.symmetry_plan import BASE, PRODUCT
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
)

#: Ones, the two neighbors, half the sum of the squared sides, cosine at the center, square of the third
#: side, product of the cutoff values of two and of three sides; from FIRST_FACTOR on what functions
#: are made of.
ONES, FIRST, SECOND, HALF, COSINE, OPPOSITE, FADE, THIRD_FADE, FIRST_FACTOR = range(9)
#: Triplets worked on at a time.
AT_ONCE = 128


@lean
def within(near: np.ndarray, start: int, stop: int, reach: float) -> int:
    """Return where neighbors of one species, nearest first, leave the reach."""
    while stop > start and near[DISTANCE, stop - 1] >= reach:
        stop -= 1
    return stop


@lean
def begin_block(program, room, a, b):
    """Return where triplets of the a-th and b-th species begin, and which of them count.

    Returns:
        The first neighbor and the first eight of the other to begin with; where the first ends,
        where the other begins and ends, and the limit of the third side's square.
    """
    near, present = room.near, room.present
    limit = program.reach * program.reach if program.narrow else np.inf
    end = within(near, present[a, BEGIN], present[a, END], program.reach)
    other_end = within(near, present[b, BEGIN], present[b, END], program.reach)
    begin, other_begin = present[a, BEGIN], present[b, BEGIN]
    n_first, n_other = end - begin, other_end - other_begin
    # The first is taken one by one, the other by eights: what takes fewer goes.
    if n_first * ((n_other + 7) // LANES) > n_other * ((n_first + 7) // LANES):
        begin, other_begin, end, other_end = other_begin, begin, other_end, end
    return (begin, other_begin), (end, other_begin, other_end, limit)


@lean
def list_triplets(room, place, borders, count, fades):
    """List triplets of two neighbors, behind those there are, while there is room.

    Args:
        room: Its rows about triplets are filled with ends and geometry, and padded.
        place: As `begin_block` returns it, or this function, to go on.
        borders: As `begin_block` returns them.
        count: How many there are, with padding.
        fades: Row of cutoff values whose products are filled in instead of the ends; -1 for the
            ends.

    Returns:
        The place to go on from, and how many triplets there are with padding.
    """
    end, other_begin, other_end, greatest = borders
    near, rows, flat, out = room.near, room.rows, room.near_flat, room.rows_flat
    width, row = near.shape[1], rows.shape[1]
    limit, minus_two, one = spread(greatest), spread(-2.0), spread(1.0)
    j, k = place
    # Of two neighbors of one species, the other comes behind the first.
    one_species = end == other_end
    while j < end and count <= row - 2 * LANES:
        x, y, z = spread(near[X, j]), spread(near[Y, j]), spread(near[Z, j])
        square, inverse = spread(near[SQUARE, j]), spread(near[INVERSE, j])
        first = spread(near[max(PLACE, fades), j])
        if one_species:
            k = max(k, (j + 1) // LANES * LANES)
        while k < other_end and count <= row - 2 * LANES:
            dot = multiply(x, load(flat, X * width + k))
            dot = multiply_add(y, load(flat, Y * width + k), dot)
            dot = multiply_add(z, load(flat, Z * width + k), dot)
            squares = multiply_add(one, square, load(flat, SQUARE * width + k))
            opposite = multiply_add(minus_two, dot, squares)
            cosine = multiply(dot, multiply(inverse, load(flat, INVERSE * width + k)))
            half = multiply_add(one, dot, opposite)
            begin = j + 1 - k if one_species else 0
            second = load(flat, max(PLACE, fades) * width + k)
            if fades < 0:
                store(out, FIRST * row + count, first)
                store_kept(out, SECOND * row + count, second, opposite, limit, begin)
            else:
                product = multiply(first, second)
                store_kept(out, FADE * row + count, product, opposite, limit, begin)
            store_kept(out, HALF * row + count, half, opposite, limit, begin)
            store_kept(out, COSINE * row + count, cosine, opposite, limit, begin)
            store_kept(out, OPPOSITE * row + count, opposite, opposite, limit, begin)
            count += count_kept(opposite, limit, begin)
            k += LANES
        if k >= other_end:
            j += 1
            k = other_begin
    _pad_list(room, count, fades)
    return (j, k), (count + 7) // 8 * 8


@lean
def _pad_list(room, count, fades):
    """Write eight triplets of neighbors that do not count behind a list."""
    out, row = room.rows_flat, room.rows.shape[1]
    nothing, nobody = spread(0.0), spread(float(room.near.shape[1] - 1))
    if fades < 0:
        store(out, FIRST * row + count, nobody)
        store(out, SECOND * row + count, nobody)
    else:
        store(out, FADE * row + count, nothing)
    store(out, HALF * row + count, nothing)
    store(out, COSINE * row + count, nothing)
    store(out, OPPOSITE * row + count, nothing)


@lean
def fade_sides(near: np.ndarray, fades: int, rows: np.ndarray, padded: int) -> None:
    """Fill the product of the cutoff values of the sides at the center."""
    for t in range(padded // 8 * 8):
        rows[FADE, t] = (
            near[fades, np.uint32(rows[FIRST, t])] * near[fades, np.uint32(rows[SECOND, t])]
        )


@merged
def fill_fades(plan, cutoff, near, rows, padded):
    """Fill the products of cutoff values of three sides from those of two."""
    scale = 1.0 / (plan.cutoffs[cutoff] * plan.cutoffs[cutoff])
    fade(rows, OPPOSITE, padded, plan.cutoff_function, scale, THIRD_FADE)
    multiply_rows(rows, THIRD_FADE, FADE, padded, THIRD_FADE)


@lean
def multiply_rows(rows: np.ndarray, left: int, right: int, padded: int, out: int) -> None:
    """Fill a row with the product of two."""
    for t in range(padded // 8 * 8):
        rows[out, t] = rows[left, t] * rows[right, t]


@fused
def fill_gaussian(one, near, rows, padded, factor, out):
    """Fill a Gaussian of two or three sides, times a row."""
    eta, shift = one.eta, one.shift
    if shift != 0.0:
        third = 0.0 if one.wide else 1.0
        for t in range(padded // 8 * 8):
            first = near[DISTANCE, np.uint32(rows[FIRST, t])] - shift
            second = near[DISTANCE, np.uint32(rows[SECOND, t])] - shift
            opposite = math.sqrt(rows[OPPOSITE, t]) - shift
            square = first * first + second * second + third * opposite * opposite
            rows[out, t] = exponential(-eta * square) * rows[factor, t]
    elif one.wide:
        for t in range(padded // 8 * 8):
            square = 2.0 * rows[HALF, t] - rows[OPPOSITE, t]
            rows[out, t] = exponential(-eta * square) * rows[factor, t]
    else:
        for t in range(padded // 8 * 8):
            rows[out, t] = exponential(-2.0 * eta * rows[HALF, t]) * rows[factor, t]


@merged
def fill_powers(plan, program, rows, padded, out):
    """Fill the powers of a program, from row `out` on."""
    for s in range(program.n_steps):
        step = plan.steps[program.first_step + s]
        if step.code == BASE:
            fill_base(step.value, rows, padded, out + s)
        elif step.code == PRODUCT:
            multiply_rows(rows, out + step.left, out + step.right, padded, out + s)
        else:
            fill_power(rows, out + step.left, step.value, padded, out + s)


@fused
def fill_base(direction: float, rows: np.ndarray, padded: int, out: int) -> None:
    """Fill 1 + λ cos θ; rounding may take it below 0."""
    for t in range(padded // 8 * 8):
        rows[out, t] = max(0.0, 1.0 + direction * rows[COSINE, t])


@lean
def fill_power(rows: np.ndarray, base: int, power: float, padded: int, out: int) -> None:
    """Fill a power of a row that is not a whole one."""
    for t in range(padded // 8 * 8):
        rows[out, t] = rows[base, t] ** power
