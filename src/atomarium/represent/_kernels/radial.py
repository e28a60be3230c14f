"""Radial integrals from a table of polynomials."""

from __future__ import annotations

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import LANES, load, multiply, multiply_add, spread, store

#: Numbers of one polynomial in the table.
N_POWERS = 6


@lean
def write_radial(distance, weight, table, steps_per_unit, n_numbers, out, place):
    """Fill the radial integrals of one pair, times a weight.

    Args:
        distance: Å, within the range of the table.
        weight: What the integrals are multiplied by.
        table: Flat; see `RadialTable.polynomials`.
        steps_per_unit: Intervals of the table in 1 Å.
        n_numbers: How many integrals there are, a multiple of eight.
        out: Flat; the integrals in the order of the table.
        place: Where to begin.
    """
    interval = int(distance * steps_per_unit)
    local = spread(2.0 * (distance * steps_per_unit - interval) - 1.0)
    factor = spread(weight)
    start = interval * N_POWERS * n_numbers
    for column in range(0, n_numbers, LANES):
        first = start + column
        value = load(table, first + (N_POWERS - 1) * n_numbers)
        for power in range(N_POWERS - 2, -1, -1):
            value = multiply_add(value, local, load(table, first + power * n_numbers))
        store(out, place + column, multiply(value, factor))
