"""Power spectra: rows of products of expansion coefficients that do not change with rotation."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.expansion import (
    Basis,
    Workspace,
    expand_center,
    make_workspace,
)
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import (
    LANES,
    aligned_zeros,
    load,
    multiply_columns,
    multiply_triangle,
    store,
)


class Layout(NamedTuple):
    """Where products go in a row, and what they are multiplied by.

    The block of two species begins at `block_starts[a, b]`, a ≤ b, and holds l, then n, then n′;
    `triangular` says that within one species only n ≤ n′ are written, those off the diagonal
    times √2. Two different species always count √2.
    """

    n_max: int
    block_starts: np.ndarray
    triangular: bool
    degree_factors: np.ndarray
    normalize: bool


class SpectrumWorkspace(NamedTuple):
    """Memory of one thread.

    For the expansion, for the species there are, for all products of a species, and for those
    that count. The last two are longer by what vectors may reach beyond their ends.
    """

    expansion: Workspace
    present: np.ndarray
    squares: np.ndarray
    block: np.ndarray


def make_spectrum_workspace(basis: Basis, layout: Layout) -> SpectrumWorkspace:
    """Return the memory that one thread needs."""
    beyond = LANES * (basis.n_padded + 1)
    return SpectrumWorkspace(
        expansion=make_workspace(basis, len(layout.block_starts)),
        present=np.zeros(len(layout.block_starts), dtype=np.int64),
        squares=aligned_zeros((basis.l_max + 1) * layout.n_max * basis.n_padded + beyond),
        block=aligned_zeros((basis.l_max + 1) * layout.n_max**2 + beyond),
    )


@lean
def fill_rows(hoods, basis, layout, work, first, last, out):
    """Fill the rows of a run of atoms.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        work: Memory of this thread.
        first: First atom of the run.
        last: The atom behind the run.
        out: Rows of all atoms; must hold zeros, species that are not present are not written.
    """
    present = work.present
    for center in range(first, last):
        expand_center(center, hoods, basis, work.expansion)
        n_present = 0
        for column in range(len(present)):
            if work.expansion.present[column]:
                present[n_present] = column
                n_present += 1
        total = 0.0
        for i in range(n_present):
            for j in range(i, n_present):
                a, b = present[i], present[j]
                n_numbers = _multiply(a, b, basis, layout, work)
                start = layout.block_starts[a, b]
                for k in range(n_numbers):
                    out[center, start + k] = work.block[k]
                if layout.normalize:
                    for k in range(n_numbers):
                        total += work.block[k] * work.block[k]
        if layout.normalize and total > 0.0:
            factor = 1.0 / math.sqrt(total)
            for k in range(out.shape[1]):
                out[center, k] *= factor


@lean
def _multiply(a, b, basis, layout, work):
    """Fill the products of two species into the block; returns how many there are."""
    triangular = layout.triangular and a == b
    if triangular and basis.n_padded == LANES:
        return _multiply_triangles(a, basis, layout, work)
    unequal = math.sqrt(2.0) if triangular or a != b else 1.0
    size = basis.n_padded * (basis.l_max + 1) ** 2
    stride = basis.n_padded if triangular else layout.n_max
    out = work.squares if triangular else work.block
    for ell in range(basis.l_max + 1):
        below = ell * ell * basis.n_padded
        place = ell * layout.n_max * stride
        # Vectors reach beyond the ends of short rows. Going backwards over columns and forwards
        # over rows, what they spoil is written afterwards.
        for n in range(0, basis.n_padded, LANES):
            for k in range(basis.n_padded - LANES, n - 1 if triangular else -1, -LANES):
                multiply_columns(
                    work.expansion.coefficients,
                    a * size + below + n,
                    work.expansion.coefficients,
                    b * size + below + k,
                    basis.n_padded,
                    2 * ell + 1,
                    layout.degree_factors[ell] * unequal,
                    out,
                    place + n * stride + k,
                    stride,
                )
    if triangular:
        # Not before all degrees are done: reading what was just written makes processors wait.
        return _take_triangles(basis, layout, work)
    return (basis.l_max + 1) * layout.n_max**2


@lean
def _multiply_triangles(a, basis, layout, work):
    """Fill the products n ≤ n′ of at most eight functions; returns how many there are."""
    size = LANES * (basis.l_max + 1) ** 2
    n_numbers = layout.n_max * (layout.n_max + 1) // 2
    for ell in range(basis.l_max + 1):
        start = a * size + ell * ell * LANES
        multiply_triangle(
            work.expansion.coefficients,
            start,
            work.expansion.coefficients,
            start,
            LANES,
            2 * ell + 1,
            layout.degree_factors[ell] * math.sqrt(2.0),
            work.block,
            ell * n_numbers,
            layout.n_max,
        )
    return (basis.l_max + 1) * n_numbers


@lean
def _take_triangles(basis, layout, work):
    """Copy n ≤ n′ of each degree from the squares to the block; returns how many there are."""
    n_max, squares, block = layout.n_max, work.squares, work.block
    place = 0
    for ell in range(basis.l_max + 1):
        for n in range(n_max):
            row = (ell * n_max + n) * basis.n_padded + n
            for k in range(0, n_max - n, LANES):
                store(block, place + k, load(squares, row + k))
            block[place] = squares[row] * math.sqrt(0.5)
            place += n_max - n
    return place
