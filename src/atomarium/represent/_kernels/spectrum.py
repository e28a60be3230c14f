"""Power spectra: rows of products of expansion coefficients that do not change with rotation."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from atomarium.represent._kernels.expansion import expand_center, make_workspace
from atomarium.represent._kernels.vectors import LANES, multiply_columns


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


@njit(cache=True, nogil=True, error_model="numpy")
def fill_rows(hoods, basis, layout, first, last, out):
    """Fill the rows of a run of atoms.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in.
        layout: Order and factors of the numbers in a row.
        first: First atom of the run.
        last: The atom behind the run.
        out: Rows of all atoms; must hold zeros, species that are not present are not written.
    """
    n_columns = len(layout.block_starts)
    work = make_workspace(basis.l_max, basis.n_padded, n_columns)
    square = np.zeros(LANES * LANES)
    present = np.zeros(n_columns, dtype=np.int64)
    for center in range(first, last):
        expand_center(center, hoods, basis, work)
        n_present = 0
        for column in range(n_columns):
            if work.present[column]:
                present[n_present] = column
                n_present += 1
        total = 0.0
        for i in range(n_present):
            for j in range(i, n_present):
                total += _fill_block(
                    present[i], present[j], work.coefficients, basis, layout, square, out[center]
                )
        if layout.normalize and total > 0.0:
            out[center] *= 1.0 / math.sqrt(total)


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_block(a, b, coefficients, basis, layout, square, row):
    n_max, n_padded = layout.n_max, basis.n_padded
    size = (basis.l_max + 1) ** 2 * n_padded
    triangular = layout.triangular and a == b
    total = 0.0
    place = layout.block_starts[a, b]
    for ell in range(basis.l_max + 1):
        left = a * size + ell * ell * n_padded
        right = b * size + ell * ell * n_padded
        same = layout.degree_factors[ell]
        off = same * math.sqrt(2.0) if triangular or a != b else same
        for n in range(0, n_padded, LANES):
            for k in range(n if triangular else 0, n_padded, LANES):
                multiply_columns(
                    coefficients, left + n, coefficients, right + k, n_padded, 2 * ell + 1, square, 0
                )
                for i in range(n, min(n + LANES, n_max)):
                    begin = max(i, k) if triangular else k
                    at = place + (i * n_max - (i * (i + 1)) // 2 if triangular else i * n_max)
                    for j in range(begin, min(k + LANES, n_max)):
                        value = square[(i - n) * LANES + j - k] * off
                        row[at + j] = value
                        total += value * value
                    if triangular and begin == i:
                        value = square[(i - n) * LANES + i - k] * same
                        total += value * value - row[at + i] * row[at + i]
                        row[at + i] = value
        place += n_max * (n_max + 1) // 2 if triangular else n_max * n_max
    return total
