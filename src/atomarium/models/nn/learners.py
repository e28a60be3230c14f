"""Networks as models of studies: settings of the network and of its training together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.structures import Structures
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Lesson, Scale
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Extensive, Intensive
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.trained import (
    Architecture,
    rebuild_network,
    train_network,
    weights_of_network,
)
from atomarium.models.nn.training import Training

#: Name of the value that a study learns.
TARGET = "value"
_PREFIX = "network."


class Learner:
    """What all networks do as models; `training` says how."""

    training: Training

    def represent(
        self, structures: Structures, *, advance: Callable[[int], None] = lambda _: None
    ) -> Graphs:
        """Return the graphs that fitting and predicting take, in place of features.

        Args:
            structures: At least one.
            advance: Told the number of structures whenever some are done.
        """
        done = 0

        def told(so_far: int, _: int) -> None:
            nonlocal done
            advance(so_far - done)
            done = so_far

        return build_graphs(structures, self.graph, on_progress=told)  # type: ignore[attr-defined]

    def fit(
        self: Architecture,
        graphs: Graphs,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
    ) -> FittedNetwork:
        """Train a network.

        Args:
            graphs: Of the training structures.
            values: What is learned; NaN where missing.
            extensive: Whether values grow with the number of atoms: then the network sums what
                atoms add, else it averages.
            folder: Where checkpoints are kept, to go on from if there is one.
            watch: Told of each epoch when it is done.

        Raises:
            InputError: torch is not installed, values are missing, or training fails.
        """
        kind = Extensive if extensive else Intensive
        readouts = (kind(name=TARGET, width=values.shape[1]),)
        lesson = Lesson(values={TARGET: values})
        trained = train_network(self, readouts, graphs, lesson, folder=folder, watch=watch)
        return FittedNetwork(trained.network, trained.scales, trained.epochs)

    def restore(
        self: Architecture, arrays: Mapping[str, np.ndarray], graphs: Graphs | None
    ) -> FittedNetwork:
        """Return what `fit` once returned, apart from its history; graphs are not needed."""
        del graphs
        extensive = bool(arrays["extensive"])
        kind = Extensive if extensive else Intensive
        center = np.asarray(arrays["center"], dtype=np.float64)
        weights = {
            name.removeprefix(_PREFIX): one
            for name, one in arrays.items()
            if name.startswith(_PREFIX)
        }
        network = rebuild_network(self, (kind(name=TARGET, width=len(center)),), weights)
        scale = Scale(center, arrays["spread"].item(), per_atom=extensive)
        return FittedNetwork(network, {TARGET: scale})


@dataclass(frozen=True, kw_only=True)
class CgcnnModel(Learner, Cgcnn):
    """CGCNN with its training; see `Cgcnn` for the network.

    Args:
        training: How it is trained.
    """

    training: Training = field(default_factory=Training)


@dataclass(frozen=True, kw_only=True)
class SchNetModel(Learner, SchNet):
    """SchNet with its training; see `SchNet` for the network.

    Args:
        training: How it is trained.
    """

    training: Training = field(default_factory=Training)


@dataclass(frozen=True, kw_only=True)
class PaiNNModel(Learner, PaiNN):
    """PaiNN with its training; see `PaiNN` for the network.

    Args:
        training: How it is trained.
    """

    training: Training = field(default_factory=Training)


@dataclass(frozen=True)
class FittedNetwork:
    """A trained network.

    Args:
        network: On the device that it was trained on, ready to predict.
        scales: Of what it returns.
        epochs: What came of each; empty when it was read from a file.
        batch_size: Structures that it looks at together.
    """

    network: Any
    scales: Mapping[str, Scale]
    epochs: tuple[Epoch, ...] = field(default=(), repr=False)
    batch_size: int = 256

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """How long it was trained, and the error on held-out structures then."""
        if not self.epochs:
            return {}
        watched = [one for one in self.epochs if one.validation]
        best = min(watched, key=lambda one: one.validation["loss"], default=self.epochs[-1])
        chosen: dict[str, float | int | str] = {
            "epochs": len(self.epochs),
            "best_epoch": best.number + 1,
            "parameters": sum(one.numel() for one in self.network.parameters()),
        }
        if best.validation:
            chosen["validation_mae"] = best.validation[TARGET]
        return chosen

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about the training."""
        watched = [one for one in self.epochs if one.validation]
        if len(watched) < 10:
            return ()
        best = min(watched, key=lambda one: one.validation["loss"])
        if best.number >= 0.98 * len(self.epochs) - 1:
            return (f"the error was still falling after {len(self.epochs)} epochs",)
        return ()

    def predict(self, graphs: Graphs) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: the network knows nothing of an element, or a structure has no atoms.
        """
        return self.outputs(graphs)[TARGET]

    def outputs(self, graphs: Graphs) -> dict[str, Float64[np.ndarray, "rows width"]]:
        """Return everything that the network returns, in the targets' own units."""
        from atomarium.models.nn.predicting import predict

        return predict(self.network, graphs, self.scales, batch_size=self.batch_size)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        scale = self.scales[TARGET]
        weights = {
            f"{_PREFIX}{name}": one for name, one in weights_of_network(self.network).items()
        }
        return {
            **weights,
            "center": scale.center,
            "spread": np.array(scale.spread),
            "extensive": np.array(scale.per_atom),
        }
