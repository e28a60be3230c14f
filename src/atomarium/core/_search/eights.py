"""Eight numbers at once: loops too short for LLVM to make vector code of."""

from __future__ import annotations

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

#: Numbers looked at together.
EIGHT = 8
_VECTOR = ir.VectorType(ir.DoubleType(), EIGHT)
_BITS = ir.IntType(EIGHT)
_LANE, _WHOLE = ir.IntType(32), ir.IntType(64)


@intrinsic
def count_before(typing, array, index, number, earlier):
    """Count which of eight numbers of a flat array come before a number.

    Smaller ones do, and equal ones among the first `earlier`, 0 to 8. The caller minds the end.
    """
    del typing, index, number, earlier

    def generate(context, builder, signature, arguments):
        array, index, number, earlier = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        pointer = builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())
        eight = builder.load(pointer, align=8)
        one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, _LANE(0))
        order = ir.Constant(ir.VectorType(_LANE, EIGHT), [0] * EIGHT)
        copies = builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), order)
        smaller = builder.bitcast(builder.fcmp_ordered("<", eight, copies), _BITS)
        equal = builder.bitcast(builder.fcmp_ordered("==", eight, copies), _BITS)
        first = builder.sub(builder.shl(_WHOLE(1), earlier), _WHOLE(1))
        counted = builder.and_(equal, builder.trunc(first, _BITS))
        return builder.zext(builder.ctpop(builder.or_(smaller, counted)), _WHOLE)

    return types.intp(array, types.intp, types.float64, types.intp), generate
