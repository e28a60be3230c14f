"""Linear layers, small perceptrons and the numbers of atoms that pass between them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from atomarium.core.elements import symbols_of
from atomarium.core.errors import InputError
from atomarium.models.nn.activations import ACTIVATIONS
from atomarium.models.nn.batches import Batch
from atomarium.models.nn.readouts import Readout

#: Atomic numbers that have a learned row.
N_ELEMENTS = 100


@dataclass(frozen=True, eq=False)
class Described:
    """What a network knows of each atom after its interactions.

    Args:
        scalars: Do not change when the structure turns.
        vectors: Turn with it; SchNet has none.
    """

    scalars: Float[Tensor, "atoms width"]
    vectors: Float[Tensor, "atoms 3 width"] | None = None


class Trunk(nn.Module):
    """What describes atoms by their surroundings.

    Args:
        width: Numbers per atom.
        has_vectors: Whether atoms also carry vectors.
    """

    def __init__(self, width: int, *, has_vectors: bool = False) -> None:
        super().__init__()
        self.width = width
        self.has_vectors = has_vectors

    def forward(self, batch: Batch, vectors: Float[Tensor, "edges 3"]) -> Described:
        """Describe each atom; vectors are those of the batch, made differentiable if need be."""
        raise NotImplementedError

    def check_elements(self, numbers: Collection[int]) -> None:
        """Make sure that the network has something to say of elements.

        Raises:
            InputError: of one it has not.
        """
        unknown = sorted(z for z in numbers if not 1 <= z < N_ELEMENTS)
        if unknown:
            raise InputError(
                f"the network knows elements 1 to {N_ELEMENTS - 1}, not {symbols_of(unknown)}"
            )

    def remarks(self, numbers: Collection[int]) -> tuple[str, ...]:
        """Return what a user should know before learning from these elements."""
        return ()

    def settle(self) -> None:
        """Settle what depends on the weights and is not learned, before predicting."""

    def make_head(self, readout: Readout) -> nn.Module:
        """Return what predicts from the description.

        Raises:
            InputError: the readout needs something that atoms do not have here.
        """
        raise NotImplementedError


class Dense(nn.Linear):
    """A linear layer that begins with Xavier's uniform weights and no bias."""

    def reset_parameters(self) -> None:
        """Begin anew."""
        nn.init.xavier_uniform_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


class Perceptron(nn.Module):
    """Two linear layers with an activation between.

    Args:
        n_in: Numbers that come in.
        n_hidden: Numbers between the layers.
        n_out: Numbers that go out.
        activation: By name.
    """

    def __init__(self, n_in: int, n_hidden: int, n_out: int, activation: str) -> None:
        super().__init__()
        self.first = Dense(n_in, n_hidden)
        self.second = Dense(n_hidden, n_out)
        self.activation: Callable[[Tensor], Tensor] = ACTIVATIONS[activation]

    def forward(self, rows: Float[Tensor, "*rows n_in"]) -> Float[Tensor, "*rows n_out"]:
        """Return one row for each row."""
        return self.second(self.activation(self.first(rows)))


def repeated(make: Callable[[], nn.Module], n: int, *, shared: bool) -> nn.ModuleList:
    """Return n modules, or one of them n times."""
    if shared:
        return nn.ModuleList([make()] * n)
    return nn.ModuleList([make() for _ in range(n)])


def lengths(vectors: Float[Tensor, "edges 3"]) -> Float[Tensor, "edges"]:
    """Return the length of each vector, none of which is zero."""
    return torch.sqrt((vectors * vectors).sum(dim=1))


def sum_atoms(rows: Float[Tensor, "atoms ..."], structure_of_atom: Tensor, n: int) -> Tensor:
    """Sum the rows of the atoms of each of n structures."""
    out = rows.new_zeros((n, *rows.shape[1:]))
    return out.index_add(0, structure_of_atom, rows)
