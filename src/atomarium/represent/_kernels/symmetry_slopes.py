"""How functions of triplets change when neighbors move.

A function depends on the squares p and q of the sides at the center and w of the third side, in
part through the cosine (p + q - w) / 2√(pq). Slopes with these three, and with the cosine, are
gathered for some triplets at a time, and then turned into slopes with the two vectors.
"""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.lean import fused, lean, merged
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
    FIRST,
    FIRST_FACTOR,
    ONES,
    OPPOSITE,
    SECOND,
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


@merged
def begin_slopes(plan, program, rows, padded):
    """Set slopes to zero and work out powers and their slopes."""
    clear_slopes(rows, padded)
    fill_powers(plan, program, rows, padded, FIRST_POWER)
    slopes = FIRST_POWER + program.n_steps
    for s in range(program.n_steps):
        step = plan.steps[program.first_step + s]
        _fill_power_slope(step, rows, padded, FIRST_POWER, slopes, s)


@lean
def clear_slopes(rows: np.ndarray, padded: int) -> None:
    """Set slopes to zero."""
    for t in range(padded // 8 * 8):
        rows[SLOPE_P, t] = rows[SLOPE_Q, t] = rows[SLOPE_W, t] = rows[SLOPE_COSINE, t] = 0.0


@fused
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


@merged
def fill_gaussian_and_fades(plan, one, near, rows, padded):
    """Fill a Gaussian, the product of its cutoff values, and the slopes of that product."""
    fill_gaussian(one, near, rows, padded, ONES, GAUSSIAN)
    fades = NEAR_FADE + one.cutoff
    slopes = fades + plan.cutoffs.size
    fade_sides(near, fades, rows, padded)
    if one.wide:
        for t in range(padded):
            rows[THIRD_FADE, t] = 1.0
            rows[FADE_W, t] = 0.0
    else:
        scale = 1.0 / (plan.cutoffs[one.cutoff] * plan.cutoffs[one.cutoff])
        fade(rows, OPPOSITE, padded, plan.cutoff_function, scale, THIRD_FADE)
        fade_slopes(rows, OPPOSITE, padded, plan.cutoff_function, scale, FADE_W)
    _fill_fade_slopes(near, fades, slopes, rows, padded)


@lean
def _fill_fade_slopes(near, fades, slopes, rows, padded):
    for t in range(padded // 8 * 8):
        third = rows[THIRD_FADE, t]
        rows[FADE_P, t] = (
            near[slopes, np.uint32(rows[FIRST, t])]
            * near[fades, np.uint32(rows[SECOND, t])]
            * third
        )
        rows[FADE_Q, t] = (
            near[fades, np.uint32(rows[FIRST, t])]
            * near[slopes, np.uint32(rows[SECOND, t])]
            * third
        )
        rows[FADE_W, t] *= rows[FADE, t]
        rows[FADE, t] *= third


@lean
def begin_weights(rows: np.ndarray, padded: int) -> None:
    """Set the weighted sums of powers to zero."""
    for t in range(padded // 8 * 8):
        rows[WEIGHT, t] = 0.0
        rows[WEIGHT_SLOPE, t] = 0.0


@fused
def add_weight(rows: np.ndarray, padded: int, power: int, slope: int, weight: float) -> None:
    """Add a power and its slope to the weighted sums."""
    for t in range(padded // 8 * 8):
        rows[WEIGHT, t] += weight * rows[power, t]
        rows[WEIGHT_SLOPE, t] += weight * rows[slope, t]


@fused
def add_slopes(one, near, rows, padded):
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
            rows[SLOPE_P, t] += rise * near[INVERSE, np.uint32(rows[FIRST, t])]
            rows[SLOPE_Q, t] += rise * near[INVERSE, np.uint32(rows[SECOND, t])]
            rows[SLOPE_W, t] += third * rise / math.sqrt(max(rows[OPPOSITE, t], 1e-300))


@fused
def end_slopes(near: np.ndarray, rows: np.ndarray, padded: int) -> None:
    """Turn slopes with the cosine into such with the squared sides."""
    for t in range(padded // 8 * 8):
        first, second = (
            near[INVERSE, np.uint32(rows[FIRST, t])],
            near[INVERSE, np.uint32(rows[SECOND, t])],
        )
        slope = 0.5 * rows[SLOPE_COSINE, t]
        cosine = rows[COSINE, t]
        rows[SLOPE_P, t] += slope * first * (second - cosine * first)
        rows[SLOPE_Q, t] += slope * second * (first - cosine * second)
        rows[SLOPE_W, t] -= slope * first * second


@fused
def spread_slopes(near, rows, padded, forces):
    """Add the slopes with the vectors to the neighbors."""
    for t in range(padded):
        j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
        p, q, w = 2.0 * rows[SLOPE_P, t], 2.0 * rows[SLOPE_Q, t], 2.0 * rows[SLOPE_W, t]
        for axis in range(3):
            first, second = near[X + axis, j], near[X + axis, k]
            across = w * (first - second)
            forces[axis, j] += p * first + across
            forces[axis, k] += q * second - across
