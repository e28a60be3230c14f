"""Powers of a number, eight at once."""

from __future__ import annotations

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from atomarium.represent._kernels.vectors import LANES, vector

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_LANE = ir.IntType(32)


@intrinsic
def eight_powers(typing, number):
    """Return the powers 0 to 7 of a number."""
    del typing

    def generate(context, builder, signature, arguments):
        del context, signature
        (one,) = arguments
        square = builder.fmul(one, one)
        product = ir.Constant(_VECTOR, [1.0] * LANES)
        ones = ir.Constant(_VECTOR, [1.0] * LANES)
        for bit, power in enumerate((one, square, builder.fmul(square, square))):
            lane = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), power, _LANE(0))
            # The lanes whose number has this bit take the power, the others take 1.
            chosen = [0 if lane_number >> bit & 1 else LANES for lane_number in range(LANES)]
            order = ir.Constant(ir.VectorType(_LANE, LANES), chosen)
            product = builder.fmul(product, builder.shuffle_vector(lane, ones, order))
        return product

    return vector(types.float64), generate
