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

from atomarium.core.compiled import compiled
from atomarium.represent._kernels.lean import fused, lean
from atomarium.represent._kernels.powers import eight_powers
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
)

#: Terms of the polynomials; with cells of `CELL` widths they are exact to about 1e-13.
N_POWERS = 2 * LANES
#: Length of a cell, in widths of the Gaussian.
CELL = 1.5
#: How far a Gaussian reaches, in widths; beyond are less than 1e-15 of it.
REACH = 8.0


class Grid(NamedTuple):
    """A grid of bins, and cells along the same axis; narrow Gaussians have no cells.

    `factor` turns the mass in a bin into what is written there. A cell reaches `reach` bins, a
    multiple of eight: those beyond the last bin are zero. Only numbers stand here, since the
    innermost loops would count references to arrays.
    """

    start: float
    spacing: float
    n_bins: int
    width: float
    factor: float
    origin: float
    cells_per_unit: float
    n_cells: int
    reach: int


class Cells(NamedTuple):
    """What each cell puts into the bins.

    Cell c reaches the bins from `first_bins[c]` on. `by_power` holds for each cell, power and bin
    the coefficients of the place in the cell, which runs from -1 to 1; `by_bin` the same for each
    cell, bin and power. Both are flat.
    """

    first_bins: np.ndarray
    by_power: np.ndarray
    by_bin: np.ndarray


@compiled
def make_sums(n_blocks: int, grid: Grid) -> np.ndarray:
    """Return zeros to add samples to: powers of every cell, or bins for narrow Gaussians."""
    return np.zeros(n_blocks * max(grid.n_cells * N_POWERS, 0 if grid.n_cells else grid.n_bins))


@compiled
def make_bins(grid: Grid) -> np.ndarray:
    """Return room for the bins, and for those beyond the last that cells may write zeros to."""
    return np.zeros(grid.n_bins + grid.reach)


@fused
def add_sample(sums: np.ndarray, block: int, place: float, weight: float, grid: Grid) -> None:
    """Add one sample to the sums of a block."""
    if grid.n_cells == 0:
        _add_narrow(sums, block, place, weight, grid)
        return
    along = (place - grid.origin) * grid.cells_per_unit
    if not (along >= 0.0 and along < grid.n_cells):
        return
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    first = (block * grid.n_cells + cell) * N_POWERS
    low = multiply(eight_powers(u), spread(weight))
    store(sums, first, multiply_add(low, spread(1.0), load(sums, first)))
    square = u * u
    fourth = square * square
    high = spread(fourth * fourth)
    store(sums, first + LANES, multiply_add(low, high, load(sums, first + LANES)))


@lean
def _reached(place: float, grid: Grid) -> tuple[int, int]:
    """Return the first bin that a narrow Gaussian reaches, and the one after the last."""
    first = math.floor((place - REACH * grid.width - grid.start) / grid.spacing)
    last = math.floor((place + REACH * grid.width - grid.start) / grid.spacing)
    first = min(max(first, 0), grid.n_bins)
    return first, min(max(last + 1, first), grid.n_bins)


@lean
def _mass_below(edge: float, place: float, grid: Grid) -> float:
    return 0.5 * math.erfc((place - edge) / (grid.width * math.sqrt(2.0)))


@lean
def _height(edge: float, place: float, grid: Grid) -> float:
    distance = (edge - place) / grid.width
    return math.exp(-0.5 * distance * distance) / (grid.width * math.sqrt(2.0 * math.pi))


@lean
def _add_narrow(sums: np.ndarray, block: int, place: float, weight: float, grid: Grid) -> None:
    first, stop = _reached(place, grid)
    below = _mass_below(grid.start + first * grid.spacing, place, grid)
    for b in range(first, stop):
        above = _mass_below(grid.start + (b + 1) * grid.spacing, place, grid)
        sums[block * grid.n_bins + b] += weight * grid.factor * (above - below)
        below = above


@fused
def write_bins(sums: np.ndarray, block: int, grid: Grid, cells: Cells, bins: np.ndarray) -> None:
    """Write the bins of a block; `bins` is overwritten."""
    if grid.n_cells == 0:
        first = block * grid.n_bins
        for b in range(grid.n_bins):
            bins[b] = sums[first + b]
        return
    bins[:] = 0.0
    for cell in range(grid.n_cells):
        first = (block * grid.n_cells + cell) * N_POWERS
        # Weights are not negative: where they add up to nothing, no sample came.
        if sums[first] == 0.0:
            continue
        _add_cell(sums, first, cell, grid, cells, bins)


