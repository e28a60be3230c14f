"""Radial functions, and what they see of a Gaussian at a distance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from numpy.polynomial import chebyshev

from atomarium.core.errors import InputError
from atomarium.represent._kernels.radial import N_POWERS
from atomarium.represent._kernels.vectors import LANES, aligned_zeros

#: Overlaps with a smaller eigenvalue leave too few digits of a radial function.
_LEAST_EIGENVALUE = 1e-12
#: In widths of the Gaussian: length of an interval. A polynomial through six points is wrong by
#: (length / 2)^6 / (32 · 6!) times the sixth derivative, 15 / width^6 for a Gaussian: 3e-12.
_INTERVAL = 0.08
#: In widths of the Gaussian: beyond, it is below the last digit of a float64.
_REACH = 9.0
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


@lru_cache(maxsize=32)
def gto_table(cutoff: float, n_max: int, l_max: int, width: float) -> RadialTable:
    """Return the radial integrals of Gaussian-type orbitals.

    Args:
        cutoff: Å.
        n_max: Number of radial functions.
        l_max: Largest angular degree.
        width: Å. Standard deviation of the Gaussian.

    Raises:
        InputError: so many radial functions are linearly dependent.
    """
    functions = gto_functions(cutoff, n_max)
    # The narrowest function, n = 0 and 1, is as wide as this.
    return make_table(
        functions, cutoff=cutoff, l_max=l_max, width=width, finest=min(width, cutoff / n_max)
    )


def gto_functions(cutoff: float, n_max: int) -> RadialFunctions:
    """Return orthonormal functions r^n exp(−r² / 2 σ_n²), n from 0, mixed as little as possible.

    Args:
        cutoff: Å; σ_n is cutoff · max(√n, 1) / n_max.
        n_max: Number of functions.

    Raises:
        InputError: so many functions are linearly dependent.

    Source: F. Musil et al., J. Chem. Phys. 154, 114109 (2021), eq. 28 and what follows, as
        featomic 0.6 does it; Löwdin's orthonormalization.
    """
    check_independence(cutoff, n_max)
    widths, overlap = _gto_overlap(cutoff, n_max)
    eigenvalues, vectors = np.linalg.eigh(overlap)
    mixing = (vectors / np.sqrt(eigenvalues)) @ vectors.T
    scales = _gto_scales(widths)

    def functions(radii: Float64[np.ndarray, "radii"]) -> Float64[np.ndarray, "functions radii"]:
        powers = np.arange(n_max)[:, None]
        raw = radii**powers * np.exp(-0.5 * (radii / widths[:, None]) ** 2)
        return mixing @ (scales[:, None] * raw)

    return functions


def _gto_scales(widths: Float64[np.ndarray, "functions"]) -> Float64[np.ndarray, "functions"]:
    powers = np.arange(len(widths))
    gammas = np.array([math.gamma(n + 1.5) for n in powers])
    return np.sqrt(2 / (widths ** (2 * powers + 3) * gammas))


def _gto_overlap(
    cutoff: float, n_max: int
) -> tuple[Float64[np.ndarray, "functions"], Float64[np.ndarray, "functions functions"]]:
    """Return the widths of the functions, and the overlaps of the normalized functions."""
    powers = np.arange(n_max)
    widths = cutoff * np.maximum(np.sqrt(powers), 1) / n_max
    scales = _gto_scales(widths)
    total = powers[:, None] + powers
    exponents = 0.5 / widths**2
    gammas = np.array([math.gamma(0.5 * (3 + t)) for t in range(2 * n_max)])[total]
    integrals = 0.5 * (exponents[:, None] + exponents) ** (-0.5 * (3 + total)) * gammas
    return widths, scales[:, None] * scales * integrals


def check_independence(cutoff: float, n_max: int) -> None:
    """Do nothing when Gaussian-type orbitals can be told apart.

    Args:
        cutoff: Å.
        n_max: Number of radial functions.

    Raises:
        InputError: they are linearly dependent; the message says how many are not.
    """

    def independent(n_functions: int) -> bool:
        overlap = _gto_overlap(cutoff, n_functions)[1]
        return bool(np.linalg.eigvalsh(overlap)[0] >= _LEAST_EIGENVALUE)

    if independent(n_max):
        return
    most = max(n for n in range(1, n_max) if independent(n))
    raise InputError(
        f"{n_max} radial functions are linearly dependent at a cutoff of {cutoff} Å; "
        f"n_max can be {most} at most"
    )


def make_table(
    functions: RadialFunctions, *, cutoff: float, l_max: int, width: float, finest: float
) -> RadialTable:
    """Return the radial integrals of any radial functions, for distances up to a cutoff.

    I_nl(r) = 4π N ∫ x² R_n(x) exp(−a (x² + r²)) i_l(2 a x r) dx, where a is 1 / 2 width², N makes
    the squared Gaussian integrate to 1, and i_l are modified spherical Bessel functions.

    Args:
        functions: From radii (Å) to one row for each function.
        cutoff: Å.
        l_max: Largest angular degree.
        width: Å. Standard deviation of the Gaussian.
        finest: Å. No function changes its course faster than this.
    """
    length = _INTERVAL * width
    # One more interval than the cutoff needs: a distance just below it may round up to it.
    n_intervals = int(cutoff / length) + 2
    points = chebyshev.chebpts2(N_POWERS)
    distances = (length * (np.arange(n_intervals)[:, None] + 0.5 * (points + 1))).ravel()
    samples = _integrate(functions, distances, l_max=l_max, width=width, finest=finest)
    samples = samples.reshape(n_intervals, N_POWERS, l_max + 1, -1)
    to_powers = np.linalg.inv(np.vander(points, increasing=True))
    polynomials = np.einsum("kp,dpln->dkln", to_powers, samples)
    n_max = polynomials.shape[-1]
    shape = (*polynomials.shape[:-1], -(-n_max // LANES) * LANES)
    padded = aligned_zeros(math.prod(shape)).reshape(shape)
    padded[..., :n_max] = polynomials
    return RadialTable(padded, 1 / length)


def _integrate(
    functions: RadialFunctions,
    distances: Float64[np.ndarray, "distances"],
    *,
    l_max: int,
    width: float,
    finest: float,
) -> Float64[np.ndarray, "distances degrees functions"]:
    exponent = 0.5 / width**2
    radii, weights = _panels(float(distances[-1]) + _REACH * width, finest)
    weighted = functions(radii) * (weights * radii**2)
    density = 4 * math.pi * (math.pi * width**2) ** -0.75
    out = np.empty((len(distances), l_max + 1, len(weighted)))
    # In parts, so that the grid of distances and radii stays small.
    for start in range(0, len(distances), 256):
        some = distances[start : start + 256]
        near = np.exp(-exponent * (some[:, None] - radii) ** 2)
        bessel = scaled_bessel(2 * exponent * some[:, None] * radii, l_max)
        for degree in range(l_max + 1):
            out[start : start + 256, degree] = (near * bessel[degree]) @ weighted.T
    return density * out


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
