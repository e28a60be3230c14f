"""The gated convolution of CGCNN: compiled on the CPU, torch elsewhere and for checks.

The wide product W [v_i, v_j, u_ij] of the paper is W₁ v_i + W₂ v_j + W₃ u_ij: the first two are
made once for each atom instead of each edge, and of u_ij, Gaussians of a distance, only a few are
not zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from atomarium.core.threads import run_in_threads
from atomarium.models._kernels import crystal as kernels
from atomarium.models.nn.batches import Batch

#: Gaussians kept of each distance. Farther ones are below exp(−4.5²) = 2e-9 and exp(−8.5²) =
#: 4e-31, which added to the largest is nothing in the precision at hand; a multiple of 9.
_WINDOWS = {torch.float32: 9, torch.float64: 18}


@dataclass(frozen=True, eq=False)
class Distances:
    """The distances along the edges of a batch, and the Gaussians that they are expanded in.

    Args:
        batch: Whose edges they are.
        values: Å.
        step: Å. From one center of a Gaussian to the next, the first at 0; also their width.
        n_basis: Number of Gaussians.
        single: Whether Gaussians are rounded to single precision, as the original program does.
    """

    batch: Batch
    values: Float[Tensor, "edges"]
    step: float
    n_basis: int
    single: bool = False

    @cached_property
    def gaussians(self) -> Float[Tensor, "edges basis"]:
        """exp(−(d − μ_k)² / step²) for all k."""
        places = torch.arange(self.n_basis, dtype=self.values.dtype, device=self.values.device)
        apart = self.values[:, None] / self.step - places
        gaussians = torch.exp(-apart * apart)
        return gaussians.float().to(gaussians) if self.single else gaussians

    @cached_property
    def nearest(self) -> tuple[Int64[np.ndarray, "edges"], Float[np.ndarray, "edges window"]]:
        """The Gaussians that are not zero, and the number of the first of them."""
        distances = self.values.detach().numpy()
        window = _WINDOWS[self.values.dtype]
        starts = np.empty(len(distances), dtype=np.int64)
        gaussians = np.empty((len(distances), window), dtype=distances.dtype)
        kernels.fill_gaussians(distances, self.step, self.n_basis, starts, gaussians)
        if self.single:
            gaussians = gaussians.astype(np.float32).astype(gaussians.dtype)
        return starts, gaussians


def gated_sum(
    distances: Distances,
    both: Float[Tensor, "atoms 2 twice"],
    filters: Float[Tensor, "basis twice"],
    norm: nn.BatchNorm1d | None,
) -> Float[Tensor, "atoms width"]:
    """Return Σ_j w_ij σ(z_f) ∘ softplus(z_s) for each atom i, (z_f, z_s) = both_i0 + both_j1 + u_ij W.

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), eq. 5; z is normalized
        over all edges of the batch as in their program.

    Args:
        distances: Along the edges.
        both: What an atom adds to z of its own edges, and to z of edges that lead to it.
        filters: W, one row for each Gaussian.
        norm: How z is normalized, if it is; keeps count of means and variances.
    """
    if both.device.type != "cpu" or both.dtype not in _WINDOWS:
        return torch_gated_sum(distances, both, filters, norm)
    # Within a function of torch gradients are always off, so it is asked here.
    learning = torch.is_grad_enabled()
    if norm is None:
        return _GatedSum.apply(distances, None, learning, both, filters, None, None)
    return _GatedSum.apply(distances, norm, learning, both, filters, norm.weight, norm.bias)


def torch_gated_sum(
    distances: Distances,
    both: Float[Tensor, "atoms 2 twice"],
    filters: Float[Tensor, "basis twice"],
    norm: nn.BatchNorm1d | None,
) -> Float[Tensor, "atoms width"]:
    """Do the same with torch alone."""
    batch = distances.batch
    rows = both[batch.centers, 0] + both[batch.neighbors, 1] + distances.gaussians @ filters
    if norm is not None:
        rows = norm(rows)
    gates, cores = rows.chunk(2, dim=1)
    terms = batch.weights[:, None] * torch.sigmoid(gates) * nn.functional.softplus(cores)
    return terms.new_zeros((batch.n_atoms, terms.shape[1])).index_add(0, batch.centers, terms)


class _GatedSum(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, distances: Distances, norm: Any, learning: Any, *tensors: Tensor | None
    ) -> Tensor:
        both, filters, gain, bias = tensors
        work = _Work(distances, _array(both), _array(filters))
        by_batch = norm is not None and norm.training
        keeps = learning and any(ctx.needs_input_grad)
        rows, sums = work.fill_rows() if by_batch or keeps else (None, None)
        mean, inverse = _moments(norm, sums, len(work.neighbors), work.both.shape[2])
        scales, shifts = _affine(mean, inverse, gain, bias, work.both.dtype)
        if not keeps or rows is None:
            return torch.from_numpy(work.gated(scales, shifts))
        out, slopes = work.gated_with_slopes(rows, scales, shifts)
        ctx.kept = (work, rows, mean, inverse, scales, shifts, slopes, by_batch)
        return torch.from_numpy(out)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *cotangents: Tensor
    ) -> tuple[Tensor | None, ...]:
        work, rows, mean, inverse, scales, shifts, slopes, by_batch = ctx.kept
        cotangent = _array(cotangents[0])
        gates = (rows, scales, shifts, work.weights, cotangent)
        twice = np.tile(cotangent.astype(np.float64), 2)
        sums = np.einsum("af,apf->pf", twice, slopes)
        for_bias = sums[0]
        for_gain = (sums[1] - mean * sums[0]) * inverse
        factors = np.zeros((3, rows.shape[1]))
        factors[0] = scales
        if by_batch:
            # Means and variances depend on all rows, so each row changes every other.
            n = max(len(rows), 1)
            factors[1] = -scales * inverse * for_gain / n
            factors[2] = -scales * for_bias / n - mean * factors[1]
        both, filters = work.add_slopes(gates, factors.astype(rows.dtype))
        given = [both, filters, for_gain, for_bias]
        wanted = ctx.needs_input_grad[3:]
        gradients = [
            torch.from_numpy(one.astype(rows.dtype, copy=False)) if needed else None
            for one, needed in zip(given, wanted, strict=True)
        ]
        return (None, None, None, *gradients)


class _Work:
    """The compiled loops of one convolution; threads take whole structures, so none share an atom.

    Args:
        distances: Along the edges.
        both: What an atom adds to rows of its own edges, and of edges that lead to it.
        filters: One row for each Gaussian.
    """

    def __init__(self, distances: Distances, both: np.ndarray, filters: np.ndarray) -> None:
        batch = distances.batch
        self.starts, self.gaussians = distances.nearest
        self.both, self.n_basis = both, len(filters)
        # Where there are fewer Gaussians than an edge looks at, the others count nothing.
        n_rows = max(len(filters), self.gaussians.shape[1])
        self.filters = np.zeros((n_rows, filters.shape[1]), filters.dtype)
        self.filters[: len(filters)] = filters
        self.borders, self.neighbors = batch.atom_borders.numpy(), batch.neighbors.numpy()
        self.weights = batch.weights.numpy()
        self.offsets = batch.offsets.numpy()
        self.amounts = self.borders[self.offsets]

    def fill_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of edges, their sums and those of their squares."""
        rows = np.empty((len(self.neighbors), self.both.shape[2]), dtype=self.both.dtype)

        def work(start: int, stop: int) -> np.ndarray:
            sums = np.zeros((2, rows.shape[1]))
            atoms = self.offsets[start], self.offsets[stop]
            made_of = (self.both, self.filters, self.starts, self.gaussians)
            few = np.empty(sums.shape, rows.dtype)
            kernels.fill_rows(self.borders, self.neighbors, *atoms, *made_of, rows, few, sums)
            return sums

        return rows, np.sum(run_in_threads(work, self.amounts), axis=0)

    def gated(self, scales: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        """Return the gated rows of each atom's edges, summed; the rows are not kept."""
        out = np.zeros((len(self.both), self.both.shape[2] // 2), dtype=self.both.dtype)
        made_of = (self.both, self.filters, self.starts, self.gaussians)

        def work(start: int, stop: int) -> None:
            ends = (self.borders, self.neighbors, self.offsets[start], self.offsets[stop])
            row = np.empty(self.both.shape[2], dtype=self.both.dtype)
            gates = (scales, shifts, self.weights, out)
            kernels.add_gated_at_once(*ends, *made_of, row, *gates)

        run_in_threads(work, self.amounts)
        return out

    def gated_with_slopes(
        self, rows: np.ndarray, scales: np.ndarray, shifts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return gated rows and their slopes, summed over each atom's edges."""
        out = np.zeros((len(self.both), self.both.shape[2] // 2), dtype=self.both.dtype)
        slopes = np.zeros_like(self.both)

        def work(start: int, stop: int) -> None:
            atoms = self.offsets[start], self.offsets[stop]
            gates = (rows, scales, shifts, self.weights)
            kernels.add_gated_with_slopes(self.borders, *atoms, *gates, out, slopes)

        run_in_threads(work, self.amounts)
        return out, slopes

    def add_slopes(
        self, gates: tuple[np.ndarray, ...], factors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return derivatives by what rows are made of."""
        both = np.zeros_like(self.both)

        def work(start: int, stop: int) -> np.ndarray:
            filters = np.zeros_like(self.filters)
            slopes = np.empty(self.both.shape[2], self.both.dtype)
            ends = (self.borders, self.neighbors, self.offsets[start], self.offsets[stop])
            basis = (self.starts, self.gaussians)
            kernels.add_slopes(*ends, *gates, slopes, factors, *basis, both, filters)
            return filters

        filters = np.sum(run_in_threads(work, self.amounts), axis=0)
        return both, filters[: self.n_basis]


def _array(tensor: Tensor | None) -> np.ndarray:
    assert tensor is not None
    return tensor.detach().contiguous().numpy()


def _moments(
    norm: nn.BatchNorm1d | None, sums: np.ndarray | None, n_rows: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and inverse deviation that rows are normalized with; the norm keeps count."""
    if norm is None:
        return np.zeros(width), np.ones(width)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    if not norm.training:
        variance = _array(norm.running_var).astype(np.float64)
        return _array(norm.running_mean).astype(np.float64), 1 / np.sqrt(variance + norm.eps)
    assert sums is not None
    assert norm.momentum is not None
    n = max(n_rows, 1)
    mean = sums[0] / n
    variance = np.maximum(sums[1] / n - mean * mean, 0.0)
    spread = variance * (n / max(n - 1, 1))
    with torch.no_grad():
        norm.running_mean.lerp_(torch.from_numpy(mean).to(norm.running_mean), norm.momentum)
        norm.running_var.lerp_(torch.from_numpy(spread).to(norm.running_var), norm.momentum)
        norm.num_batches_tracked += 1
    return mean, 1 / np.sqrt(variance + norm.eps)


def _affine(
    mean: np.ndarray,
    inverse: np.ndarray,
    gain: Tensor | None,
    bias: Tensor | None,
    dtype: np.dtype,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a and b of the normalized rows a z + b."""
    scales = inverse if gain is None else inverse * _array(gain)
    shifts = -mean * scales if bias is None else _array(bias) - mean * scales
    return scales.astype(dtype), shifts.astype(dtype)
