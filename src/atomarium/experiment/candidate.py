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
from atomarium.models.nn.fitted import FORCES
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.learners import Forces
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

    def fit(  # noqa: PLR0913 - as networks have it
        self,
        graphs: Graphs,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        n_classes: int = 0,
        forces: Forces | None = None,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
    ) -> Fitted:
        """Learn values, from what an earlier run has left in the folder if there is any."""
        ...

    def restore(self, arrays: dict[str, np.ndarray], graphs: Graphs | None) -> Fitted:
        """Return what `fit` once returned."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What is learned besides numbers of structures, and how a long training goes on.

    Args:
        n_classes: How many classes to tell apart; 0 learns numbers.
        forces: Learned with an energy by networks; other models learn the energy alone.
        folder: Where long trainings keep checkpoints.
        watch: Told of each epoch of a network.
    """

    n_classes: int = 0
    forces: Forces | None = None
    folder: Path | None = None
    watch: Callable[[Epoch], None] = lambda _: None


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
        course: Course | None = None,
    ) -> FittedCandidate:
        """Train on structures whose features `represent` has made.

        Classes are learned by networks as probabilities, by other models as numbers that are 1
        for the class of a structure and 0 for every other.

        Args:
            structures: What is learned from.
            features: Theirs.
            values: What is learned; of classes, their numbers from 0.
            extensive: Whether values grow with the number of atoms.
            course: What is learned besides, and how a long training goes on.

        Raises:
            InputError: training fails, all structures are of one class, or a network is to learn
                classes on top of a baseline.
        """
        course = course or Course()
        if course.n_classes:
            _refuse_one_class(values)
            if not isinstance(self.model, NetworkModel):
                values = np.eye(course.n_classes)[values[:, 0].astype(np.int64)]
            elif self.baseline != "none":
                raise InputError("networks learn classes without a baseline; leave it out")
        base = None
        if self.baseline == "composition":
            sum_over_elements = Candidate(representation=self.elements, model=Ridge())
            rows = sum_over_elements.represent(structures, extensive=extensive)
            base = sum_over_elements.fit(structures, rows, values, extensive=extensive)
            values = values - base.predict(structures)
        fitted = self._fit_model(features, values, extensive=extensive, course=course)
        return FittedCandidate(self, structures, fitted, extensive=extensive, baseline=base)

    def _fit_model(
        self,
        features: Rows,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        course: Course,
    ) -> Fitted:
        if isinstance(features, Graphs):
            assert isinstance(self.model, NetworkModel)
            return self.model.fit(
                features,
                values,
                extensive=extensive,
                n_classes=course.n_classes,
                forces=course.forces,
                folder=course.folder,
                watch=course.watch,
            )
        assert not isinstance(self.model, NetworkModel)
        return self.model.fit(features, values, extensive=extensive)


def _refuse_one_class(values: Float64[np.ndarray, "structures targets"]) -> None:
    if len(values) and (values == values[0]).all():
        given = f"all {len(values):,} training structures are of class {values[0, 0]:g}"
        raise InputError(f"{given}; at least two are needed: take more, or a stratified split")


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
        """Return one row for each structure; of classes, a number for each, the largest is right.

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

    @property
    def has_forces(self) -> bool:
        """Whether it has learned from forces."""
        return getattr(self.fitted, "has_forces", False)

    def predict_forces(self, graphs: Graphs) -> Float64[np.ndarray, "atoms 3"]:
        """Return forces, in the target's unit per Å; a baseline of elements has none."""
        return self.fitted.outputs(graphs)[FORCES]  # type: ignore[attr-defined]

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
