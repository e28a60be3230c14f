"""Trained networks as models of studies: one, or several that differ by their seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Scale
from atomarium.models.nn.trained import weights_of_network

#: Names of the value that a study learns, and of the forces that belong to it.
TARGET, FORCES = "value", "forces"


@dataclass(frozen=True)
class FittedNetwork:
    """A trained network, or several that were trained alike but for their seeds.

    Args:
        networks: On the device that they were trained on, ready to predict.
        scales: Of what they return.
        epochs: What came of each of the first one's; empty when it was read from a file.
        batch_size: Structures that they look at together.
    """

    networks: tuple[Any, ...]
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
            "parameters": sum(one.numel() for one in self.networks[0].parameters()),
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

    @property
    def n_classes(self) -> int:
        """How many classes are told apart; 0 where numbers are predicted."""
        return getattr(self.networks[0].readouts[0], "n_classes", 0)

    @property
    def has_forces(self) -> bool:
        """Whether forces were learned with the values."""
        return FORCES in self.scales

    def predict(self, graphs: Graphs) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure; of classes, their probabilities.

        Raises:
            InputError: the network knows nothing of an element, or a structure has no atoms.
        """
        return self.outputs(graphs)[TARGET]

    def outputs(self, graphs: Graphs) -> dict[str, Float64[np.ndarray, "rows width"]]:
        """Return everything that the networks return on average, in the targets' own units."""
        parts = list(self._each(graphs))
        return {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]}

    def spread(self, graphs: Graphs) -> Float64[np.ndarray, "structures targets"]:
        """Return the standard deviation among several networks, the uncertainty of each value.

        Source: B. Lakshminarayanan, A. Pritzel, C. Blundell, NIPS 30, 6402 (2017), with networks
            that answer values alone.

        Raises:
            InputError: there is one network only.
        """
        if len(self.networks) < 2:
            raise InputError("one network does not know how sure it is: set members = 2 or more")
        return np.std([part[TARGET] for part in self._each(graphs)], axis=0, ddof=1)

    def _each(self, graphs: Graphs) -> Iterator[dict[str, np.ndarray]]:
        from atomarium.models.nn.predicting import predict

        for network in self.networks:
            rows = predict(network, graphs, self.scales, batch_size=self.batch_size)
            # Logarithms of probabilities come from the network.
            yield {**rows, TARGET: np.exp(rows[TARGET])} if self.n_classes else rows

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        scale = self.scales[TARGET]
        weights = {
            f"{prefix_of(number)}{name}": one
            for number, network in enumerate(self.networks)
            for name, one in weights_of_network(network).items()
        }
        return {
            **weights,
            "center": scale.center,
            "spread": np.array(scale.spread),
            "extensive": np.array(scale.per_atom),
            "n_classes": np.array(self.n_classes),
            "has_forces": np.array(self.has_forces),
        }


def prefix_of(number: int) -> str:
    """Return what names of the weights of one of several networks begin with."""
    return f"network{number or ''}."
