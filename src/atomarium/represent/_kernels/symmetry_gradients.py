"""Derivatives of each symmetry function with each atom near its center."""

from __future__ import annotations

from typing import NamedTuple

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
    SLOPE_COSINE,
    SLOPE_P,
    SLOPE_Q,
    SLOPE_W,
    add_slopes,
    add_weight,
    begin_slopes,
    begin_weights,
    end_slopes,
    fill_gaussian_and_fades,
    spread_slopes,
)
from atomarium.represent._kernels.symmetry_triplets import AT_ONCE, list_triplets, within


class Blocks(NamedTuple):
    """Derivatives of a center's functions with one atom.

    Args:
        of_pair: Block of each pair's neighbor.
        of_center: Block of each center itself.
        values: Blocks, axes, columns.
    """

    of_pair: np.ndarray
    of_center: np.ndarray
    values: np.ndarray


@njit(cache=True, nogil=True, error_model="numpy")
def fill_gradients(
    around: Neighborhoods, plan: Plan, blocks: Blocks, first: int, last: int
) -> None:
    """Add the derivatives of centers first to last to their blocks, which hold zeros."""
    most = count_most(around.offsets, first, last)
    near = np.zeros((NEAR_FADE + 2 * plan.cutoffs.size, most))
    present = np.zeros((plan.n_species + 1, 2), dtype=np.int64)
    forces = np.zeros((3, most))
    ends = np.zeros((2, AT_ONCE), dtype=np.uint32)
    rows = np.zeros((FIRST_POWER + 2 * plan.n_factors, AT_ONCE))
    slopes = np.zeros(most)
    for center in range(first, last):
        kind = plan.classes[around.numbers[center]]
        n_present, padded = load_near(around, center, plan, near, present)
        for c in range(plan.cutoffs.size):
            scale = 1.0 / (plan.cutoffs[c] * plan.cutoffs[c])
            out = NEAR_FADE + plan.cutoffs.size + c
            fade_slopes(near, SQUARE, padded, plan.cutoff_function, scale, out)
        _add_radials(around, center, plan, near, padded, present, n_present, slopes, forces, blocks)
        for a in range(n_present):
            for b in range(a, n_present):
                block = (kind * plan.n_species + present[a, 1]) * plan.n_species + present[b, 1]
                if plan.blocks[block].program >= 0:
                    _add_block(
                        around, center, plan, block, near, present, a, b, ends, rows, forces, blocks
                    )


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_radials(around, center, plan, near, padded, present, n_present, slopes, forces, blocks):
    kind = plan.classes[around.numbers[center]]
    first = plan.radial_offsets[kind]
    for f in range(plan.radial_offsets[kind + 1] - first):
        fill_radial_slopes(near, padded, plan.radials[first + f], plan.cutoffs.size, slopes)
        for s in range(n_present):
            block = kind * plan.n_species + present[s, 1]
            column = plan.sum_columns[plan.sum_offsets[block] + f]
            if column >= 0:
                for n in range(present[s, 0], present[s + 1, 0]):
                    for axis in range(3):
                        forces[axis, n] = 2.0 * slopes[n] * near[X + axis, n]
                start, stop = present[s, 0], present[s + 1, 0]
                _add_forces(around.offsets[center], center, start, stop, forces, column, blocks)


@njit(cache=True, nogil=True, error_model="numpy")
def _add_forces(first_pair, center, start, stop, forces, column, blocks):
    """Move the forces on some neighbors to their blocks, and their counterforce to the center."""
    own = blocks.of_center[center]
    for n in range(start, stop):
        block = blocks.of_pair[first_pair + n]
        for axis in range(3):
            blocks.values[block, axis, column] += forces[axis, n]
            blocks.values[own, axis, column] -= forces[axis, n]
            forces[axis, n] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_block(around, center, plan, block, near, present, a, b, ends, rows, forces, blocks):
    program = plan.programs[plan.blocks[block].program]
    first_column = plan.blocks[block].column
    limit = program.reach * program.reach if program.narrow else np.inf
    stop_a = within(near, present[a, 0], present[a + 1, 0], program.reach)
    stop_b = within(near, present[b, 0], present[b + 1, 0], program.reach)
    place = (present[a, 0], present[b, 0], present[b, 0])
    if a == b:
        place = (present[a, 0], present[a, 0] + 1, -1)
    first_pair = around.offsets[center]
    while place[0] < stop_a:
        place, padded = list_triplets(near, place, (stop_a, stop_b), limit, ends, rows)
        if padded:
            begin_slopes(plan, program, rows, padded)
            last = -1
            for f in range(program.n_products):
                product = plan.products[program.first_product + f]
                one = plan.gaussians[program.first_gaussian + product.gaussian]
                if product.gaussian != last:
                    last = product.gaussian
                    fill_gaussian_and_fades(plan, one, near, ends, rows, padded)
                for row in (SLOPE_P, SLOPE_Q, SLOPE_W, SLOPE_COSINE):
                    rows[row, :padded] = 0.0
                begin_weights(rows, padded)
                power = FIRST_POWER + product.step
                add_weight(rows, padded, power, power + program.n_steps, product.scale)
                add_slopes(one, near, ends, rows, padded)
                end_slopes(near, ends, rows, padded)
                spread_slopes(near, ends, rows, padded, forces)
                column = plan.columns[first_column + f]
                _add_forces(
                    first_pair, center, present[a, 0], present[a + 1, 0], forces, column, blocks
                )
                if b != a:
                    _add_forces(
                        first_pair, center, present[b, 0], present[b + 1, 0], forces, column, blocks
                    )
