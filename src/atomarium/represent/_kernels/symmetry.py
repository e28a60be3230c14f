"""Symmetry functions of atoms: sums over neighbors and over pairs of neighbors."""

from __future__ import annotations

import numpy as np

from atomarium.represent._kernels.lean import entry, lean, merged, reordered
from atomarium.represent._kernels.symmetry_neighbors import (
    BEGIN,
    NEAR_FADE,
    PADDED_END,
    SLOT,
    fill_next,
    fill_radial,
    fill_ratio,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import (
    FIRST_OF_ROW,
    NEXT_OF_ROW,
    Neighborhoods,
    Plan,
    Room,
    block_of,
)
from atomarium.represent._kernels.symmetry_triplets import (
    FADE,
    FIRST_FACTOR,
    THIRD_FADE,
    begin_block,
    fade_sides,
    fill_fades,
    fill_gaussian,
    fill_powers,
    list_triplets,
)


@entry
def fill_symmetry_functions(
    around: Neighborhoods, plan: Plan, room: Room, out: np.ndarray, first: int, last: int
) -> None:
    """Fill rows of out, which hold zeros, with the functions of centers first to last."""
    for center in range(first, last):
        n_present, padded = load_near(around, center, plan, room.near, room.present)
        kind = plan.classes[around.numbers[center]]
        _sum_pairs(plan, kind, room, padded, n_present, out[center])
        if plan.programs.size:
            _sum_triplets(plan, kind, room, n_present, out[center])


@merged
def _sum_pairs(plan, kind, room, padded, n_present, row):
    present, values, ratio = room.present, room.values, room.forces[0]
    first = plan.radial_offsets[kind]
    for f in range(plan.radial_offsets[kind + 1] - first):
        # For all neighbors, though few may be wanted: functions hardly ever lack a species.
        one = plan.radials[first + f]
        if one.link == NEXT_OF_ROW:
            fill_next(ratio, padded, one.factor, values)
        else:
            fill_radial(room.near, padded, one, values)
            if one.link == FIRST_OF_ROW:
                fill_ratio(room.near, padded, one, ratio)
        for s in range(n_present):
            block = kind * plan.n_species + present[s, SLOT]
            column = plan.sum_columns[plan.sum_offsets[block] + f]
            if column >= 0:
                row[column] = _sum(values, present[s, BEGIN], present[s, PADDED_END])


@reordered
def _sum(values: np.ndarray, begin: int, end: int) -> float:
    total = 0.0
    for n in range((end - begin) // 8 * 8):
        # Unsigned, as numba looks twice at indices that might count from the end.
        total += values[np.uint64(begin + n)]
    return total


@merged
def _sum_triplets(plan, kind, room, n_present, row):
    """Sum over pairs of neighbors; blocks with the same program are worked on together."""
    present, segments = room.present, room.segments
    current, count, n_segments = -1, 0, 0
    for a in range(n_present):
        for b in range(a, n_present):
            block = block_of(plan, kind, present[a, SLOT], present[b, SLOT])
            number = plan.blocks[block].program
            if number < 0:
                continue
            if number != current:
                _sum_segments(plan, current, room, count, n_segments, row)
                current, count, n_segments = number, 0, 0
            place, borders = begin_block(plan.programs[number], room, a, b)
            cutoff = plan.programs[number].cutoff
            fades = NEAR_FADE + cutoff if cutoff >= 0 else -1
            while place[0] < borders[0]:
                begin = count
                place, count = list_triplets(room, place, borders, count, fades)
                if count > begin:
                    segments[n_segments, 0] = block
                    segments[n_segments, 1] = begin
                    segments[n_segments, 2] = count
                    n_segments += 1
                if place[0] < borders[0]:
                    _sum_segments(plan, current, room, count, n_segments, row)
                    count, n_segments = 0, 0
    _sum_segments(plan, current, room, count, n_segments, row)


@lean
def _sum_segments(plan, number, room, padded, n_segments, row):
    if padded:
        program = plan.programs[number]
        _fill_factors(plan, program, room.near, room.rows, padded)
        for s in range(n_segments):
            column = plan.blocks[room.segments[s, 0]].column
            begin, end = room.segments[s, 1], room.segments[s, 2]
            _add_products(plan, program, room.rows, begin, end, column, row)


@merged
def _fill_factors(plan, program, near, rows, padded):
    last = -1
    for g in range(program.n_gaussians):
        one = plan.gaussians[program.first_gaussian + g]
        if one.cutoff != last:
            last = one.cutoff
            if program.cutoff < 0:
                fade_sides(near, NEAR_FADE + last, rows, padded)
            fill_fades(plan, last, near, rows, padded)
        fades = FADE if one.wide else THIRD_FADE
        fill_gaussian(one, near, rows, padded, fades, FIRST_FACTOR + g)
    fill_powers(plan, program, rows, padded, FIRST_FACTOR + program.n_gaussians)


@merged
def _add_products(plan, program, rows, begin, end, column, row):
    """Sum Gaussian times power for every function, four of one Gaussian at a time."""
    powers = FIRST_FACTOR + program.n_gaussians
    first, count = program.first_product, program.n_products
    f = 0
    while f < count:
        one = plan.products[first + f]
        gaussian = FIRST_FACTOR + one.gaussian
        if f + 4 <= count and plan.products[first + f + 3].gaussian == one.gaussian:
            two, three = plan.products[first + f + 1], plan.products[first + f + 2]
            four = plan.products[first + f + 3]
            steps = (one.step, two.step, three.step, four.step)
            a, b, c, d = _sum_four(rows, gaussian, powers, steps, begin, end)
            row[plan.columns[column + f]] += one.scale * a
            row[plan.columns[column + f + 1]] += two.scale * b
            row[plan.columns[column + f + 2]] += three.scale * c
            row[plan.columns[column + f + 3]] += four.scale * d
            f += 4
        else:
            total = _sum_one(rows, gaussian, powers + one.step, begin, end)
            row[plan.columns[column + f]] += one.scale * total
            f += 1


# Sums may be taken in any order, so that they run in vector registers.
@reordered
def _sum_four(
    rows: np.ndarray,
    gaussian: int,
    powers: int,
    steps: tuple[int, int, int, int],
    begin: int,
    end: int,
) -> tuple[float, float, float, float]:
    a = b = c = d = 0.0
    for n in range((end - begin) // 8 * 8):
        # Unsigned, as numba looks twice at indices that might count from the end.
        t = np.uint64(begin + n)
        factor = rows[gaussian, t]
        a += factor * rows[powers + steps[0], t]
        b += factor * rows[powers + steps[1], t]
        c += factor * rows[powers + steps[2], t]
        d += factor * rows[powers + steps[3], t]
    return a, b, c, d


@reordered
def _sum_one(rows: np.ndarray, gaussian: int, power: int, begin: int, end: int) -> float:
    total = 0.0
    for n in range((end - begin) // 8 * 8):
        t = np.uint64(begin + n)
        total += rows[gaussian, t] * rows[power, t]
    return total
