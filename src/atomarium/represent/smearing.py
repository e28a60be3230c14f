"""Grids of bins that Gaussians are summed on, and the tables that make it fast."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from numpy.polynomial import chebyshev

from atomarium.represent._kernels.histogram import CELL, N_POWERS, REACH, Cells, Grid
from atomarium.represent._kernels.vectors import LANES

#: A Gaussian narrower than this part of a bin is evaluated sample by sample.
_NARROW = 0.25


def bin_edges(start: float, stop: float, n_bins: int, binning: str) -> Float64[np.ndarray, "edges"]:
    """Return the borders of the bins; see `Mbtr` for where they lie."""
    if binning == "mass":
        return np.linspace(start, stop, n_bins + 1)
    half = 0.5 * (stop - start) / (n_bins - 1)
    return np.linspace(start - half, stop + half, n_bins + 1)


def bin_values(
    edges: Float64[np.ndarray, "edges"],
    places: Float64[np.ndarray, "samples"],
    width: float,
    binning: str,
) -> Float64[np.ndarray, "samples edges-1"]:
    """Return what Gaussians at given places put into the bins."""
    spacing = (edges[-1] - edges[0]) / (len(edges) - 1)
    return _masses((edges - places[:, None]) / width) * _factor(binning, width, spacing)


def _factor(binning: str, width: float, spacing: float) -> float:
    """Return what turns the mass in a bin into what is written there."""
    if binning == "mass":
        return 1.0
    height = width * math.sqrt(2 * math.pi) if binning == "height" else 1.0
    return height / spacing


def _masses(
    apart: Float64[np.ndarray, "*samples edges"],
) -> Float64[np.ndarray, "*samples edges-1"]:
    """Return the mass of the normal distribution between borders."""
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    # Differences of the smaller tail: near 1, little of the mass would be left.
    right = apart[..., :-1] + apart[..., 1:] > 0
    upper = np.where(right, -apart[..., :-1], apart[..., 1:])
    lower = np.where(right, -apart[..., 1:], apart[..., :-1])
    return special.ndtr(upper) - special.ndtr(lower)


@lru_cache(maxsize=64)
def make_cells(
    bins: tuple[float, float, int],
    width: float,
    binning: str,
    possible: tuple[float, float],
) -> tuple[Grid, Cells]:
    """Return the grid of a term, and what its cells put into the bins.

    Args:
        bins: Start, stop and number of bins.
        width: Standard deviation of the Gaussians, above 0.
        binning: Where the bins lie and what is written there.
        possible: Samples come from this range only; it may be infinite.
    """
    edges = bin_edges(*bins, binning)
    n_bins = len(edges) - 1
    spacing = float(edges[-1] - edges[0]) / n_bins
    factor = _factor(binning, width, spacing)
    low = max(float(edges[0]) - REACH * width, possible[0])
    high = min(float(edges[-1]) + REACH * width, possible[1])
    length = CELL * width
    n_cells = 0
    if width >= _NARROW * spacing and low <= high:
        # A little more than the range, so that a sample on its border lies inside.
        low -= 1e-9 * length
        n_cells = math.floor((high - low) / length) + 1
    first_bins, polynomials = _fit_cells(edges, width, low, n_cells)
    polynomials *= factor
    grid = Grid(
        start=float(edges[0]),
        spacing=spacing,
        n_bins=n_bins,
        width=float(width),
        factor=float(factor),
        origin=float(low),
        cells_per_unit=1.0 / length,
        n_cells=n_cells,
        reach=polynomials.shape[2],
    )
    by_bin = np.ascontiguousarray(polynomials.swapaxes(1, 2)).reshape(-1)
    return grid, Cells(first_bins, polynomials.reshape(-1), by_bin)


def _fit_cells(
    edges: Float64[np.ndarray, "edges"], width: float, low: float, n_cells: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit the mass in each bin as a polynomial of the place in each cell; pad with zeros.

    Interpolation at Chebyshev points leaves an error near (CELL / 2)^n / (2^(n - 1) √n!) with n
    powers: 7e-14 of the height of the Gaussian.
    """
    n_bins = len(edges) - 1
    spacing = (edges[-1] - edges[0]) / n_bins
    length = CELL * width
    reach = min(n_bins, math.ceil((2 * REACH * width + length) / spacing) + 1)
    starts = low + length * np.arange(n_cells)
    first = np.floor((starts - REACH * width - edges[0]) / spacing).astype(np.int64)
    first = np.clip(first, 0, n_bins - reach)
    points = chebyshev.chebpts1(N_POWERS)
    places = starts[:, None] + 0.5 * length * (points + 1)
    reached = edges[first[:, None] + np.arange(reach + 1)]
    apart = (reached[:, None, :] - places[:, :, None]) / width
    masses = _masses(apart)
    fit = _powers_of_chebyshev() @ np.linalg.inv(chebyshev.chebvander(points, N_POWERS - 1))
    padded = LANES * math.ceil(reach / LANES)
    polynomials = np.zeros((n_cells, N_POWERS, padded))
    polynomials[:, :, :reach] = np.einsum("pq,cqb->cpb", fit, masses)
    return first, polynomials


def _powers_of_chebyshev() -> Float64[np.ndarray, "powers orders"]:
    """Return the coefficients of Chebyshev's polynomials, T(n+1) = 2 u T(n) - T(n-1)."""
    polynomials = np.eye(N_POWERS)
    for order in range(2, N_POWERS):
        polynomials[1:, order] = 2 * polynomials[:-1, order - 1]
        polynomials[0, order] = 0.0
        polynomials[:, order] -= polynomials[:, order - 2]
    return polynomials
