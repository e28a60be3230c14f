"""Radial functions, and what they see of a Gaussian at a distance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64
from numpy.polynomial import chebyshev

from atomarium.represent._kernels.radial import N_POWERS
from atomarium.represent._kernels.vectors import LANES, aligned_zeros

#: In widths of the Gaussian: length of an interval. A polynomial through six points is wrong by
#: (length / 2)^6 / (32 · 6!) times the sixth derivative, 15 / width^6 for a Gaussian: 3e-12.
_INTERVAL = 0.08
#: In widths of the Gaussian: beyond, it is below the last digit of a float64.
REACH = 9.0
_NODES_PER_PANEL = 14

RadialFunctions = Callable[[Float64[np.ndarray, "radii"]], Float64[np.ndarray, "functions radii"]]


@dataclass(frozen=True, eq=False)
class RadialTable:
    """Radial integrals at every distance up to a cutoff, as polynomials; read-only.

    Args:
        polynomials: Powers of the place in an interval, which runs from −1 to 1; radial functions
            are filled up with zeros to a multiple of eight.
        per_angstrom: Intervals in 1 Å; the first begins at 0.
    """

    polynomials: Float64[np.ndarray, "intervals powers degrees padded"]
    per_angstrom: float

    def __post_init__(self) -> None:
        self.polynomials.setflags(write=False)

    def values(
        self, distances: Float64[np.ndarray, "pairs"]
    ) -> Float64[np.ndarray, "pairs degrees padded"]:
        """Return the radial integrals at some distances; kernels do this by themselves."""
        scaled = distances * self.per_angstrom
        intervals = scaled.astype(np.int64)
        powers = (2 * (scaled - intervals) - 1)[:, None] ** np.arange(N_POWERS)
        return np.einsum("dpln,dp->dln", self.polynomials[intervals], powers)


#: From distances (Å) to radial integrals by distance, degree and function.
RadialIntegrals = Callable[
    [Float64[np.ndarray, "distances"]], Float64[np.ndarray, "distances degrees functions"]
]


class Quadrature(NamedTuple):
    """Where radial functions are evaluated, what each radius counts, and their values there."""

    radii: Float64[np.ndarray, "radii"]
    weights: Float64[np.ndarray, "radii"]
    values: Float64[np.ndarray, "functions radii"]


def tabulate(integrals: RadialIntegrals, *, reach: float, width: float) -> RadialTable:
    """Return a table of radial integrals.

    Args:
        integrals: Change with distance no faster than a Gaussian of the width.
        reach: Å. Longest distance.
        width: Å. Standard deviation of the Gaussian.
    """
    length = _INTERVAL * width
    # One more interval than the reach needs: a distance just below it may round up to it.
    n_intervals = int(reach / length) + 2
    points = chebyshev.chebpts2(N_POWERS)
    distances = (length * (np.arange(n_intervals)[:, None] + 0.5 * (points + 1))).ravel()
    samples = integrals(distances)
    samples = samples.reshape(n_intervals, N_POWERS, *samples.shape[1:])
    to_powers = np.linalg.inv(np.vander(points, increasing=True))
    polynomials = np.einsum("kp,dpln->dkln", to_powers, samples)
    n_max = polynomials.shape[-1]
    shape = (*polynomials.shape[:-1], -(-n_max // LANES) * LANES)
    padded = aligned_zeros(math.prod(shape)).reshape(shape)
    padded[..., :n_max] = polynomials
    return RadialTable(padded, 1 / length)


def integrals_of(quadrature: Quadrature, *, l_max: int, width: float) -> RadialIntegrals:
    """Return the radial integrals of radial functions R_n.

    I_nl(r) = 4π N ∫ x² R_n(x) exp(−a (x² + r²)) i_l(2 a x r) dx, where a is 1 / 2 width², N makes
    the squared Gaussian integrate to 1, and i_l are modified spherical Bessel functions.

    Args:
        quadrature: The functions on a grid that resolves them and the Gaussian.
        l_max: Largest angular degree.
        width: Å. Standard deviation of the Gaussian.
    """
    exponent, radii = 0.5 / width**2, quadrature.radii
    weighted = quadrature.values * (quadrature.weights * radii**2)
    prefactor = 4 * math.pi * gaussian_prefactor(width)

    def integrals(
        distances: Float64[np.ndarray, "distances"],
    ) -> Float64[np.ndarray, "distances degrees functions"]:
        out = np.empty((len(distances), l_max + 1, len(weighted)))
        # In parts, so that the grid of distances and radii stays small.
        for start in range(0, len(distances), 256):
            some = distances[start : start + 256]
            near = np.exp(-exponent * (some[:, None] - radii) ** 2)
            bessel = scaled_bessel(2 * exponent * some[:, None] * radii, l_max)
            for degree in range(l_max + 1):
                out[start : start + 256, degree] = (near * bessel[degree]) @ weighted.T
        return prefactor * out

    return integrals


def gaussian_prefactor(width: float) -> float:
    """Return what makes the square of a Gaussian of some width, Å, integrate to 1."""
    return (math.pi * width**2) ** -0.75


def evaluate(functions: RadialFunctions, *, extent: float, longest: float) -> Quadrature:
    """Return radial functions on a grid.

    Args:
        functions: From radii (Å) to one row for each function.
        extent: Å. Where the grid ends.
        longest: Å. No function changes its course faster than this, nor does the Gaussian.
    """
    radii, weights = _panels(extent, longest)
    return Quadrature(radii, weights, functions(radii))


def _panels(
    extent: float, longest: float
) -> tuple[Float64[np.ndarray, "radii"], Float64[np.ndarray, "radii"]]:
    """Return nodes and weights of Gauss-Legendre quadrature in panels of at most some length."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    n_panels = math.ceil(extent / longest)
    half = 0.5 * extent / n_panels
    middles = half * (2 * np.arange(n_panels) + 1)
    return (middles[:, None] + half * nodes).ravel(), np.tile(half * weights, n_panels)


def scaled_bessel(
    z: Float64[np.ndarray, "*shape"], l_max: int
) -> Float64[np.ndarray, "degrees *shape"]:
    """Return exp(−z) i_l(z), modified spherical Bessel functions of the first kind, l from 0.

    Args:
        z: Not negative.
        l_max: Largest degree.

    Source: NIST Digital Library of Mathematical Functions, 10.51.4. Recursion downwards is stable
        everywhere, but long for large z, where upwards loses no digits.
    """
    out = np.empty((l_max + 1, *z.shape))
    tiny = z < 1e-8
    safe = np.where(tiny, 1.0, z)
    decay = np.exp(-2 * safe)
    out[0] = np.where(tiny, 1 - z, -np.expm1(-2 * safe) / (2 * safe))
    if l_max == 0:
        return out
    large = z > max(l_max * (l_max + 1), 10)
    out[1] = (1 + decay) / (2 * safe) - out[0] / safe
    for degree in range(2, l_max + 1):
        out[degree] = out[degree - 2] - (2 * degree - 1) / safe * out[degree - 1]
    small = ~large
    below = z[small]
    ratio = np.zeros_like(below)
    ratios = np.empty((l_max + 1, *below.shape))
    # The error of the ratio shrinks as exp(−steps² / z).
    extra = int(6.5 * math.sqrt(max(l_max * (l_max + 1), 10))) + 10
    for degree in range(l_max + extra, 0, -1):
        ratio = below / ((2 * degree + 1) + below * ratio)
        if degree <= l_max:
            ratios[degree] = ratio
    for degree in range(1, l_max + 1):
        out[degree, small] = out[degree - 1, small] * ratios[degree]
    return out
