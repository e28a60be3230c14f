"""Logistic function and softplus that run in vector registers, in the precision they are given."""

from __future__ import annotations

from functools import partial

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload

from atomarium.core._kernels.exponential import exponential
from atomarium.core.compiled import lean

_LOG2_E = np.float32(1.4426950408889634)
#: ln 2 in two parts: products of the first with whole numbers below 2^12 are exact.
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
#: Added to a number below 2^22, it leaves the nearest whole number in the last bits.
_ROUNDER = np.float32(12582912.0)
#: Below, an exponential would leave the range of normal numbers.
_LOWEST = np.float32(-87.0)
_ONE, _TWO, _ZERO = np.float32(1.0), np.float32(2.0), np.float32(0.0)
_E2, _E3, _E4, _E5, _E6, _E7 = (np.float32(1 / n) for n in (2, 6, 24, 120, 720, 5040))
_L3, _L5, _L7, _L9, _L11, _L13, _L15 = (np.float32(2 / n) for n in (3, 5, 7, 9, 11, 13, 15))


@intrinsic
def _bits_of(typing, number):
    """Return the bits of a number as a whole number."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), generate


@intrinsic
def _number_of(typing, bits):
    """Return the number that has these bits."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


# No terms may be reordered here: adding and subtracting the same number is how it rounds.
@partial(lean, fastmath={"contract"})
def _single_exponential(exponent):
    """Return e to an exponent up to 87, to 2e-7 of its value; below -87 that of -87."""
    x = max(exponent, _LOWEST)
    shifted = x * _LOG2_E + _ROUNDER
    whole = shifted - _ROUNDER
    rest = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    series = _E6 + rest * _E7
    series = _E5 + rest * series
    series = _E4 + rest * series
    series = _E3 + rest * series
    series = _E2 + rest * series
    series = _ONE + rest * series
    series = _ONE + rest * series
    return _number_of(np.int32(_bits_of(series) + np.int32(_bits_of(shifted) << np.int32(23))))


@partial(lean, fastmath={"contract"})
def _single_logarithm(small):
    """Return ln(1 + t), 0 ≤ t ≤ 1: twice the series of artanh at t / (2 + t)."""
    w = small / (_TWO + small)
    square = w * w
    series = _L13 + square * _L15
    series = _L11 + square * series
    series = _L9 + square * series
    series = _L7 + square * series
    series = _L5 + square * series
    series = _L3 + square * series
    return w * (_TWO + square * series)


@partial(lean, fastmath={"contract"})
def _double_logarithm(small):
    """Return the same with twice the digits."""
    w = small / (2.0 + small)
    square = w * w
    series = 2.0 / 31.0 + square * (2.0 / 33.0)
    series = 2.0 / 29.0 + square * series
    series = 2.0 / 27.0 + square * series
    series = 2.0 / 25.0 + square * series
    series = 2.0 / 23.0 + square * series
    series = 2.0 / 21.0 + square * series
    series = 2.0 / 19.0 + square * series
    series = 2.0 / 17.0 + square * series
    series = 2.0 / 15.0 + square * series
    series = 2.0 / 13.0 + square * series
    series = 2.0 / 11.0 + square * series
    series = 2.0 / 9.0 + square * series
    series = 2.0 / 7.0 + square * series
    series = 2.0 / 5.0 + square * series
    series = 2.0 / 3.0 + square * series
    return w * (2.0 + square * series)


def exponential_of(x):
    """Return e^x for x up to 87."""
    raise NotImplementedError


def logistic(x):
    """Return 1 / (1 + e^-x)."""
    raise NotImplementedError


def softplus(x):
    """Return ln(1 + e^x)."""
    raise NotImplementedError


@overload(exponential_of)
def _exponential_of(x):
    if x == types.float32:

        def single(x):
            return _single_exponential(x)

        return single

    def double(x):
        return exponential(x)

    return double


@overload(logistic)
def _logistic(x):
    if x == types.float32:

        def single(x):
            small = _single_exponential(-abs(x))
            return (_ONE if x >= _ZERO else small) / (_ONE + small)

        return single

    def double(x):
        small = exponential(-abs(x))
        return (1.0 if x >= 0.0 else small) / (1.0 + small)

    return double


@overload(softplus)
def _softplus(x):
    if x == types.float32:

        def single(x):
            return max(x, _ZERO) + _single_logarithm(_single_exponential(-abs(x)))

        return single

    def double(x):
        return max(x, 0.0) + _double_logarithm(exponential(-abs(x)))

    return double
