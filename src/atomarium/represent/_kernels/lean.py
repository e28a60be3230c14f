"""Ways to compile functions that make no arrays; see `atomarium.core.compiled.lean`."""

from __future__ import annotations

from functools import partial

from atomarium.core.compiled import lean

#: Called from Python.
entry = lean
#: Products and sums may be fused into one instruction.
fused = partial(lean, fastmath={"contract"})
#: Sums may also be taken in any order, so that they run in vector registers.
reordered = partial(lean, fastmath={"reassoc", "nsz", "contract"})
#: Becomes part of those that call it.
merged = partial(lean, inline="always")

__all__ = ["entry", "fused", "lean", "merged", "reordered"]
