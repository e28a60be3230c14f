"""A network: what describes atoms, and one head for each thing that is predicted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from atomarium.core.errors import InputError
from atomarium.models.nn.batches import Batch
from atomarium.models.nn.derivatives import forces_of, stress_of
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.heads import Outputs
from atomarium.models.nn.layers import Trunk
from atomarium.models.nn.randomness import seeded
from atomarium.models.nn.readouts import (
    Dipole,
    Extensive,
    Polarizability,
    Readout,
    SpatialExtent,
    check_readouts,
    derived_of,
)


class Network(nn.Module):
    """A trunk that describes atoms, and heads that predict from it.

    Args:
        settings: What it is made by.
        trunk: What describes atoms.
        readouts: What it predicts.
    """

    def __init__(self, settings: object, trunk: Trunk, readouts: Sequence[Readout]) -> None:
        super().__init__()
        check_readouts(tuple(readouts))
        self.settings = settings
        self.readouts = tuple(readouts)
        self.trunk = trunk
        self.heads = nn.ModuleList([trunk.make_head(one) for one in self.readouts])
        self._energy = derived_of(self.readouts)

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - as torch has it
        """Turn to learning, or to predicting, before which tables of filters are settled."""
        super().train(mode)
        if not mode:
            self.trunk.settle()
        return self

    def forward(self, batch: Batch) -> Outputs:
        """Return what the readouts name, a row for each structure, or atom for forces and charges.

        Forces and stress are derivatives; they can be derived again, to learn from them, in
        training mode only.
        """
        if self._energy is None:
            return self._read(batch, batch.vectors)
        learning = torch.is_grad_enabled() and self.training
        with torch.enable_grad():
            vectors = batch.vectors.detach().requires_grad_()
            outputs = self._read(batch, vectors)
            energy = outputs[self._energy.name].sum()
            (slopes,) = torch.autograd.grad(energy, vectors, create_graph=learning)
            outputs |= self._derivatives(self._energy, batch, slopes)
        if not learning:
            outputs = {name: output.detach() for name, output in outputs.items()}
        return outputs

    def _read(self, batch: Batch, vectors: Float[Tensor, "edges 3"]) -> Outputs:
        described = self.trunk(batch, vectors)
        outputs: Outputs = {}
        for head in self.heads:
            outputs |= head(batch, described)
        return outputs

    def _derivatives(self, energy: Extensive, batch: Batch, slopes: Tensor) -> Outputs:
        outputs: Outputs = {}
        if energy.forces:
            outputs[energy.forces] = forces_of(batch, slopes)
        if energy.stress:
            outputs[energy.stress] = stress_of(batch, slopes)
        return outputs

    def check(self, graphs: Graphs) -> None:
        """Make sure that the network can say something of graphs.

        Raises:
            InputError: an element has no row, a structure no atoms, a stress no volume, or moments
                are asked of a structure that repeats.
        """
        self.trunk.check_elements({int(z) for z in np.unique(graphs.numbers)})
        empty = (graphs.sizes == 0).nonzero()[0]
        if len(empty):
            raise InputError(f"structure {empty[0]} has no atoms")
        whole = (graphs.cells != 0).any(axis=(1, 2))
        for readout in self.readouts:
            if getattr(readout, "stress", "") and not whole.all():
                raise InputError(
                    f"structure {(~whole).nonzero()[0][0]} has no cell, so it has no stress"
                )
            if isinstance(readout, Dipole | Polarizability | SpatialExtent) and whole.any():
                raise InputError(
                    f"structure {whole.nonzero()[0][0]} repeats, so {readout.name!r} depends on "
                    "where its cell begins; take molecules without a cell"
                )

    def remarks(self, graphs: Graphs) -> tuple[str, ...]:
        """Return what a user should know before learning from these graphs; mostly nothing."""
        return self.trunk.remarks({int(z) for z in np.unique(graphs.numbers)})


def build_network(
    settings: object, make_trunk: Callable[[], Trunk], readouts: Sequence[Readout], *, seed: int
) -> Network:
    """Return a network with random weights that the seed decides; torch's own stay as they were."""
    with seeded(seed):
        return Network(settings, make_trunk(), readouts)
