"""Copy runs of numbers, a line of memory at once; long ones past the caches.

A usual write reads the line of memory first and pushes other lines out of the caches. What is not
read again soon is better written past them.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import LANES, load, vector

#: Bytes of a line of memory.
LINE = 64


def _line_writer(*, far):
    """Return a function that writes one line; one that is `far` must begin where lines do."""

    @intrinsic
    def write(typing, array, index, value, other):
        def generate(context, builder, signature, arguments):
            array, index, value, other = arguments
            data = context.make_array(signature.args[0])(context, builder, array).data
            if signature.args[0].dtype == types.float32:
                half = ir.VectorType(ir.FloatType(), LANES)
                halves = (builder.fptrunc(one, half) for one in (value, other))
                lanes = ir.VectorType(ir.IntType(32), 2 * LANES)
                value = builder.shuffle_vector(*halves, ir.Constant(lanes, list(range(2 * LANES))))
            pointer = builder.bitcast(builder.gep(data, [index]), value.type.as_pointer())
            written = builder.store(value, pointer, align=LINE if far else 4)
            if far:
                one = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
                written.set_metadata("nontemporal", one)
            return context.get_dummy_value()

        return types.none(array, types.intp, vector, vector), generate

    return write


_write_line, _write_far_line = _line_writer(far=False), _line_writer(far=True)


@lean
def copy(numbers, count, out, place):
    """Copy numbers to a flat array, rounded to its precision.

    Args:
        numbers: Flat; at least eight longer than what is copied.
        count: How many.
        out: Flat.
        place: Where to begin.
    """
    per_line = LINE // out.itemsize
    for k in range(0, count - per_line + 1, per_line):
        _write_line(out, place + k, load(numbers, k), load(numbers, k + per_line - LANES))
    for k in range(count // per_line * per_line, count):
        out[place + k] = numbers[k]


@lean
def stream(numbers, count, out, place, lead):
    """Copy numbers to a flat array past the caches, rounded to its precision.

    Args:
        numbers: Flat; at least eight longer than what is copied.
        count: How many.
        out: Flat.
        place: Where to begin.
        lead: How many numbers of a line lie before the array.
    """
    per_line = LINE // out.itemsize
    first = min((-(place + lead)) % per_line, count)
    for k in range(first):
        out[place + k] = numbers[k]
    lines = (count - first) // per_line
    for line in range(lines):
        k = first + line * per_line
        _write_far_line(out, place + k, load(numbers, k), load(numbers, k + per_line - LANES))
    for k in range(first + lines * per_line, count):
        out[place + k] = numbers[k]
