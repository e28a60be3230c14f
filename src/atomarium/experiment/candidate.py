"""A candidate: representation, model and baseline together, from structures to predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, cast

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.experiment.compact import CompactModel, fit_compact, refuse_unseen, represent_compact
from atomarium.experiment.learning import Course, Fitted, Model, NetworkModel, Rows
from atomarium.experiment.potential import (
    VOIGT,
    Differentiable,
    Observations,
    Potential,
    fit_forces,
)
from atomarium.models.fitted_forces import FittedForces
from atomarium.models.nn.aims import FORCES, MOMENTS, STRESS, Aim
from atomarium.models.nn.fitted import FittedNetwork
from atomarium.models.nn.graphs import Graphs
from atomarium.models.ridge import Ridge
from atomarium.models.sparse_forces import SparseForces
from atomarium.represent.composition import Composition
from atomarium.represent.streaming import ATOMS_AT_ONCE, Representation, runs_of_atoms

Baseline = Literal["composition", "none"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What competes in a study.

    Args:
        representation: From structures to features; None for a network, which makes graphs.
        model: From features, or graphs, to values.
        baseline: What is learned first and subtracted: a sum over elements, or nothing.
        elements: What that sum runs over.
        together: Whether one network learns all targets of a study at once.
    """

    representation: Representation | None
    model: Model | CompactModel | NetworkModel
    baseline: Baseline = "none"
    elements: Composition = field(default_factory=Composition)
    together: bool = False

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
        if isinstance(self.model, CompactModel):
            return represent_compact(
                self.representation, self.model, structures, extensive=extensive, advance=advance
            )
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
        if isinstance(self.model, NetworkModel):
            return self._fit_network(structures, features, values, extensive, course)
        if course.n_classes:
            _refuse_one_class(values)
            values = np.eye(course.n_classes)[values[:, 0].astype(np.int64)]
        base = self._fit_baseline(structures, values, extensive=extensive)
        if base is not None:
            values = values - base.predict(structures)
        if isinstance(self.model, CompactModel):
            learn = partial(fit_compact, self.model, features, values, aside=course.aside)
            fitted = learn(extensive=extensive, fit_baseline=self._fit_baseline)
            return FittedCandidate(self, structures, fitted, extensive=extensive, baseline=base)
        assert isinstance(features, Features)
        if isinstance(self.model, SparseForces) and not course.n_classes:
            fitted = self._fit_kernels(structures, features, values, extensive, course)
        else:
            fitted = self.model.fit(features, values, extensive=extensive)
        return FittedCandidate(self, structures, fitted, extensive=extensive, baseline=base)

    def _fit_network(
        self,
        structures: Structures,
        graphs: Rows,
        values: Float64[np.ndarray, "structures targets"],
        extensive: bool,  # noqa: FBT001
        course: Course,
    ) -> FittedCandidate:
        """Train a network on the values and what is beside them; each has its own baseline."""
        assert isinstance(self.model, NetworkModel)
        assert isinstance(graphs, Graphs)
        n = len(structures) - course.n_watched
        learned = structures if n == len(structures) else structures[:n]
        aims: list[Aim] = []
        base = None
        for aim in (course.aim(values, extensive=extensive), *course.beside):
            if aim.n_classes:
                _refuse_one_class(aim.values[np.isfinite(aim.values[:, 0])])
                if self.baseline != "none":
                    raise InputError("networks learn classes without a baseline; leave it out")
                aims.append(aim)
                continue
            own = None
            if aim.readout not in MOMENTS:  # which no sum over elements can stand for
                own = self._fit_baseline(learned, aim.values[:n], extensive=aim.extensive)
            base = own if not aims else base
            if own is not None:
                rest = aim.values - own.predict(structures)
                aim = replace(aim, values=rest, references=np.zeros((0, 1)))  # noqa: PLW2901
            aims.append(aim)
        # Whichever of them is predicted, the same network is trained.
        in_order = sorted(aims, key=lambda aim: aim.name)
        learn = partial(self.model.learn, graphs, in_order, n_watched=course.n_watched)
        network = course.once(partial(learn, folder=course.folder, watch=course.watch))
        shown: Fitted = network
        if isinstance(network, FittedNetwork):
            shown = cast("Fitted", network.of(aims[0].name))
        return FittedCandidate(self, learned, shown, extensive=extensive, baseline=base)

    def _fit_baseline(
        self,
        structures: Structures,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> FittedCandidate | None:
        if self.baseline != "composition":
            return None
        known = np.flatnonzero(np.isfinite(values).all(axis=1))
        some = structures if len(known) == len(values) else structures.take(known)
        sum_over_elements = Candidate(representation=self.elements, model=Ridge())
        rows = sum_over_elements.represent(some, extensive=extensive)
        return sum_over_elements.fit(some, rows, values[known], extensive=extensive)

    def _fit_kernels(
        self,
        structures: Structures,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        extensive: bool,  # noqa: FBT001
        course: Course,
    ) -> Fitted:
        """Learn energies with their derivatives, in eV, which noises are in."""
        assert isinstance(self.model, SparseForces)
        more = course.derivatives
        if more is None:
            fitted = self.model.fit(features, values * course.to_ev, extensive=extensive)
            return replace(fitted, unit=course.to_ev)
        if not isinstance(self.representation, Differentiable):
            kind = type(self.representation).__name__
            raise InputError(f"{kind} has no derivatives, so forces cannot be learned with it")
        stress = more.stress
        if stress is not None:
            full = stress.reshape(-1, 3, 3)
            stress = np.stack([full[:, a, b] for a, b in VOIGT], axis=1) * course.to_ev
        observations = Observations(
            structures=structures,
            energies=values[:, 0] * course.to_ev,
            forces=None if more.forces is None else more.forces * course.to_ev,
            stress=stress,
        )
        fitted = fit_forces(self.representation, self.model, observations, features)
        return replace(fitted, unit=course.to_ev)


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

    def predict_derivatives(
        self, structures: Structures, features: Rows
    ) -> dict[str, Float64[np.ndarray, "rows components"]]:
        """Return forces and stress that the model has learned to tell; nothing where it has not.

        Args:
            structures: Which.
            features: Theirs.

        Returns:
            Forces in the target's unit per Å, of each atom, and stress per Å³, nine numbers of each
            structure; a baseline of elements has none.
        """
        fitted = self.fitted
        if isinstance(fitted, FittedNetwork) and isinstance(features, Graphs):
            if not fitted.derivatives:
                return {}
            outputs = fitted.outputs(features)
            return {name: outputs[name] for name in fitted.derivatives}
        if not (isinstance(fitted, FittedForces) and self.extensive):
            return {}
        if not isinstance(self.candidate.representation, Differentiable):
            return {}
        outcome = Potential(self.candidate.representation, fitted).predict(structures)
        full = np.zeros((len(structures), 3, 3))
        for k, (a, b) in enumerate(VOIGT):
            full[:, a, b] = full[:, b, a] = outcome.stress[:, k]
        return {
            FORCES: outcome.forces / fitted.unit,
            STRESS: full.reshape(-1, 9) / fitted.unit,
        }

    def refuse_unseen(self, structures: Structures, ids: tuple[str, ...]) -> None:
        """Do nothing when every element was learned from, or can be guessed.

        Raises:
            InputError: a structure holds an element that was not; it names both.
        """
        refuse_unseen((self.baseline or self).fitted, self.training, structures, ids)
