"""Radial integrals from a table of polynomials."""

from __future__ import annotations

from numba import njit

from atomarium.represent._kernels.vectors import LANES, load, multiply, multiply_add, spread, store

#: Numbers of one polynomial in the table.
N_POWERS = 6


@njit(cache=True, nogil=True, error_model="numpy")
def write_radial(distance, weight, table, steps_per_unit, n_rows, n_padded, out, place):
    """Fill the radial integrals of one pair, times a weight.

    Args:
        distance: Å, within the range of the table.
        weight: What the integrals are multiplied by.
        table: Flat; see `RadialTable.polynomials`.
        steps_per_unit: Intervals of the table in 1 Å.
        n_rows: Number of angular degrees.
        n_padded: Radial functions, filled up to a multiple of eight.
        out: Flat; the integrals of degree l begin at place + l · n_padded.
        place: Where to begin.
    """
    interval = int(distance * steps_per_unit)
    local = spread(2.0 * (distance * steps_per_unit - interval) - 1.0)
    factor = spread(weight)
    start = interval * n_rows * N_POWERS * n_padded
    for row in range(n_rows):
        for column in range(0, n_padded, LANES):
            first = start + row * N_POWERS * n_padded + column
            value = load(table, first + (N_POWERS - 1) * n_padded)
            for power in range(N_POWERS - 2, -1, -1):
                value = multiply_add(value, local, load(table, first + power * n_padded))
            store(out, place + row * n_padded + column, multiply(value, factor))