@fused
def _add_cell(
    sums: np.ndarray, first: int, cell: int, grid: Grid, cells: Cells, bins: np.ndarray
) -> None:
    """Add what the sums of one cell, from `first` on, put into the bins."""
    polynomial = cell * N_POWERS * grid.reach
    for b in range(0, grid.reach, LANES):
        at = cells.first_bins[cell] + b
        total = load(bins, at)
        for power in range(N_POWERS):
            part = load(cells.by_power, polynomial + power * grid.reach + b)
            total = multiply_add(spread(sums[first + power]), part, total)
        store(bins, at, total)


@fused
def gather(
    cotangents: np.ndarray, block: int, grid: Grid, cells: Cells, gathered: np.ndarray
) -> None:
    """Turn numbers for the bins into what `read` needs; `gathered` has the shape of the sums."""
    if grid.n_cells == 0:
        first = block * grid.n_bins
        for b in range(grid.n_bins):
            gathered[first + b] = cotangents[b] * grid.factor
        return
    for cell in range(grid.n_cells):
        first = (block * grid.n_cells + cell) * N_POWERS
        low, high = spread(0.0), spread(0.0)
        for b in range(grid.reach):
            number = spread(cotangents[cells.first_bins[cell] + b])
            at = (cell * grid.reach + b) * N_POWERS
            low = multiply_add(number, load(cells.by_bin, at), low)
            high = multiply_add(number, load(cells.by_bin, at + LANES), high)
        store(gathered, first, low)
        store(gathered, first + LANES, high)


@fused
def read(gathered: np.ndarray, block: int, place: float, grid: Grid) -> tuple[float, float]:
    """Return what a sample of weight 1 adds to the sum over bins, and its change with place."""
    if grid.n_cells == 0:
        return _read_narrow(gathered, block, place, grid)
    along = (place - grid.origin) * grid.cells_per_unit
    if not (along >= 0.0 and along < grid.n_cells):
        return 0.0, 0.0
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    first = (block * grid.n_cells + cell) * N_POWERS
    value = gathered[first + N_POWERS - 1]
    slope = 0.0
    for power in range(N_POWERS - 2, -1, -1):
        slope = slope * u + value
        value = value * u + gathered[first + power]
    return value, 2.0 * grid.cells_per_unit * slope


@lean
def _read_narrow(gathered: np.ndarray, block: int, place: float, grid: Grid) -> tuple[float, float]:
    first, stop = _reached(place, grid)
    value = slope = 0.0
    edge = grid.start + first * grid.spacing
    below, height = _mass_below(edge, place, grid), _height(edge, place, grid)
    for b in range(first, stop):
        edge = grid.start + (b + 1) * grid.spacing
        above, next_height = _mass_below(edge, place, grid), _height(edge, place, grid)
        value += gathered[block * grid.n_bins + b] * (above - below)
        slope += gathered[block * grid.n_bins + b] * (height - next_height)
        below, height = above, next_height
    return value, slope


@fused
def draw(
    place: float, grid: Grid, cells: Cells, bins: np.ndarray, slopes: np.ndarray
) -> tuple[int, int]:
    """Write what a sample of weight 1 adds to the bins, and its change with place.

    Returns:
        The first bin that it reaches, and how many; entry 0 of `bins` belongs to that first bin.
    """
    if grid.n_cells == 0:
        return _draw_narrow(place, grid, bins, slopes)
    along = (place - grid.origin) * grid.cells_per_unit
    if not (along >= 0.0 and along < grid.n_cells):
        return 0, 0
    cell = int(along)
    u = 2.0 * (along - cell) - 1.0
    polynomial = cell * N_POWERS * grid.reach
    for b in range(0, grid.reach, LANES):
        value = load(cells.by_power, polynomial + (N_POWERS - 1) * grid.reach + b)
        slope = spread(0.0)
        for power in range(N_POWERS - 2, -1, -1):
            slope = multiply_add(slope, spread(u), value)
            part = load(cells.by_power, polynomial + power * grid.reach + b)
            value = multiply_add(value, spread(u), part)
        store(bins, b, value)
        store(slopes, b, multiply(slope, spread(2.0 * grid.cells_per_unit)))
    first = cells.first_bins[cell]
    return first, min(grid.reach, grid.n_bins - first)


@lean
def _draw_narrow(place: float, grid: Grid, bins: np.ndarray, slopes: np.ndarray) -> tuple[int, int]:
    first, stop = _reached(place, grid)
    for b in range(first, stop):
        left = grid.start + b * grid.spacing
        right = grid.start + (b + 1) * grid.spacing
        mass = _mass_below(right, place, grid) - _mass_below(left, place, grid)
        bins[b - first] = grid.factor * mass
        change = _height(left, place, grid) - _height(right, place, grid)
        slopes[b - first] = grid.factor * change
    return first, stop - first
