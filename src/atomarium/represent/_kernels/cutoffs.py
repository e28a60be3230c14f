"""Exponentials, logarithms and cutoff functions that run in vector registers.

Those of the mathematics library are calls, which keep a loop from becoming vector code; these are
a dozen multiplications each.
"""

from __future__ import annotations

import math

from atomarium.core._kernels.exponential import LN2_HIGH, LN2_LOW, bits_of, exponential, number_of
from atomarium.represent._kernels.lean import fused

_QUARTER_TURN = 0.5 * math.pi
#: The bits of √½; numbers with the same power of two split off lie between this and √2.
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


@fused
def logarithm(number: float) -> float:
    """Return the natural logarithm of a normal number above 0, to 1e-15 or 1e-15 of its value.

    Whole powers of two are split off; of the rest, 2 artanh((m - 1) / (m + 1)) by its series.
    """
    bits = bits_of(number)
    power = (bits - _ROOT_HALF_BITS) >> 52
    rest = number_of(bits - (power << 52))
    ratio = (rest - 1.0) / (rest + 1.0)
    square = ratio * ratio
    series = 1.0 / 19.0 + square * (1.0 / 21.0)
    series = 1.0 / 17.0 + square * series
    series = 1.0 / 15.0 + square * series
    series = 1.0 / 13.0 + square * series
    series = 1.0 / 11.0 + square * series
    series = 1.0 / 9.0 + square * series
    series = 1.0 / 7.0 + square * series
    series = 1.0 / 5.0 + square * series
    series = 1.0 / 3.0 + square * series
    series = 2.0 * (ratio + ratio * square * series)
    return float(power) * LN2_HIGH + (float(power) * LN2_LOW + series)


@fused
def logarithm_of_one_and(number: float) -> float:
    """Return log(1 + x) for x of 0 or above, to 1e-15 of its value also where x is small."""
    whole = 1.0 + number
    return logarithm(whole) + (number - (whole - 1.0)) / whole


@fused
def _cosine_of_root(square: float) -> float:
    """Return the cosine of the root of a number up to (π/2)²: Taylor's series, exact to 1e-16."""
    series = 1.0 / 51090942171709440000.0 * (1.0 / 22.0)
    series = 1.0 / 2432902008176640000.0 - square * series
    series = 1.0 / 6402373705728000.0 - square * series
    series = 1.0 / 20922789888000.0 - square * series
    series = 1.0 / 87178291200.0 - square * series
    series = 1.0 / 479001600.0 - square * series
    series = 1.0 / 3628800.0 - square * series
    series = 1.0 / 40320.0 - square * series
    series = 1.0 / 720.0 - square * series
    series = 1.0 / 24.0 - square * series
    series = 0.5 - square * series
    return 1.0 - square * series


@fused
def _sine_ratio_of_root(square: float) -> float:
    """Return sin(u) / u at the root u of a number up to (π/2)²."""
    series = 1.0 / 51090942171709440000.0
    series = 1.0 / 121645100408832000.0 - square * series
    series = 1.0 / 355687428096000.0 - square * series
    series = 1.0 / 1307674368000.0 - square * series
    series = 1.0 / 6227020800.0 - square * series
    series = 1.0 / 39916800.0 - square * series
    series = 1.0 / 362880.0 - square * series
    series = 1.0 / 5040.0 - square * series
    series = 1.0 / 120.0 - square * series
    series = 1.0 / 6.0 - square * series
    return 1.0 - square * series


@fused
def cosine_cutoff(square: float, scale: float) -> float:
    """Return ½ (cos(π r / cutoff) + 1) from r² and 1 / cutoff²; 0 from the cutoff on."""
    ratio = square * scale
    root = _cosine_of_root(_QUARTER_TURN * _QUARTER_TURN * min(ratio, 1.0))
    return root * root if ratio < 1.0 else 0.0


@fused
def cosine_cutoff_slope(square: float, scale: float) -> float:
    """Return how `cosine_cutoff` changes with r²."""
    ratio = square * scale
    angle = _QUARTER_TURN * _QUARTER_TURN * min(ratio, 1.0)
    slope = _cosine_of_root(angle) * _sine_ratio_of_root(angle)
    return -_QUARTER_TURN * _QUARTER_TURN * scale * slope if ratio < 1.0 else 0.0


@fused
def _falling_tanh(square: float, scale: float) -> float:
    fall = exponential(-2.0 * max(0.0, 1.0 - math.sqrt(square * scale)))
    return (1.0 - fall) / (1.0 + fall)


@fused
def cubed_tanh_cutoff(square: float, scale: float) -> float:
    """Return tanh³(1 - r / cutoff) from r² and 1 / cutoff²; 0 from the cutoff on."""
    tanh = _falling_tanh(square, scale)
    return tanh * tanh * tanh


@fused
def cubed_tanh_cutoff_slope(square: float, scale: float) -> float:
    """Return how `cubed_tanh_cutoff` changes with r²; it has no such slope at 0."""
    tanh = _falling_tanh(square, scale)
    return -1.5 * tanh * tanh * (1.0 - tanh * tanh) * math.sqrt(scale / max(square, 1e-300))
