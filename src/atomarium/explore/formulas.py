"""Chemical formulas of many structures at once."""

from __future__ import annotations

import math
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
    _, firsts, codes = np.unique(_row_keys(counts), return_index=True, return_inverse=True)
    return {
        "codes": codes.astype(np.uint32),
        "categories": [_formula(elements, counts[first]) for first in firsts],
    }


def _compositions(
    structures: Structures,
) -> tuple[Int64[np.ndarray, "elements"], Int64[np.ndarray, "structures elements"]]:
    n_of_element = np.bincount(structures.numbers, minlength=len(SYMBOLS))
    elements = np.flatnonzero(n_of_element)
    width = len(elements)
    column_of_element = np.cumsum(n_of_element > 0) - 1
    of = np.repeat(np.arange(len(structures)), np.diff(structures.offsets))
    cells = of * width + column_of_element[structures.numbers]
    counts = np.bincount(cells, minlength=len(structures) * width)
    return elements, counts.reshape(len(structures), width)


def _row_keys(counts: Int64[np.ndarray, "structures elements"]) -> np.ndarray:
    """Return something that is equal for equal rows, and fast to sort."""
    sizes = [int(largest) + 1 for largest in counts.max(axis=0, initial=0)]
    if math.prod(sizes) < 2**63:
        places = [math.prod(sizes[k + 1 :]) for k in range(len(sizes))]
        return counts @ np.array(places, dtype=np.int64)
    return np.ascontiguousarray(counts).view(f"V{counts.shape[1] * 8}").reshape(-1)


def _formula(elements: Int64[np.ndarray, "elements"], counts: Int64[np.ndarray, "elements"]) -> str:
    present = {SYMBOLS[z]: int(n) for z, n in zip(elements, counts, strict=True) if n > 0}
    first = [symbol for symbol in ("C", "H") if "C" in present and symbol in present]
    ordered = first + sorted(present.keys() - set(first))
    return "".join(
        f"{symbol}{present[symbol] if present[symbol] > 1 else ''}" for symbol in ordered
    )
