"""How expansion coefficients change when the neighbors of an atom move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.harmonic_slopes import OTHER_SUM, SUM, X, Y, Z, write_sums
from atomarium.represent._kernels.lean import lean, merged
from atomarium.represent._kernels.radial_slopes import write_radial_slopes
from atomarium.represent._kernels.squares import add_product, load_turned
from atomarium.represent._kernels.vectors import (
    LANES,
    aligned_zeros,
    load,
    multiply,
    multiply_add,
    store,
    subtract,
)

#: Where numbers of pairs stand, in vectors: behind a unit vector what slopes of harmonics, slopes
#: of radial integrals, and radial integrals are multiplied by.
ACROSS, ALONG, FADING, _N_PAIR_NUMBERS = 3, 4, 5, 6


class SlopeWorkspace(NamedTuple):
    """Memory of one thread for eight pairs.

    Numbers of each pair; radial integrals and their slopes; both contracted with cotangents; sums
    over harmonics.
    """

    pairs: np.ndarray
    radial: np.ndarray
    radial_slopes: np.ndarray
    contracted: np.ndarray
    contracted_slopes: np.ndarray
    sums: np.ndarray


def make_slope_workspace(l_max: int, n_padded: int) -> SlopeWorkspace:
    """Return the memory that one thread needs."""
    n_harmonics = (l_max + 1) ** 2
    return SlopeWorkspace(
        pairs=aligned_zeros(_N_PAIR_NUMBERS * LANES),
        radial=aligned_zeros(LANES * (l_max + 1) * n_padded),
        radial_slopes=aligned_zeros(LANES * (l_max + 1) * n_padded),
        contracted=aligned_zeros(n_harmonics * LANES),
        contracted_slopes=aligned_zeros(n_harmonics * LANES),
        sums=aligned_zeros(5 * LANES),
    )


@merged
def prepare_slopes(lane, pair, share, hoods, weight_slopes, basis, work):
    """Fill the numbers, radial integrals and their slopes of one of eight pairs.

    Args:
        lane: Which of the eight.
        pair: The pair.
        share: What its density is multiplied by, besides its weight.
        hoods: Pairs of all atoms.
        weight_slopes: Change of each pair's weight with its distance.
        basis: What densities are expanded in.
        work: Memory of this thread.
    """
    row = (basis.l_max + 1) * basis.n_padded
    inverse = 1.0 / hoods.distances[pair]
    for axis in range(3):
        work.pairs[axis * LANES + lane] = hoods.vectors[pair, axis] * inverse
    weight = share * hoods.weights[pair]
    work.pairs[ACROSS * LANES + lane] = weight * inverse
    # The place in an interval of the table runs from −1 to 1.
    work.pairs[ALONG * LANES + lane] = weight * 2.0 * basis.steps_per_unit
    work.pairs[FADING * LANES + lane] = share * weight_slopes[pair]
    write_radial_slopes(
        hoods.distances[pair],
        basis.table,
        basis.steps_per_unit,
        row,
        work.radial,
        work.radial_slopes,
        lane * row,
    )


@lean
def pull_center(center, hoods, weight_slopes, share, basis, cotangents, work, out):
    """Fill the change of Σ cotangents · coefficients with the vector of each pair of one center.

    Args:
        center: Which atom.
        hoods: Its pairs, and those of others.
        weight_slopes: Change of each pair's weight with its distance.
        share: What the change is multiplied by.
        basis: What the density is expanded in.
        cotangents: Of the coefficients, in the order of `add_center`.
        work: Memory of this thread.
        out: A row for each pair.
    """
    size = (basis.l_max + 1) ** 2 * basis.n_padded
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
        for pair in range(start, end):
            prepare_slopes(pair - start, pair, share, hoods, weight_slopes, basis, work)
        _pull_pairs(end - start, column * size, basis, cotangents, work)
        for pair in range(start, end):
            for axis in range(3):
                out[pair, axis] = work.sums[axis * LANES + pair - start]
        start = end


@merged
def _pull_pairs(n_pairs, place, basis, cotangents, work):
    """Fill the change with x, y and z of at most eight pairs into the first three sums."""
    n_padded = basis.n_padded
    row = (basis.l_max + 1) * n_padded
    # Unused lanes count nothing.
    work.radial[n_pairs * row :] = 0.0
    work.radial_slopes[n_pairs * row :] = 0.0
    work.contracted[:] = 0.0
    work.contracted_slopes[:] = 0.0
    for ell in range(basis.l_max + 1):
        for n in range(0, n_padded, LANES):
            first = place + ell * ell * n_padded + n
            to, count = ell * ell * LANES, 2 * ell + 1
            square = load_turned(work.radial, ell * n_padded + n, row)
            add_product(cotangents, first, n_padded, square, work.contracted, to, LANES, count)
            square = load_turned(work.radial_slopes, ell * n_padded + n, row)
            add_product(
                cotangents, first, n_padded, square, work.contracted_slopes, to, LANES, count
            )
    write_sums(
        work.pairs,
        basis.l_max,
        basis.factors,
        work.contracted,
        work.contracted_slopes,
        work.sums,
    )
    _turn_to_vectors(work)


@merged
def _turn_to_vectors(work):
    """Replace the first three of the sums by the change with x, y and z of each pair."""
    pairs, sums = work.pairs, work.sums
    x, y, z = load(pairs, 0), load(pairs, LANES), load(pairs, 2 * LANES)
    across = load(pairs, ACROSS * LANES)
    slope_x = multiply(across, load(sums, X * LANES))
    slope_y = multiply(across, load(sums, Y * LANES))
    slope_z = multiply(across, load(sums, Z * LANES))
    along = multiply(load(pairs, FADING * LANES), load(sums, SUM * LANES))
    along = multiply_add(load(pairs, ALONG * LANES), load(sums, OTHER_SUM * LANES), along)
    outward = multiply_add(slope_x, x, multiply_add(slope_y, y, multiply(slope_z, z)))
    along = subtract(along, outward)
    store(sums, 0, multiply_add(along, x, slope_x))
    store(sums, LANES, multiply_add(along, y, slope_y))
    store(sums, 2 * LANES, multiply_add(along, z, slope_z))
