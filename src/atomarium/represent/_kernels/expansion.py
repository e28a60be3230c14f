"""The neighbor density of one atom, expanded in radial functions and spherical harmonics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.harmonics import write_harmonics
from atomarium.represent._kernels.lean import lean, merged
from atomarium.represent._kernels.radial import write_radial
from atomarium.represent._kernels.vectors import (
    LANES,
    add_four_rows,
    add_one_row,
    add_rows,
    add_two_rows,
    aligned_zeros,
)


class Basis(NamedTuple):
    """What a density is expanded in.

    `n_padded` is the number of radial functions filled up with zeros to a multiple of eight;
    `middle` holds what the central atom itself adds to the coefficients of degree 0, to those of
    its own column or, if `middle_everywhere`, of all columns.
    """

    l_max: int
    n_padded: int
    table: np.ndarray
    steps_per_unit: float
    factors: np.ndarray
    middle: np.ndarray
    middle_everywhere: bool


class Neighborhoods(NamedTuple):
    """Pairs by center and species.

    `weights` multiply the density of each neighbor, `center_weights` that of each atom in its own
    neighborhood. Densities of atoms in different columns are expanded on their own.
    """

    offsets: np.ndarray
    neighbors: np.ndarray
    vectors: np.ndarray
    distances: np.ndarray
    weights: np.ndarray
    center_weights: np.ndarray
    column_of_atom: np.ndarray


class Workspace(NamedTuple):
    """Memory of one thread: coefficients by species column, and what belongs to eight pairs."""

    coefficients: np.ndarray
    present: np.ndarray
    directions: np.ndarray
    harmonics: np.ndarray
    radial: np.ndarray


def make_workspace(basis: Basis, n_columns: int) -> Workspace:
    """Return the memory that one thread needs for so many species."""
    n_harmonics = (basis.l_max + 1) ** 2
    return Workspace(
        coefficients=aligned_zeros(n_columns * n_harmonics * basis.n_padded),
        present=np.zeros(n_columns, dtype=np.bool_),
        directions=aligned_zeros(3 * LANES),
        harmonics=aligned_zeros(n_harmonics * LANES),
        radial=aligned_zeros(LANES * (basis.l_max + 1) * basis.n_padded),
    )


@lean
def expand_center(center, hoods, basis, work):
    """Fill the coefficients of one atom for every column in its neighborhood.

    Args:
        center: Which atom.
        hoods: Its pairs, and those of others.
        basis: What the density is expanded in.
        work: Coefficients (column, l² + l + m, n) go into its `coefficients`; those of columns
            that are not `present` are left as they were.
    """
    work.present[:] = False
    add_center(center, hoods, basis, work)


@lean
def add_center(center, hoods, basis, work):
    """Add the coefficients of one atom to those of others; columns become present by it.

    Args:
        center: Which atom.
        hoods: Its pairs, and those of others.
        basis: What the density is expanded in.
        work: As for `expand_center`.
    """
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    own = hoods.column_of_atom[center]
    for column in range(len(work.present)):
        if column == own or basis.middle_everywhere:
            _make_present(column, size, work)
            for n in range(basis.n_padded):
                work.coefficients[column * size + n] += (
                    hoods.center_weights[center] * basis.middle[n]
                )
    start, stop = hoods.offsets[center], hoods.offsets[center + 1]
    for first in range(start, stop, LANES):
        last = min(first + LANES, stop)
        prepare_pairs(first, last, hoods, basis, work)
        pair = first
        while pair < last:
            # Eight pairs are prepared at once, and added by column.
            column, end = hoods.column_of_atom[hoods.neighbors[pair]], pair + 1
            while end < last and hoods.column_of_atom[hoods.neighbors[end]] == column:
                end += 1
            _make_present(column, size, work)
            _add_lanes(pair - first, end - first, column * size, basis, work)
            pair = end


@merged
def _make_present(column, size, work):
    if not work.present[column]:
        work.present[column] = True
        work.coefficients[column * size : (column + 1) * size] = 0.0


@merged
def prepare_pairs(start, stop, hoods, basis, work):
    """Fill harmonics and radial integrals of at most eight pairs."""
    row = (basis.l_max + 1) * basis.n_padded
    for lane in range(stop - start):
        pair = start + lane
        inverse = 1.0 / hoods.distances[pair]
        for axis in range(3):
            work.directions[axis * LANES + lane] = hoods.vectors[pair, axis] * inverse
        write_radial(
            hoods.distances[pair],
            hoods.weights[pair],
            basis.table,
            basis.steps_per_unit,
            row,
            work.radial,
            lane * row,
        )
    write_harmonics(work.directions, basis.l_max, basis.factors, work.harmonics)


@lean
def _add_lanes(lane, stop, place, basis, work):
    """Add the products of harmonics and radial integrals of some of eight pairs."""
    n_padded = basis.n_padded
    row = (basis.l_max + 1) * n_padded
    while lane < stop:
        # Sums of known length stay in registers.
        n_lanes = _longest(stop - lane)
        for ell in range(basis.l_max + 1):
            harmonic, count = ell * ell * LANES + lane, 2 * ell + 1
            for n in range(0, n_padded, LANES):
                radial = lane * row + ell * n_padded + n
                to = place + ell * ell * n_padded + n
                _add_block(n_lanes, work, harmonic, radial, row, to, n_padded, count)
        lane += n_lanes


@merged
def _add_block(n_lanes, work, harmonic, radial, row, to, stride, count):
    """Add what so many pairs contribute to one degree and eight radial functions."""
    left, right, sums = work.harmonics, work.radial, work.coefficients
    if n_lanes == LANES:
        add_rows(left, harmonic, right, radial, row, sums, to, stride, count)
    elif n_lanes == 4:
        add_four_rows(left, harmonic, right, radial, row, sums, to, stride, count)
    elif n_lanes == 2:
        add_two_rows(left, harmonic, right, radial, row, sums, to, stride, count)
    else:
        add_one_row(left, harmonic, right, radial, row, sums, to, stride, count)


@merged
def _longest(n_lanes):
    """Return how many of some lanes are added at once: 8, 4, 2 or 1."""
    if n_lanes == LANES:
        return LANES
    return 4 if n_lanes >= 4 else min(n_lanes, 2)
