"""The sums over edges that SchNet and PaiNN are made of: compiled on the CPU, torch elsewhere.

Edges are mutual: one row of filters serves both directions, since filters depend on distances.
Rows of atoms are (atoms, parts, features); parts are x, y, z of vectors, or one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from atomarium.core.threads import run_in_threads
from atomarium.models._kernels import edge_tables as table_loops
from atomarium.models._kernels import edges as loops
from atomarium.models.nn import edge_formulas as formulas
from atomarium.models.nn.contraction import Edges, Form, Leaving

Rows: TypeAlias = Float[Tensor, "atoms parts features"]
Directions: TypeAlias = Float[Tensor, "edges 3"]


@dataclass(frozen=True, eq=False)
class Filters:
    """One row of filters for each edge: as they are, or to be interpolated in a table.

    Args:
        edges: What sums run over; tells which rows of the table an edge looks at.
        values: The filters of each edge, or the table.
        coefficients: How much each of the rows that an edge looks at counts; none for filters as
            they are.
    """

    edges: Edges
    values: Float[Tensor, "rows features"]
    coefficients: Float[Tensor, "edges points"] | None = None


def convolve(rows: Rows, filters: Filters) -> Rows:
    """Return Σ_j W_ij ∘ rows_j for each atom i.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018), eq. 5.
    """
    if filters.coefficients is None:
        return CONVOLUTION.leaving_out(0, filters.edges, rows, filters.values)
    return TABLE_CONVOLUTION.leaving_out(
        0, filters.edges, rows, filters.coefficients, filters.values
    )


def convolve_directed(
    directions: Directions, filters: Filters, rows: Float[Tensor, "atoms 1 features"]
) -> Float[Tensor, "atoms 3 features"]:
    """Return Σ_j u_ij W_ij ∘ rows_j for each atom i, u_ij from i to j.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eq. 8, second term.
    """
    if filters.coefficients is None:
        return DIRECTED.leaving_out(0, filters.edges, directions, filters.values, rows)
    return TABLE_DIRECTED.leaving_out(
        0, filters.edges, directions, filters.coefficients, filters.values, rows
    )


@dataclass(frozen=True)
class _Loop:
    """A compiled loop, and the formula for where it cannot run.

    Args:
        loop: Takes edges, the factors and what it fills.
        formula: Does the same with torch alone.
        fills: What has the rows that it fills.
        parts: Of rows of atoms, from the factors.
        features: The factor that tells how many features there are.
    """

    loop: Any
    formula: Leaving
    fills: Literal["atoms", "edges", "points", "table", "directions"]
    parts: Callable[[Sequence[Tensor]], int] = lambda _: 1
    features: int = 0

    def __call__(self, edges: Edges, others: Sequence[Tensor]) -> Tensor:
        if others[0].device.type != "cpu":
            return self.formula(edges, others)
        width = others[self.features].shape[-1]
        factors = [other.detach().contiguous().numpy() for other in others]
        dtype = factors[0].dtype
        shapes = {
            "atoms": (edges.batch.n_atoms, self.parts(others), width),
            "edges": (len(edges.batch.centers), width),
            "points": (len(edges.batch.centers), edges.n_points),
            "directions": (len(edges.batch.centers), 3),
        }
        # What loops over edges add to a table comes from all structures, so each has its own.
        out = None if self.fills == "table" else np.zeros(shapes[self.fills], dtype)
        filled = _run(self.loop, edges, factors, (edges.n_rows, width), out)
        return torch.from_numpy(filled)


def _run(
    loop: Any,
    edges: Edges,
    factors: list[np.ndarray],
    table_shape: tuple[int, int],
    out: np.ndarray | None,
) -> np.ndarray:
    """Fill `out`, or a table; threads take whole structures, so none share an atom."""
    batch = edges.batch
    borders = batch.edge_offsets.numpy()
    ends = [batch.centers.numpy(), batch.neighbors.numpy()]
    dtype = factors[0].dtype
    if edges.starts is not None:
        ends.append(edges.starts.numpy())

    def work(start: int, stop: int) -> np.ndarray:
        filled = np.zeros(table_shape, dtype) if out is None else out
        room = [] if edges.starts is None else [np.empty((1, table_shape[1]), dtype)]
        loop(*ends, borders[start], borders[stop], *factors, *room, filled)
        return filled

    parts = run_in_threads(work, borders)
    return np.sum(parts, axis=0) if out is None and len(parts) > 1 else parts[0]


def _parts_of_first(others: Sequence[Tensor]) -> int:
    return others[0].shape[1]


_convolution = _Loop(loops.add_convolution, formulas.convolution, "atoms", _parts_of_first)
#: Σ_e W_e · (g_i y_j + g_j y_i); factors g, y, W.
CONVOLUTION = Form(
    (
        _convolution,
        _convolution,
        _Loop(loops.fill_products, formulas.products, "edges"),
    )
)
#: Σ_e u_e W_e · (g_i y_j − g_j y_i); factors g (vectors), u, W, y.
DIRECTED = Form(
    (
        _Loop(loops.add_directed, formulas.directed, "atoms", lambda _: 3, 1),
        _Loop(loops.fill_directions, formulas.directions, "directions"),
        _Loop(loops.fill_directed_filters, formulas.directed_filters, "edges"),
        _Loop(loops.add_undirected, formulas.undirected, "atoms"),
    )
)
_table_convolution = _Loop(
    table_loops.add_convolution, formulas.table_convolution, "atoms", _parts_of_first
)
#: Σ_e c_e T · (g_i y_j + g_j y_i); factors g, y, c, T.
TABLE_CONVOLUTION = Form(
    (
        _table_convolution,
        _table_convolution,
        _Loop(table_loops.fill_coefficients, formulas.coefficients, "points"),
        _Loop(table_loops.add_table, formulas.table, "table"),
    )
)
#: Σ_e u_e c_e T · (g_i y_j − g_j y_i); factors g (vectors), u, c, T, y.
TABLE_DIRECTED = Form(
    (
        _Loop(table_loops.add_directed, formulas.table_directed, "atoms", lambda _: 3, 2),
        _Loop(table_loops.fill_directions, formulas.table_directions, "directions"),
        _Loop(table_loops.fill_directed_coefficients, formulas.directed_coefficients, "points"),
        _Loop(table_loops.add_directed_table, formulas.directed_table, "table"),
        _Loop(table_loops.add_undirected, formulas.table_undirected, "atoms"),
    )
)
