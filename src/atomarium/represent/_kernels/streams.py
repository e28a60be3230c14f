"""Write long runs of numbers past the caches: they are not read again soon.

A usual write reads the line of memory first and pushes other lines out of the caches.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import LANES, load, vector

#: Bytes of a line of memory.
LINE = 64


@intrinsic
def _write_line(typing, array, index, value, other):
    """Write one line of a flat array, which begins at an index, past the caches.

    Args:
        typing: numba's.
        array: Of float64 or float32.
        index: Where a line begins.
        value: Eight numbers.
        other: The eight behind, which make the line full where numbers are float32.
    """

    def generate(context, builder, signature, arguments):
        array, index, value, other = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        if signature.args[0].dtype == types.float32:
            half = ir.VectorType(ir.FloatType(), LANES)
            halves = (builder.fptrunc(one, half) for one in (value, other))
            order = ir.Constant(ir.VectorType(ir.IntType(32), 2 * LANES), list(range(2 * LANES)))
            value = builder.shuffle_vector(*halves, order)
        pointer = builder.bitcast(builder.gep(data, [index]), value.type.as_pointer())
        written = builder.store(value, pointer, align=LINE)
        one = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        written.set_metadata("nontemporal", one)
        return context.get_dummy_value()

    return types.none(array, types.intp, vector, vector), generate


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
        _write_line(out, place + k, load(numbers, k), load(numbers, k + per_line - LANES))
    for k in range(first + lines * per_line, count):
        out[place + k] = numbers[k]
