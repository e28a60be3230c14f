"""Symmetry functions of atoms: sums over neighbors and over pairs of neighbors."""

from __future__ import annotations

import numpy as np
from numba import njit

from atomarium.represent._kernels.symmetry_neighbors import (
    NEAR_FADE,
    count_most,
    fill_radial,
    load_near,
)
from atomarium.represent._kernels.symmetry_plan import Neighborhoods, Plan
from atomarium.represent._kernels.symmetry_triplets import (
    AT_ONCE,
    FADE,
    FIRST_FACTOR,
    THIRD_FADE,
    fill_fades,
    fill_gaussian,
    fill_powers,
    list_triplets,
    multiply,
    within,
)


@njit(cache=True, nogil=True, error_model="numpy")
def fill_symmetry_functions(
    around: Neighborhoods, plan: Plan, out: np.ndarray, first: int, last: int
) -> None:
    """Fill rows of out, which hold zeros, with the functions of centers first to last."""
    most = count_most(around.offsets, first, last)
    near = np.zeros((NEAR_FADE + plan.cutoffs.size, most))
    present = np.zeros((plan.n_species + 1, 2), dtype=np.int64)
    values = np.zeros(most)
    ends = np.zeros((2, AT_ONCE), dtype=np.uint32)
    rows = np.zeros((FIRST_FACTOR + plan.n_factors, AT_ONCE))
    sums = np.zeros(plan.products.size)
    for center in range(first, last):
        kind = plan.classes[around.numbers[center]]
        n_present, padded = load_near(around, center, plan, near, present)
        _sum_pairs(plan, kind, near, padded, present, n_present, values, out[center])
        for a in range(n_present):
            for b in range(a, n_present):
                block = (kind * plan.n_species + present[a, 1]) * plan.n_species + present[b, 1]
                if plan.blocks[block].program >= 0:
                    _sum_block(plan, block, near, present, a, b, ends, rows, sums, out[center])


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _sum_pairs(plan, kind, near, padded, present, n_present, values, row):
    first = plan.radial_offsets[kind]
    for f in range(plan.radial_offsets[kind + 1] - first):
        # For all neighbors, though few may be wanted: functions hardly ever lack a species.
        fill_radial(near, padded, plan.radials[first + f], values)
        for s in range(n_present):
            block = kind * plan.n_species + present[s, 1]
            column = plan.sum_columns[plan.sum_offsets[block] + f]
            if column >= 0:
                total = 0.0
                for n in range(present[s, 0], present[s + 1, 0]):
                    total += values[n]
                row[column] = total


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _sum_block(plan, block, near, present, a, b, ends, rows, sums, row):
    program = plan.programs[plan.blocks[block].program]
    limit = program.reach * program.reach if program.narrow else np.inf
    stop_a = within(near, present[a, 0], present[a + 1, 0], program.reach)
    stop_b = within(near, present[b, 0], present[b + 1, 0], program.reach)
    place = (present[a, 0], present[b, 0], present[b, 0])
    if a == b:
        place = (present[a, 0], present[a, 0] + 1, -1)
    for f in range(program.n_products):
        sums[f] = 0.0
    while place[0] < stop_a:
        place, padded = list_triplets(near, place, (stop_a, stop_b), limit, ends, rows)
        if padded:
            _fill_factors(plan, program, near, ends, rows, padded)
            _add_products(plan.products, program, rows, padded, sums)
    column = plan.blocks[block].column
    for f in range(program.n_products):
        scale = plan.products[program.first_product + f].scale
        row[plan.columns[column + f]] = scale * sums[f]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _fill_factors(plan, program, near, ends, rows, padded):
    last = -1
    for g in range(program.n_gaussians):
        one = plan.gaussians[program.first_gaussian + g]
        if one.cutoff != last:
            last = one.cutoff
            fill_fades(plan, last, near, ends, rows, padded)
        fill_gaussian(one, near, ends, rows, padded, FIRST_FACTOR + g)
        fades = FADE if one.wide else THIRD_FADE
        multiply(rows, FIRST_FACTOR + g, fades, padded, FIRST_FACTOR + g)
    fill_powers(plan, program, rows, padded, FIRST_FACTOR + program.n_gaussians)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_products(products, program, rows, padded, sums):
    """Sum Gaussian times power for every function, four of one Gaussian at a time."""
    powers = FIRST_FACTOR + program.n_gaussians
    first, count = program.first_product, program.n_products
    f = 0
    while f < count:
        gaussian = products[first + f].gaussian
        row = FIRST_FACTOR + gaussian
        if f + 4 <= count and products[first + f + 3].gaussian == gaussian:
            four = (
                powers + products[first + f].step,
                powers + products[first + f + 1].step,
                powers + products[first + f + 2].step,
                powers + products[first + f + 3].step,
            )
            a, b, c, d = _sum_four(rows, row, four, padded)
            sums[f] += a
            sums[f + 1] += b
            sums[f + 2] += c
            sums[f + 3] += d
            f += 4
        else:
            sums[f] += _sum_one(rows, row, powers + products[first + f].step, padded)
            f += 1


# Sums may be taken in any order, so that they run in vector registers.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def _sum_four(
    rows: np.ndarray, row: int, others: tuple[int, int, int, int], padded: int
) -> tuple[float, float, float, float]:
    a = b = c = d = 0.0
    for t in range(padded // 8 * 8):
        factor = rows[row, t]
        a += factor * rows[others[0], t]
        b += factor * rows[others[1], t]
        c += factor * rows[others[2], t]
        d += factor * rows[others[3], t]
    return a, b, c, d


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def _sum_one(rows: np.ndarray, row: int, other: int, padded: int) -> float:
    total = 0.0
    for t in range(padded // 8 * 8):
        total += rows[row, t] * rows[other, t]
    return total
