"""The layers of PaiNN."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.edge_sums import Filters, convolve, convolve_directed
from atomarium.models.nn.filter_tables import Radial, radial_of, settle_table
from atomarium.models.nn.heads import AtomTrunk
from atomarium.models.nn.layers import (
    N_ELEMENTS,
    Dense,
    Described,
    Perceptron,
    repeated,
)
from atomarium.models.nn.radial import make_basis

if TYPE_CHECKING:
    from atomarium.models.nn.painn import PaiNN

Rows: TypeAlias = Float[Tensor, "atoms width"]
Vectors: TypeAlias = Float[Tensor, "atoms 3 width"]
#: a, b, c.
Three: TypeAlias = tuple[Filters, Filters, Filters]


class PaiNNMessage(nn.Module):
    """What atoms learn from their neighbors.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eqs. 7, 8.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: PaiNN) -> None:
        super().__init__()
        self.context = Perceptron(
            settings.width, settings.width, 3 * settings.width, settings.activation
        )

    def forward(
        self,
        described: Described,
        filters: Three,
        directions: Float[Tensor, "edges 3"],
    ) -> Described:
        """Return rows and vectors with messages added."""
        rows, vectors = described.scalars, described.vectors
        sent = self.context(rows)[:, None].chunk(3, dim=-1)
        heard = convolve(sent[0], filters[0])[:, 0]
        pulled = convolve_directed(directions, filters[1], sent[1])
        if vectors is None:
            # Before the first message all vectors are zero, and so is the third term.
            return Described(rows + heard, pulled)
        carried = convolve(sent[2] * vectors, filters[2])
        return Described(rows + heard, vectors + pulled + carried)


class PaiNNMixing(nn.Module):
    """How an atom mixes its numbers and vectors.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eqs. 9, 10.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: PaiNN) -> None:
        super().__init__()
        width = settings.width
        self.context = Perceptron(2 * width, width, 3 * width, settings.activation)
        self.mixed = Dense(width, 2 * width, bias=False)
        self.epsilon = settings.epsilon

    def forward(self, rows: Rows, vectors: Vectors) -> Described:
        """Return rows and vectors with what is mixed added."""
        one, other = self.mixed(vectors).chunk(2, dim=-1)
        norms = torch.sqrt((one * one).sum(dim=1) + self.epsilon)
        a, b, c = self.context(torch.cat([rows, norms], dim=-1)).chunk(3, dim=-1)
        product = (one * other).sum(dim=1)
        return Described(rows + a + c * product, vectors + b[:, None] * other)


class PaiNNTrunk(AtomTrunk):
    """Rows and vectors of all atoms after all interactions.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: PaiNN) -> None:
        super().__init__(settings.width, has_vectors=True)
        self.settings = settings
        n = settings.n_interactions
        n_filters = 1 if settings.shared_filters else n
        self.embedding = nn.Embedding(N_ELEMENTS, settings.width)
        self.basis = make_basis(settings.basis, settings.n_basis, settings.cutoff)
        self.filters = Dense(settings.n_basis, n_filters * 3 * settings.width)
        self.messages = repeated(lambda: PaiNNMessage(settings), n, shared=settings.shared)
        self.mixings = repeated(lambda: PaiNNMixing(settings), n, shared=settings.shared)

    def forward(self, batch: Batch, vectors: Float[Tensor, "edges 3"]) -> Described:
        """Describe each atom; vectors are those of the batch, made differentiable if need be."""
        settings = self.settings
        radial, distances = radial_of(batch, vectors, self.basis, settings)
        directions = vectors / distances[:, None]
        threes = self._filters(radial)
        described = Described(self.embedding(batch.numbers))
        for t, (message, mixing) in enumerate(zip(self.messages, self.mixings, strict=True)):
            three = threes[0 if settings.shared_filters else t]
            described = message(described, three, directions)
            assert described.vectors is not None
            described = mixing(described.scalars, described.vectors)
        return described

    def settle(self) -> None:
        """Make tables of filters as dense as the filters need."""
        if self.settings.filters != "exact":
            settle_table([self.filters], self.basis, self.settings.cutoff)

    def _filters(self, radial: Radial) -> list[Three]:
        """Return the filters of all interactions, one array for each of a, b and c."""
        width = self.settings.width
        blocks = [
            radial.filters(torch.addmm(bias, radial.basis, weight.T))
            for weight, bias in zip(
                self.filters.weight.split(width), self.filters.bias.split(width), strict=True
            )
        ]
        return [(blocks[k], blocks[k + 1], blocks[k + 2]) for k in range(0, len(blocks), 3)]
