"""Derivatives of weighted sums of power spectra with the vectors between atoms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.channels_pull import pull_channels
from atomarium.represent._kernels.expansion import Basis
from atomarium.represent._kernels.expansion_slopes import (
    SlopeWorkspace,
    make_slope_workspace,
    pull_center,
)
from atomarium.represent._kernels.lean import lean, merged
from atomarium.represent._kernels.spectrum import (
    Layout,
    SpectrumWorkspace,
    expand_channels,
    make_spectrum_workspace,
    multiply_channels,
)
from atomarium.represent._kernels.squares import add_product, load_square, load_turned
from atomarium.represent._kernels.vectors import LANES, aligned_zeros


class PullWorkspace(NamedTuple):
    """Memory of one thread.

    Of spectra and of slopes; for cotangents of channels, of columns, of the products of two
    channels and, where rows are normalized, of a row before that, to write to and, as cotangents
    that are given, to read from.
    """

    spectrum: SpectrumWorkspace
    slopes: SlopeWorkspace
    channels: np.ndarray
    coefficients: np.ndarray
    square: np.ndarray
    row: np.ndarray
    locked_row: np.ndarray


def make_pull_workspace(basis: Basis, layout: Layout, width: int) -> PullWorkspace:
    """Return the memory that one thread needs for rows of some width."""
    spectrum = make_spectrum_workspace(basis, layout)
    channels = aligned_zeros(len(spectrum.channels))
    row = np.zeros(width if layout.normalize else 0)
    locked_row = row.view()
    locked_row.setflags(write=False)
    return PullWorkspace(
        spectrum=spectrum,
        slopes=make_slope_workspace(basis.l_max, basis.n_padded),
        channels=channels,
        coefficients=(
            channels if layout.plain else aligned_zeros(len(spectrum.expansion.coefficients))
        ),
        # Zero behind the numbers of functions that are taken.
        square=aligned_zeros(basis.n_padded**2),
        row=row,
        locked_row=locked_row,
    )


@lean
def pull_rows(hoods, weight_slopes, basis, layout, work, borders, first, last, cotangents, out):
    """Fill the change of Σ cotangents · rows with the vectors of the pairs of a run of rows.

    Args:
        hoods: Pairs of all atoms.
        weight_slopes: Change of each pair's weight with its distance.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        work: Memory of this thread.
        borders: First atom of each row, and the one behind the last.
        first: First row of the run.
        last: The row behind the run.
        cotangents: As many as the rows.
        out: A row for each pair.
    """
    for row in range(first, last):
        some = cotangents[row]
        n_present = expand_channels(
            hoods, basis, layout, work.spectrum, borders[row], borders[row + 1]
        )
        if layout.normalize:
            _pull_norm(n_present, basis, layout, work, some)
            pull_spectrum(n_present, basis, layout, work, work.locked_row)
        else:
            pull_spectrum(n_present, basis, layout, work, some)
        if not layout.plain:
            pull_channels(n_present, basis, layout, work)
        share = 1.0 / (borders[row + 1] - borders[row]) if layout.mean else 1.0
        for center in range(borders[row], borders[row + 1]):
            pull_center(
                center, hoods, weight_slopes, share, basis, work.coefficients, work.slopes, out
            )


@lean
def _pull_norm(n_present, basis, layout, work, cotangents):
    """Fill the cotangents of a row that was then scaled to length 1, of blocks that are there."""
    present, row, block = work.spectrum.present, work.row, work.spectrum.block
    total, along = 0.0, 0.0
    for i in range(n_present):
        for j in range(n_present):
            start = layout.block_starts[present[i], present[j]]
            if start >= 0:
                n_numbers = multiply_channels(present[i], present[j], basis, layout, work.spectrum)
                for k in range(n_numbers):
                    row[start + k] = block[k]
                    total += block[k] * block[k]
                    along += block[k] * cotangents[start + k]
    factor = 1.0 / math.sqrt(total) if total > 0.0 else 0.0
    along *= factor * factor
    for i in range(n_present):
        for j in range(n_present):
            start = layout.block_starts[present[i], present[j]]
            if start >= 0:
                stop = start + count_products(present[i], present[j], basis, layout)
                for k in range(start, stop):
                    row[k] = factor * (cotangents[k] - along * row[k])


@merged
def count_products(a, b, basis, layout):
    """Return how many numbers the block of two channels holds."""
    if layout.triangular and a == b:
        return (basis.l_max + 1) * layout.n_left * (layout.n_left + 1) // 2
    return (basis.l_max + 1) * layout.n_left * layout.n_right


@lean
def pull_spectrum(n_present, basis, layout, work, cotangents):
    """Fill the cotangents of the coefficients of the channels that are present.

    Args:
        n_present: How many channels are.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        work: With the coefficients of channels in `spectrum`; cotangents go into `channels`.
        cotangents: Of one row.
    """
    present = work.spectrum.present
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    for i in range(n_present):
        work.channels[present[i] * size : (present[i] + 1) * size] = 0.0
    for i in range(n_present):
        for j in range(n_present):
            a, b = present[i], present[j]
            start = layout.block_starts[a, b]
            if start < 0:
                continue
            factor = 1.0 if a == b else layout.unlike_channels
            for ell in range(basis.l_max + 1):
                first = ell * ell * basis.n_padded
                left, right = a * size + first, b * size + first
                if layout.triangular and a == b:
                    start = _copy_triangle(start, ell, basis, layout, work, cotangents)
                    _pull_square(left, right, ell, False, basis, layout, work)
                else:
                    start = _copy_square(start, ell, factor, basis, layout, work, cotangents)
                    _pull_square(left, right, ell, True, basis, layout, work)
                    _pull_square(right, left, ell, False, basis, layout, work)


@merged
def _copy_square(start, ell, factor, basis, layout, work, cotangents):
    """Copy the cotangents of products n, n′ of one degree; returns where the next degree begins."""
    factor *= layout.degree_factors[ell]
    for n in range(layout.n_left):
        row = n * basis.n_padded
        for k in range(layout.n_right):
            work.square[row + k] = factor * cotangents[start + k]
        start += layout.n_right
    return start


@merged
def _copy_triangle(start, ell, basis, layout, work, cotangents):
    """Copy the cotangents of products n ≤ n′ to both sides of the diagonal, which counts twice."""
    factor = layout.degree_factors[ell]
    unlike = factor * layout.unlike_functions
    for n in range(layout.n_left):
        row = n * basis.n_padded
        work.square[row + n] = 2.0 * factor * cotangents[start]
        for k in range(n + 1, layout.n_left):
            number = unlike * cotangents[start + k - n]
            work.square[row + k] = number
            work.square[k * basis.n_padded + n] = number
        start += layout.n_left - n
    return start


@merged
def _pull_square(place, other, ell, turned, basis, layout, work):
    """Add products of the square, or its transpose, with coefficients to cotangents of others.

    Args:
        place: Where the cotangents of this degree begin.
        other: Where the coefficients begin.
        ell: The degree.
        turned: Whether the cotangents go by the rows of the square; by its columns otherwise.
        basis: What densities are expanded in.
        layout: How many rows and columns count.
        work: Memory of this thread.
    """
    n_padded = basis.n_padded
    n_from = layout.n_right if turned else layout.n_left
    n_to = layout.n_left if turned else layout.n_right
    for n in range(0, n_from, LANES):
        for k in range(0, n_to, LANES):
            if turned:
                square = load_turned(work.square, k * n_padded + n, n_padded)
            else:
                square = load_square(work.square, n * n_padded + k, n_padded)
            add_product(
                work.spectrum.channels,
                other + n,
                n_padded,
                square,
                work.channels,
                place + k,
                n_padded,
                2 * ell + 1,
            )
