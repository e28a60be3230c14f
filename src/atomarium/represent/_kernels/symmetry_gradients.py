"""Derivatives of each symmetry function with each atom near its center."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.lean import entry, lean, merged
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    END,
    PAIR,
    SLOT,
    X,
    fill_near_slopes,
    fill_radial_slopes,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import Neighborhoods, Plan, Room, block_of
from atomarium.represent._kernels.symmetry_slopes import (
    FIRST_POWER,
    add_slopes,
    add_weight,
    begin_slopes,
    begin_weights,
    clear_slopes,
    end_slopes,
    fill_gaussian_and_fades,
    spread_slopes,
)
from atomarium.represent._kernels.symmetry_triplets import begin_block, list_triplets


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


@entry
def fill_gradients(
    around: Neighborhoods, plan: Plan, room: Room, blocks: Blocks, first: int, last: int
) -> None:
    """Add the derivatives of centers first to last to their blocks, which hold zeros."""
    present = room.present
    for center in range(first, last):
        kind = plan.classes[around.numbers[center]]
        n_present, padded = load_near(around, center, plan, room.near, present)
        fill_near_slopes(plan, room.near, padded)
        first_pair, own = around.offsets[center], blocks.of_center[center]
        _add_radials(plan, kind, room, padded, n_present, first_pair, own, blocks)
        for a in range(n_present):
            for b in range(a, n_present):
                block = block_of(plan, kind, present[a, SLOT], present[b, SLOT])
                if plan.blocks[block].program >= 0:
                    _add_block(plan, block, room, a, b, first_pair, own, blocks)


@merged
def _add_radials(plan, kind, room, padded, n_present, first_pair, own, blocks):
    near, present, slopes, forces = room.near, room.present, room.values, room.forces
    first = plan.radial_offsets[kind]
    for f in range(plan.radial_offsets[kind + 1] - first):
        fill_radial_slopes(near, padded, plan.radials[first + f], plan.cutoffs.size, slopes)
        for s in range(n_present):
            block = kind * plan.n_species + present[s, SLOT]
            column = plan.sum_columns[plan.sum_offsets[block] + f]
            if column >= 0:
                for n in range(present[s, BEGIN], present[s, END]):
                    for axis in range(3):
                        forces[axis, n] = 2.0 * slopes[n] * near[X + axis, n]
                _add_forces(present[s], forces, column, first_pair, own, blocks)


@lean
def _add_forces(species, forces, column, first_pair, own, blocks):
    """Move the forces on a species to their blocks, and their counterforce to the center."""
    start = first_pair + species[PAIR] - species[BEGIN]
    for n in range(species[BEGIN], species[END]):
        block = blocks.of_pair[start + n]
        for axis in range(3):
            blocks.values[block, axis, column] += forces[axis, n]
            blocks.values[own, axis, column] -= forces[axis, n]
            forces[axis, n] = 0.0


@merged
def _add_block(plan, block, room, a, b, first_pair, own, blocks):
    near, rows, forces = room.near, room.rows, room.forces
    program = plan.programs[plan.blocks[block].program]
    first_column = plan.blocks[block].column
    place, borders = begin_block(program, room, a, b)
    while place[0] < borders[0]:
        place, padded = list_triplets(room, place, borders, 0, -1)
        if padded:
            begin_slopes(plan, program, rows, padded)
            last = -1
            for f in range(program.n_products):
                product = plan.products[program.first_product + f]
                one = plan.gaussians[program.first_gaussian + product.gaussian]
                if product.gaussian != last:
                    last = product.gaussian
                    fill_gaussian_and_fades(plan, one, near, rows, padded)
                clear_slopes(rows, padded)
                begin_weights(rows, padded)
                power = FIRST_POWER + product.step
                add_weight(rows, padded, power, power + program.n_steps, product.scale)
                add_slopes(one, near, rows, padded)
                end_slopes(near, rows, padded)
                spread_slopes(near, rows, padded, forces)
                column = plan.columns[first_column + f]
                _add_forces(room.present[a], forces, column, first_pair, own, blocks)
                if b != a:
                    _add_forces(room.present[b], forces, column, first_pair, own, blocks)
