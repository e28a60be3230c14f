"""Sums over mutual edges: each edge (i, j) stands for both directions, and j → i has vector −u.

Rows of atoms come as (atoms, parts, features), filters as (edges, features). Edges from `first` to
before `last` are summed; no two runs side by side may touch the same atoms.
"""

from __future__ import annotations

from functools import partial

from atomarium.core.compiled import lean

#: Sums over features may be taken in any order, so that they run in vector registers.
ANY_ORDER = {"reassoc", "nsz", "contract"}


@partial(lean, fastmath=ANY_ORDER)
def convolve_edge(i, j, rows, filters, e, out):
    """Add W_e ∘ rows_j to out_i, and W_e ∘ rows_i to out_j."""
    for part in range(rows.shape[1]):
        for f in range(rows.shape[2]):
            out[i, part, f] += filters[e, f] * rows[j, part, f]
        for f in range(rows.shape[2]):
            out[j, part, f] += filters[e, f] * rows[i, part, f]


@partial(lean, fastmath=ANY_ORDER)
def multiply_edge(i, j, rows, others, e, out):
    """Fill out_e with rows_i ∘ others_j + rows_j ∘ others_i, summed over parts."""
    for f in range(rows.shape[2]):
        out[e, f] = rows[i, 0, f] * others[j, 0, f] + rows[j, 0, f] * others[i, 0, f]
    for part in range(1, rows.shape[1]):
        for f in range(rows.shape[2]):
            product = rows[i, part, f] * others[j, part, f]
            out[e, f] += product + rows[j, part, f] * others[i, part, f]


@partial(lean, fastmath=ANY_ORDER)
def direct_edge(i, j, direction, filters, e, rows, out):
    """Add u W_e ∘ rows_j to out_i, and −u W_e ∘ rows_i to out_j; rows have one part."""
    x, y, z = direction
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


@partial(lean, fastmath=ANY_ORDER)
def undirect_edge(i, j, vectors, direction, filters, e, out):
    """Add W_e ∘ (u · vectors_i) to out_j, and −W_e ∘ (u · vectors_j) to out_i."""
    x, y, z = direction
    for f in range(vectors.shape[2]):
        along = x * vectors[i, 0, f] + y * vectors[i, 1, f] + z * vectors[i, 2, f]
        out[j, 0, f] += filters[e, f] * along
    for f in range(vectors.shape[2]):
        along = x * vectors[j, 0, f] + y * vectors[j, 1, f] + z * vectors[j, 2, f]
        out[i, 0, f] -= filters[e, f] * along


@partial(lean, fastmath=ANY_ORDER)
def multiply_directed_edge(i, j, vectors, direction, rows, e, out):
    """Fill out_e with (u · vectors_i) ∘ rows_j − (u · vectors_j) ∘ rows_i."""
    x, y, z = direction
    for f in range(vectors.shape[2]):
        there = x * vectors[i, 0, f] + y * vectors[i, 1, f] + z * vectors[i, 2, f]
        back = x * vectors[j, 0, f] + y * vectors[j, 1, f] + z * vectors[j, 2, f]
        out[e, f] = there * rows[j, 0, f] - back * rows[i, 0, f]


@partial(lean, fastmath=ANY_ORDER)
def orient_edge(i, j, vectors, filters, e, rows):
    """Return Σ W_e ∘ (vectors_i ∘ rows_j − vectors_j ∘ rows_i), one number per part."""
    zero = filters[e, 0] * rows[i, 0, 0] * 0
    x, y, z = zero, zero, zero
    for f in range(vectors.shape[2]):
        there, back = filters[e, f] * rows[j, 0, f], filters[e, f] * rows[i, 0, f]
        x += there * vectors[i, 0, f] - back * vectors[j, 0, f]
        y += there * vectors[i, 1, f] - back * vectors[j, 1, f]
        z += there * vectors[i, 2, f] - back * vectors[j, 2, f]
    return x, y, z


@lean
def add_convolution(centers, neighbors, first, last, rows, filters, out):
    """Leave the first factor out of Σ W_e (g_i y_j + g_j y_i)."""
    for e in range(first, last):
        convolve_edge(centers[e], neighbors[e], rows, filters, e, out)


@lean
def fill_products(centers, neighbors, first, last, rows, others, out):
    """Leave the filters out of the same."""
    for e in range(first, last):
        multiply_edge(centers[e], neighbors[e], rows, others, e, out)


@lean
def add_directed(centers, neighbors, first, last, directions, filters, rows, out):
    """Leave the vectors out of Σ u_e W_e (g_i y_j − g_j y_i)."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        direct_edge(centers[e], neighbors[e], u, filters, e, rows, out)


@lean
def fill_directions(centers, neighbors, first, last, vectors, filters, rows, out):
    """Leave the directions out of the same."""
    for e in range(first, last):
        u = orient_edge(centers[e], neighbors[e], vectors, filters, e, rows)
        out[e, 0], out[e, 1], out[e, 2] = u


@lean
def fill_directed_filters(centers, neighbors, first, last, vectors, directions, rows, out):
    """Leave the filters out of the same."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        multiply_directed_edge(centers[e], neighbors[e], vectors, u, rows, e, out)


@lean
def add_undirected(centers, neighbors, first, last, vectors, directions, filters, out):
    """Leave the rows out of the same."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        undirect_edge(centers[e], neighbors[e], vectors, u, filters, e, out)
