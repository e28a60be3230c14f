"""The layers of SchNet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxtyping import Float
from torch import Tensor, nn

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.edge_sums import convolve
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
    from atomarium.models.nn.schnet import SchNet


class SchNetInteraction(nn.Module):
    """f₂(σ(f₁(Σ_j (A x_j) ∘ W(d_ij)))) of each atom i.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018), fig. 2.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: SchNet) -> None:
        super().__init__()
        width = settings.width
        self.filters = Perceptron(settings.n_basis, width, width, settings.activation)
        self.sent = Dense(width, width, bias=False)
        self.received = Perceptron(width, width, width, settings.activation)

    def forward(self, rows: Float[Tensor, "atoms width"], radial: Radial) -> Tensor:
        """Return what is added to each row."""
        filters = radial.filters(self.filters(radial.basis))
        sums = convolve(self.sent(rows)[:, None], filters)
        return self.received(sums[:, 0])


class SchNetTrunk(AtomTrunk):
    """The rows of all atoms after all interactions.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: SchNet) -> None:
        super().__init__(settings.width)
        self.settings = settings
        self.embedding = nn.Embedding(N_ELEMENTS, settings.width)
        self.basis = make_basis(settings.basis, settings.n_basis, settings.cutoff)
        self.interactions = repeated(
            lambda: SchNetInteraction(settings), settings.n_interactions, shared=settings.shared
        )

    def forward(self, batch: Batch, vectors: Float[Tensor, "edges 3"]) -> Described:
        """Describe each atom; vectors are those of the batch, made differentiable if need be."""
        settings = self.settings
        radial, _ = radial_of(batch, vectors, self.basis, settings)
        rows = self.embedding(batch.numbers)
        for interaction in self.interactions:
            rows = rows + interaction(rows, radial)
        return Described(rows)

    def settle(self) -> None:
        """Make tables of filters as dense as the filters need."""
        if self.settings.filters != "exact":
            makes: list[Any] = [interaction.filters for interaction in self.interactions]
            settle_table(makes, self.basis, self.settings.cutoff)
