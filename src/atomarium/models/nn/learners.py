"""Networks as models of studies: settings of the network and of its training together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.choices import check_count
from atomarium.models.nn.fitted import FORCES, TARGET, FittedNetwork, prefix_of
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Lesson, Scale
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Classes, Extensive, Intensive, Readout
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.trained import Architecture, Trained, rebuild_network, train_network
from atomarium.models.nn.training import Training


class Learner:
    """What all networks do as models; `training` says how."""

    training: Training
    members: int

    def __post_init__(self) -> None:
        check_count("members", self.members, 1, 1000)
        super().__post_init__()  # type: ignore[misc]

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

    def fit(  # noqa: PLR0913 - what is learned, how, where to keep it and whom to tell
        self: _Settings,
        graphs: Graphs,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        n_classes: int = 0,
        forces: Forces | None = None,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
    ) -> FittedNetwork:
        """Train a network, or several of different seeds.

        Args:
            graphs: Of the training structures.
            values: What is learned; of classes, their numbers from 0.
            extensive: Whether values grow with the number of atoms: then the network sums what
                atoms add, else it averages.
            n_classes: How many classes there are; 0 learns numbers.
            forces: What is learned besides.
            folder: Where checkpoints are kept, to go on from if there is one.
            watch: Told of each epoch when it is done.

        Raises:
            InputError: torch is not installed, values are missing, or training fails.
        """
        readout = _readout(values.shape[1], extensive, n_classes, has_forces=forces is not None)
        lesson = Lesson(values={TARGET: values})
        if forces is not None:
            both = {TARGET: values, FORCES: forces.values}
            lesson = Lesson(values=both, weights={FORCES: forces.weight})
        trained: list[Trained] = []
        for number in range(self.members):
            settings: Architecture = replace(
                cast("Any", self), training=self.training.of_member(number)
            )
            where = folder / f"member-{number}" if folder and number else folder
            trained.append(
                train_network(settings, (readout,), graphs, lesson, folder=where, watch=watch)
            )
        networks = tuple(one.network for one in trained)
        return FittedNetwork(networks, trained[0].scales, trained[0].epochs)

    def restore(
        self: _Settings, arrays: Mapping[str, np.ndarray], graphs: Graphs | None
    ) -> FittedNetwork:
        """Return what `fit` once returned, apart from its history; graphs are not needed."""
        del graphs
        extensive = bool(arrays["extensive"])
        center = np.asarray(arrays["center"], dtype=np.float64)
        n_classes = _number(arrays, "n_classes")
        has_forces = bool(_number(arrays, "has_forces"))
        readout = _readout(len(center), extensive, n_classes, has_forces=has_forces)
        networks = tuple(
            rebuild_network(self, (readout,), _without_prefix(arrays, prefix_of(number)))
            for number in range(self.members)
        )
        scales = {TARGET: Scale(center, arrays["spread"].item(), per_atom=extensive)}
        if has_forces:
            scales[FORCES] = Scale(np.zeros(1), scales[TARGET].spread, per_atom=False)
        return FittedNetwork(networks, scales)


class _Settings(Architecture, Protocol):
    @property
    def members(self) -> int:
        """How many networks are trained."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Forces:
    """Forces to learn from.

    Args:
        values: In the target's unit per Å, of each atom of the training structures.
        weight: How much their errors count beside those of the values; both are in units of the
            spread of the values.
    """

    values: Float64[np.ndarray, "atoms 3"]
    weight: float = 10.0


def _readout(width: int, extensive: bool, n_classes: int, *, has_forces: bool) -> Readout:  # noqa: FBT001
    if n_classes:
        return Classes(name=TARGET, n_classes=n_classes)
    if has_forces:
        if not extensive:
            raise InputError("forces are derivatives of an energy, which must be extensive")
        return Extensive(name=TARGET, width=width, forces=FORCES)
    return (Extensive if extensive else Intensive)(name=TARGET, width=width)


def _number(arrays: Mapping[str, np.ndarray], name: str) -> int:
    """Return what models that were kept before there was such a thing do not have."""
    return int(arrays[name].item()) if name in arrays else 0


def _without_prefix(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)
    }


@dataclass(frozen=True, kw_only=True)
class CgcnnModel(Learner, Cgcnn):
    """CGCNN with its training; see `Cgcnn` for the network.

    Args:
        training: How it is trained.
        members: Networks of different seeds that are trained, 1 to 1000; they answer their mean,
            and several say by their spread how sure they are.
    """

    training: Training = field(default_factory=Training)
    members: int = 1


@dataclass(frozen=True, kw_only=True)
class SchNetModel(Learner, SchNet):
    """SchNet with its training; see `SchNet` for the network.

    Args:
        training: How it is trained.
        members: Networks of different seeds that are trained, 1 to 1000; they answer their mean,
            and several say by their spread how sure they are.
    """

    training: Training = field(default_factory=Training)
    members: int = 1


@dataclass(frozen=True, kw_only=True)
class PaiNNModel(Learner, PaiNN):
    """PaiNN with its training; see `PaiNN` for the network.

    Args:
        training: How it is trained.
        members: Networks of different seeds that are trained, 1 to 1000; they answer their mean,
            and several say by their spread how sure they are.
    """

    training: Training = field(default_factory=Training)
    members: int = 1
