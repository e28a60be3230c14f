"""Real spherical harmonics by recursion, for eight directions at once."""

from __future__ import annotations

import math

import numpy as np

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
    subtract,
)


def recursion_factors(l_max: int) -> np.ndarray:
    """Return the numbers that the recursion multiplies by, (l_max + 1, l_max + 1, 2) by l and m.

    On the diagonal stands the constant of (m, m); else a and b of
    Q(l, m) = a z Q(l − 1, m) − b Q(l − 2, m), where Y(l, ±m) = Q(l, m) (Re, Im) (x + i y)^m.

    Source: recursion of the normalized associated Legendre functions; T. Limpanuparb and
    J. Milthorpe, arXiv:1410.1748, with the sine taken out and √2 of the real functions put in.
    """
    factors = np.zeros((l_max + 1, l_max + 1, 2))
    constant = math.sqrt(0.25 / math.pi)
    for m in range(l_max + 1):
        if m:
            constant *= math.sqrt((2 * m + 1) / (2 * m)) * (math.sqrt(2) if m == 1 else 1)
        factors[m, m, 0] = constant
        for ell in range(m + 1, l_max + 1):
            a = math.sqrt((4 * ell**2 - 1) / (ell**2 - m**2))
            factors[ell, m, 0] = a
            if ell > m + 1:
                factors[ell, m, 1] = a * math.sqrt(
                    ((ell - 1) ** 2 - m**2) / (4 * (ell - 1) ** 2 - 1)
                )
    return factors


@lean
def write_harmonics(directions, l_max, factors, out):
    """Fill Y(l, m) of eight unit vectors.

    Args:
        directions: x of the eight, y of the eight, z of the eight.
        l_max: Largest degree.
        factors: See `recursion_factors`.
        out: Flat; number (l² + l + m) · 8 + lane.
    """
    x, y, z = load(directions, 0), load(directions, LANES), load(directions, 2 * LANES)
    real, imaginary = spread(1.0), spread(0.0)
    for m in range(l_max + 1):
        last, current = spread(0.0), spread(factors[m, m, 0])
        for ell in range(m, l_max + 1):
            if ell > m:
                scaled = multiply(multiply(spread(factors[ell, m, 0]), z), current)
                following = subtract(scaled, multiply(spread(factors[ell, m, 1]), last))
                last, current = current, following
            middle = (ell * ell + ell) * LANES
            store(out, middle + m * LANES, multiply(current, real))
            if m:
                store(out, middle - m * LANES, multiply(current, imaginary))
        turned = subtract(multiply(real, x), multiply(imaginary, y))
        imaginary = multiply_add(real, y, multiply(imaginary, x))
        real = turned
