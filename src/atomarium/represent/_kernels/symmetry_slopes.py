"""How functions of triplets change when neighbors move.

A function depends on the squares p and q of the sides at the center and w of the third side, in
part through the cosine (p + q - w) / 2√(pq). Slopes with these three, and with the cosine, are
gathered for some triplets at a time, and then turned into slopes with the two vectors.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from atomarium.represent._kernels.symmetry_neighbors import (
    INVERSE,
    NEAR_FADE,
    X,
    fade,
    fade_slopes,
)
from atomarium.represent._kernels.symmetry_plan import BASE, PRODUCT
from atomarium.represent._kernels.symmetry_triplets import (
    COSINE,
    FADE,
    FIRST_FACTOR,
    OPPOSITE,
    THIRD_FADE,
    fade_sides,
    fill_gaussian,
    fill_powers,
)

#: Slopes with p, q, w and the cosine; slopes of the product of cutoff values with p, q and w; a
#: Gaussian; weighted sums of the powers that go with it and of their slopes; then powers, then
#: slopes of powers with the cosine.
(
    SLOPE_P,
    SLOPE_Q,
    SLOPE_W,
    SLOPE_COSINE,
    FADE_P,
    FADE_Q,
    FADE_W,
    GAUSSIAN,
    WEIGHT,
    WEIGHT_SLOPE,
    FIRST_POWER,
) = range(FIRST_FACTOR, FIRST_FACTOR + 11)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def begin_slopes(plan, program, rows, padded):
    """Set slopes to zero and work out powers and their slopes."""
    for row in (SLOPE_P, SLOPE_Q, SLOPE_W, SLOPE_COSINE):
        rows[row, :padded] = 0.0
    fill_powers(plan, program, rows, padded, FIRST_POWER)
    slopes = FIRST_POWER + program.n_steps
    for s in range(program.n_steps):
        step = plan.steps[program.first_step + s]
        _fill_power_slope(step, rows, padded, FIRST_POWER, slopes, s)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _fill_power_slope(step, rows, padded, powers, slopes, out):
    left, right = step.left, step.right
    if step.code == BASE:
        for t in range(padded // 8 * 8):
            rows[slopes + out, t] = step.value
    elif step.code == PRODUCT:
        for t in range(padded // 8 * 8):
            first = rows[slopes + left, t] * rows[powers + right, t]
            rows[slopes + out, t] = first + rows[powers + left, t] * rows[slopes + right, t]
    else:
        for t in range(padded // 8 * 8):
            power = rows[powers + left, t] ** (step.value - 1.0)
            rows[slopes + out, t] = step.value * power * rows[slopes + left, t]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def fill_gaussian_and_fades(plan, one, near, ends, rows, padded):
    """Fill a Gaussian, the product of its cutoff values, and the slopes of that product."""
    fill_gaussian(one, near, ends, rows, padded, GAUSSIAN)
    fades = NEAR_FADE + one.cutoff
    slopes = fades + plan.cutoffs.size
    fade_sides(near, fades, ends, rows, padded)
    if one.wide:
        for t in range(padded):
            rows[THIRD_FADE, t] = 1.0
            rows[FADE_W, t] = 0.0
    else:
        scale = 1.0 / (plan.cutoffs[one.cutoff] * plan.cutoffs[one.cutoff])
        fade(rows, OPPOSITE, padded, plan.cutoff_function, scale, THIRD_FADE)
        fade_slopes(rows, OPPOSITE, padded, plan.cutoff_function, scale, FADE_W)
    _fill_fade_slopes(near, fades, slopes, ends, rows, padded)


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_fade_slopes(near, fades, slopes, ends, rows, padded):
    for t in range(padded // 8 * 8):
        third = rows[THIRD_FADE, t]
        rows[FADE_P, t] = near[slopes, ends[0, t]] * near[fades, ends[1, t]] * third
        rows[FADE_Q, t] = near[fades, ends[0, t]] * near[slopes, ends[1, t]] * third
        rows[FADE_W, t] *= rows[FADE, t]
        rows[FADE, t] *= third


@njit(cache=True, nogil=True, error_model="numpy")
def begin_weights(rows: np.ndarray, padded: int) -> None:
    """Set the weighted sums of powers to zero."""
    for t in range(padded // 8 * 8):
        rows[WEIGHT, t] = 0.0
        rows[WEIGHT_SLOPE, t] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def add_weight(rows: np.ndarray, padded: int, power: int, slope: int, weight: float) -> None:
    """Add a power and its slope to the weighted sums."""
    for t in range(padded // 8 * 8):
        rows[WEIGHT, t] += weight * rows[power, t]
        rows[WEIGHT_SLOPE, t] += weight * rows[slope, t]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def add_slopes(one, near, ends, rows, padded):
    """Add the slopes of a Gaussian times the weighted sum of powers."""
    eta, shift = one.eta, one.shift
    third = 0.0 if one.wide else 1.0
    for t in range(padded // 8 * 8):
        rows[SLOPE_COSINE, t] += rows[WEIGHT_SLOPE, t] * rows[GAUSSIAN, t] * rows[FADE, t]
        factor = rows[WEIGHT, t] * rows[GAUSSIAN, t]
        fall = eta * rows[FADE, t]
        rows[SLOPE_P, t] += factor * (rows[FADE_P, t] - fall)
        rows[SLOPE_Q, t] += factor * (rows[FADE_Q, t] - fall)
        rows[SLOPE_W, t] += factor * (rows[FADE_W, t] - third * fall)
    if shift != 0.0:
        # (r - s)² changes with r² by 1 - s / r; the 1 is above.
        for t in range(padded // 8 * 8):
            rise = rows[WEIGHT, t] * rows[GAUSSIAN, t] * rows[FADE, t] * eta * shift
            rows[SLOPE_P, t] += rise * near[INVERSE, ends[0, t]]
            rows[SLOPE_Q, t] += rise * near[INVERSE, ends[1, t]]
            rows[SLOPE_W, t] += third * rise / math.sqrt(max(rows[OPPOSITE, t], 1e-300))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def end_slopes(near: np.ndarray, ends: np.ndarray, rows: np.ndarray, padded: int) -> None:
    """Turn slopes with the cosine into such with the squared sides."""
    for t in range(padded // 8 * 8):
        first, second = near[INVERSE, ends[0, t]], near[INVERSE, ends[1, t]]
        slope = 0.5 * rows[SLOPE_COSINE, t]
        cosine = rows[COSINE, t]
        rows[SLOPE_P, t] += slope * first * (second - cosine * first)
        rows[SLOPE_Q, t] += slope * second * (first - cosine * second)
        rows[SLOPE_W, t] -= slope * first * second


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def spread_slopes(near, ends, rows, padded, forces):
    """Add the slopes with the vectors to the neighbors."""
    for t in range(padded):
        j, k = ends[0, t], ends[1, t]
        p, q, w = 2.0 * rows[SLOPE_P, t], 2.0 * rows[SLOPE_Q, t], 2.0 * rows[SLOPE_W, t]
        for axis in range(3):
            first, second = near[X + axis, j], near[X + axis, k]
            across = w * (first - second)
            forces[axis, j] += p * first + across
            forces[axis, k] += q * second - across
