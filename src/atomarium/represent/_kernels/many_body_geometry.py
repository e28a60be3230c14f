"""What pairs and triplets of atoms are worth: places on the axis, weights, and their changes.

A triplet is known by the sides of its triangle: `a` and `b` start at the vertex whose angle is
taken, `c` lies opposite.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from atomarium.represent._kernels.cutoffs import exponential

DISTANCE, INVERSE_DISTANCE, ANGLE, COSINE = range(4)
UNITY, EXP, INVERSE_SQUARE, SMOOTH_CUTOFF = range(4)
_DEGREES = 180.0 / math.pi


class Measure(NamedTuple):
    """Geometry function and weighting as codes and numbers.

    `limit` is the longest distance of a pair, or way around a triplet, that counts.
    """

    geometry: int
    weighting: int
    scale: float
    limit: float
    cutoff: float
    sharpness: float


@njit(nogil=True, error_model="numpy")
def pair_place(distance: float, measure: Measure) -> float:
    """Return where a pair lies on the axis."""
    return 1.0 / distance if measure.geometry == INVERSE_DISTANCE else distance


@njit(nogil=True, error_model="numpy")
def pair_place_slope(distance: float, measure: Measure) -> float:
    """Return how the place of a pair changes with its distance."""
    return -1.0 / (distance * distance) if measure.geometry == INVERSE_DISTANCE else 1.0


@njit(nogil=True, error_model="numpy")
def pair_weight(distance: float, measure: Measure) -> float:
    """Return the weight of a pair."""
    if distance > measure.limit:
        return 0.0
    if measure.weighting == EXP:
        return exponential(-measure.scale * distance)
    if measure.weighting == INVERSE_SQUARE:
        return 1.0 / (distance * distance)
    return 1.0


@njit(nogil=True, error_model="numpy")
def pair_weight_slope(distance: float, measure: Measure) -> float:
    """Return how the weight of a pair changes with its distance."""
    if distance > measure.limit:
        return 0.0
    if measure.weighting == EXP:
        return -measure.scale * exponential(-measure.scale * distance)
    if measure.weighting == INVERSE_SQUARE:
        return -2.0 / (distance * distance * distance)
    return 0.0


@njit(nogil=True, error_model="numpy")
def smooth_cutoff(distance: float, measure: Measure) -> float:
    """Return 1 at no distance, 0 from the cutoff on."""
    if distance >= measure.cutoff:
        return 0.0
    power = (distance / measure.cutoff) ** measure.sharpness
    y = measure.sharpness
    return max(0.0, 1.0 + power * (y * distance / measure.cutoff - (y + 1.0)))


@njit(nogil=True, error_model="numpy")
def _smooth_cutoff_slope(distance: float, measure: Measure) -> float:
    if distance >= measure.cutoff:
        return 0.0
    ratio, y = distance / measure.cutoff, measure.sharpness
    return y * (y + 1.0) * ratio ** (y - 1.0) * (ratio - 1.0) / measure.cutoff


@njit(nogil=True, error_model="numpy")
def side_weight(side: float, measure: Measure) -> float:
    """Return the part that one of the sides at the vertex has in the weight of a triplet."""
    if measure.weighting == EXP:
        return exponential(-measure.scale * side)
    if measure.weighting == SMOOTH_CUTOFF:
        return smooth_cutoff(side, measure)
    return 1.0


@njit(nogil=True, error_model="numpy")
def triplet_weight_slopes(
    a: float, b: float, c: float, measure: Measure
) -> tuple[float, float, float, float]:
    """Return the weight of a triplet and its change with each side."""
    if a + b + c > measure.limit:
        return 0.0, 0.0, 0.0, 0.0
    if measure.weighting == EXP:
        weight = exponential(-measure.scale * (a + b + c))
        slope = -measure.scale * weight
        return weight, slope, slope, slope
    if measure.weighting == SMOOTH_CUTOFF:
        first, second = smooth_cutoff(a, measure), smooth_cutoff(b, measure)
        slope_a = _smooth_cutoff_slope(a, measure) * second
        slope_b = first * _smooth_cutoff_slope(b, measure)
        return first * second, slope_a, slope_b, 0.0
    return 1.0, 0.0, 0.0, 0.0


@njit(nogil=True, error_model="numpy", fastmath={"contract"})
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


@njit(nogil=True, error_model="numpy", fastmath={"contract"})
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


@njit(nogil=True, error_model="numpy")
def triplet_place(
    px: float, py: float, pz: float, qx: float, qy: float, qz: float, measure: Measure
) -> float:
    """Return where the triplet lies whose vertex sends out the unit vectors p and q."""
    cosine = min(1.0, max(-1.0, px * qx + py * qy + pz * qz))
    if measure.geometry == COSINE:
        return cosine
    apart = (px - qx) ** 2 + (py - qy) ** 2 + (pz - qz) ** 2
    together = (px + qx) ** 2 + (py + qy) ** 2 + (pz + qz) ** 2
    return angle_from(cosine, apart, together)


@njit(nogil=True, error_model="numpy")
def triplet_place_slopes(
    a: float, b: float, c: float, measure: Measure
) -> tuple[float, float, float]:
    """Return how the place of a triplet changes with each side.

    An angle has a kink where three atoms lie on one line; there its mean slope, zero, is taken.
    """
    cosine = min(1.0, max(-1.0, (a * a + b * b - c * c) / (2.0 * a * b)))
    factor = 1.0
    if measure.geometry == ANGLE:
        # The product of the half perimeter's distances from the sides: no cancellation.
        squared = (a + b + c) * (a + b - c) * (a + c - b) * (b + c - a)
        sine = math.sqrt(max(0.0, squared)) / (2.0 * a * b)
        if sine < 1e-7:
            return 0.0, 0.0, 0.0
        factor = -_DEGREES / sine
    return (
        factor * (1.0 / b - cosine / a),
        factor * (1.0 / a - cosine / b),
        -factor * c / (a * b),
    )


@njit(nogil=True, error_model="numpy")
def triplet_place_of_sides(a: float, b: float, c: float, measure: Measure) -> float:
    """Return where a triplet lies; near straight angles the unit vectors know it better."""
    cosine = min(1.0, max(-1.0, (a * a + b * b - c * c) / (2.0 * a * b)))
    if measure.geometry == COSINE:
        return cosine
    apart = (c - a + b) * (c + a - b) / (a * b)
    together = (a + b - c) * (a + b + c) / (a * b)
    return angle_from(cosine, max(0.0, apart), max(0.0, together))
