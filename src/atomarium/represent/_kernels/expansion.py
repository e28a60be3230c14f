"""The neighbor density of one atom, expanded in radial functions and spherical harmonics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.harmonics import write_harmonics
from atomarium.represent._kernels.lean import lean, merged
from atomarium.represent._kernels.radial import write_radial
from atomarium.represent._kernels.vectors import LANES, add_rows, aligned_zeros


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
    while start < stop:
        column = hoods.column_of_atom[hoods.neighbors[start]]
        end = start + 1
        while (
            end < stop
            and end < start + LANES
            and hoods.column_of_atom[hoods.neighbors[end]] == column
        ):
            end += 1
        _make_present(column, size, work)
        _add_pairs(start, end, column * size, hoods, basis, work)
        start = end


@merged
def _make_present(column, size, work):
    if not work.present[column]:
        work.present[column] = True
        work.coefficients[column * size : (column + 1) * size] = 0.0


@merged
def prepare_pairs(start, stop, hoods, basis, work):
    """Fill harmonics and radial integrals of at most eight pairs; unused lanes count nothing."""
    row = (basis.l_max + 1) * basis.n_padded
    for lane in range(LANES):
        pair = start + lane
        if pair < stop:
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
        else:
            work.radial[lane * row : (lane + 1) * row] = 0.0
    write_harmonics(work.directions, basis.l_max, basis.factors, work.harmonics)


@merged
def _add_pairs(start, stop, place, hoods, basis, work):
    prepare_pairs(start, stop, hoods, basis, work)
    n_padded = basis.n_padded
    for ell in range(basis.l_max + 1):
        for n in range(0, n_padded, LANES):
            add_rows(
                work.harmonics,
                ell * ell * LANES,
                work.radial,
                ell * n_padded + n,
                (basis.l_max + 1) * n_padded,
                work.coefficients,
                place + ell * ell * n_padded + n,
                n_padded,
                2 * ell + 1,
            )
