"""Neighbors of one center in rows that fit the innermost cache, and functions of pairs.

The neighbors of each species are padded to a multiple of eight with neighbors that do not count,
as loops over eights run in vector registers from end to end.
"""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.cutoffs import (
    cosine_cutoff,
    cosine_cutoff_slope,
    cubed_tanh_cutoff,
    cubed_tanh_cutoff_slope,
    exponential,
)
from atomarium.represent._kernels.lean import fused, lean, merged
from atomarium.represent._kernels.symmetry_plan import CUBED_TANH, GAUSSIAN, WAVE

#: From NEAR_FADE on there is a row of cutoff values for each cutoff, then, for derivatives, a row
#: of how these change with the squared distance.
X, Y, Z, DISTANCE, SQUARE, INVERSE, PLACE, NEAR_FADE = range(8)
#: What is known of a species that is present: where its neighbors begin and end, where they end
#: with padding, its slot, and its first pair among those of the center.
BEGIN, END, PADDED_END, SLOT, PAIR = range(5)


@merged
def load_near(around, center, plan, near, present):
    """Copy the neighbors of a center.

    Args:
        around: All neighborhoods.
        center: Whose.
        plan: The functions.
        near: Rows to fill.
        present: Filled with what is known of each species.

    Returns:
        How many species, and how many neighbors with padding.
    """
    start, stop = around.offsets[center], around.offsets[center + 1]
    n_present, last, n = 0, -1, 0
    for pair in range(start, stop):
        number = around.numbers[around.neighbors[pair]]
        if number != last:
            last = number
            if n_present:
                n = _end_species(near, present[n_present - 1], n, plan.cutoffs[-1])
            present[n_present, BEGIN] = n
            present[n_present, SLOT] = plan.slots[number]
            present[n_present, PAIR] = pair - start
            n_present += 1
        near[X, n] = around.vectors[pair, 0]
        near[Y, n] = around.vectors[pair, 1]
        near[Z, n] = around.vectors[pair, 2]
        near[DISTANCE, n] = around.distances[pair]
        n += 1
    if n_present:
        n = _end_species(near, present[n_present - 1], n, plan.cutoffs[-1])
    _fill_powers_of_distance(near, n)
    for c in range(plan.cutoffs.size):
        scale = 1.0 / (plan.cutoffs[c] * plan.cutoffs[c])
        fade(near, SQUARE, n, plan.cutoff_function, scale, NEAR_FADE + c)
    for s in range(n_present):
        # So far away that no triplet with padding passes any limit, not even infinity.
        for t in range(present[s, END], present[s, PADDED_END]):
            near[SQUARE, t] = np.inf
    return n_present, n


@lean
def _end_species(near: np.ndarray, species: np.ndarray, n: int, cutoff: float) -> int:
    """Pad the neighbors of a species; return where the next may begin."""
    species[END] = n
    species[PADDED_END] = (n + 7) // 8 * 8
    for t in range(n, species[PADDED_END]):
        near[X, t] = near[Y, t] = near[Z, t] = 0.0
        near[DISTANCE, t] = 2.0 * cutoff
    return species[PADDED_END]


@fused
def _fill_powers_of_distance(near: np.ndarray, padded: int) -> None:
    for n in range(padded // 8 * 8):
        near[SQUARE, n] = near[DISTANCE, n] * near[DISTANCE, n]
        near[INVERSE, n] = 1.0 / near[DISTANCE, n]
        near[PLACE, n] = n


@fused
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


@fused
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


@fused
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


@fused
def fill_ratio(near: np.ndarray, padded: int, one, ratio: np.ndarray) -> None:
    """Fill by what Gaussians of a row grow from one to the next, but for a number."""
    rate = 2.0 * one.eta * one.step
    for n in range(padded // 8 * 8):
        ratio[n] = exponential(rate * (near[DISTANCE, n] - one.shift))


@fused
def fill_next(ratio: np.ndarray, padded: int, factor: float, out: np.ndarray) -> None:
    """Turn a Gaussian into the next of its row."""
    for n in range(padded // 8 * 8):
        out[n] *= ratio[n] * factor


@fused
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


@merged
def fill_near_slopes(plan, near, padded):
    """Fill how the cutoff values of neighbors change with their squared distances."""
    for c in range(plan.cutoffs.size):
        scale = 1.0 / (plan.cutoffs[c] * plan.cutoffs[c])
        out = NEAR_FADE + plan.cutoffs.size + c
        fade_slopes(near, SQUARE, padded, plan.cutoff_function, scale, out)
