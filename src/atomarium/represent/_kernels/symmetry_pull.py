"""Derivatives of symmetry functions: of weighted sums of them, and of each."""

from __future__ import annotations

import numpy as np
from numba import njit

from atomarium.represent._kernels.symmetry_neighbors import (
    NEAR_FADE,
    SQUARE,
    X,
    count_most,
    fade_slopes,
    fill_radial_slopes,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import Neighborhoods, Plan
from atomarium.represent._kernels.symmetry_slopes import (
    FIRST_POWER,
    add_slopes,
    add_weight,
    begin_slopes,
    begin_weights,
    end_slopes,
    fill_gaussian_and_fades,
    spread_slopes,
)
from atomarium.represent._kernels.symmetry_triplets import AT_ONCE, list_triplets, within


@njit(cache=True, nogil=True, error_model="numpy")
def pull_pairs(
    around: Neighborhoods,
    plan: Plan,
    cotangents: np.ndarray,
    out: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Fill the change of Σ cotangents · functions with the vector of each pair.

    Args:
        around: All neighborhoods.
        plan: The functions.
        cotangents: A row for each center.
        out: A row for each pair.
        first: The first center.
        last: The center behind the last.
    """
    most = count_most(around.offsets, first, last)
    near = np.zeros((NEAR_FADE + 2 * plan.cutoffs.size, most))
    present = np.zeros((plan.n_species + 1, 2), dtype=np.int64)
    forces = np.zeros((3, most))
    slopes = np.zeros(most)
    ends = np.zeros((2, AT_ONCE), dtype=np.uint32)
    rows = np.zeros((FIRST_POWER + 2 * plan.n_factors, AT_ONCE))
    for center in range(first, last):
        kind = plan.classes[around.numbers[center]]
        weights = cotangents[center]
        n_present, padded = load_near(around, center, plan, near, present)
        _fill_near_slopes(plan, near, padded)
        forces[:, :padded] = 0.0
        _pull_radials(plan, kind, near, padded, present, n_present, weights, slopes, forces)
        for a in range(n_present):
            for b in range(a, n_present):
                block = (kind * plan.n_species + present[a, 1]) * plan.n_species + present[b, 1]
                if plan.blocks[block].program >= 0:
                    _pull_block(plan, block, near, present, a, b, ends, rows, weights, forces)
        start = around.offsets[center]
        for n in range(around.offsets[center + 1] - start):
            for axis in range(3):
                out[start + n, axis] = forces[axis, n]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _fill_near_slopes(plan, near, padded):
    for c in range(plan.cutoffs.size):
        scale = 1.0 / (plan.cutoffs[c] * plan.cutoffs[c])
        out = NEAR_FADE + plan.cutoffs.size + c
        fade_slopes(near, SQUARE, padded, plan.cutoff_function, scale, out)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pull_radials(plan, kind, near, padded, present, n_present, weights, slopes, forces):
    first = plan.radial_offsets[kind]
    for f in range(plan.radial_offsets[kind + 1] - first):
        fill_radial_slopes(near, padded, plan.radials[first + f], plan.cutoffs.size, slopes)
        for s in range(n_present):
            block = kind * plan.n_species + present[s, 1]
            column = plan.sum_columns[plan.sum_offsets[block] + f]
            if column >= 0:
                for n in range(present[s, 0], present[s + 1, 0]):
                    for axis in range(3):
                        slope = 2.0 * weights[column] * slopes[n]
                        forces[axis, n] += slope * near[X + axis, n]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pull_block(plan, block, near, present, a, b, ends, rows, weights, forces):
    program = plan.programs[plan.blocks[block].program]
    column = plan.blocks[block].column
    limit = program.reach * program.reach if program.narrow else np.inf
    stop_a = within(near, present[a, 0], present[a + 1, 0], program.reach)
    stop_b = within(near, present[b, 0], present[b + 1, 0], program.reach)
    place = (present[a, 0], present[b, 0], present[b, 0])
    if a == b:
        place = (present[a, 0], present[a, 0] + 1, -1)
    while place[0] < stop_a:
        place, padded = list_triplets(near, place, (stop_a, stop_b), limit, ends, rows)
        if padded:
            begin_slopes(plan, program, rows, padded)
            f = 0
            for g in range(program.n_gaussians):
                one = plan.gaussians[program.first_gaussian + g]
                fill_gaussian_and_fades(plan, one, near, ends, rows, padded)
                begin_weights(rows, padded)
                while f < program.n_products:
                    product = plan.products[program.first_product + f]
                    if product.gaussian != g:
                        break
                    weight = product.scale * weights[plan.columns[column + f]]
                    power = FIRST_POWER + product.step
                    add_weight(rows, padded, power, power + program.n_steps, weight)
                    f += 1
                add_slopes(one, near, ends, rows, padded)
            end_slopes(near, ends, rows, padded)
            spread_slopes(near, ends, rows, padded, forces)


@njit(cache=True, nogil=True, error_model="numpy")
def move_atoms(
    around: Neighborhoods,
    borders: np.ndarray,
    slopes: np.ndarray,
    positions: np.ndarray,
    strain: np.ndarray,
) -> None:
    """Add slopes with the vectors of pairs to atoms and structures.

    Args:
        around: All neighborhoods.
        borders: Where the atoms of each structure begin.
        slopes: A row for each pair.
        positions: A row for each atom, to add to.
        strain: A matrix for each structure, to add to.
    """
    for structure in range(borders.size - 1):
        for center in range(borders[structure], borders[structure + 1]):
            for pair in range(around.offsets[center], around.offsets[center + 1]):
                neighbor = around.neighbors[pair]
                for i in range(3):
                    positions[neighbor, i] += slopes[pair, i]
                    positions[center, i] -= slopes[pair, i]
                    for k in range(3):
                        strain[structure, i, k] += slopes[pair, i] * around.vectors[pair, k]
