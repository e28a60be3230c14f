"""Power spectra: rows of products of expansion coefficients that do not change with rotation."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.channels import mix_channels
from atomarium.represent._kernels.expansion import (
    Basis,
    Workspace,
    add_center,
    make_workspace,
)
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.streams import copy, stream
from atomarium.represent._kernels.vectors import (
    LANES,
    aligned_zeros,
    load,
    multiply_columns,
    multiply_triangle,
    store,
)


class Layout(NamedTuple):
    """Which channels are multiplied with each other, where products go, what they count.

    When `plain`, channels are the columns of the expansion; else channel q holds
    Σ `mixing[q, column]` times the coefficients of each column, and if it is `summed`, the sum of
    its radial functions as its only one. Of the left channel of a block `n_left` functions are
    taken, of the right one `n_right`: `n_max` or 1.

    The block of channels q and r begins at `block_starts[q, r]`, −1 where there is none, and holds
    l, then n, then n′; `triangular` says that within one channel only n ≤ n′ are written. Products
    of unlike n within one channel are multiplied by `unlike_functions`, those of two channels by
    `unlike_channels`, all by `degree_factors`. Densities around several atoms are averaged if
    `mean`, else summed.
    """

    n_max: int
    block_starts: np.ndarray
    triangular: bool
    degree_factors: np.ndarray
    normalize: bool
    n_left: int
    n_right: int
    unlike_functions: float
    unlike_channels: float
    plain: bool
    mixing: np.ndarray
    summed: np.ndarray
    mean: bool


class SpectrumWorkspace(NamedTuple):
    """Memory of one thread.

    For the expansion, for coefficients of channels, for the channels there are, for all products
    of a channel, and for those that count. The last two are longer by what vectors may reach
    beyond their ends.
    """

    expansion: Workspace
    channels: np.ndarray
    present: np.ndarray
    squares: np.ndarray
    block: np.ndarray


def make_spectrum_workspace(basis: Basis, layout: Layout) -> SpectrumWorkspace:
    """Return the memory that one thread needs."""
    beyond = LANES * (basis.n_padded + 1)
    n_channels, n_columns = layout.mixing.shape
    expansion = make_workspace(basis, n_columns)
    size = basis.n_padded * (basis.l_max + 1) ** 2
    return SpectrumWorkspace(
        expansion=expansion,
        # Channels that are columns are not copied.
        channels=expansion.coefficients if layout.plain else aligned_zeros(n_channels * size),
        present=np.zeros(n_channels, dtype=np.int64),
        squares=aligned_zeros((basis.l_max + 1) * layout.n_max * basis.n_padded + beyond),
        block=aligned_zeros((basis.l_max + 1) * layout.n_max**2 + beyond),
    )


@lean
def fill_rows(hoods, basis, layout, work, borders, first, last, width, out, lead):
    """Fill a run of rows, each the spectrum of the density around some atoms.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        work: Memory of this thread.
        borders: First atom of each row, and the one behind the last; a row for each atom counts up.
        first: First row of the run.
        last: The row behind the run.
        width: Numbers in a row.
        out: Flat; all rows; must hold zeros, blocks of channels that are not present are not written.
        lead: How many numbers of a line of memory lie before it; −1 to write through the caches.
    """
    present = work.present
    for row in range(first, last):
        n_present = expand_channels(hoods, basis, layout, work, borders[row], borders[row + 1])
        total = 0.0
        for i in range(n_present):
            for j in range(n_present):
                start = layout.block_starts[present[i], present[j]]
                if start < 0:
                    continue
                n_numbers = multiply_channels(present[i], present[j], basis, layout, work)
                if lead < 0:
                    copy(work.block, n_numbers, out, row * width + start)
                else:
                    stream(work.block, n_numbers, out, row * width + start, lead)
                if layout.normalize:
                    for k in range(n_numbers):
                        total += work.block[k] * work.block[k]
        if layout.normalize and total > 0.0:
            factor = 1.0 / math.sqrt(total)
            for k in range(row * width, (row + 1) * width):
                out[k] *= factor


@lean
def expand_channels(hoods, basis, layout, work, first, last):
    """Fill the coefficients of channels over a run of atoms, and return how many channels are there.

    They are averaged or summed.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in.
        layout: What channels are made of.
        work: Coefficients go into `channels`, and into `present` which of them there are.
        first: First atom of the run.
        last: The atom behind the run.
    """
    expansion = work.expansion
    expansion.present[:] = False
    for center in range(first, last):
        add_center(center, hoods, basis, expansion)
    if layout.mean and last > first + 1:
        size = (basis.l_max + 1) ** 2 * basis.n_padded
        for column in range(len(expansion.present)):
            if expansion.present[column]:
                for k in range(column * size, (column + 1) * size):
                    expansion.coefficients[k] /= last - first
    if not layout.plain:
        return mix_channels(basis, layout, work)
    n_present = 0
    for column in range(len(expansion.present)):
        if expansion.present[column]:
            work.present[n_present] = column
            n_present += 1
    return n_present


@lean
def multiply_channels(a, b, basis, layout, work):
    """Fill the products of two channels into the block; returns how many there are."""
    triangular = layout.triangular and a == b
    if triangular and basis.n_padded == LANES:
        return _multiply_triangles(a, basis, layout, work)
    unlike = layout.unlike_channels
    if a == b:
        unlike = layout.unlike_functions if triangular else 1.0
    size = basis.n_padded * (basis.l_max + 1) ** 2
    stride = basis.n_padded if triangular else layout.n_right
    out = work.squares if triangular else work.block
    for ell in range(basis.l_max + 1):
        below = ell * ell * basis.n_padded
        place = ell * layout.n_left * stride
        # Vectors reach beyond the ends of short rows. Going backwards over columns and forwards
        # over rows, what they spoil is written afterwards.
        for n in range(0, layout.n_left, LANES):
            for k in range(
                (layout.n_right - 1) // LANES * LANES, n - 1 if triangular else -1, -LANES
            ):
                multiply_columns(
                    work.channels,
                    a * size + below + n,
                    work.channels,
                    b * size + below + k,
                    basis.n_padded,
                    2 * ell + 1,
                    layout.degree_factors[ell] * unlike,
                    out,
                    place + n * stride + k,
                    stride,
                )
    if triangular:
        # Not before all degrees are done: reading what was just written makes processors wait.
        return take_triangles(basis, layout, work)
    return (basis.l_max + 1) * layout.n_left * layout.n_right


@lean
def _multiply_triangles(a, basis, layout, work):
    """Fill the products n ≤ n′ of at most eight functions; returns how many there are."""
    size = LANES * (basis.l_max + 1) ** 2
    n_numbers = layout.n_left * (layout.n_left + 1) // 2
    for ell in range(basis.l_max + 1):
        start = a * size + ell * ell * LANES
        multiply_triangle(
            work.channels,
            start,
            work.channels,
            start,
            LANES,
            2 * ell + 1,
            layout.degree_factors[ell] * layout.unlike_functions,
            1.0 / layout.unlike_functions,
            work.block,
            ell * n_numbers,
            layout.n_left,
        )
    return (basis.l_max + 1) * n_numbers


@lean
def take_triangles(basis, layout, work):
    """Copy n ≤ n′ of each degree from the squares to the block; returns how many there are."""
    n_max, squares, block = layout.n_left, work.squares, work.block
    place = 0
    for ell in range(basis.l_max + 1):
        for n in range(n_max):
            row = (ell * n_max + n) * basis.n_padded + n
            for k in range(0, n_max - n, LANES):
                store(block, place + k, load(squares, row + k))
            block[place] = squares[row] / layout.unlike_functions
            place += n_max - n
    return place
