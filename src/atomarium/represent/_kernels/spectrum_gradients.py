"""Derivatives of each number of a power spectrum with each atom near it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.channels import mix_channels
from atomarium.represent._kernels.expansion import Basis
from atomarium.represent._kernels.expansion_slopes import (
    ALONG,
    FADING,
    SlopeWorkspace,
    make_slope_workspace,
    prepare_slopes,
)
from atomarium.represent._kernels.harmonic_slopes import write_slopes
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.spectrum import (
    Layout,
    SpectrumWorkspace,
    expand_channels,
    make_spectrum_workspace,
    multiply_channels,
    take_triangles,
)
from atomarium.represent._kernels.squares import write_product_sums
from atomarium.represent._kernels.vectors import (
    LANES,
    aligned_zeros,
    load,
    multiply,
    multiply_add,
    spread,
    store,
)


class Blocks(NamedTuple):
    """Which pairs change when an atom moves, for each row and each atom near it.

    Blocks of row r run from `of_row[r]` to `of_row[r + 1]`, entries of block k from `entries[k]`
    to `entries[k + 1]`, ordered by column. Each entry is a pair and 1 where the atom is its
    neighbor, −1 where it is its center. `values` goes by block, axis, column of the row.
    """

    of_row: np.ndarray
    entries: np.ndarray
    pairs: np.ndarray
    signs: np.ndarray
    values: np.ndarray


class GradientWorkspace(NamedTuple):
    """Memory of one thread.

    Of spectra; for changes of the coefficients with x, y and z; of slopes; for slopes of the
    harmonics of eight pairs; for which channels change; where rows are normalized, for a row of
    length 1.
    """

    spectrum: SpectrumWorkspace
    axes: tuple[SpectrumWorkspace, SpectrumWorkspace, SpectrumWorkspace]
    slopes: SlopeWorkspace
    harmonics: np.ndarray
    changes: np.ndarray
    unit_row: np.ndarray


def make_gradient_workspace(basis: Basis, layout: Layout, width: int) -> GradientWorkspace:
    """Return the memory that one thread needs for rows of some width."""
    spectrum, x, y, z = (make_spectrum_workspace(basis, layout) for _ in range(4))
    return GradientWorkspace(
        spectrum=spectrum,
        axes=(x, y, z),
        slopes=make_slope_workspace(basis.l_max, basis.n_padded),
        harmonics=aligned_zeros(4 * (basis.l_max + 1) ** 2 * LANES),
        changes=np.zeros(len(layout.mixing), dtype=np.bool_),
        unit_row=np.zeros(width if layout.normalize else 0),
    )


@lean
def fill_gradients(hoods, weight_slopes, basis, layout, work, borders, blocks, first, last):
    """Fill the blocks of a run of rows.

    Args:
        hoods: Pairs of all atoms.
        weight_slopes: Change of each pair's weight with its distance.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        work: Memory of this thread.
        borders: First atom of each row, and the one behind the last.
        blocks: Their values must hold zeros, parts that do not change are not written.
        first: First row of the run.
        last: The row behind the run.
    """
    for row in range(first, last):
        n_present = expand_channels(
            hoods, basis, layout, work.spectrum, borders[row], borders[row + 1]
        )
        length = _write_unit_row(n_present, basis, layout, work) if layout.normalize else 1.0
        share = 1.0 / (borders[row + 1] - borders[row]) if layout.mean else 1.0
        for block in range(blocks.of_row[row], blocks.of_row[row + 1]):
            _change_columns(block, blocks, share, hoods, weight_slopes, basis, work)
            for axis in range(3):
                values = blocks.values[block, axis]
                _fill_products(n_present, basis, layout, work, work.axes[axis], values)
                if layout.normalize:
                    _normalize(length, work.unit_row, values)


@lean
def _write_unit_row(n_present, basis, layout, work):
    """Fill a row of length 1 and return the length that it had; one of zeros keeps length 1."""
    present, row, block = work.spectrum.present, work.unit_row, work.spectrum.block
    row[:] = 0.0
    total = 0.0
    for i in range(n_present):
        for j in range(n_present):
            start = layout.block_starts[present[i], present[j]]
            if start >= 0:
                n_numbers = multiply_channels(present[i], present[j], basis, layout, work.spectrum)
                for k in range(n_numbers):
                    row[start + k] = block[k]
                    total += block[k] * block[k]
    length = math.sqrt(total) if total > 0.0 else 1.0
    for k in range(len(row)):
        row[k] /= length
    return length


@lean
def _normalize(length, unit_row, values):
    """Turn the change of a row into that of the row scaled to length 1."""
    along = 0.0
    for k in range(len(unit_row)):
        along += unit_row[k] * values[k]
    for k in range(len(unit_row)):
        values[k] = (values[k] - along * unit_row[k]) / length


@lean
def _change_columns(block, blocks, share, hoods, weight_slopes, basis, work):
    """Fill the changes of coefficients with the atom of one block, and which columns change."""
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    changes = work.axes[0].expansion.present
    changes[:] = False
    start, stop = blocks.entries[block], blocks.entries[block + 1]
    while start < stop:
        column = hoods.column_of_atom[hoods.neighbors[blocks.pairs[start]]]
        end = start + 1
        while (
            end < stop
            and end < start + LANES
            and hoods.column_of_atom[hoods.neighbors[blocks.pairs[end]]] == column
        ):
            end += 1
        if not changes[column]:
            changes[column] = True
            for axis in range(3):
                work.axes[axis].expansion.coefficients[column * size : (column + 1) * size] = 0.0
        for lane in range(end - start):
            factor = share * blocks.signs[start + lane]
            prepare_slopes(
                lane, blocks.pairs[start + lane], factor, hoods, weight_slopes, basis, work.slopes
            )
        write_slopes(work.slopes.pairs, basis.l_max, basis.factors, work.harmonics)
        for lane in range(end - start):
            for n in range(0, basis.n_padded, LANES):
                _add_pair(lane, n, column * size + n, basis, work)
        start = end
    for column in range(len(changes)):
        work.axes[1].expansion.present[column] = changes[column]
        work.axes[2].expansion.present[column] = changes[column]


@lean
def _add_pair(lane, n, place, basis, work):
    """Add the changes of coefficients with the vector of one pair, of eight radial functions."""
    n_padded, slopes = basis.n_padded, work.slopes
    size = (basis.l_max + 1) ** 2 * LANES
    x, y, z = slopes.pairs[lane], slopes.pairs[LANES + lane], slopes.pairs[2 * LANES + lane]
    along = spread(slopes.pairs[ALONG * LANES + lane])
    fading = spread(slopes.pairs[FADING * LANES + lane])
    for ell in range(basis.l_max + 1):
        first = (lane * (basis.l_max + 1) + ell) * n_padded + n
        radial = load(slopes.radial, first)
        outward = multiply_add(along, load(slopes.radial_slopes, first), multiply(fading, radial))
        for harmonic in range(ell * ell, (ell + 1) ** 2):
            at = harmonic * LANES + lane
            to = place + harmonic * n_padded
            value = work.harmonics[3 * size + at]
            out = work.axes[0].expansion.coefficients
            total = multiply_add(spread(work.harmonics[at]), radial, load(out, to))
            store(out, to, multiply_add(spread(value * x), outward, total))
            out = work.axes[1].expansion.coefficients
            total = multiply_add(spread(work.harmonics[size + at]), radial, load(out, to))
            store(out, to, multiply_add(spread(value * y), outward, total))
            out = work.axes[2].expansion.coefficients
            total = multiply_add(spread(work.harmonics[2 * size + at]), radial, load(out, to))
            store(out, to, multiply_add(spread(value * z), outward, total))


@lean
def _fill_products(n_present, basis, layout, work, change, out):
    """Fill the change of a row with one coordinate."""
    present, starts = work.spectrum.present, layout.block_starts
    if layout.plain:
        for channel in range(len(work.changes)):
            work.changes[channel] = change.expansion.present[channel]
    else:
        work.changes[:] = False
        n_changes = mix_channels(basis, layout, change)
        for i in range(n_changes):
            work.changes[change.present[i]] = True
    for i in range(n_present):
        for j in range(n_present):
            a, b = present[i], present[j]
            if starts[a, b] >= 0 and (work.changes[a] or work.changes[b]):
                n_numbers = _fill_block(a, b, basis, layout, work, change)
                for k in range(n_numbers):
                    out[starts[a, b] + k] = change.block[k]


@lean
def _fill_block(a, b, basis, layout, work, change):
    """Fill the change of the products of two channels, one of which changes; returns how many."""
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    triangular = layout.triangular and a == b
    unlike = layout.unlike_channels
    if a == b:
        unlike = layout.unlike_functions if triangular else 1.0
    stride = basis.n_padded if triangular else layout.n_right
    out = change.squares if triangular else change.block
    for ell in range(basis.l_max + 1):
        below, count = ell * ell * basis.n_padded, 2 * ell + 1
        place = ell * layout.n_left * stride
        # As in `multiply_channels`: what vectors spoil beyond ends is written afterwards.
        for n in range(0, layout.n_left, LANES):
            last = (layout.n_right - 1) // LANES * LANES
            for k in range(last, n - 1 if triangular else -1, -LANES):
                write_product_sums(
                    change.channels,
                    work.spectrum.channels,
                    a * size + below + n,
                    b * size + below + k,
                    basis.n_padded,
                    count if work.changes[a] else 0,
                    count if work.changes[b] else 0,
                    layout.degree_factors[ell] * unlike,
                    out,
                    place + n * stride + k,
                    stride,
                )
    if triangular:
        return take_triangles(basis, layout, change)
    return (basis.l_max + 1) * layout.n_left * layout.n_right
