"""A candidate: representation, model and baseline together, from structures to predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.models.nn.graphs import Graphs
from atomarium.models.ridge import Ridge
from atomarium.represent.composition import Composition
from atomarium.represent.streaming import ATOMS_AT_ONCE, Representation, runs_of_atoms

Baseline = Literal["composition", "none"]
#: What a model learns from: numbers of a representation, or graphs that a network makes itself.
Rows = Features | Graphs


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
    """Settings that learn values from graphs, which take the place of features."""

    def represent(
        self, structures: Structures, *, advance: Callable[[int], None] = lambda _: None
    ) -> Graphs:
        """Return the graphs of structures."""
        ...

    def fit(
        self,
        graphs: Graphs,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        folder: Path | None = None,
    ) -> Fitted:
        """Learn values; go on from what an earlier run has left in the folder."""
        ...

    def restore(self, arrays: dict[str, np.ndarray], graphs: Graphs | None) -> Fitted:
        """Return what `fit` once returned."""
        ...


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What competes in a study.

    Args:
        representation: From structures to features; None for a network, which makes graphs.
        model: From features, or graphs, to values.
        baseline: What is learned first and subtracted: a sum over elements, or nothing.
        elements: What that sum runs over.
    """

    representation: Representation | None
    model: Model | NetworkModel
    baseline: Baseline = "none"
    elements: Composition = field(default_factory=Composition)

    def settle(self, structures: Structures) -> Candidate:
        """Return the same candidate with its representation settled on structures."""
        settled = None if self.representation is None else self.representation.settle(structures)
        return replace(
            self,
            representation=settled,
            elements=self.elements.settle(structures),
        )

    def represent(
        self,
        structures: Structures,
        *,
        extensive: bool,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Rows:
        """Compute the features or graphs of structures, a bounded number of atoms at a time.

        Args:
            structures: At least one.
            extensive: Whether they are to predict an extensive target.
            advance: Told the number of structures whenever some are done.
        """
        if isinstance(self.model, NetworkModel):
            return self.model.represent(structures, advance=advance)
        assert self.representation is not None
        parts: list[Features] = []
        for run in runs_of_atoms(structures, ATOMS_AT_ONCE):
            features = self.representation.compute(run)
            parts.append(self.model.digest(features, extensive=extensive))
            advance(len(run))
        return Features.concatenate(parts)

    def fit(
        self,
        structures: Structures,
        features: Rows,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        folder: Path | None = None,
    ) -> FittedCandidate:
        """Train on structures whose features `represent` has made.

        Args:
            structures: What is learned from.
            features: Theirs.
            values: What is learned.
            extensive: Whether values grow with the number of atoms.
            folder: Where long trainings keep checkpoints, to go on from.
        """
        base = None
        if self.baseline == "composition":
            sum_over_elements = Candidate(representation=self.elements, model=Ridge())
            rows = sum_over_elements.represent(structures, extensive=extensive)
            base = sum_over_elements.fit(structures, rows, values, extensive=extensive)
            values = values - base.predict(structures)
        fitted = self._fit_model(features, values, extensive=extensive, folder=folder)
        return FittedCandidate(self, structures, fitted, extensive=extensive, baseline=base)

    def _fit_model(
        self,
        features: Rows,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        folder: Path | None,
    ) -> Fitted:
        if isinstance(features, Graphs):
            assert isinstance(self.model, NetworkModel)
            return self.model.fit(features, values, extensive=extensive, folder=folder)
        assert not isinstance(self.model, NetworkModel)
        return self.model.fit(features, values, extensive=extensive)


@dataclass(frozen=True)
class FittedCandidate:
    """A trained candidate: predicts values of new structures.

    Args:
        candidate: Its settings, settled.
        training: The structures that it has seen.
        fitted: Its model.
        extensive: Whether its values grow with the number of atoms.
        baseline: What is added to the predictions of the model.
    """

    candidate: Candidate
    training: Structures = field(repr=False)
    fitted: Fitted
    extensive: bool
    baseline: FittedCandidate | None = None

    def predict(self, structures: Structures) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure.

        Raises:
            InputError: a structure holds a species that the representation was not settled on.
        """
        features = self.candidate.represent(structures, extensive=self.extensive)
        return self.predict_features(structures, features)

    def predict_features(
        self, structures: Structures, features: Rows
    ) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure whose features are already there."""
        values = self.fitted.predict(features)
        return values if self.baseline is None else values + self.baseline.predict(structures)

    def refuse_unseen(self, structures: Structures, ids: tuple[str, ...]) -> None:
        """Do nothing when every element was in the training structures.

        Raises:
            InputError: a structure holds an element that was not; the message names both.
        """
        known = np.isin(structures.numbers, self.training.species)
        if known.all():
            return
        atom = int(np.flatnonzero(~known)[0])
        structure = int(structures.structure_of_atom[atom])
        unseen = SYMBOLS[int(structures.numbers[atom])]
        seen = ", ".join(SYMBOLS[z] for z in self.training.species)
        raise InputError(
            f"structure {ids[structure]!r} holds {unseen}, which the model has never seen; "
            f"it has learned from {seen} only"
        )
