"""Filters of distances: computed for each edge, or for few distances and interpolated.

A filter network sees nothing but a distance, so for the thousands of edges of a batch it does the
same work again and again. A table holds what it gives at evenly spaced distances, made anew in
every step; each edge interpolates between the six rows next to it. The rows are so near, at first a
sixteenth of a Gaussian's width, that the error is below 2e-7 of the largest filter, that of
rounding to single precision. Filters that bend more sharply are noticed whenever a network turns
to predicting, and get more rows. Derivatives are those of what is interpolated, so forces are exact
derivatives of the energy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.contraction import Edges
from atomarium.models.nn.edge_sums import Filters
from atomarium.models.nn.layers import lengths
from atomarium.models.nn.network_settings import FilterSettings
from atomarium.models.nn.radial import CUTOFFS, BesselBasis, GaussianBasis

#: Places of the rows that an edge looks at, from the row at or below its distance.
_POINTS = (-2, -1, 0, 1, 2, 3)
#: Of the largest filter: the error above which a table gets twice as many rows, so many times.
_MOST_ERROR, _MOST_DOUBLINGS = 1e-6, 4


@dataclass(frozen=True, eq=False)
class Radial:
    """What filters of the edges of a batch are made from.

    Args:
        edges: What sums run over.
        basis: Of each edge, or of each row of the table.
        fading: The cutoff function of each edge.
        coefficients: How much each row of the table counts, the cutoff function included; none
            where filters are computed for each edge.
    """

    edges: Edges
    basis: Float[Tensor, "rows basis"]
    fading: Float[Tensor, "edges"]
    coefficients: Float[Tensor, "edges points"] | None

    def filters(self, values: Float[Tensor, "rows features"]) -> Filters:
        """Return filters from what a network made of the basis.

        Args:
            values: Of each row of the basis, not yet fading.
        """
        if self.coefficients is None:
            return Filters(self.edges, values * self.fading[:, None])
        return Filters(self.edges, values, self.coefficients)


def radial_of(
    batch: Batch,
    vectors: Float[Tensor, "edges 3"],
    basis: GaussianBasis | BesselBasis,
    settings: FilterSettings,
) -> tuple[Radial, Float[Tensor, "edges"]]:
    """Return what filters are made from, and the distances.

    Args:
        batch: Whose edges they are.
        vectors: Å, along the edges.
        basis: That distances are expanded in.
        settings: Of the network. With "auto" filters there is a table in single precision on the
            CPU, where it has fewer rows than there are edges.
    """
    distances = lengths(vectors)
    fading = CUTOFFS[settings.cutoff_function](distances, settings.cutoff)
    n_rows = math.ceil(settings.cutoff / basis.smallest) + len(_POINTS)
    single = distances.dtype == torch.float32 and distances.device.type == "cpu"
    mode = settings.filters
    tabulated = mode == "tabulated" or (mode == "auto" and single and len(distances) > n_rows)
    if not tabulated:
        return Radial(Edges(batch), basis(distances), fading, None), distances
    starts, coefficients = _interpolation(distances / basis.smallest, fading)
    rows = torch.arange(n_rows, dtype=distances.dtype, device=distances.device)
    edges = Edges(batch, starts, n_rows, len(_POINTS))
    return Radial(
        edges, basis((rows + _POINTS[0]) * basis.smallest), fading, coefficients
    ), distances


def _interpolation(places: Tensor, fading: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first row of each edge, and the factors of Lagrange's polynomials."""
    whole = places.detach().floor()
    powers = torch.stack([(places - whole) ** power for power in range(len(_POINTS))], dim=1)
    polynomials = _lagrange().to(places)
    return whole.long(), fading[:, None] * (powers @ polynomials)


def _lagrange() -> Tensor:
    """Return the coefficients of polynomials that are 1 at one of the points and 0 at the others.

    Rows are powers, columns are points.
    """
    points = torch.tensor(_POINTS, dtype=torch.float64)
    return torch.linalg.inv(torch.stack([points**power for power in range(len(_POINTS))], dim=1))


def settle_table(
    makes: Sequence[Callable[[Tensor], Tensor]], basis: GaussianBasis | BesselBasis, cutoff: float
) -> None:
    """Lay the rows of tables so densely that no filter bends between them.

    Args:
        makes: Make filters from rows of the basis.
        basis: That distances are expanded in; its `smallest` is set.
        cutoff: Å.
    """

    def error() -> float:
        return max(interpolation_error(make, basis, cutoff) for make in makes)

    before = error()
    for _ in range(_MOST_DOUBLINGS):
        if before <= _MOST_ERROR:
            return
        basis.smallest /= 2
        after = error()
        # Interpolation gains a factor of 64 from half the distance, rounding gains nothing.
        if after > before / 2:
            basis.smallest *= 2
            return
        before = after


def interpolation_error(
    make: Callable[[Tensor], Tensor], basis: GaussianBasis | BesselBasis, cutoff: float
) -> float:
    """Return the largest error of interpolated filters, of the largest filter.

    Args:
        make: Makes filters from rows of the basis.
        basis: That distances are expanded in.
        cutoff: Å.
    """
    n_rows = math.ceil(cutoff / basis.smallest) + len(_POINTS)
    kind = next(basis.buffers())
    with torch.no_grad():
        step = basis.smallest
        rows = torch.arange(n_rows, dtype=kind.dtype, device=kind.device) + _POINTS[0]
        middles = rows[2:-4] + 0.5
        table, exact = make(basis(rows * step)), make(basis(middles * step))
        starts, coefficients = _interpolation(middles, torch.ones_like(middles))
        looked = table[starts[:, None] + torch.arange(len(_POINTS), device=kind.device)]
        interpolated = (coefficients[:, :, None] * looked).sum(dim=1)
        return float((interpolated - exact).abs().max() / exact.abs().max())
