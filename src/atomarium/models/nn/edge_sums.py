"""The sums over edges that SchNet and PaiNN are made of: compiled on the CPU, torch elsewhere.

Edges are mutual: one row of filters serves both directions, since filters depend on distances.
Rows of atoms are (atoms, parts, features); parts are x, y, z of vectors, or one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from jaxtyping import Float
from torch import Tensor

from atomarium.core.threads import run_in_threads
from atomarium.models._kernels import edges as kernels
from atomarium.models.nn.batches import Batch
from atomarium.models.nn.contraction import Form, Leaving

Rows: TypeAlias = Float[Tensor, "atoms parts features"]
Filters: TypeAlias = Float[Tensor, "edges features"]
Directions: TypeAlias = Float[Tensor, "edges 3"]


def convolve(batch: Batch, rows: Rows, filters: Filters) -> Rows:
    """Return Σ_j W_ij ∘ rows_j for each atom i.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018), eq. 5.
    """
    return CONVOLUTION.leaving_out(0, batch, rows, filters)


def convolve_directed(
    batch: Batch,
    directions: Directions,
    filters: Filters,
    rows: Float[Tensor, "atoms 1 features"],
) -> Float[Tensor, "atoms 3 features"]:
    """Return Σ_j u_ij W_ij ∘ rows_j for each atom i, u_ij from i to j.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eq. 8, second term.
    """
    return DIRECTED.leaving_out(0, batch, directions, filters, rows)


def _rows_by_loop(kernel: Any, parts: Callable[[Sequence[Tensor]], int], of: int) -> Leaving:
    def leave(batch: Batch, others: Sequence[Tensor]) -> Tensor:
        shape = (batch.n_atoms, parts(others), others[of].shape[-1])
        return _run(kernel, batch, others, others[of].new_zeros(shape))

    return leave


def _edges_by_loop(kernel: Any, width: Callable[[Sequence[Tensor]], int]) -> Leaving:
    def leave(batch: Batch, others: Sequence[Tensor]) -> Tensor:
        return _run(kernel, batch, others, others[0].new_empty((len(batch.centers), width(others))))

    return leave


def _run(kernel: Any, batch: Batch, others: Sequence[Tensor], out: Tensor) -> Tensor:
    """Fill `out` with a compiled loop; threads take whole structures, so none share an atom."""
    borders = batch.edge_offsets.numpy()
    centers, neighbors = batch.centers.numpy(), batch.neighbors.numpy()
    arrays = [other.detach().contiguous().numpy() for other in others]
    filled = out.numpy()

    def work(start: int, stop: int) -> None:
        kernel(centers, neighbors, borders[start], borders[stop], *arrays, filled)

    run_in_threads(work, borders)
    return out


def _one_of(on_cpu: Leaving, elsewhere: Leaving) -> Leaving:
    def leave(batch: Batch, others: Sequence[Tensor]) -> Tensor:
        return (on_cpu if others[0].device.type == "cpu" else elsewhere)(batch, others)

    return leave


def _both_ways(batch: Batch, there: Tensor, back: Tensor) -> Tensor:
    """Sum what edges bring to their centers and to their neighbors."""
    out = there.new_zeros((batch.n_atoms, *there.shape[1:]))
    out.index_add_(0, batch.centers, there)
    return out.index_add_(0, batch.neighbors, back)


def torch_convolution(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the first factor out of Σ W_e (g_i y_j + g_j y_i) with torch alone."""
    rows, filters = others[0], others[1][:, None]
    there, back = filters * rows[batch.neighbors], filters * rows[batch.centers]
    return _both_ways(batch, there, back)


def torch_products(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the filters out of the same."""
    one, other = others
    i, j = batch.centers, batch.neighbors
    return (one[i] * other[j] + one[j] * other[i]).sum(dim=1)


def torch_directed(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the vectors out of Σ u_e W_e (g_i y_j − g_j y_i) with torch alone."""
    directions, filters, rows = others
    turned = directions[:, :, None] * filters[:, None]
    return _both_ways(batch, turned * rows[batch.neighbors], -turned * rows[batch.centers])


def torch_undirected(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the rows out of the same."""
    vectors, directions, filters = others
    turned = directions[:, :, None] * filters[:, None]
    back = (turned * vectors[batch.neighbors]).sum(dim=1, keepdim=True)
    there = (turned * vectors[batch.centers]).sum(dim=1, keepdim=True)
    return _both_ways(batch, -back, there)


def torch_directed_filters(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the filters out of the same."""
    vectors, directions, rows = others
    i, j = batch.centers, batch.neighbors
    across = vectors[i] * rows[j] - vectors[j] * rows[i]
    return (directions[:, :, None] * across).sum(dim=1)


def torch_directions(batch: Batch, others: Sequence[Tensor]) -> Tensor:
    """Leave the directions out of the same."""
    vectors, filters, rows = others
    i, j = batch.centers, batch.neighbors
    across = vectors[i] * rows[j] - vectors[j] * rows[i]
    return (filters[:, None] * across).sum(dim=2)


_convolution = _one_of(
    _rows_by_loop(kernels.add_convolution, lambda others: others[0].shape[1], 0),
    torch_convolution,
)
#: Σ_e W_e · (g_i y_j + g_j y_i); factors g, y, W.
CONVOLUTION = Form(
    (
        _convolution,
        _convolution,
        _one_of(
            _edges_by_loop(kernels.fill_products, lambda others: others[0].shape[2]),
            torch_products,
        ),
    )
)
#: Σ_e u_e W_e · (g_i y_j − g_j y_i); factors g (vectors), u, W, y.
DIRECTED = Form(
    (
        _one_of(_rows_by_loop(kernels.add_directed, lambda _: 3, 2), torch_directed),
        _one_of(_edges_by_loop(kernels.fill_directions, lambda _: 3), torch_directions),
        _one_of(
            _edges_by_loop(kernels.fill_directed_filters, lambda others: others[0].shape[2]),
            torch_directed_filters,
        ),
        _one_of(_rows_by_loop(kernels.add_undirected, lambda _: 1, 0), torch_undirected),
    )
)
