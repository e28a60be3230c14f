"""What models of studies have in common, and what they learn besides numbers of structures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.experiment.compact import Aside
from atomarium.models.nn.aims import TARGET, Aim, Derivatives
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch

#: What a model learns from: numbers of a representation, or graphs that a network makes itself.
Rows = Features | CompactFeatures | Graphs


@runtime_checkable
class Fitted(Protocol):
    """A model after training."""

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """What tuning settled."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about the fit."""
        ...

    def predict(self, features: Any) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure."""
        ...

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, training features apart."""
        ...


@runtime_checkable
class Model(Protocol):
    """Settings that learn values from features."""

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return the least of the features that fitting and predicting need."""
        ...

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> Fitted:
        """Learn values."""
        ...

    def restore(self, arrays: dict[str, np.ndarray], features: Features) -> Fitted:
        """Return what `fit` once returned."""
        ...


@runtime_checkable
class NetworkModel(Protocol):
    """Settings that learn from graphs, which take the place of features."""

    def represent(
        self, structures: Structures, *, advance: Callable[[int], None] = lambda _: None
    ) -> Graphs:
        """Return the graphs of structures."""
        ...

    def learn(
        self,
        graphs: Graphs,
        aims: Sequence[Aim],
        *,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
        n_watched: int = 0,
    ) -> Fitted:
        """Learn everything at once, from what an earlier run has left in the folder if any."""
        ...

    def restore(self, arrays: dict[str, np.ndarray], graphs: Graphs | None) -> Fitted:
        """Return what `learn` once returned."""
        ...


def _tell_nobody(epoch: Epoch) -> None:
    del epoch


def _call(make: Callable[[], Fitted]) -> Fitted:
    return make()


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """How values are learned, what is learned besides, and how a long training goes on.

    Args:
        name: What networks that learn several things call the values.
        n_classes: How many classes to tell apart; 0 learns numbers.
        readout: How networks read values from atoms; see `Aim`.
        weight: How much errors of the values count beside those of others in one network.
        masked: Whether values may be missing for some structures.
        derivatives: Learned with an energy by networks and kernels on environments; other models
            learn the energy alone.
        references: Values of single atoms that networks take off first; none when empty.
        to_ev: eV; one unit of the values, where they are energies.
        beside: What a network learns together with the values.
        folder: Where long trainings keep checkpoints.
        watch: Told of each epoch of a network.
        n_watched: So many of the last structures are not learned from; networks look at them after
            each epoch, in place of a part that they draw themselves. 0 lets them draw.
        once: Calls what trains a network, or returns what it gave another trial.
        aside: Structures that neither train nor test, to learn from what may be learned elsewhere.
    """

    name: str = TARGET
    n_classes: int = 0
    readout: str = "auto"
    weight: float = 1.0
    masked: bool = False
    derivatives: Derivatives | None = None
    references: Float64[np.ndarray, "elements targets"] = field(
        default_factory=lambda: np.zeros((0, 1))
    )
    to_ev: float = 1.0
    beside: tuple[Aim, ...] = ()
    folder: Path | None = None
    watch: Callable[[Epoch], None] = _tell_nobody
    n_watched: int = 0
    once: Callable[[Callable[[], Fitted]], Fitted] = _call
    aside: Aside | None = None

    def aim(self, values: Float64[np.ndarray, "structures targets"], *, extensive: bool) -> Aim:
        """Return what a network is to learn first of all."""
        return Aim(
            name=self.name,
            values=values,
            extensive=extensive,
            n_classes=self.n_classes,
            readout=self.readout,
            weight=self.weight,
            masked=self.masked,
            derivatives=self.derivatives,
            references=self.references,
        )

    def take(self, structures: Structures, chosen: np.ndarray) -> Course:
        """Return the course of some of the structures, on its own, without checkpoints.

        Args:
            structures: Those of this course.
            chosen: Which of them.
        """
        return replace(
            self,
            derivatives=self.derivatives and self.derivatives.take(structures.offsets, chosen),
            beside=tuple(aim.take(structures.offsets, chosen) for aim in self.beside),
            folder=None,
            watch=_tell_nobody,
            n_watched=0,
            once=_call,
        )
