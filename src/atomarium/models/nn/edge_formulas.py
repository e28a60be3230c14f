"""The sums over edges as torch alone writes them: for other devices, and to check the loops."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from atomarium.models.nn.contraction import Edges


def convolution(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the first factor out of Σ W_e (g_i y_j + g_j y_i)."""
    rows, filters = others[0], others[1][:, None]
    i, j = edges.batch.centers, edges.batch.neighbors
    return _both_ways(edges, filters * rows[j], filters * rows[i])


def products(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the filters out of the same."""
    one, other = others
    i, j = edges.batch.centers, edges.batch.neighbors
    return (one[i] * other[j] + one[j] * other[i]).sum(dim=1)


def directed(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the vectors out of Σ u_e W_e (g_i y_j − g_j y_i)."""
    directions, filters, rows = others
    turned = directions[:, :, None] * filters[:, None]
    i, j = edges.batch.centers, edges.batch.neighbors
    return _both_ways(edges, turned * rows[j], -turned * rows[i])


def undirected(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the rows out of the same."""
    vectors, directions, filters = others
    turned = directions[:, :, None] * filters[:, None]
    i, j = edges.batch.centers, edges.batch.neighbors
    back = (turned * vectors[j]).sum(dim=1, keepdim=True)
    return _both_ways(edges, -back, (turned * vectors[i]).sum(dim=1, keepdim=True))


def directed_filters(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the filters out of the same."""
    vectors, directions, rows = others
    return (directions[:, :, None] * _across(edges, vectors, rows)).sum(dim=1)


def directions(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the directions out of the same."""
    vectors, filters, rows = others
    return (filters[:, None] * _across(edges, vectors, rows)).sum(dim=2)


def table_convolution(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the first factor out of Σ c_e T (g_i y_j + g_j y_i)."""
    rows, coefficients, table = others
    return convolution(edges, (rows, _looked_up(edges, coefficients, table)))


def coefficients(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the coefficients out of the same."""
    return _weighed(edges, others[2], products(edges, others[:2]))


def table(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the table out of the same."""
    return _put_back(edges, others[2], products(edges, others[:2]))


def table_directed(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the vectors out of Σ u_e c_e T (g_i y_j − g_j y_i)."""
    turns, coefficients, table, rows = others
    return directed(edges, (turns, _looked_up(edges, coefficients, table), rows))


def table_directions(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the directions out of the same."""
    vectors, coefficients, table, rows = others
    return directions(edges, (vectors, _looked_up(edges, coefficients, table), rows))


def directed_coefficients(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the coefficients out of the same."""
    vectors, turns, table, rows = others
    return _weighed(edges, table, directed_filters(edges, (vectors, turns, rows)))


def directed_table(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the table out of the same."""
    vectors, turns, coefficients, rows = others
    return _put_back(edges, coefficients, directed_filters(edges, (vectors, turns, rows)))


def table_undirected(edges: Edges, others: Sequence[Tensor]) -> Tensor:
    """Leave the rows out of the same."""
    vectors, turns, coefficients, table = others
    return undirected(edges, (vectors, turns, _looked_up(edges, coefficients, table)))


def _both_ways(edges: Edges, there: Tensor, back: Tensor) -> Tensor:
    """Sum what edges bring to their centers and to their neighbors."""
    out = there.new_zeros((edges.batch.n_atoms, *there.shape[1:]))
    out.index_add_(0, edges.batch.centers, there)
    return out.index_add_(0, edges.batch.neighbors, back)


def _across(edges: Edges, vectors: Tensor, rows: Tensor) -> Tensor:
    i, j = edges.batch.centers, edges.batch.neighbors
    return vectors[i] * rows[j] - vectors[j] * rows[i]


def _places(edges: Edges, width: int) -> Tensor:
    assert edges.starts is not None
    return edges.starts[:, None] + torch.arange(width, device=edges.starts.device)


def _looked_up(edges: Edges, coefficients: Tensor, table: Tensor) -> Tensor:
    rows = table[_places(edges, coefficients.shape[1])]
    return (coefficients[:, :, None] * rows).sum(dim=1)


def _weighed(edges: Edges, table: Tensor, filters: Tensor) -> Tensor:
    return (table[_places(edges, edges.n_points)] * filters[:, None]).sum(dim=2)


def _put_back(edges: Edges, coefficients: Tensor, filters: Tensor) -> Tensor:
    out = filters.new_zeros((edges.n_rows, filters.shape[1]))
    places = _places(edges, coefficients.shape[1])
    shares = coefficients[:, :, None] * filters[:, None]
    return out.index_add_(0, places.flatten(), shares.flatten(end_dim=1))
