"""Eight numbers at once: the vector registers of the processor, for the innermost loops.

numba leaves it to LLVM whether a loop becomes vector code, and for short loops of fixed length it
does not. These intrinsics say it outright; where registers are shorter, LLVM takes several.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, register_model

#: Numbers in a vector.
LANES = 8
_IR_TYPE = ir.VectorType(ir.DoubleType(), LANES)
_LANE = ir.IntType(32)


class Vector(types.Type):
    """The numba type of eight float64."""

    def __init__(self) -> None:
        super().__init__(name="atomarium.Vector8")


vector = Vector()


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, numba_type) -> None:
        super().__init__(manager, numba_type, _IR_TYPE)


def aligned_zeros(n_numbers: int) -> np.ndarray:
    """Return zeros that begin where a cache line begins; else each vector lies on two."""
    line = LANES * 8
    room = np.zeros(n_numbers + LANES)
    skipped = (-room.ctypes.data % line) // 8
    return room[skipped : skipped + n_numbers]


def _address(context, builder, array_type, array, index):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


def _splat(builder, number):
    one = builder.insert_element(ir.Constant(_IR_TYPE, ir.Undefined), number, _LANE(0))
    order = ir.Constant(ir.VectorType(_LANE, LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_IR_TYPE, ir.Undefined), order)


def _read(builder, data, index):
    pointer = builder.bitcast(builder.gep(data, [index]), _IR_TYPE.as_pointer())
    return builder.load(pointer, align=8)


def _write(builder, data, index, value):
    pointer = builder.bitcast(builder.gep(data, [index]), _IR_TYPE.as_pointer())
    builder.store(value, pointer, align=8)


def _fused(builder, a, b, c):
    function_type = ir.FunctionType(_IR_TYPE, [_IR_TYPE] * 3)
    function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.fmuladd.v8f64")
    return builder.call(function, [a, b, c])


def _whole(number):
    return ir.Constant(ir.IntType(64), number)


def _is_flat(array) -> bool:
    return isinstance(array, types.Array) and array.ndim == 1 and array.layout == "C"


@intrinsic
def load(typing, array, index):
    """Return eight numbers of a flat array from an index on; the caller minds the end."""
    if not _is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        pointer = _address(context, builder, signature.args[0], arguments[0], arguments[1])
        pointer = builder.bitcast(pointer, _IR_TYPE.as_pointer())
        return builder.load(pointer, align=8)

    return vector(array, types.intp), generate


@intrinsic
def store(typing, array, index, value):
    """Write eight numbers to a flat array from an index on; the caller minds the end."""
    if not _is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        pointer = _address(context, builder, signature.args[0], arguments[0], arguments[1])
        pointer = builder.bitcast(pointer, _IR_TYPE.as_pointer())
        builder.store(arguments[2], pointer, align=8)
        return context.get_dummy_value()

    return types.none(array, types.intp, vector), generate


@intrinsic
def spread(typing, number):
    """Return eight copies of one number."""

    def generate(context, builder, signature, arguments):
        return _splat(builder, arguments[0])

    return vector(types.float64), generate


@intrinsic
def multiply_add(typing, a, b, c):
    """Return a · b + c, lane by lane, in one instruction where there is one."""

    def generate(context, builder, signature, arguments):
        name = "llvm.fmuladd.v8f64"
        function_type = ir.FunctionType(_IR_TYPE, [_IR_TYPE] * 3)
        function = cgutils.get_or_insert_function(builder.module, function_type, name)
        return builder.call(function, arguments)

    return vector(vector, vector, vector), generate


@intrinsic
def multiply(typing, a, b):
    """Return a · b, lane by lane."""

    def generate(context, builder, signature, arguments):
        return builder.fmul(*arguments)

    return vector(vector, vector), generate


@intrinsic
def subtract(typing, a, b):
    """Return a − b, lane by lane."""

    def generate(context, builder, signature, arguments):
        return builder.fsub(*arguments)

    return vector(vector, vector), generate


def _row_adder(n_terms):
    """Return a function that adds a matrix product of so many terms for each number.

    It does out[m, :] += Σ_j rows[m, j] block[j, :]. Rows of eight numbers of `block` stay in
    registers while `count` rows stream by. In flat arrays, row m of `rows` is at row + 8 m, row j
    of `block` at start + stride j, and row m of `out` at place + width m.
    """

    @intrinsic
    def add(typing, rows, row, block, start, stride, out, place, width, count):
        if not (_is_flat(rows) and _is_flat(block) and _is_flat(out)):
            return None
        whole = types.intp

        def generate(context, builder, signature, arguments):
            rows, row, block, start, stride, out, place, width, count = arguments
            rows, block, out = (
                context.make_array(signature.args[k])(context, builder, arguments[k]).data
                for k in (0, 2, 5)
            )
            fixed = [
                _read(builder, block, builder.add(start, builder.mul(stride, _whole(j))))
                for j in range(n_terms)
            ]
            with cgutils.for_range(builder, count) as loop:
                at = builder.add(place, builder.mul(width, loop.index))
                total = _read(builder, out, at)
                first = builder.add(row, builder.mul(_whole(LANES), loop.index))
                for j in range(n_terms):
                    number = builder.load(builder.gep(rows, [builder.add(first, _whole(j))]))
                    total = _fused(builder, _splat(builder, number), fixed[j], total)
                _write(builder, out, at, total)
            return context.get_dummy_value()

        numbers = (rows, whole, block, whole, whole, out, whole, whole, whole)
        return types.none(*numbers), generate

    return add


add_rows, add_four_rows, add_two_rows, add_one_row = (_row_adder(n) for n in (LANES, 4, 2, 1))


@intrinsic
def multiply_columns(typing, left, row, right, start, width, count, factor, out, place, stride):
    """Write a matrix product of eight by eight: out[i, :] = factor Σ_m left[m, i] right[m, :].

    The eight sums of eight numbers stay in registers. In flat arrays, row m of `left` is at
    row + width m, that of `right` at start + width m, and row i of `out` at place + stride i;
    rows are written in this order.
    """
    if not (_is_flat(left) and _is_flat(right) and _is_flat(out)):
        return None

    def generate(context, builder, signature, arguments):
        sums = _sum_columns(context, builder, signature, arguments)
        factor, place, stride = arguments[6], arguments[8], arguments[9]
        data = context.make_array(signature.args[7])(context, builder, arguments[7]).data
        for i, total in enumerate(sums):
            at = builder.add(place, builder.mul(stride, _whole(i)))
            _write(builder, data, at, builder.fmul(total, _splat(builder, factor)))
        return context.get_dummy_value()

    whole = types.intp
    numbers = (left, whole, right, whole, whole, whole, types.float64, out, whole, whole)
    return types.none(*numbers), generate


@intrinsic
def multiply_triangle(
    typing, left, row, right, start, width, count, factor, diagonal, out, place, n_rows
):
    """Write the part i ≤ k of the same product, rows one after the other.

    Row i begins with k = i, which is multiplied by `diagonal` in addition, and has n_rows − i
    numbers; what is written behind the last row means nothing.
    """
    if not (_is_flat(left) and _is_flat(right) and _is_flat(out)):
        return None

    def generate(context, builder, signature, arguments):
        sums = _sum_columns(context, builder, signature, arguments)
        factor, diagonal, at, n_rows = (arguments[k] for k in (6, 7, 9, 10))
        data = context.make_array(signature.args[8])(context, builder, arguments[8]).data
        factors = builder.insert_element(
            _splat(builder, factor), builder.fmul(factor, diagonal), _LANE(0)
        )
        for i, total in enumerate(sums):
            order = ir.Constant(
                ir.VectorType(_LANE, LANES), [(i + k) % LANES for k in range(LANES)]
            )
            moved = builder.shuffle_vector(total, ir.Constant(_IR_TYPE, ir.Undefined), order)
            _write(builder, data, at, builder.fmul(moved, factors))
            length = builder.sub(n_rows, _whole(i))
            counts = builder.icmp_signed(">", length, _whole(0))
            at = builder.add(at, builder.select(counts, length, _whole(0)))
        return context.get_dummy_value()

    whole = types.intp
    number = types.float64
    numbers = (left, whole, right, whole, whole, whole, number, number, out, whole, whole)
    return types.none(*numbers), generate


def _sum_columns(context, builder, signature, arguments):
    """Return the vectors Σ_m left[m, i] right[m, :]."""
    _, row, _, start, width, count, *_ = arguments
    left, right = (
        context.make_array(signature.args[k])(context, builder, arguments[k]).data for k in (0, 2)
    )
    zero = ir.Constant(_IR_TYPE, [0.0] * LANES)
    sums = [cgutils.alloca_once_value(builder, zero) for _ in range(LANES)]
    with cgutils.for_range(builder, count) as loop:
        step = builder.mul(width, loop.index)
        numbers = _read(builder, right, builder.add(start, step))
        first = builder.add(row, step)
        for i in range(LANES):
            number = builder.load(builder.gep(left, [builder.add(first, _whole(i))]))
            total = _fused(builder, _splat(builder, number), numbers, builder.load(sums[i]))
            builder.store(total, sums[i])
    return [builder.load(total) for total in sums]
