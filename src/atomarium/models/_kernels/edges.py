"""Sums over mutual edges: each edge (i, j) stands for both directions, and j → i has vector −u.

Rows of atoms come as (atoms, parts, features), filters as (edges, features). Edges from `first` to
before `last` are summed; no two runs side by side may touch the same atoms.
"""

from __future__ import annotations

import numpy as np

from atomarium.core.compiled import lean


def add_convolution(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    rows: np.ndarray,
    filters: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add W_e ∘ rows_j to out_i, and W_e ∘ rows_i to out_j."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        for part in range(rows.shape[1]):
            for f in range(rows.shape[2]):
                out[i, part, f] += filters[e, f] * rows[j, part, f]
            for f in range(rows.shape[2]):
                out[j, part, f] += filters[e, f] * rows[i, part, f]


def fill_products(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    rows: np.ndarray,
    others: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill out_e with rows_i ∘ others_j + rows_j ∘ others_i, summed over parts."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        for f in range(rows.shape[2]):
            out[e, f] = rows[i, 0, f] * others[j, 0, f] + rows[j, 0, f] * others[i, 0, f]
        for part in range(1, rows.shape[1]):
            for f in range(rows.shape[2]):
                product = rows[i, part, f] * others[j, part, f]
                out[e, f] += product + rows[j, part, f] * others[i, part, f]


def add_directed(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    directions: np.ndarray,
    filters: np.ndarray,
    rows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add u_e W_e ∘ rows_j to out_i, and −u_e W_e ∘ rows_i to out_j; rows have one part."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        x, y, z = directions[e, 0], directions[e, 1], directions[e, 2]
        for f in range(rows.shape[2]):
            there = filters[e, f] * rows[j, 0, f]
            out[i, 0, f] += x * there
            out[i, 1, f] += y * there
            out[i, 2, f] += z * there
        for f in range(rows.shape[2]):
            back = filters[e, f] * rows[i, 0, f]
            out[j, 0, f] -= x * back
            out[j, 1, f] -= y * back
            out[j, 2, f] -= z * back


def add_undirected(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    vectors: np.ndarray,
    directions: np.ndarray,
    filters: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add W_e ∘ (u_e · vectors_i) to out_j, and −W_e ∘ (u_e · vectors_j) to out_i."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        x, y, z = directions[e, 0], directions[e, 1], directions[e, 2]
        for f in range(vectors.shape[2]):
            along = x * vectors[i, 0, f] + y * vectors[i, 1, f] + z * vectors[i, 2, f]
            out[j, 0, f] += filters[e, f] * along
        for f in range(vectors.shape[2]):
            along = x * vectors[j, 0, f] + y * vectors[j, 1, f] + z * vectors[j, 2, f]
            out[i, 0, f] -= filters[e, f] * along


def fill_directed_filters(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    vectors: np.ndarray,
    directions: np.ndarray,
    rows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill out_e with (u_e · vectors_i) ∘ rows_j − (u_e · vectors_j) ∘ rows_i."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        x, y, z = directions[e, 0], directions[e, 1], directions[e, 2]
        for f in range(vectors.shape[2]):
            there = x * vectors[i, 0, f] + y * vectors[i, 1, f] + z * vectors[i, 2, f]
            back = x * vectors[j, 0, f] + y * vectors[j, 1, f] + z * vectors[j, 2, f]
            out[e, f] = there * rows[j, 0, f] - back * rows[i, 0, f]


def fill_directions(
    centers: np.ndarray,
    neighbors: np.ndarray,
    first: int,
    last: int,
    vectors: np.ndarray,
    filters: np.ndarray,
    rows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill out_e with Σ W_e ∘ (vectors_i ∘ rows_j − vectors_j ∘ rows_i), one number per part."""
    for e in range(first, last):
        i, j = centers[e], neighbors[e]
        zero = filters[e, 0] * 0
        x, y, z = zero, zero, zero
        for f in range(vectors.shape[2]):
            there, back = filters[e, f] * rows[j, 0, f], filters[e, f] * rows[i, 0, f]
            x += there * vectors[i, 0, f] - back * vectors[j, 0, f]
            y += there * vectors[i, 1, f] - back * vectors[j, 1, f]
            z += there * vectors[i, 2, f] - back * vectors[j, 2, f]
        out[e, 0], out[e, 1], out[e, 2] = x, y, z


#: Sums over features may be taken in any order, so that they run in vector registers.
_ANY_ORDER = {"reassoc", "nsz", "contract"}
add_convolution = lean(add_convolution, fastmath=_ANY_ORDER)
fill_products = lean(fill_products, fastmath=_ANY_ORDER)
add_directed = lean(add_directed, fastmath=_ANY_ORDER)
add_undirected = lean(add_undirected, fastmath=_ANY_ORDER)
fill_directed_filters = lean(fill_directed_filters, fastmath=_ANY_ORDER)
fill_directions = lean(fill_directions, fastmath=_ANY_ORDER)
