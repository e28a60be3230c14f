"""Ways to compile functions that make no arrays.

Usually numba counts who refers to an array, with two locked instructions each time that one is
passed or taken out of a tuple; around small molecules that took a third of the time. Functions
here do not count, so they may not make arrays; callers do.
"""

from __future__ import annotations

from functools import partial

from numba import njit

from atomarium.core.compiled import compiled

_compile = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)

#: Called from Python.
entry = partial(compiled, _nrt=False)
lean = _compile()
#: Products and sums may be fused into one instruction.
fused = _compile(fastmath={"contract"})
#: Sums may also be taken in any order, so that they run in vector registers.
reordered = _compile(fastmath={"reassoc", "nsz", "contract"})
#: Becomes part of those that call it.
merged = _compile(inline="always")
