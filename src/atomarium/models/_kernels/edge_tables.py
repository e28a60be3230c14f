"""The sums over mutual edges with filters read from a table on the way.

The filters of edge e are Σ_k c_ek table_{s_e + k}: what interpolates between the six rows of the
table that are next to its distance, from row s_e on. `filters` is room for one row of them.
"""

from __future__ import annotations

from functools import partial

from atomarium.core.compiled import lean
from atomarium.models._kernels.edges import (
    ANY_ORDER,
    convolve_edge,
    direct_edge,
    multiply_directed_edge,
    multiply_edge,
    orient_edge,
    undirect_edge,
)


@partial(lean, fastmath=ANY_ORDER)
def _look_up(start, coefficients, e, table, filters):
    """Fill the one row of filters."""
    a, b, c = coefficients[e, 0], coefficients[e, 1], coefficients[e, 2]
    p, q, r = coefficients[e, 3], coefficients[e, 4], coefficients[e, 5]
    for f in range(table.shape[1]):
        left = a * table[start, f] + b * table[start + 1, f] + c * table[start + 2, f]
        right = p * table[start + 3, f] + q * table[start + 4, f] + r * table[start + 5, f]
        filters[0, f] = left + right


@partial(lean, fastmath=ANY_ORDER)
def _put_back(start, coefficients, e, filters, table):
    """Add the one row of filters to the rows of the table that it would be made of."""
    for k in range(coefficients.shape[1]):
        coefficient = coefficients[e, k]
        for f in range(table.shape[1]):
            table[start + k, f] += coefficient * filters[0, f]


@partial(lean, fastmath=ANY_ORDER)
def _weigh(start, table, filters, e, out):
    """Fill out_e with the products of the one row of filters and the rows of the table."""
    for k in range(out.shape[1]):
        total = table[start, 0] * 0
        for f in range(table.shape[1]):
            total += table[start + k, f] * filters[0, f]
        out[e, k] = total


@lean
def add_convolution(
    centers, neighbors, starts, first, last, rows, coefficients, table, filters, out
):
    """Leave the first factor out of Σ c_e T (g_i y_j + g_j y_i)."""
    for e in range(first, last):
        _look_up(starts[e], coefficients, e, table, filters)
        convolve_edge(centers[e], neighbors[e], rows, filters, 0, out)


@lean
def fill_coefficients(centers, neighbors, starts, first, last, rows, others, table, filters, out):
    """Leave the coefficients out of the same."""
    for e in range(first, last):
        multiply_edge(centers[e], neighbors[e], rows, others, 0, filters)
        _weigh(starts[e], table, filters, e, out)


@lean
def add_table(centers, neighbors, starts, first, last, rows, others, coefficients, filters, out):
    """Leave the table out of the same."""
    for e in range(first, last):
        multiply_edge(centers[e], neighbors[e], rows, others, 0, filters)
        _put_back(starts[e], coefficients, e, filters, out)


@lean
def add_directed(
    centers, neighbors, starts, first, last, directions, coefficients, table, rows, filters, out
):
    """Leave the vectors out of Σ u_e c_e T (g_i y_j − g_j y_i)."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        _look_up(starts[e], coefficients, e, table, filters)
        direct_edge(centers[e], neighbors[e], u, filters, 0, rows, out)


@lean
def fill_directions(
    centers, neighbors, starts, first, last, vectors, coefficients, table, rows, filters, out
):
    """Leave the directions out of the same."""
    for e in range(first, last):
        _look_up(starts[e], coefficients, e, table, filters)
        u = orient_edge(centers[e], neighbors[e], vectors, filters, 0, rows)
        out[e, 0], out[e, 1], out[e, 2] = u


@lean
def fill_directed_coefficients(
    centers, neighbors, starts, first, last, vectors, directions, table, rows, filters, out
):
    """Leave the coefficients out of the same."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        multiply_directed_edge(centers[e], neighbors[e], vectors, u, rows, 0, filters)
        _weigh(starts[e], table, filters, e, out)


@lean
def add_directed_table(
    centers, neighbors, starts, first, last, vectors, directions, coefficients, rows, filters, out
):
    """Leave the table out of the same."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        multiply_directed_edge(centers[e], neighbors[e], vectors, u, rows, 0, filters)
        _put_back(starts[e], coefficients, e, filters, out)


@lean
def add_undirected(
    centers, neighbors, starts, first, last, vectors, directions, coefficients, table, filters, out
):
    """Leave the rows out of the same."""
    for e in range(first, last):
        u = directions[e, 0], directions[e, 1], directions[e, 2]
        _look_up(starts[e], coefficients, e, table, filters)
        undirect_edge(centers[e], neighbors[e], vectors, u, filters, 0, out)
