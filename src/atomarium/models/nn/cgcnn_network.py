"""The layers of CGCNN."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

from atomarium.core.elements import symbols_of
from atomarium.core.errors import InputError
from atomarium.models.nn.activations import ACTIVATIONS
from atomarium.models.nn.atom_tables import (
    alike_elements,
    bit_table,
    property_table,
    read_atom_table,
)
from atomarium.models.nn.batches import Batch
from atomarium.models.nn.gated_sums import Distances, gated_sum
from atomarium.models.nn.layers import N_ELEMENTS, Described, Trunk, lengths, sum_atoms
from atomarium.models.nn.readouts import Classes, Extensive, Intensive, Readout

if TYPE_CHECKING:
    from atomarium.models.nn.cgcnn import Cgcnn
    from atomarium.models.nn.heads import Outputs

Rows: TypeAlias = Float[Tensor, "atoms width"]


class GatedConvolution(nn.Module):
    """g(v_i + N(Σ_j σ(z_f) ∘ softplus(z_s))), (z_f, z_s) = N(W [v_i, v_j, u_ij] + b).

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), eq. 5; normalizations N
        and the place of g as in their program.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: Cgcnn) -> None:
        super().__init__()
        width = settings.width
        self.full = nn.Linear(2 * width + settings.n_basis, 2 * width)
        self.edge_norm = nn.BatchNorm1d(2 * width) if settings.norm else None
        self.atom_norm = nn.BatchNorm1d(width) if settings.norm else None
        self.activation = ACTIVATIONS[settings.activation]

    def forward(self, distances: Distances, rows: Rows) -> Rows:
        """Return the next rows."""
        width = rows.shape[1]
        own, sent, filters = self.full.weight.split([width, width, distances.n_basis], dim=1)
        bias = torch.cat([self.full.bias, torch.zeros_like(self.full.bias)])
        both = nn.functional.linear(rows, torch.cat([own, sent]), bias)
        both = both.reshape(len(rows), 2, 2 * width)
        sums = gated_sum(distances, both, filters.T, self.edge_norm)
        if self.atom_norm is not None:
            sums = self.atom_norm(sums)
        return self.activation(rows + sums)


class SharedConvolution(nn.Module):
    """g(N((Σ_j v_j ⊕ u_ij) W_c + v_i W_s + b)): one weight for all neighbors.

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), eq. 4.

    Args:
        settings: Of the network.
    """

    def __init__(self, settings: Cgcnn) -> None:
        super().__init__()
        width = settings.width
        self.neighbors = nn.Linear(width + settings.n_basis, width, bias=False)
        self.own = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width) if settings.norm else None
        self.activation = ACTIVATIONS[settings.activation]

    def forward(self, distances: Distances, rows: Rows) -> Rows:
        """Return the next rows."""
        batch = distances.batch
        weights = batch.weights[:, None]
        seen = torch.cat([weights * rows[batch.neighbors], weights * distances.gaussians], dim=1)
        summed = sum_atoms(seen, batch.centers, batch.n_atoms)
        sums = self.neighbors(summed) + self.own(rows)
        return self.activation(sums if self.norm is None else self.norm(sums))


