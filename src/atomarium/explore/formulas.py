"""Chemical formulas of many structures at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Int64

from atomarium.core.elements import SYMBOLS
from atomarium.core.structures import Structures


def formulas(structures: Structures) -> dict[str, Any]:
    """Return the formula of each structure in Hill's order, as codes and categories.

    Carbon comes first, then hydrogen, then the others by letter; without carbon all by letter.
    """
    elements, counts = _compositions(structures)
    # A row of bytes is found again much faster than a row of numbers.
    rows = np.ascontiguousarray(counts).view(f"V{counts.shape[1] * 8}").reshape(-1)
    _, firsts, codes = np.unique(rows, return_index=True, return_inverse=True)
    return {
        "codes": codes.astype(np.uint32),
        "categories": [_formula(elements, counts[first]) for first in firsts],
    }


def _compositions(
    structures: Structures,
) -> tuple[Int64[np.ndarray, "elements"], Int64[np.ndarray, "structures elements"]]:
    # Element 0 is always among them, so that there is a column where there are no atoms.
    present = np.append(structures.numbers, 0)
    elements, kinds = np.unique(present, return_inverse=True)
    width = len(elements)
    of = np.repeat(np.arange(len(structures)), np.diff(structures.offsets))
    counts = np.bincount(of * width + kinds[:-1], minlength=len(structures) * width)
    return elements.astype(np.int64), counts.reshape(len(structures), width)


def _formula(elements: Int64[np.ndarray, "elements"], counts: Int64[np.ndarray, "elements"]) -> str:
    present = {SYMBOLS[z]: int(n) for z, n in zip(elements, counts, strict=True) if n > 0}
    first = [symbol for symbol in ("C", "H") if "C" in present and symbol in present]
    ordered = first + sorted(present.keys() - set(first))
    return "".join(
        f"{symbol}{present[symbol] if present[symbol] > 1 else ''}" for symbol in ordered
    )
