"""Exponentials that run in vector registers.

That of the mathematics library is a call, which keeps a loop from becoming vector code; this is a
dozen multiplications.
"""

from __future__ import annotations

from functools import partial

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from atomarium.core.compiled import lean

_LOG2_E = 1.4426950408889634
#: ln 2 in two parts: products of the first with whole numbers below 2^20 are exact.
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
#: Added to a number below 2^51, it leaves the nearest whole number in the last bits.
_ROUNDER = 6755399441055744.0
#: Below, an exponential would leave the range of normal numbers.
_LOWEST = -708.0


@intrinsic
def bits_of(typing, number):
    """Return the bits of a number as a whole number."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def number_of(typing, bits):
    """Return the number that has these bits."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


# No terms may be reordered here: adding and subtracting the same number is how it rounds.
@partial(lean, fastmath={"contract"})
def exponential(exponent: float) -> float:
    """Return e to an exponent up to 700, to 1e-14 of its value; below -708 that of -708.

    Taylor's series to the 11th power, after whole powers of two are split off.
    """
    x = max(exponent, _LOWEST)
    shifted = x * _LOG2_E + _ROUNDER
    whole = shifted - _ROUNDER
    rest = (x - whole * LN2_HIGH) - whole * LN2_LOW
    series = 1.0 / 3628800.0 + rest * (1.0 / 39916800.0)
    series = 1.0 / 362880.0 + rest * series
    series = 1.0 / 40320.0 + rest * series
    series = 1.0 / 5040.0 + rest * series
    series = 1.0 / 720.0 + rest * series
    series = 1.0 / 120.0 + rest * series
    series = 1.0 / 24.0 + rest * series
    series = 1.0 / 6.0 + rest * series
    series = 0.5 + rest * series
    series = 1.0 + rest * series
    series = 1.0 + rest * series
    return number_of(bits_of(series) + (bits_of(shifted) << 52))
