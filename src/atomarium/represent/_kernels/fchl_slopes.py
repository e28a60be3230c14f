"""How rows of FCHL19 change with the atoms: what pulling back and explicit gradients share.

A triplet depends on the squared sides p and q at its center and on their scalar product u, through
its weight, its mean distance and its angle. Where the three atoms are in line, the sine has a kink;
its slope is taken as 0 there.
"""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.cutoffs import exponential, logarithm
from atomarium.represent._kernels.fchl import weigh_neighbors
from atomarium.represent._kernels.fchl_triplets import (
    COSINE,
    FIRST,
    FIRST_WAVE,
    MEAN,
    MIDDLE_LOG,
    NEAR_FACTOR,
    NEAR_FACTOR_SLOPE,
    ONES,
    OPPOSITE,
    SECOND,
    SINE,
    VARIANCE,
    WEIGHT_P,
    WEIGHT_Q,
    WEIGHT_U,
    fill_waves,
    weigh_triplets,
)
from atomarium.represent._kernels.lean import fused, merged
from atomarium.represent._kernels.symmetry_neighbors import (
    DISTANCE,
    INVERSE,
    SQUARE,
    fill_near_slopes,
)

#: Of a sine, which nearer to 0 is rounding alone.
_IN_LINE = 1e-8
_TINY = 1e-300


@merged
def begin_center(plan, near, padded):
    """Fill weights of neighbors, and their slopes with the squared distance."""
    weigh_neighbors(plan, near, padded)
    fill_near_slopes(plan, near, padded)
    _fill_factor_slopes(plan, near, padded)


@fused
def _fill_factor_slopes(plan, near, padded):
    fade, slopes = plan.angular_fade, plan.angular_fade + plan.cutoffs.size
    for n in range(padded // 8 * 8):
        distance = near[DISTANCE, n]
        fall = exponential(-plan.angular_decay * logarithm(distance))
        slope = 0.5 * plan.angular_decay / (distance * distance)
        near[NEAR_FACTOR_SLOPE, n] = fall * (near[slopes, n] - slope * near[fade, n])


@merged
def begin_triplets(plan, room, padded):
    """Fill weights of triplets, their slopes, and waves."""
    near, rows = room.near, room.rows
    weigh_triplets(plan, room, padded)
    _fill_weight_slopes(plan, near, rows, padded)
    fill_waves(plan, rows, padded, ONES)


@fused
def _fill_weight_slopes(plan, near, rows, padded):
    decay = plan.angular_decay
    for t in range(padded // 8 * 8):
        j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
        r, s, opposite = near[DISTANCE, j], near[DISTANCE, k], max(rows[OPPOSITE, t], _TINY)
        p, q, u = r * r, s * s, rows[COSINE, t] * r * s
        v, w = p - u, q - u
        one_over = 3.0 / max(p * q * opposite, _TINY)
        triple = one_over * u * v * w
        fall = exponential(-0.5 * decay * logarithm(opposite)) * plan.angular_weight
        first, second = near[NEAR_FACTOR, j], near[NEAR_FACTOR, k]
        bare = fall * (1.0 + triple)
        # The square of the third side is p + q - 2 u.
        common = -(triple + 0.5 * decay * (1.0 + triple)) / opposite
        p_slope = one_over * u * w - triple / max(p, _TINY) + common
        q_slope = one_over * u * v - triple / max(q, _TINY) + common
        u_slope = one_over * (v * w - u * (v + w)) - 2.0 * common
        rows[WEIGHT_P, t] = second * (near[NEAR_FACTOR_SLOPE, j] * bare + first * fall * p_slope)
        rows[WEIGHT_Q, t] = first * (near[NEAR_FACTOR_SLOPE, k] * bare + second * fall * q_slope)
        rows[WEIGHT_U, t] = first * second * fall * u_slope


@fused
def turn_of_wave(rows, t, m):
    """Return how wave m of a triplet changes with the cosine of its angle."""
    odd, sine = float(m // 2 * 2 + 1), rows[SINE, t]
    if m % 2 == 0:
        # sin(k θ) / sin θ is 1, or -1, times k where θ is 0, or π.
        ratio = rows[FIRST_WAVE + m + 1, t] / sine if sine > _IN_LINE else 0.0
        if sine <= _IN_LINE:
            return odd * odd * abs(rows[FIRST_WAVE + m, t])
        return odd * ratio
    return -odd * rows[FIRST_WAVE + m - 1, t] / sine if sine > _IN_LINE else 0.0


@fused
def slopes_of_cosine(near, rows, t):
    """Return how the cosine of a triplet changes with p, q and u."""
    j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
    first, second = near[INVERSE, j], near[INVERSE, k]
    half = -0.5 * rows[COSINE, t]
    return half * first * first, half * second * second, first * second


@fused
def slopes_of_mean(near, rows, t):
    """Return how the mean distance of a triplet changes with p and q."""
    j, k = np.uint32(rows[FIRST, t]), np.uint32(rows[SECOND, t])
    return 0.25 * near[INVERSE, j], 0.25 * near[INVERSE, k]


@fused
def fill_gaussians(plan, rows, t, gaussians):
    """Fill the Gaussians of a triplet, and how they change with the mean distance."""
    middle, fall = rows[MEAN, t], -plan.angular_width
    for point in range(plan.means.size // 8 * 8):
        off = middle - plan.means[point]
        gaussians[0, point] = exponential(fall * off * off)
        gaussians[1, point] = 2.0 * fall * off * gaussians[0, point]


@fused
def fill_pair_slopes(plan, near, n, out):
    """Fill how the functions of a pair change with its distance, over the padded grid."""
    distance, variance = near[DISTANCE, n], near[VARIANCE, n]
    spread = plan.radial_width / near[SQUARE, n]
    variance_slope = -2.0 * spread / ((1.0 + spread) * distance)
    middle_slope = 1.0 / distance - 0.5 * variance_slope
    fade = near[plan.radial_fade, n]
    fade_slope = 2.0 * distance * near[plan.radial_fade + plan.cutoffs.size, n]
    fall = exponential(-plan.radial_decay * logarithm(distance)) / math.sqrt(variance)
    fixed = fade_slope - fade * (plan.radial_decay / distance + 0.5 * variance_slope / variance)
    half = 0.5 / variance
    for place in range(plan.log_radii.size // 8 * 8):
        off = plan.log_radii[place] - near[MIDDLE_LOG, n]
        moved = off * middle_slope / variance + 2.0 * half * half * off * off * variance_slope
        out[place] = fall * plan.heights[place] * exponential(-half * off * off)
        out[place] *= fixed + fade * moved
