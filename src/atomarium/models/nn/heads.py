"""From the rows of atoms to what is predicted of structures."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from atomarium.core.errors import InputError
from atomarium.models.nn.batches import Batch
from atomarium.models.nn.layers import Dense, Described, Perceptron, Trunk, sum_atoms
from atomarium.models.nn.readouts import (
    Classes,
    Dipole,
    Extensive,
    Intensive,
    Polarizability,
    Readout,
    SpatialExtent,
)

#: What a head returns, by name.
Outputs = dict[str, Tensor]
_ACTIVATION = "silu"


class AtomHead(nn.Module):
    """A perceptron on each atom; what it gives is summed or averaged over a structure.

    Args:
        readout: What to predict.
        width: Numbers per atom.
    """

    def __init__(self, readout: Extensive | Intensive | Classes, width: int) -> None:
        super().__init__()
        self.readout = readout
        n_out = readout.n_classes if isinstance(readout, Classes) else readout.width
        self.atomic = Perceptron(width, max(1, width // 2), n_out, _ACTIVATION)

    def forward(self, batch: Batch, described: Described) -> Outputs:
        """Return one row for each structure."""
        total = sum_atoms(self.atomic(described.scalars), batch.structure_of_atom, len(batch))
        if not isinstance(self.readout, Extensive):
            total = total / batch.sizes.clamp(min=1)[:, None]
        if isinstance(self.readout, Classes):
            total = torch.log_softmax(total, dim=1)
        return {self.readout.name: total}


class GatedBlock(nn.Module):
    """Scalars and vectors mixed so that vectors still turn with the structure.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), fig. 3.

    Args:
        width: Numbers and vectors that come in.
        n_out: Numbers and vectors that go out.
        last: Whether nothing follows, so that the numbers pass no activation.
    """

    def __init__(self, width: int, n_out: int, *, last: bool) -> None:
        super().__init__()
        self.last = last
        self.mixed = Dense(width, 2 * n_out, bias=False)
        self.gate = Perceptron(width + n_out, width, 2 * n_out, _ACTIVATION)

    def forward(self, scalars: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return numbers and vectors."""
        one, other = self.mixed(vectors).chunk(2, dim=-1)
        # Where all is symmetric a vector is zero, and its length has no derivative there.
        squares = (one * one).sum(dim=1)
        zero = squares == 0
        norms = torch.where(zero, 0.0, torch.sqrt(torch.where(zero, 1.0, squares)))
        numbers, gates = self.gate(torch.cat([scalars, norms], dim=-1)).chunk(2, dim=-1)
        turned = gates[:, None] * other
        return (numbers if self.last else nn.functional.silu(numbers)), turned


class EquivariantHead(nn.Module):
    """Two gated blocks that leave one number and one vector of each atom.

    Args:
        width: Numbers and vectors per atom.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            [
                GatedBlock(width, max(1, width // 2), last=False),
                GatedBlock(max(1, width // 2), 1, last=True),
            ]
        )

    def forward(
        self, described: Described
    ) -> tuple[Float[Tensor, "atoms 1"], Float[Tensor, "atoms 3"]]:
        """Return one number and one vector for each atom."""
        assert described.vectors is not None
        numbers, vectors = described.scalars, described.vectors
        for block in self.blocks:
            numbers, vectors = block(numbers, vectors)
        return numbers, vectors[:, :, 0]


class DipoleHead(nn.Module):
    """Charges at the positions of atoms, and dipoles of atoms where asked for.

    Args:
        readout: What to predict.
        width: Numbers per atom.
    """

    def __init__(self, readout: Dipole, width: int) -> None:
        super().__init__()
        self.readout = readout
        self.atomic = (
            EquivariantHead(width)
            if readout.atomic_dipoles
            else Perceptron(width, max(1, width // 2), 1, _ACTIVATION)
        )

    def forward(self, batch: Batch, described: Described) -> Outputs:
        """Return three numbers for each structure, or one; and the charges, where asked for."""
        if self.readout.atomic_dipoles:
            charges, dipoles = self.atomic(described)
        else:
            charges, dipoles = self.atomic(described.scalars), 0.0
        if self.readout.neutral:
            excess = sum_atoms(charges, batch.structure_of_atom, len(batch))
            share = excess / batch.sizes.clamp(min=1)[:, None]
            charges = charges - share[batch.structure_of_atom]
        moments = batch.positions * charges + dipoles
        total = sum_atoms(moments, batch.structure_of_atom, len(batch))
        if self.readout.magnitude:
            total = torch.linalg.vector_norm(total, dim=1, keepdim=True)
        outputs = {self.readout.name: total}
        if self.readout.charges:
            outputs[self.readout.charges] = charges
        return outputs


class PolarizabilityHead(nn.Module):
    """A number and a vector of each atom, made a symmetric tensor with its position.

    Args:
        readout: What to predict.
        width: Numbers per atom.
    """

    def __init__(self, readout: Polarizability, width: int) -> None:
        super().__init__()
        self.readout = readout
        self.atomic = EquivariantHead(width)

    def forward(self, batch: Batch, described: Described) -> Outputs:
        """Return nine numbers for each structure, or one."""
        numbers, vectors = self.atomic(described)
        outer = vectors[:, :, None] * batch.positions[:, None, :]
        unit = torch.eye(3, dtype=numbers.dtype, device=numbers.device)
        tensors = numbers[:, :, None] * unit + outer + outer.transpose(1, 2)
        total = sum_atoms(tensors, batch.structure_of_atom, len(batch))
        if self.readout.isotropic:
            total = total.diagonal(dim1=1, dim2=2).mean(dim=1, keepdim=True)
        return {self.readout.name: total.flatten(start_dim=1)}


class SpatialExtentHead(nn.Module):
    """Charges weighted with the square of their distance from the center of mass.

    Args:
        readout: What to predict.
        width: Numbers per atom.
    """

    def __init__(self, readout: SpatialExtent, width: int) -> None:
        super().__init__()
        self.readout = readout
        self.atomic = Perceptron(width, max(1, width // 2), 1, _ACTIVATION)

    def forward(self, batch: Batch, described: Described) -> Outputs:
        """Return one number for each structure."""
        squares = (batch.positions * batch.positions).sum(dim=1, keepdim=True)
        extents = self.atomic(described.scalars) * squares
        return {self.readout.name: sum_atoms(extents, batch.structure_of_atom, len(batch))}


class AtomTrunk(Trunk):
    """A trunk whose heads look at one atom at a time, and sum over atoms afterwards."""

    def make_head(self, readout: Readout) -> nn.Module:
        """Return the head for a readout.

        Raises:
            InputError: it needs vectors of atoms, and there are none.
        """
        return _make_head(readout, self.width, has_vectors=self.has_vectors)


def _make_head(readout: Readout, width: int, *, has_vectors: bool) -> nn.Module:
    needs_vectors = isinstance(readout, Polarizability) or (
        isinstance(readout, Dipole) and readout.atomic_dipoles
    )
    if needs_vectors and not has_vectors:
        raise InputError(
            f"readout {readout.name!r} needs atoms that carry vectors: take PaiNN for it"
        )
    if isinstance(readout, Dipole):
        return DipoleHead(readout, width)
    if isinstance(readout, Polarizability):
        return PolarizabilityHead(readout, width)
    if isinstance(readout, SpatialExtent):
        return SpatialExtentHead(readout, width)
    return AtomHead(readout, width)
