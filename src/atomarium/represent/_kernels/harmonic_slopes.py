"""Slopes of real spherical harmonics, and of sums of them, for eight directions at once.

They are slopes of the polynomials that `harmonics.write_harmonics` evaluates; of these, what points
in the direction itself is none of the sphere's.
"""

from __future__ import annotations

from atomarium.represent._kernels.lean import lean, merged
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
    subtract,
)

#: Where the sums stand in the output of `write_sums`, in vectors.
SUM, OTHER_SUM, X, Y, Z = range(5)


@merged
def _next_degree(ell, m, z, factors, last, current, last_slope, slope):
    """Return Q(l − 1, m) and Q(l, m) of `recursion_factors`, then their slopes with z."""
    a, b = spread(factors[ell, m, 0]), spread(factors[ell, m, 1])
    following = subtract(multiply(multiply(a, z), current), multiply(b, last))
    following_slope = multiply(a, multiply_add(z, slope, current))
    following_slope = subtract(following_slope, multiply(b, last_slope))
    return current, following, slope, following_slope


@lean
def write_sums(directions, l_max, factors, weights, others, out):
    """Fill Σ weights(l, m) Y(l, m) with its slopes, and Σ others(l, m) Y(l, m).

    Args:
        directions: x of eight unit vectors, y of the eight, z of the eight.
        l_max: Largest degree.
        factors: See `recursion_factors`.
        weights: Flat; number (l² + l + m) · 8 + lane.
        others: As `weights`.
        out: Flat; eight numbers each of the sum, the other sum and the slopes with x, y and z.
    """
    x, y, z = load(directions, 0), load(directions, LANES), load(directions, 2 * LANES)
    # Re and Im of (x + i y)^m, and of the power below; none is below m = 0.
    real, imaginary, real_below, imaginary_below = (
        spread(1.0),
        spread(0.0),
        spread(0.0),
        spread(0.0),
    )
    value, other = spread(0.0), spread(0.0)
    along_x, along_y, along_z = spread(0.0), spread(0.0), spread(0.0)
    for m in range(l_max + 1):
        last, current = spread(0.0), spread(factors[m, m, 0])
        last_slope, slope = spread(0.0), spread(0.0)
        plus, minus = spread(0.0), spread(0.0)
        plus_slope, minus_slope = spread(0.0), spread(0.0)
        other_plus, other_minus = spread(0.0), spread(0.0)
        for ell in range(m, l_max + 1):
            if ell > m:
                last, current, last_slope, slope = _next_degree(
                    ell, m, z, factors, last, current, last_slope, slope
                )
            middle = (ell * ell + ell) * LANES
            above, below = load(weights, middle + m * LANES), load(weights, middle - m * LANES)
            plus, minus = multiply_add(above, current, plus), multiply_add(below, current, minus)
            plus_slope = multiply_add(above, slope, plus_slope)
            minus_slope = multiply_add(below, slope, minus_slope)
            other_plus = multiply_add(load(others, middle + m * LANES), current, other_plus)
            other_minus = multiply_add(load(others, middle - m * LANES), current, other_minus)
        # At m = 0 what counts as minus is counted zero times.
        value = multiply_add(plus, real, multiply_add(minus, imaginary, value))
        other = multiply_add(other_plus, real, multiply_add(other_minus, imaginary, other))
        along_z = multiply_add(plus_slope, real, multiply_add(minus_slope, imaginary, along_z))
        plus, minus = multiply(plus, spread(float(m))), multiply(minus, spread(float(m)))
        along_x = multiply_add(plus, real_below, multiply_add(minus, imaginary_below, along_x))
        along_y = subtract(
            multiply_add(minus, real_below, along_y), multiply(plus, imaginary_below)
        )
        real_below, imaginary_below = real, imaginary
        turned = subtract(multiply(real, x), multiply(imaginary, y))
        imaginary = multiply_add(real, y, multiply(imaginary, x))
        real = turned
    store(out, SUM * LANES, value)
    store(out, OTHER_SUM * LANES, other)
    store(out, X * LANES, along_x)
    store(out, Y * LANES, along_y)
    store(out, Z * LANES, along_z)


@lean
def write_slopes(directions, l_max, factors, out):
    """Fill the slopes of Y(l, m) with a move of eight unit vectors along the sphere, and Y(l, m).

    Args:
        directions: x of eight unit vectors, y of the eight, z of the eight, and eight numbers
            that slopes are multiplied by.
        l_max: Largest degree.
        factors: See `recursion_factors`.
        out: Flat; first the slopes with x, then y, then z, then the harmonics themselves, of each
            number (l² + l + m) · 8 + lane.
    """
    x, y, z = load(directions, 0), load(directions, LANES), load(directions, 2 * LANES)
    real, imaginary, real_below, imaginary_below = (
        spread(1.0),
        spread(0.0),
        spread(0.0),
        spread(0.0),
    )
    for m in range(l_max + 1):
        last, current = spread(0.0), spread(factors[m, m, 0])
        last_slope, slope = spread(0.0), spread(0.0)
        for ell in range(m, l_max + 1):
            if ell > m:
                last, current, last_slope, slope = _next_degree(
                    ell, m, z, factors, last, current, last_slope, slope
                )
            middle = ell * ell + ell
            many = multiply(current, spread(float(m)))
            along_x, along_y = multiply(many, real_below), multiply(many, imaginary_below)
            if m:
                _write_slope(
                    directions,
                    l_max,
                    middle - m,
                    multiply(current, imaginary),
                    along_y,
                    along_x,
                    multiply(slope, imaginary),
                    out,
                )
            _write_slope(
                directions,
                l_max,
                middle + m,
                multiply(current, real),
                along_x,
                subtract(spread(0.0), along_y),
                multiply(slope, real),
                out,
            )
        real_below, imaginary_below = real, imaginary
        turned = subtract(multiply(real, x), multiply(imaginary, y))
        imaginary = multiply_add(real, y, multiply(imaginary, x))
        real = turned


@merged
def _write_slope(directions, l_max, harmonic, value, along_x, along_y, along_z, out):
    x, y, z = load(directions, 0), load(directions, LANES), load(directions, 2 * LANES)
    factor = load(directions, 3 * LANES)
    along = multiply_add(along_x, x, multiply_add(along_y, y, multiply(along_z, z)))
    size = (l_max + 1) ** 2 * LANES
    place = harmonic * LANES
    store(out, place, multiply(factor, subtract(along_x, multiply(along, x))))
    store(out, size + place, multiply(factor, subtract(along_y, multiply(along, y))))
    store(out, 2 * size + place, multiply(factor, subtract(along_z, multiply(along, z))))
    store(out, 3 * size + place, value)
