"""Networks as models of studies: settings of the network and of its training together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn.aims import TARGET, Aim, Derivatives, lesson_of, may_miss
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.choices import check_count
from atomarium.models.nn.fitted import FittedNetwork, Kept, weights_in
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.network_settings import NetworkSettings
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.trained import Trained, rebuild_network, train_network
from atomarium.models.nn.training import Training


@dataclass(frozen=True, kw_only=True)
class Learner(NetworkSettings):
    """What all networks do as models.

    Args:
        training: How it is trained.
        members: Networks of different seeds that are trained, 1 to 1000; they answer their mean,
            and several say by their spread how sure they are.
    """

    #: Whether atoms carry vectors, which moments are made of besides charges.
    has_vectors: ClassVar[bool] = False
    needs_torch: ClassVar[bool] = True

    training: Training = field(default_factory=Training)
    members: int = 1

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

        return build_graphs(structures, self.graph, on_progress=told)

    def fit(  # noqa: PLR0913 - what is learned, how, where to keep it and whom to tell
        self,
        graphs: Graphs,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        n_classes: int = 0,
        derivatives: Derivatives | None = None,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
    ) -> FittedNetwork:
        """Train a network on one quantity, or on classes.

        Args:
            graphs: Of the training structures.
            values: What is learned; of classes, their numbers from 0.
            extensive: Whether values grow with the number of atoms: then the network sums what
                atoms add, else it averages.
            n_classes: How many classes there are; 0 learns numbers.
            derivatives: What is learned besides.
            folder: Where checkpoints are kept, to go on from if there is one.
            watch: Told of each epoch when it is done.

        Raises:
            InputError: torch is not installed, values are missing, or training fails.
        """
        aim = Aim(
            name=TARGET,
            values=values,
            extensive=extensive,
            n_classes=n_classes,
            derivatives=derivatives,
        )
        return self.learn(graphs, (aim,), folder=folder, watch=watch)

    def learn(
        self,
        graphs: Graphs,
        aims: Sequence[Aim],
        *,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
        n_watched: int = 0,
    ) -> FittedNetwork:
        """Train a network, or several of different seeds, on everything at once.

        Args:
            graphs: Of the training structures.
            aims: What is learned; the first is what the fitted network predicts.
            folder: Where checkpoints are kept, to go on from if there is one.
            watch: Told of each epoch when it is done.
            n_watched: So many of the last structures are only predicted after each epoch, in place
                of a part that is drawn; 0 draws one as the training says.

        Raises:
            InputError: torch is not installed, values are missing, or training fails.
        """
        if not aims:
            raise InputError("nothing to learn")
        readouts = tuple(aim.make_readout(has_vectors=self.has_vectors) for aim in aims)
        trained: list[Trained] = []
        for number in range(self.members):
            settings = replace(self, training=self.training.of_member(number))
            trained.append(
                train_network(
                    settings,
                    readouts,
                    graphs,
                    lesson_of(aims),
                    masked=may_miss(aims),
                    references={aim.name: aim.references for aim in aims},
                    folder=folder / f"member-{number}" if folder and number else folder,
                    watch=watch,
                    n_watched=n_watched,
                )
            )
        networks = tuple(one.network for one in trained)
        return FittedNetwork(networks, trained[0].scales, aims[0].name, trained[0].epochs)

    def restore(self, arrays: Mapping[str, np.ndarray], graphs: Graphs | None) -> FittedNetwork:
        """Return what `fit` once returned, apart from its history; graphs are not needed."""
        del graphs
        kept = Kept.read(arrays)
        networks = tuple(
            rebuild_network(self, kept.readouts, weights_in(arrays, number))
            for number in range(self.members)
        )
        return FittedNetwork(networks, kept.scales, kept.shown)


@dataclass(frozen=True, kw_only=True)
class CgcnnModel(Learner, Cgcnn):
    """CGCNN with its training; see `Cgcnn` for the network and `Learner` for the rest."""


@dataclass(frozen=True, kw_only=True)
class SchNetModel(Learner, SchNet):
    """SchNet with its training; see `SchNet` for the network and `Learner` for the rest."""


@dataclass(frozen=True, kw_only=True)
class PaiNNModel(Learner, PaiNN):
    """PaiNN with its training; see `PaiNN` for the network and `Learner` for the rest."""

    has_vectors = True