class CgcnnTrunk(Trunk):
    """The rows of all atoms after all convolutions.

    Args:
        settings: Of the network.

    Raises:
        InputError: the file of atoms cannot be read.
    """

    #: Row of numbers by atomic number; NaN where the file has none.
    table: Tensor

    def __init__(self, settings: Cgcnn) -> None:
        super().__init__(settings.width)
        self.settings = settings
        if settings.atoms == "learned":
            self.embedding = nn.Embedding(N_ELEMENTS + 1, settings.width)
            self.table = torch.zeros(0)
        else:
            table = torch.from_numpy(_table_of(settings)).float()
            self.register_buffer("table", table)
            self.embedding = nn.Linear(table.shape[1], settings.width)
        kind = SharedConvolution if settings.convolution == "shared" else GatedConvolution
        n = 0 if settings.convolution == "none" else settings.n_convolutions
        self.convolutions = nn.ModuleList([kind(settings) for _ in range(n)])

    def forward(self, batch: Batch, vectors: Float[Tensor, "edges 3"]) -> Described:
        """Describe each atom; vectors are those of the batch."""
        settings = self.settings
        distances = Distances(
            batch,
            lengths(vectors),
            settings.step,
            settings.n_basis,
            single=settings.neighbors == "nearest",
        )
        if settings.atoms == "learned":
            rows = self.embedding(batch.numbers)
        else:
            # There are fewer elements than atoms.
            rows = self.embedding(torch.nan_to_num(self.table))[batch.numbers]
        for convolution in self.convolutions:
            rows = convolution(distances, rows)
        return Described(rows)

    def check_elements(self, numbers: Collection[int]) -> None:
        """Make sure that there is a row for each element.

        Raises:
            InputError: there is none.
        """
        if self.settings.atoms == "learned":
            super().check_elements(numbers)
            return
        known = np.flatnonzero(np.isfinite(self._rows()).all(axis=1))
        unknown = sorted(set(numbers) - {int(z) for z in known if z > 0})
        if unknown:
            raise InputError(f"the table of atoms has no row for {symbols_of(unknown)}")

    def remarks(self, numbers: Collection[int]) -> tuple[str, ...]:
        """Name the elements that the table has the same row for."""
        if self.settings.atoms == "learned":
            return ()
        return tuple(
            f"the table of atoms has the same row for {symbols_of(group)}, so the network cannot "
            'tell them apart; atoms = "properties" or "learned" can'
            for group in alike_elements(self._rows(), numbers)
        )

    def _rows(self) -> Float64[np.ndarray, "numbers columns"]:
        return self.table.detach().cpu().numpy().astype(np.float64)

    def make_head(self, readout: Readout) -> nn.Module:
        """Return the head for a readout.

        Raises:
            InputError: CGCNN cannot give what is asked for.
        """
        if not isinstance(readout, Extensive | Intensive | Classes):
            raise InputError(
                f"readout {readout.name!r}: CGCNN gives no moments; take SchNet or PaiNN"
            )
        if isinstance(readout, Extensive) and (readout.forces or readout.stress):
            raise InputError(
                f"readout {readout.name!r}: which neighbors CGCNN sees changes as atoms move, so "
                "it has no forces and stress; take SchNet or PaiNN"
            )
        return CgcnnHead(self.settings, readout)


class CgcnnHead(nn.Module):
    """Rows of atoms pooled over the structure, then a perceptron.

    Args:
        settings: Of the network.
        readout: What to predict; what is extensive is predicted per atom and multiplied, but not
            where rows are summed.
    """

    def __init__(self, settings: Cgcnn, readout: Extensive | Intensive | Classes) -> None:
        super().__init__()
        self.readout, self.pooling = readout, settings.pooling
        self.activation = ACTIVATIONS[settings.activation]
        sizes = [settings.width] + [settings.hidden] * settings.n_hidden
        self.layers = nn.ModuleList([nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)])
        n_out = readout.n_classes if isinstance(readout, Classes) else readout.width
        self.last = nn.Linear(settings.hidden, n_out)
        self.dropout = nn.Dropout(settings.dropout if isinstance(readout, Classes) else 0.0)

    def forward(self, batch: Batch, described: Described) -> Outputs:
        """Return one row for each structure."""
        rows = self.activation(self._pooled(batch, described.scalars))
        for number, layer in enumerate(self.layers):
            rows = self.activation(layer(rows))
            if number == 0:
                rows = self.dropout(rows)
        values = self.last(rows)
        if isinstance(self.readout, Classes):
            values = torch.log_softmax(values, dim=1)
        elif isinstance(self.readout, Extensive) and self.pooling != "sum":
            values = values * batch.sizes[:, None]
        return {self.readout.name: values}

    def _pooled(self, batch: Batch, rows: Rows) -> Float[Tensor, "structures width"]:
        if self.pooling == "max":
            index = batch.structure_of_atom[:, None].expand_as(rows)
            empty = rows.new_zeros((len(batch), rows.shape[1]))
            return empty.scatter_reduce(0, index, rows, "amax", include_self=False)
        total = sum_atoms(rows, batch.structure_of_atom, len(batch))
        return total if self.pooling == "sum" else total / batch.sizes.clamp(min=1)[:, None]


def _table_of(settings: Cgcnn) -> Float64[np.ndarray, "numbers columns"]:
    if settings.atoms == "file":
        return read_atom_table(settings.atom_file)
    return bit_table() if settings.atoms == "bits" else property_table()
