"""Sum many Gaussians on a grid, and the same backwards, in time that does not grow with the grid.

A sample is a weight at a place. Near the middle of a cell of the axis, what a sample adds to a bin
is a polynomial of its place, the same for all samples in the cell. So samples add to the powers
of their cell, and each cell is spread over the bins once, in the end. Backwards, numbers given
for the bins make one polynomial for each cell, which each sample then reads.

Gaussians much narrower than a bin would need many cells but touch few bins; they are evaluated
sample by sample, with the error function.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

#: Terms of the polynomials; with cells of `CELL` widths they are exact to about 1e-13.
N_POWERS = 16
#: Length of a cell, in widths of the Gaussian.
CELL = 1.5
#: How far a Gaussian reaches, in widths; beyond are less than 1e-15 of it.
REACH = 8.0


class Table(NamedTuple):
    """A grid of bins, and the polynomials of the cells; these are empty for narrow Gaussians.

    `factor` turns the mass in a bin into what is written there. Cell c reaches the bins from
    `first_bins[c]` on; `polynomials[c, p, b]` belongs to power p of the place in the cell, which
    runs from -1 to 1.
    """

    start: float
    spacing: float
    n_bins: int
    width: float
    factor: float
    origin: float
    cells_per_unit: float
    first_bins: np.ndarray
    polynomials: np.ndarray


@njit(cache=True, error_model="numpy")
def make_sums(n_blocks: int, table: Table) -> np.ndarray:
    """Return zeros to add samples to: powers of every cell, or bins for narrow Gaussians."""
    n_cells = table.first_bins.size
    if n_cells:
        return np.zeros((n_blocks, n_cells, N_POWERS))
    return np.zeros((n_blocks, 1, table.n_bins))


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def add_sample(sums: np.ndarray, block: int, place: float, weight: float, table: Table) -> None:
    """Add one sample to the sums of a block."""
    n_cells = table.first_bins.size
    if n_cells == 0:
        _add_narrow(sums, block, place, weight, table)
        return
    along = (place - table.origin) * table.cells_per_unit
    if not (along >= 0.0 and along < n_cells):
        return
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    square = u * u
    fourth = square * square
    one, two, three, four = weight, weight * u, weight * square, weight * u * square
    for power in range(0, N_POWERS, 4):
        sums[block, cell, power] += one
        sums[block, cell, power + 1] += two
        sums[block, cell, power + 2] += three
        sums[block, cell, power + 3] += four
        one *= fourth
        two *= fourth
        three *= fourth
        four *= fourth


@njit(cache=True, error_model="numpy")
def _reached(place: float, table: Table) -> tuple[int, int]:
    """Return the first bin that a narrow Gaussian reaches, and the one after the last."""
    first = math.floor((place - REACH * table.width - table.start) / table.spacing)
    last = math.floor((place + REACH * table.width - table.start) / table.spacing)
    first = min(max(first, 0), table.n_bins)
    return first, min(max(last + 1, first), table.n_bins)


@njit(cache=True, error_model="numpy")
def _mass_below(edge: float, place: float, table: Table) -> float:
    return 0.5 * math.erfc((place - edge) / (table.width * math.sqrt(2.0)))


@njit(cache=True, error_model="numpy")
def _height(edge: float, place: float, table: Table) -> float:
    distance = (edge - place) / table.width
    return math.exp(-0.5 * distance * distance) / (table.width * math.sqrt(2.0 * math.pi))


@njit(cache=True, error_model="numpy")
def _add_narrow(sums: np.ndarray, block: int, place: float, weight: float, table: Table) -> None:
    first, stop = _reached(place, table)
    below = _mass_below(table.start + first * table.spacing, place, table)
    for b in range(first, stop):
        above = _mass_below(table.start + (b + 1) * table.spacing, place, table)
        sums[block, 0, b] += weight * table.factor * (above - below)
        below = above


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def spread(sums: np.ndarray, block: int, table: Table, out: np.ndarray) -> None:
    """Write the bins of a block; `out` is overwritten."""
    n_cells = table.first_bins.size
    if n_cells == 0:
        out[:] = sums[block, 0]
        return
    out[:] = 0.0
    reach = table.polynomials.shape[2]
    for cell in range(n_cells):
        # Weights are not negative: where they add up to nothing, no sample came.
        if sums[block, cell, 0] == 0.0:
            continue
        first = table.first_bins[cell]
        for power in range(0, N_POWERS, 4):
            one = sums[block, cell, power]
            two = sums[block, cell, power + 1]
            three = sums[block, cell, power + 2]
            four = sums[block, cell, power + 3]
            for b in range(reach):
                out[first + b] += (
                    one * table.polynomials[cell, power, b]
                    + two * table.polynomials[cell, power + 1, b]
                    + three * table.polynomials[cell, power + 2, b]
                    + four * table.polynomials[cell, power + 3, b]
                )


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def gather(cotangents: np.ndarray, table: Table, block: int, gathered: np.ndarray) -> None:
    """Turn numbers for the bins into what `read` needs; `gathered` has the shape of the sums."""
    n_cells = table.first_bins.size
    if n_cells == 0:
        for b in range(table.n_bins):
            gathered[block, 0, b] = cotangents[b] * table.factor
        return
    reach = table.polynomials.shape[2]
    for cell in range(n_cells):
        first = table.first_bins[cell]
        for power in range(N_POWERS):
            total = 0.0
            for b in range(reach):
                total += cotangents[first + b] * table.polynomials[cell, power, b]
            gathered[block, cell, power] = total


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def read(gathered: np.ndarray, block: int, place: float, table: Table) -> tuple[float, float]:
    """Return what a sample of weight 1 adds to the sum over bins, and its change with place."""
    n_cells = table.first_bins.size
    if n_cells == 0:
        return _read_narrow(gathered, block, place, table)
    along = (place - table.origin) * table.cells_per_unit
    if not (along >= 0.0 and along < n_cells):
        return 0.0, 0.0
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    value = gathered[block, cell, N_POWERS - 1]
    slope = 0.0
    for power in range(N_POWERS - 2, -1, -1):
        slope = slope * u + value
        value = value * u + gathered[block, cell, power]
    return value, 2.0 * table.cells_per_unit * slope


@njit(cache=True, error_model="numpy")
def _read_narrow(
    gathered: np.ndarray, block: int, place: float, table: Table
) -> tuple[float, float]:
    first, stop = _reached(place, table)
    value = slope = 0.0
    edge = table.start + first * table.spacing
    below, height = _mass_below(edge, place, table), _height(edge, place, table)
    for b in range(first, stop):
        edge = table.start + (b + 1) * table.spacing
        above, next_height = _mass_below(edge, place, table), _height(edge, place, table)
        value += gathered[block, 0, b] * (above - below)
        slope += gathered[block, 0, b] * (height - next_height)
        below, height = above, next_height
    return value, slope


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def draw(place: float, table: Table, bins: np.ndarray, slopes: np.ndarray) -> tuple[int, int]:
    """Write what a sample of weight 1 adds to the bins, and its change with place.

    Returns:
        The first bin that it reaches, and how many; entry 0 of `bins` belongs to that first bin.
    """
    n_cells = table.first_bins.size
    if n_cells == 0:
        return _draw_narrow(place, table, bins, slopes)
    along = (place - table.origin) * table.cells_per_unit
    if not (along >= 0.0 and along < n_cells):
        return 0, 0
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    reach = table.polynomials.shape[2]
    bins[:reach] = table.polynomials[cell, N_POWERS - 1]
    slopes[:reach] = 0.0
    for power in range(N_POWERS - 2, -1, -1):
        for b in range(reach):
            slopes[b] = slopes[b] * u + bins[b]
            bins[b] = bins[b] * u + table.polynomials[cell, power, b]
    for b in range(reach):
        slopes[b] *= 2.0 * table.cells_per_unit
    return table.first_bins[cell], reach


@njit(cache=True, error_model="numpy")
def _draw_narrow(
    place: float, table: Table, bins: np.ndarray, slopes: np.ndarray
) -> tuple[int, int]:
    first, stop = _reached(place, table)
    for b in range(first, stop):
        left = table.start + b * table.spacing
        right = table.start + (b + 1) * table.spacing
        mass = _mass_below(right, place, table) - _mass_below(left, place, table)
        bins[b - first] = table.factor * mass
        change = _height(left, place, table) - _height(right, place, table)
        slopes[b - first] = table.factor * change
    return first, stop - first
