"""Where pairs and triplets of atoms lie on the axis, and how that changes.

A triplet is known by the sides of its triangle: `a` and `b` start at the vertex whose angle is
taken, `c` lies opposite.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from atomarium.represent._kernels.lean import fused, lean

DISTANCE, INVERSE_DISTANCE, INVERSE_DOT, ANGLE, RADIANS, COSINE, SCALED_COSINE = range(7)
_DEGREES = 180.0 / math.pi


class Measure(NamedTuple):
    """Geometry function and weighting as codes and numbers.

    `limit` is the longest distance of a pair, or way around a triplet, that counts. `length` is what
    weightings divide by, or compare with.
    """

    geometry: int
    weighting: int
    scale: float
    limit: float
    cutoff: float
    sharpness: float
    length: float


@lean
def pair_place(distance: float, measure: Measure) -> float:
    """Return where a pair lies on the axis."""
    if measure.geometry == INVERSE_DISTANCE:
        return 1.0 / distance
    return 1.0 / (distance * distance) if measure.geometry == INVERSE_DOT else distance


@lean
def pair_place_slope(distance: float, measure: Measure) -> float:
    """Return how the place of a pair changes with its distance."""
    if measure.geometry == INVERSE_DISTANCE:
        return -1.0 / (distance * distance)
    return -2.0 / (distance * distance * distance) if measure.geometry == INVERSE_DOT else 1.0


@fused
def _small_arcsine(sine: float, square: float) -> float:
    """Return the arc sine up to sine 1/2.

    Source: FreeBSD msun, e_asin.c (Sun Microsystems 1993): a rational approximation, error < 1 ulp.
    """
    above = square * (
        1.66666666666666657415e-01
        + square
        * (
            -3.25565818622400915405e-01
            + square
            * (
                2.01212532134862925881e-01
                + square
                * (
                    -4.00555345006794114027e-02
                    + square * (7.91534994289814532176e-04 + square * 3.47933107596021167570e-05)
                )
            )
        )
    )
    below = 1.0 + square * (
        -2.40339491173441421878e00
        + square
        * (
            2.02094576023350569471e00
            + square * (-6.88283971605453293030e-01 + square * 7.70381505559019352791e-02)
        )
    )
    return sine + sine * (above / below)


@fused
def angle_from(cosine: float, apart: float, together: float) -> float:
    """Return an angle in degrees, exact also near 0 and 180, where the cosine alone is not.

    Args:
        cosine: Of the angle between two unit vectors.
        apart: Squared length of their difference.
        together: Squared length of their sum.
    """
    near = 0.25 * (apart if cosine > 0.0 else together)
    steep = abs(cosine) > 0.5
    square = near if steep else cosine * cosine
    arc = _small_arcsine(math.sqrt(square), square)
    # Steep: 2 arc, or its complement to 180; else 90 degrees less or more the arc.
    turned = 2.0 * arc if cosine > 0.0 else math.pi - 2.0 * arc
    level = 0.5 * math.pi - (arc if cosine > 0.0 else -arc)
    return _DEGREES * (turned if steep else level)


@lean
def triplet_place(
    p: tuple[float, float, float], q: tuple[float, float, float], measure: Measure
) -> float:
    """Return where the triplet lies whose vertex sends out the vectors p and q."""
    a = math.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2)
    b = math.sqrt(q[0] ** 2 + q[1] ** 2 + q[2] ** 2)
    ux, uy, uz = p[0] / a, p[1] / a, p[2] / a
    vx, vy, vz = q[0] / b, q[1] / b, q[2] / b
    cosine = min(1.0, max(-1.0, ux * vx + uy * vy + uz * vz))
    apart = (ux - vx) ** 2 + (uy - vy) ** 2 + (uz - vz) ** 2
    together = (ux + vx) ** 2 + (uy + vy) ** 2 + (uz + vz) ** 2
    return _place(cosine, (apart, together), a * b, measure)


@lean
def _place(cosine: float, squares: tuple[float, float], product: float, measure: Measure) -> float:
    """Return where a triplet lies.

    Args:
        cosine: Of its angle.
        squares: See `angle_from`.
        product: Of the sides at the vertex.
        measure: The geometry function.
    """
    if measure.geometry == COSINE:
        return cosine
    if measure.geometry == SCALED_COSINE:
        return cosine / product
    return angle_from(cosine, squares[0], squares[1]) * per_degree(measure)


@lean
def per_degree(measure: Measure) -> float:
    """Return one degree in what angles are measured in."""
    return 1.0 / _DEGREES if measure.geometry == RADIANS else 1.0


@lean
def triplet_place_slopes(
    a: float, b: float, c: float, measure: Measure
) -> tuple[float, float, float]:
    """Return how the place of a triplet changes with each side.

    An angle has a kink where three atoms lie on one line; there its mean slope, zero, is taken.
    """
    cosine = min(1.0, max(-1.0, (a * a + b * b - c * c) / (2.0 * a * b)))
    factor = 1.0
    if measure.geometry == SCALED_COSINE:
        factor = 1.0 / (a * b)
    elif measure.geometry != COSINE:
        # The product of the half perimeter's distances from the sides: no cancellation.
        squared = (a + b + c) * (a + b - c) * (a + c - b) * (b + c - a)
        sine = math.sqrt(max(0.0, squared)) / (2.0 * a * b)
        if sine < 1e-7:
            return 0.0, 0.0, 0.0
        factor = -_DEGREES * per_degree(measure) / sine
    more_a, more_b = 0.0, 0.0
    if measure.geometry == SCALED_COSINE:
        more_a, more_b = factor * cosine / a, factor * cosine / b
    return (
        factor * (1.0 / b - cosine / a) - more_a,
        factor * (1.0 / a - cosine / b) - more_b,
        -factor * c / (a * b),
    )


@lean
def triplet_place_of_sides(a: float, b: float, c: float, measure: Measure) -> float:
    """Return where a triplet lies; near straight angles the unit vectors know it better."""
    cosine = min(1.0, max(-1.0, (a * a + b * b - c * c) / (2.0 * a * b)))
    apart = max(0.0, (c - a + b) * (c + a - b) / (a * b))
    together = max(0.0, (a + b - c) * (a + b + c) / (a * b))
    return _place(cosine, (apart, together), a * b, measure)
