"""Trained networks as models of studies: one, or several that differ by their seeds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.files import parse_object
from atomarium.models.nn.aims import FORCES, STRESS, TARGET
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.readouts import Readout, plain_readouts, readouts_of, returned_names
from atomarium.models.nn.scales import Scale
from atomarium.models.nn.trained import Weights, weights_of_network

_SCALE = "scale."


@dataclass(frozen=True)
class FittedNetwork:
    """A trained network, or several that were trained alike but for their seeds.

    Args:
        networks: On the device that they were trained on, ready to predict.
        scales: Of what they return.
        shown: Which of what they return is predicted.
        epochs: What came of each of the first one's; empty when it was read from a file.
        batch_size: Structures that they look at together.
    """

    networks: tuple[Any, ...]
    scales: Mapping[str, Scale]
    shown: str = TARGET
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
            chosen["validation_mae"] = best.validation[self.shown]
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
    def readouts(self) -> tuple[Readout, ...]:
        """What the networks return."""
        return self.networks[0].readouts

    @property
    def n_classes(self) -> int:
        """How many classes are told apart; 0 where numbers are predicted."""
        return getattr(self._main, "n_classes", 0)

    @property
    def _main(self) -> Readout:
        return next(one for one in self.readouts if one.name == self.shown)

    @property
    def derivatives(self) -> tuple[str, ...]:
        """Which derivatives of the values were learned with them: forces, stress."""
        return tuple(name for name in (FORCES, STRESS) if name in returned_names(self._main))

    def of(self, name: str) -> FittedNetwork:
        """Return the same networks that predict another of what they return."""
        return replace(self, shown=name)

    def predict(self, graphs: Graphs) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure; of classes, their probabilities.

        Raises:
            InputError: the network knows nothing of an element, or a structure has no atoms.
        """
        return self.outputs(graphs)[self.shown]

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
        return np.std([part[self.shown] for part in self._each(graphs)], axis=0, ddof=1)

    def _each(self, graphs: Graphs) -> Iterator[dict[str, np.ndarray]]:
        from atomarium.models.nn.predicting import predict

        for network in self.networks:
            rows = predict(network, graphs, self.scales, batch_size=self.batch_size)
            # Logarithms of probabilities come from the network.
            yield {**rows, self.shown: np.exp(rows[self.shown])} if self.n_classes else rows

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        about = {
            "readouts": plain_readouts(self.readouts),
            "shown": self.shown,
            "per_atom": {name: one.per_atom for name, one in self.scales.items()},
        }
        arrays = {
            f"{prefix_of(number)}{name}": one
            for number, network in enumerate(self.networks)
            for name, one in weights_of_network(network).items()
        }
        for name, scale in self.scales.items():
            arrays[f"{_SCALE}{name}.center"] = scale.center
            arrays[f"{_SCALE}{name}.spread"] = np.array(scale.spread)
            arrays[f"{_SCALE}{name}.references"] = scale.references
        text = json.dumps(about).encode()
        return {**arrays, "about": np.frombuffer(text, dtype=np.uint8)}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What stands in the arrays of a fitted network, its weights apart.

    Args:
        readouts: What it returns.
        scales: Of that.
        shown: Which of it is predicted.
    """

    readouts: tuple[Readout, ...]
    scales: dict[str, Scale]
    shown: str

    @classmethod
    def read(cls, arrays: Mapping[str, np.ndarray]) -> Kept:
        """Read what `FittedNetwork.arrays` returned."""
        about = parse_object(bytes(arrays["about"]))
        scales = {
            name: Scale(
                np.asarray(arrays[f"{_SCALE}{name}.center"], dtype=np.float64),
                arrays[f"{_SCALE}{name}.spread"].item(),
                per_atom=per_atom,
                references=np.asarray(arrays[f"{_SCALE}{name}.references"], dtype=np.float64),
            )
            for name, per_atom in about["per_atom"].items()
        }
        return cls(readouts=readouts_of(about["readouts"]), scales=scales, shown=about["shown"])


def weights_in(arrays: Mapping[str, np.ndarray], number: int) -> Weights:
    """Return the weights of one of several networks."""
    prefix = prefix_of(number)
    return {
        name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)
    }


def prefix_of(number: int) -> str:
    """Return what names of the weights of one of several networks begin with."""
    return f"network{number or ''}."
