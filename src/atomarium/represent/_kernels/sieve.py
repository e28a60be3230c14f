"""Keep some of eight numbers, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from atomarium.represent._kernels.vectors import LANES, vector

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_MASK = ir.VectorType(ir.IntType(1), LANES)
_WHOLE = ir.IntType(64)
_COMPRESS = "llvm.experimental.vector.compress.v8f64"
#: LLVM keeps lanes in one instruction, where the processor has it, since this version.
COMPRESSES = llvm.llvm_version_info >= (19,)


def _kept(builder: Any, keys: Any, limit: Any, first: Any) -> Any:
    """Return which lanes have a key below a limit and are not before the first."""
    near = builder.fcmp_ordered("<", keys, limit)
    lanes = ir.VectorType(_WHOLE, LANES)
    one = builder.insert_element(ir.Constant(lanes, ir.Undefined), first, ir.IntType(32)(0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    firsts = builder.shuffle_vector(one, ir.Constant(lanes, ir.Undefined), order)
    behind = builder.icmp_signed(">=", ir.Constant(lanes, list(range(LANES))), firsts)
    return builder.and_(near, behind)


def make_store_kept(*, compresses: bool) -> Callable[..., None]:
    """Make the intrinsic `store_kept`.

    Args:
        compresses: Whether LLVM can keep lanes by itself; otherwise they are stored one by one.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, values, keys, limit, first = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        kept = _kept(builder, keys, limit, first)
        if compresses:
            function_type = ir.FunctionType(_VECTOR, [_VECTOR, _MASK, _VECTOR])
            compress = cgutils.get_or_insert_function(builder.module, function_type, _COMPRESS)
            packed = builder.call(compress, [values, kept, ir.Constant(_VECTOR, ir.Undefined)])
            pointer = builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())
            builder.store(packed, pointer, align=8)
            return context.get_dummy_value()
        for lane in range(LANES):
            place = ir.IntType(32)(lane)
            builder.store(builder.extract_element(values, place), builder.gep(data, [index]))
            is_kept = builder.zext(builder.extract_element(kept, place), _WHOLE)
            index = builder.add(index, is_kept)
        return context.get_dummy_value()

    @intrinsic
    def store_kept(typing, array, index, values, keys, limit, first):
        """Write the values of kept lanes, side by side, to a flat array from an index on.

        Kept are lanes from `first` on whose key is below the limit. Up to eight numbers behind the
        last one written are spoilt; the caller minds the end.
        """
        del typing, index, values, keys, limit, first
        return types.none(array, types.intp, vector, vector, vector, types.intp), generate

    return store_kept


store_kept = make_store_kept(compresses=COMPRESSES)


@intrinsic
def count_kept(typing, keys, limit, first):
    """Return how many lanes `store_kept` keeps."""
    del typing, keys, limit, first

    def generate(context, builder, signature, arguments):
        del context, signature
        bits = builder.bitcast(_kept(builder, *arguments), ir.IntType(LANES))
        return builder.zext(builder.ctpop(bits), _WHOLE)

    return types.intp(vector, vector, types.intp), generate
