"""Radial integrals and their slopes from a table of polynomials."""

from __future__ import annotations

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.radial import N_POWERS
from atomarium.represent._kernels.vectors import LANES, load, multiply_add, spread, store


@lean
def write_radial_slopes(distance, table, steps_per_unit, n_numbers, values, slopes, place):
    """Fill the radial integrals of one pair, and their slopes with the place in an interval.

    Args:
        distance: Å, within the range of the table.
        table: Flat; see `RadialTable.polynomials`.
        steps_per_unit: Intervals of the table in 1 Å; slopes in 1/Å are twice as many times larger.
        n_numbers: How many integrals there are, a multiple of eight.
        values: Flat; the integrals in the order of the table.
        slopes: Flat; their slopes.
        place: Where to begin in both.
    """
    interval = int(distance * steps_per_unit)
    local = spread(2.0 * (distance * steps_per_unit - interval) - 1.0)
    start = interval * N_POWERS * n_numbers
    for column in range(0, n_numbers, LANES):
        first = start + column
        slope = load(table, first + (N_POWERS - 1) * n_numbers)
        value = multiply_add(slope, local, load(table, first + (N_POWERS - 2) * n_numbers))
        for power in range(N_POWERS - 3, -1, -1):
            slope = multiply_add(slope, local, value)
            value = multiply_add(value, local, load(table, first + power * n_numbers))
        store(values, place + column, value)
        store(slopes, place + column, slope)
