"""From settings and a lesson to a trained network, and from its weights back to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from atomarium.core.structures import Structures
from atomarium.models.nn.extra import need_torch
from atomarium.models.nn.graph_rules import GraphRule
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Lesson, check_lesson
from atomarium.models.nn.readouts import Readout
from atomarium.models.nn.scales import References, Scale, measure_scales
from atomarium.models.nn.training import Training

if TYPE_CHECKING:
    from atomarium.models.nn.network import Network

#: Weights by name.
Weights = dict[str, np.ndarray]


@runtime_checkable
class Architecture(Protocol):
    """Settings of a network with its training."""

    @property
    def training(self) -> Training:
        """How it is trained."""
        ...

    @property
    def graph(self) -> GraphRule:
        """Which atoms are joined."""
        ...

    def build(self, readouts: Sequence[Readout], *, seed: int = 0) -> Network:
        """Return an untrained network."""
        ...

    def represent(
        self, structures: Structures, *, advance: Callable[[int], None] = lambda _: None
    ) -> Graphs:
        """Return the graphs of structures."""
        ...


@dataclass(frozen=True, eq=False)
class Trained:
    """What training leaves behind.

    Args:
        network: With its best weights, on the device that it was trained on.
        scales: Of what it returns.
        epochs: What came of each.
    """

    network: Any
    scales: dict[str, Scale]
    epochs: tuple[Epoch, ...] = field(repr=False)


def train_network(  # noqa: PLR0913 - what a training is made of
    settings: Architecture,
    readouts: Sequence[Readout],
    graphs: Graphs,
    lesson: Lesson,
    *,
    masked: Collection[str] = (),
    references: Mapping[str, References] | None = None,
    folder: Path | None = None,
    watch: Callable[[Epoch], None] = lambda _: None,
    n_watched: int = 0,
) -> Trained:
    """Train a network from random weights, or from a checkpoint.

    Args:
        settings: Of the network and of its training.
        readouts: What it is to return.
        graphs: Of the training structures.
        lesson: What they are to teach.
        masked: Names of values that may be missing here and there.
        references: Of single atoms, for some of what is returned; they are taken off first.
        folder: Where checkpoints are kept, to go on from if there is one.
        watch: Told of each epoch when it is done.
        n_watched: So many of the last structures are only predicted after each epoch, in place of
            a part that is drawn; 0 draws one as the settings of the training say.

    Raises:
        InputError: torch is not installed, graphs or values are not fit for the network, or
            training fails.
    """
    need_torch()
    from atomarium.models.nn.loop import Trainer

    check_lesson(lesson, graphs, readouts, masked=masked)
    network = settings.build(readouts, seed=settings.training.seed)
    network.check(graphs)
    own = (lesson, graphs)
    if n_watched:
        learned = np.arange(len(graphs) - n_watched)
        own = lesson.take(graphs, learned), graphs.take(learned)
    scales = measure_scales(*own, readouts, references or {})
    trainer = Trainer(
        network,
        graphs,
        lesson,
        scales,
        settings.training,
        folder=folder,
        watch=watch,
        n_watched=n_watched,
    )
    return Trained(network, scales, tuple(trainer.run()))


def weights_of_network(network: Network) -> Weights:
    """Return all weights as arrays."""
    state = network.state_dict()
    return {name: one.detach().cpu().contiguous().numpy() for name, one in state.items()}


def rebuild_network(
    settings: Architecture, readouts: Sequence[Readout], weights: Weights
) -> Network:
    """Return the network that has these weights, ready to predict, on a GPU if there is one.

    On whatever it was trained, it can be used without; with `device = "cpu"` it stays there.

    Raises:
        InputError: torch is not installed, or the weights are those of another network.
    """
    need_torch()
    import torch

    from atomarium.models.nn.devices import choose_device
    from atomarium.models.nn.weights import load_weights

    network = settings.build(readouts, seed=0)
    state = {name: torch.from_numpy(np.array(one)) for name, one in weights.items()}
    floats = [one.dtype for one in state.values() if one.is_floating_point()]
    network = network.to(floats[0] if floats else torch.float32)
    load_weights(network, state, where="this model")
    here = "cpu" if settings.training.device == "cpu" else "auto"
    return network.to(choose_device(here)).eval()
