"""Exponentials, logarithms and roots of eight numbers at once, in the steps of `cutoffs`.

LLVM makes vector code of loops over `cutoffs.exponential` by itself, but not of longer ones.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from atomarium.represent._kernels.lean import merged
from atomarium.represent._kernels.vectors import (
    LANES,
    multiply,
    multiply_add,
    spread,
    subtract,
    vector,
)

_BITS = ir.VectorType(ir.IntType(64), LANES)
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_LOG2_E = 1.4426950408889634
# ln 2 in two parts: products of the first with whole numbers below 2^20 are exact.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
#: Added to a number below 2^51, it leaves the nearest whole number in the last bits.
_ROUNDER = 6755399441055744.0
#: Below, an exponential would leave the range of normal numbers.
_LOWEST = -708.0
#: The bits of √½.
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


@intrinsic
def larger(typing, a, b):
    """Return the larger of each two lanes."""

    def generate(context, builder, signature, arguments):
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return vector(vector, vector), generate


@intrinsic
def divide(typing, a, b):
    """Return a / b, lane by lane."""

    def generate(context, builder, signature, arguments):
        return builder.fdiv(*arguments)

    return vector(vector, vector), generate


@intrinsic
def roots(typing, numbers):
    """Return the square root of each lane."""

    def generate(context, builder, signature, arguments):
        function_type = ir.FunctionType(_DOUBLES, [_DOUBLES])
        root = cgutils.get_or_insert_function(builder.module, function_type, "llvm.sqrt.v8f64")
        return builder.call(root, arguments)

    return vector(vector), generate


@intrinsic
def _powers_of_two(typing, numbers):
    """Return the power of two of each lane, such that the rest lies between √½ and √2."""

    def generate(context, builder, signature, arguments):
        return builder.sitofp(_split_off(builder, arguments[0])[0], _DOUBLES)

    return vector(vector), generate


@intrinsic
def _rests(typing, numbers):
    """Return what is left without the power of two."""

    def generate(context, builder, signature, arguments):
        power, bits = _split_off(builder, arguments[0])
        shifted = builder.shl(power, ir.Constant(_BITS, [52] * LANES))
        return builder.bitcast(builder.sub(bits, shifted), _DOUBLES)

    return vector(vector), generate


def _split_off(builder, numbers):
    bits = builder.bitcast(numbers, _BITS)
    above = builder.sub(bits, ir.Constant(_BITS, [_ROOT_HALF_BITS] * LANES))
    return builder.ashr(above, ir.Constant(_BITS, [52] * LANES)), bits


@intrinsic
def _times_power_of_two(typing, numbers, powers):
    """Return numbers times 2 to the whole numbers in the last bits of `powers`."""

    def generate(context, builder, signature, arguments):
        bits, powers = (builder.bitcast(one, _BITS) for one in arguments)
        raised = builder.shl(powers, ir.Constant(_BITS, [52] * LANES))
        return builder.bitcast(builder.add(bits, raised), _DOUBLES)

    return vector(vector, vector), generate


@merged
def exponentials(exponents):
    """Return e to each exponent up to 700, to 1e-14 of its value; below -708 that of -708."""
    x = larger(exponents, spread(_LOWEST))
    shifted = multiply_add(x, spread(_LOG2_E), spread(_ROUNDER))
    whole = subtract(shifted, spread(_ROUNDER))
    rest = multiply_add(whole, spread(-_LN2_HIGH), x)
    rest = multiply_add(whole, spread(-_LN2_LOW), rest)
    series = multiply_add(rest, spread(1.0 / 39916800.0), spread(1.0 / 3628800.0))
    series = multiply_add(rest, series, spread(1.0 / 362880.0))
    series = multiply_add(rest, series, spread(1.0 / 40320.0))
    series = multiply_add(rest, series, spread(1.0 / 5040.0))
    series = multiply_add(rest, series, spread(1.0 / 720.0))
    series = multiply_add(rest, series, spread(1.0 / 120.0))
    series = multiply_add(rest, series, spread(1.0 / 24.0))
    series = multiply_add(rest, series, spread(1.0 / 6.0))
    series = multiply_add(rest, series, spread(0.5))
    series = multiply_add(rest, series, spread(1.0))
    series = multiply_add(rest, series, spread(1.0))
    return _times_power_of_two(series, shifted)


@merged
def logarithms(numbers):
    """Return the natural logarithm of each lane, a normal number above 0."""
    power, rest, one = _powers_of_two(numbers), _rests(numbers), spread(1.0)
    ratio = divide(subtract(rest, one), multiply_add(rest, one, one))
    square = multiply(ratio, ratio)
    series = multiply_add(square, spread(1.0 / 21.0), spread(1.0 / 19.0))
    series = multiply_add(square, series, spread(1.0 / 17.0))
    series = multiply_add(square, series, spread(1.0 / 15.0))
    series = multiply_add(square, series, spread(1.0 / 13.0))
    series = multiply_add(square, series, spread(1.0 / 11.0))
    series = multiply_add(square, series, spread(1.0 / 9.0))
    series = multiply_add(square, series, spread(1.0 / 7.0))
    series = multiply_add(square, series, spread(1.0 / 5.0))
    series = multiply_add(square, series, spread(1.0 / 3.0))
    twice = multiply(ratio, spread(2.0))
    series = multiply_add(multiply(twice, square), series, twice)
    series = multiply_add(power, spread(_LN2_LOW), series)
    return multiply_add(power, spread(_LN2_HIGH), series)


@intrinsic
def powers_of(typing, number, square, fourth_power):
    """Return the powers 0 to 7 of a number from its first, second and fourth."""

    def generate(context, builder, signature, arguments):
        total = None
        for step, one in enumerate(arguments):
            lanes = [lane >> step & 1 for lane in range(LANES)]
            mask = ir.Constant(ir.VectorType(ir.IntType(1), LANES), lanes)
            undefined = ir.Constant(_DOUBLES, ir.Undefined)
            first = builder.insert_element(undefined, one, ir.IntType(32)(0))
            order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            copies = builder.shuffle_vector(first, undefined, order)
            factor = builder.select(mask, copies, ir.Constant(_DOUBLES, [1.0] * LANES))
            total = factor if total is None else builder.fmul(total, factor)
        return total

    return vector(types.float64, types.float64, types.float64), generate
