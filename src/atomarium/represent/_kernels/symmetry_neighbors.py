"""Neighbors of one center in rows that fit the innermost cache, and functions of pairs.

Rows are padded to a multiple of eight with neighbors that do not count, as loops over eights run
in vector registers from end to end.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from atomarium.represent._kernels.cutoffs import (
    cosine_cutoff,
    cosine_cutoff_slope,
    cubed_tanh_cutoff,
    cubed_tanh_cutoff_slope,
    exponential,
)
from atomarium.represent._kernels.symmetry_plan import CUBED_TANH, GAUSSIAN, WAVE

#: From NEAR_FADE on there is a row of cutoff values for each cutoff, then, for derivatives, a row
#: of how these change with the squared distance.
X, Y, Z, DISTANCE, SQUARE, INVERSE, NEAR_FADE = range(7)


@njit(cache=True, nogil=True, error_model="numpy")
def count_most(offsets: np.ndarray, first: int, last: int) -> int:
    """Return the most neighbors that a center has, padded, with at least one that is padding."""
    most = 0
    for center in range(first, last):
        most = max(most, offsets[center + 1] - offsets[center])
    return (most + 8) // 8 * 8


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def load_near(around, center, plan, near, present):
    """Copy the neighbors of a center.

    Args:
        around: All neighborhoods.
        center: Whose.
        plan: The functions.
        near: Rows to fill.
        present: Filled with where each species begins, and its slot; then where the last ends.

    Returns:
        How many species, and how many neighbors with padding.
    """
    start = around.offsets[center]
    count = around.offsets[center + 1] - start
    padded = (count + 8) // 8 * 8
    n_present, last = 0, -1
    for n in range(count):
        pair = start + n
        number = around.numbers[around.neighbors[pair]]
        if number != last:
            last = number
            present[n_present, 0] = n
            present[n_present, 1] = plan.slots[number]
            n_present += 1
        near[X, n] = around.vectors[pair, 0]
        near[Y, n] = around.vectors[pair, 1]
        near[Z, n] = around.vectors[pair, 2]
        near[DISTANCE, n] = around.distances[pair]
    present[n_present, 0] = count
    for n in range(count, padded):
        near[X, n] = near[Y, n] = near[Z, n] = 0.0
        near[DISTANCE, n] = 2.0 * plan.cutoffs[-1]
    _fill_powers_of_distance(near, padded)
    for c in range(plan.cutoffs.size):
        scale = 1.0 / (plan.cutoffs[c] * plan.cutoffs[c])
        fade(near, SQUARE, padded, plan.cutoff_function, scale, NEAR_FADE + c)
    return n_present, padded


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _fill_powers_of_distance(near: np.ndarray, padded: int) -> None:
    for n in range(padded // 8 * 8):
        near[SQUARE, n] = near[DISTANCE, n] * near[DISTANCE, n]
        near[INVERSE, n] = 1.0 / near[DISTANCE, n]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fade(
    rows: np.ndarray, squares: int, padded: int, cutoff_function: int, scale: float, out: int
) -> None:
    """Fill row `out` with the cutoff function of a row of squared distances."""
    if cutoff_function == CUBED_TANH:
        for t in range(padded // 8 * 8):
            rows[out, t] = cubed_tanh_cutoff(rows[squares, t], scale)
    else:
        for t in range(padded // 8 * 8):
            rows[out, t] = cosine_cutoff(rows[squares, t], scale)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fade_slopes(
    rows: np.ndarray, squares: int, padded: int, cutoff_function: int, scale: float, out: int
) -> None:
    """Fill row `out` with how the cutoff function changes with squared distances."""
    if cutoff_function == CUBED_TANH:
        for t in range(padded // 8 * 8):
            rows[out, t] = cubed_tanh_cutoff_slope(rows[squares, t], scale)
    else:
        for t in range(padded // 8 * 8):
            rows[out, t] = cosine_cutoff_slope(rows[squares, t], scale)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fill_radial(near: np.ndarray, padded: int, one, out: np.ndarray) -> None:
    """Fill what each neighbor adds to a function of pairs."""
    eta, shift, fades = one.eta, one.shift, NEAR_FADE + one.cutoff
    if one.kind == GAUSSIAN:
        for n in range(padded // 8 * 8):
            away = near[DISTANCE, n] - shift
            out[n] = exponential(-eta * away * away) * near[fades, n]
    elif one.kind == WAVE:
        for n in range(padded // 8 * 8):
            out[n] = math.cos(eta * near[DISTANCE, n]) * near[fades, n]
    else:
        for n in range(padded // 8 * 8):
            out[n] = near[fades, n]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fill_radial_slopes(near: np.ndarray, padded: int, one, n_cutoffs: int, out: np.ndarray) -> None:
    """Fill how what each neighbor adds to a function of pairs changes with r²."""
    eta, shift, fades = one.eta, one.shift, NEAR_FADE + one.cutoff
    slopes = fades + n_cutoffs
    if one.kind == GAUSSIAN:
        for n in range(padded // 8 * 8):
            away = near[DISTANCE, n] - shift
            slope = near[slopes, n] - eta * away * near[INVERSE, n] * near[fades, n]
            out[n] = exponential(-eta * away * away) * slope
    elif one.kind == WAVE:
        for n in range(padded // 8 * 8):
            phase = eta * near[DISTANCE, n]
            slope = -0.5 * eta * math.sin(phase) * near[INVERSE, n] * near[fades, n]
            out[n] = slope + math.cos(phase) * near[slopes, n]
    else:
        for n in range(padded // 8 * 8):
            out[n] = near[slopes, n]
