"""Products of matrices with eight by eight numbers that stay in vector registers."""

from __future__ import annotations

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from atomarium.represent._kernels.lean import merged
from atomarium.represent._kernels.vectors import (
    LANES,
    load,
    multiply,
    multiply_add,
    spread,
    store,
    vector,
)

_SQUARE = types.UniTuple(vector, LANES)


@intrinsic
def load_square(typing, array, start, stride):
    """Return the eight rows of a square in a flat array, row i at start + stride i."""

    def generate(context, builder, signature, arguments):
        rows = _read_rows(context, builder, signature, arguments)
        return context.make_tuple(builder, signature.return_type, rows)

    return _SQUARE(array, types.intp, types.intp), generate


@intrinsic
def load_turned(typing, array, start, stride):
    """Return the eight columns of a square in a flat array, row i at start + stride i."""

    def generate(context, builder, signature, arguments):
        rows = _read_rows(context, builder, signature, arguments)
        # Squares of step by step numbers change places across the diagonal.
        for step in (1, 2, 4):
            for i in range(LANES):
                if not i & step:
                    rows[i], rows[i + step] = _swap(builder, rows[i], rows[i + step], step)
        return context.make_tuple(builder, signature.return_type, rows)

    return _SQUARE(array, types.intp, types.intp), generate


@intrinsic
def spread_at(typing, array, index):
    """Return eight copies of a number of a flat array; indices do not count from the end."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        number = builder.load(builder.gep(data, [arguments[1]]))
        vector_type = context.get_value_type(vector)
        blank = ir.Constant(vector_type, ir.Undefined)
        one = builder.insert_element(blank, number, ir.IntType(32)(0))
        order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(one, blank, order)

    return vector(array, types.intp), generate


def _read_rows(context, builder, signature, arguments):
    array, start, stride = arguments
    data = context.make_array(signature.args[0])(context, builder, array).data
    pointer_type = context.get_value_type(vector).as_pointer()
    rows = []
    for i in range(LANES):
        at = builder.add(start, builder.mul(stride, ir.Constant(ir.IntType(64), i)))
        pointer = builder.bitcast(builder.gep(data, [at]), pointer_type)
        rows.append(builder.load(pointer, align=8))
    return rows


def _swap(builder, upper, lower, step):
    first = [k - step + LANES if k & step else k for k in range(LANES)]
    second = [k + LANES if k & step else k + step for k in range(LANES)]
    order_type = ir.VectorType(ir.IntType(32), LANES)
    return tuple(
        builder.shuffle_vector(upper, lower, ir.Constant(order_type, order))
        for order in (first, second)
    )


@merged
def add_product(rows, row, width, square, out, place, stride, count):
    """Add a matrix product, out[m, :] += Σ_j rows[m, j] square[j, :].

    Args:
        rows: Flat; row m begins at row + width m, eight numbers of it count.
        row: Where the first row begins.
        width: From row to row.
        square: Of `load_square` or `load_turned`.
        out: Flat; row m begins at place + stride m.
        place: Where its first row begins.
        stride: From row to row of it.
        count: How many rows there are.
    """
    s0, s1, s2, s3, s4, s5, s6, s7 = square
    for m in range(count):
        at = row + width * m
        total = load(out, place + stride * m)
        total = multiply_add(spread_at(rows, at), s0, total)
        total = multiply_add(spread_at(rows, at + 1), s1, total)
        total = multiply_add(spread_at(rows, at + 2), s2, total)
        total = multiply_add(spread_at(rows, at + 3), s3, total)
        total = multiply_add(spread_at(rows, at + 4), s4, total)
        total = multiply_add(spread_at(rows, at + 5), s5, total)
        total = multiply_add(spread_at(rows, at + 6), s6, total)
        total = multiply_add(spread_at(rows, at + 7), s7, total)
        store(out, place + stride * m, total)


@merged
def write_product_sums(
    changes, fixed, left, right, width, left_count, right_count, factor, out, place, stride
):
    """Write the change of a product of eight by eight numbers, factor Σ_m fixed[m, i] fixed[m, k].

    Rows are written in the order of i.

    Args:
        changes: Flat; of the numbers of `fixed`, at the same places.
        fixed: Flat; row m begins width m behind `left` or `right`.
        left: Where what goes by i begins.
        right: Where what goes by k begins.
        width: From row to row.
        left_count: How many rows of the left change.
        right_count: How many rows of the right change.
        factor: What the product is multiplied by.
        out: Flat; row i begins at place + stride i.
        place: Where its first row begins.
        stride: From row to row of it.
    """
    s0, s1, s2, s3 = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    s4, s5, s6, s7 = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for m in range(left_count):
        at, numbers = left + width * m, load(fixed, right + width * m)
        s0 = multiply_add(spread_at(changes, at), numbers, s0)
        s1 = multiply_add(spread_at(changes, at + 1), numbers, s1)
        s2 = multiply_add(spread_at(changes, at + 2), numbers, s2)
        s3 = multiply_add(spread_at(changes, at + 3), numbers, s3)
        s4 = multiply_add(spread_at(changes, at + 4), numbers, s4)
        s5 = multiply_add(spread_at(changes, at + 5), numbers, s5)
        s6 = multiply_add(spread_at(changes, at + 6), numbers, s6)
        s7 = multiply_add(spread_at(changes, at + 7), numbers, s7)
    for m in range(right_count):
        at, numbers = left + width * m, load(changes, right + width * m)
        s0 = multiply_add(spread_at(fixed, at), numbers, s0)
        s1 = multiply_add(spread_at(fixed, at + 1), numbers, s1)
        s2 = multiply_add(spread_at(fixed, at + 2), numbers, s2)
        s3 = multiply_add(spread_at(fixed, at + 3), numbers, s3)
        s4 = multiply_add(spread_at(fixed, at + 4), numbers, s4)
        s5 = multiply_add(spread_at(fixed, at + 5), numbers, s5)
        s6 = multiply_add(spread_at(fixed, at + 6), numbers, s6)
        s7 = multiply_add(spread_at(fixed, at + 7), numbers, s7)
    many = spread(factor)
    store(out, place, multiply(s0, many))
    store(out, place + stride, multiply(s1, many))
    store(out, place + 2 * stride, multiply(s2, many))
    store(out, place + 3 * stride, multiply(s3, many))
    store(out, place + 4 * stride, multiply(s4, many))
    store(out, place + 5 * stride, multiply(s5, many))
    store(out, place + 6 * stride, multiply(s6, many))
    store(out, place + 7 * stride, multiply(s7, many))
