"""The layers of SchNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor, nn

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.edge_sums import convolve
from atomarium.models.nn.layers import (
    N_ELEMENTS,
    Dense,
    Described,
    Perceptron,
    Trunk,
    lengths,
    repeated,
)
from atomarium.models.nn.radial import CUTOFFS, make_basis

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

    def forward(
        self,
        batch: Batch,
        rows: Float[Tensor, "atoms width"],
        basis: Float[Tensor, "edges basis"],
        fading: Float[Tensor, "edges"],
    ) -> Float[Tensor, "atoms width"]:
        """Return what is added to each row."""
        filters = self.filters(basis) * fading[:, None]
        sums = convolve(batch, self.sent(rows)[:, None], filters)
        return self.received(sums[:, 0])


class SchNetTrunk(Trunk):
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
        distances = lengths(vectors)
        fading = CUTOFFS[self.settings.cutoff_function](distances, self.settings.cutoff)
        basis = self.basis(distances)
        rows = self.embedding(batch.numbers)
        for interaction in self.interactions:
            rows = rows + interaction(batch, rows, basis, fading)
        return Described(rows)
