"""How much pairs and triplets of atoms count, and how that changes.

Sides of a triplet are named as in `many_body_geometry`.
"""

from __future__ import annotations

import math

from atomarium.represent._kernels.cutoffs import exponential
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.many_body_geometry import (
    Measure,
    pair_place,
    pair_place_slope,
    triplet_place_of_sides,
    triplet_place_slopes,
)

UNITY, EXP, INVERSE_SQUARE, SMOOTH_CUTOFF = range(4)
#: Weights of the sides of a triplet.
INVERSE_SIDES, INVERSE_DOTS, INVERSE_TRIANGLE, INVERSE_DOT_TRIANGLE, EXP_TRIANGLE = range(4, 9)
#: Weights of the place on the axis, from IDENTITY on.
IDENTITY, SQUARE, ROOT, INVERSE, DELTA_INVERSE, EXP_INVERSE, EXP_INVERSE_SQUARE = range(9, 16)


@lean
def weight_of_place(place: float, measure: Measure) -> float:
    """Return the weight that goes by the place on the axis."""
    weighting = measure.weighting
    if weighting == IDENTITY:
        return place
    if weighting == SQUARE:
        return place * place
    if weighting == ROOT:
        return math.sqrt(place)
    if weighting == INVERSE:
        return 1.0 / place
    if weighting == DELTA_INVERSE:
        return 1.0 if place * measure.length >= 1.0 else 0.0
    power = place if weighting == EXP_INVERSE else place * place
    return exponential(-1.0 / (power * measure.length))


@lean
def weight_of_place_slope(place: float, measure: Measure) -> float:
    """Return how the weight that goes by the place changes with it."""
    weighting = measure.weighting
    if weighting == IDENTITY:
        return 1.0
    if weighting == SQUARE:
        return 2.0 * place
    if weighting == INVERSE:
        return -1.0 / (place * place)
    # Next to 0, roots are steep and the exponentials below vanish faster than any power.
    if weighting == DELTA_INVERSE or place == 0.0:
        return 0.0
    if weighting == ROOT:
        return 0.5 / math.sqrt(place)
    change = 1.0 if weighting == EXP_INVERSE else 2.0 / place
    return change * weight_of_place(place, measure) / (place * place * measure.length)


@lean
def pair_weight(distance: float, measure: Measure) -> float:
    """Return the weight of a pair."""
    if distance > measure.limit:
        return 0.0
    if measure.weighting == EXP:
        return exponential(-measure.scale * distance)
    if measure.weighting == INVERSE_SQUARE:
        return 1.0 / (distance * distance)
    if measure.weighting >= IDENTITY:
        return weight_of_place(pair_place(distance, measure), measure)
    return 1.0


@lean
def pair_weight_slope(distance: float, measure: Measure) -> float:
    """Return how the weight of a pair changes with its distance."""
    if distance > measure.limit:
        return 0.0
    if measure.weighting == EXP:
        return -measure.scale * exponential(-measure.scale * distance)
    if measure.weighting == INVERSE_SQUARE:
        return -2.0 / (distance * distance * distance)
    if measure.weighting >= IDENTITY:
        slope = weight_of_place_slope(pair_place(distance, measure), measure)
        return slope * pair_place_slope(distance, measure)
    return 0.0


@lean
def smooth_cutoff(distance: float, measure: Measure) -> float:
    """Return 1 at no distance, 0 from the cutoff on."""
    if distance >= measure.cutoff:
        return 0.0
    power = (distance / measure.cutoff) ** measure.sharpness
    y = measure.sharpness
    return max(0.0, 1.0 + power * (y * distance / measure.cutoff - (y + 1.0)))


@lean
def _smooth_cutoff_slope(distance: float, measure: Measure) -> float:
    if distance >= measure.cutoff:
        return 0.0
    ratio, y = distance / measure.cutoff, measure.sharpness
    return y * (y + 1.0) * ratio ** (y - 1.0) * (ratio - 1.0) / measure.cutoff


@lean
def side_weight(side: float, measure: Measure) -> float:
    """Return the part that one of the sides at the vertex has in the weight of a triplet."""
    if measure.weighting == EXP:
        return exponential(-measure.scale * side)
    if measure.weighting == SMOOTH_CUTOFF:
        return smooth_cutoff(side, measure)
    if measure.weighting in (INVERSE_SIDES, INVERSE_TRIANGLE):
        return 1.0 / side
    if measure.weighting in (INVERSE_DOTS, INVERSE_DOT_TRIANGLE):
        return 1.0 / (side * side)
    return 1.0


@lean
def rest_of_weight(place: float, a: float, b: float, c: float, measure: Measure) -> float:
    """Return what the weight of a triplet has besides the parts of the sides at the vertex."""
    if measure.weighting == EXP:
        return exponential(-measure.scale * c)
    if measure.weighting == INVERSE_TRIANGLE:
        return 1.0 / c
    if measure.weighting == INVERSE_DOT_TRIANGLE:
        return 1.0 / (c * c)
    if measure.weighting == EXP_TRIANGLE:
        return exponential(-a * b * c / measure.length)
    if measure.weighting >= IDENTITY:
        return weight_of_place(place, measure)
    return 1.0


@lean
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
    place = triplet_place_of_sides(a, b, c, measure)
    weight = side_weight(a, measure) * side_weight(b, measure)
    weight *= rest_of_weight(place, a, b, c, measure)
    if measure.weighting >= IDENTITY:
        slope = weight_of_place_slope(place, measure)
        place_a, place_b, place_c = triplet_place_slopes(a, b, c, measure)
        return weight, slope * place_a, slope * place_b, slope * place_c
    power_a, power_b, power_c = _triplet_powers(a * b * c, measure)
    return weight, power_a * weight / a, power_b * weight / b, power_c * weight / c


@lean
def _triplet_powers(product: float, measure: Measure) -> tuple[float, float, float]:
    """Return the logarithmic slopes of a weight with the three sides."""
    if measure.weighting == INVERSE_SIDES:
        return -1.0, -1.0, 0.0
    if measure.weighting == INVERSE_DOTS:
        return -2.0, -2.0, 0.0
    if measure.weighting == INVERSE_TRIANGLE:
        return -1.0, -1.0, -1.0
    if measure.weighting == INVERSE_DOT_TRIANGLE:
        return -2.0, -2.0, -2.0
    if measure.weighting == EXP_TRIANGLE:
        power = -product / measure.length
        return power, power, power
    return 0.0, 0.0, 0.0
