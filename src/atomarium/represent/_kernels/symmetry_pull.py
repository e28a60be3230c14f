"""Derivatives of symmetry functions: of weighted sums of them, and of each."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.lean import entry, merged
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
    end_slopes,
    fill_gaussian_and_fades,
    spread_slopes,
)
from atomarium.represent._kernels.symmetry_triplets import begin_block, list_triplets


@entry
def pull_pairs(
    around: Neighborhoods,
    plan: Plan,
    room: Room,
    cotangents: np.ndarray,
    out: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Fill the change of Σ cotangents · functions with the vector of each pair.

    Args:
        around: All neighborhoods.
        plan: The functions.
        room: Where to work.
        cotangents: A row for each center.
        out: A row for each pair.
        first: The first center.
        last: The center behind the last.
    """
    present, forces = room.present, room.forces
    for center in range(first, last):
        kind = plan.classes[around.numbers[center]]
        weights = cotangents[center]
        n_present, padded = load_near(around, center, plan, room.near, present)
        fill_near_slopes(plan, room.near, padded)
        forces[:, :padded] = 0.0
        _pull_radials(plan, kind, room, padded, n_present, weights)
        for a in range(n_present):
            for b in range(a, n_present):
                block = block_of(plan, kind, present[a, SLOT], present[b, SLOT])
                if plan.blocks[block].program >= 0:
                    _pull_block(plan, block, room, a, b, weights)
        for s in range(n_present):
            start = around.offsets[center] + present[s, PAIR] - present[s, BEGIN]
            for n in range(present[s, BEGIN], present[s, END]):
                for axis in range(3):
                    out[start + n, axis] = forces[axis, n]


@merged
def _pull_radials(plan, kind, room, padded, n_present, weights):
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
                        slope = 2.0 * weights[column] * slopes[n]
                        forces[axis, n] += slope * near[X + axis, n]


@merged
def _pull_block(plan, block, room, a, b, weights):
    near, rows = room.near, room.rows
    program = plan.programs[plan.blocks[block].program]
    column = plan.blocks[block].column
    place, borders = begin_block(program, room, a, b)
    while place[0] < borders[0]:
        place, padded = list_triplets(room, place, borders, 0, -1)
        if padded:
            begin_slopes(plan, program, rows, padded)
            f = 0
            for g in range(program.n_gaussians):
                one = plan.gaussians[program.first_gaussian + g]
                fill_gaussian_and_fades(plan, one, near, rows, padded)
                begin_weights(rows, padded)
                while f < program.n_products:
                    product = plan.products[program.first_product + f]
                    if product.gaussian != g:
                        break
                    weight = product.scale * weights[plan.columns[column + f]]
                    power = FIRST_POWER + product.step
                    add_weight(rows, padded, power, power + program.n_steps, weight)
                    f += 1
                add_slopes(one, near, rows, padded)
            end_slopes(near, rows, padded)
            spread_slopes(near, rows, padded, room.forces)


@entry
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
