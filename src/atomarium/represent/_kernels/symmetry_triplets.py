"""Triplets of a center and two neighbors: their geometry, Gaussians and powers."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from atomarium.represent._kernels.cutoffs import exponential
from atomarium.represent._kernels.symmetry_neighbors import (
    DISTANCE,
    INVERSE,
    NEAR_FADE,
    SQUARE,
    X,
    Y,
    Z,
    fade,
)
from atomarium.represent._kernels.symmetry_plan import BASE, PRODUCT

#: Half the sum of the squared sides, cosine at the center, square of the third side, product of
#: the cutoff values of two and of three sides; from FIRST_FACTOR on what functions are made of.
HALF, COSINE, OPPOSITE, FADE, THIRD_FADE, FIRST_FACTOR = range(6)
#: Triplets worked on at a time.
AT_ONCE = 128


@njit(cache=True, nogil=True, error_model="numpy")
def within(near: np.ndarray, start: int, stop: int, reach: float) -> int:
    """Return where neighbors of one species, nearest first, leave the reach."""
    while stop > start and near[DISTANCE, stop - 1] >= reach:
        stop -= 1
    return stop


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def list_triplets(near, place, stops, limit, ends, rows):
    """List triplets of two neighbors while there is room.

    Args:
        near: Rows about neighbors.
        place: The two neighbors to begin with, and where others begin for the next first; that is
            -1 if just behind it.
        stops: Where first neighbors end, and others.
        limit: The third side's square must be below.
        ends: Filled with the two neighbors.
        rows: Filled with the geometry, and padded.

    Returns:
        The place to go on from, and how many triplets there are with padding.
    """
    j, k, begin = place
    count = np.uint64(0)
    while j < stops[0]:
        x, y, z = near[X, j], near[Y, j], near[Z, j]
        square, inverse = near[SQUARE, j], near[INVERSE, j]
        stop = min(stops[1], k + AT_ONCE - np.int64(count))
        # Unsigned, as numba looks twice at indices that might count from the end.
        for n in range(np.uint64(k), np.uint64(max(k, stop))):
            dot = x * near[X, n] + y * near[Y, n] + z * near[Z, n]
            opposite = max(0.0, square + near[SQUARE, n] - 2.0 * dot)
            ends[0, count] = j
            ends[1, count] = n
            rows[HALF, count] = dot + opposite
            rows[COSINE, count] = dot * (inverse * near[INVERSE, n])
            rows[OPPOSITE, count] = opposite
            count += np.uint64(opposite < limit)
        k = max(k, stop)
        if k < stops[1]:
            if count == AT_ONCE:
                break
            continue
        j += 1
        k = j + 1 if begin < 0 else begin
    padded = (np.int64(count) + 7) // 8 * 8
    for t in range(np.int64(count), padded):
        ends[0, t] = ends[1, t] = near.shape[1] - 1
        rows[HALF, t] = rows[COSINE, t] = rows[OPPOSITE, t] = 0.0
    return (j, k, begin), padded


@njit(cache=True, nogil=True, error_model="numpy")
def fade_sides(
    near: np.ndarray, fades: int, ends: np.ndarray, rows: np.ndarray, padded: int
) -> None:
    """Fill the product of the cutoff values of the sides at the center."""
    for t in range(padded // 8 * 8):
        rows[FADE, t] = near[fades, ends[0, t]] * near[fades, ends[1, t]]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def fill_fades(plan, cutoff, near, ends, rows, padded):
    """Fill the products of cutoff values."""
    scale = 1.0 / (plan.cutoffs[cutoff] * plan.cutoffs[cutoff])
    fade_sides(near, NEAR_FADE + cutoff, ends, rows, padded)
    fade(rows, OPPOSITE, padded, plan.cutoff_function, scale, THIRD_FADE)
    multiply(rows, THIRD_FADE, FADE, padded, THIRD_FADE)


@njit(cache=True, nogil=True, error_model="numpy")
def multiply(rows: np.ndarray, left: int, right: int, padded: int, out: int) -> None:
    """Fill a row with the product of two."""
    for t in range(padded // 8 * 8):
        rows[out, t] = rows[left, t] * rows[right, t]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fill_gaussian(one, near, ends, rows, padded, out):
    """Fill a Gaussian of two or three sides, without cutoff values."""
    eta, shift = one.eta, one.shift
    if shift != 0.0:
        third = 0.0 if one.wide else 1.0
        for t in range(padded // 8 * 8):
            first = near[DISTANCE, ends[0, t]] - shift
            second = near[DISTANCE, ends[1, t]] - shift
            opposite = math.sqrt(rows[OPPOSITE, t]) - shift
            square = first * first + second * second + third * opposite * opposite
            rows[out, t] = exponential(-eta * square)
    elif one.wide:
        for t in range(padded // 8 * 8):
            rows[out, t] = exponential(-eta * (2.0 * rows[HALF, t] - rows[OPPOSITE, t]))
    else:
        for t in range(padded // 8 * 8):
            rows[out, t] = exponential(-2.0 * eta * rows[HALF, t])


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def fill_powers(plan, program, rows, padded, out):
    """Fill the powers of a program, from row `out` on."""
    for s in range(program.n_steps):
        step = plan.steps[program.first_step + s]
        if step.code == BASE:
            fill_base(step.value, rows, padded, out + s)
        elif step.code == PRODUCT:
            multiply(rows, out + step.left, out + step.right, padded, out + s)
        else:
            fill_power(rows, out + step.left, step.value, padded, out + s)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fill_base(direction: float, rows: np.ndarray, padded: int, out: int) -> None:
    """Fill 1 + λ cos θ; rounding may take it below 0."""
    for t in range(padded // 8 * 8):
        rows[out, t] = max(0.0, 1.0 + direction * rows[COSINE, t])


@njit(cache=True, nogil=True, error_model="numpy")
def fill_power(rows: np.ndarray, base: int, power: float, padded: int, out: int) -> None:
    """Fill a power of a row that is not a whole one."""
    for t in range(padded // 8 * 8):
        rows[out, t] = rows[base, t] ** power
