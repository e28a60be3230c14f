"""Potentials: a representation and kernels on its environments, with forces and stress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float64

from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.models.fitted_forces import FittedForces
from atomarium.models.sparse_forces import SparseForces, take_off_elements
from atomarium.represent.streaming import runs_of_atoms

#: Atoms whose derivatives are held at a time.
_ATOMS_AT_ONCE = 200
#: Atoms among which points are chosen.
_CHOSEN_FROM = 20_000
#: Strain by which structures are stretched and shrunk to see how features change.
_STRAIN = 1e-4
#: Components of strain in the order of Voigt: xx, yy, zz, yz, xz, xy.
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@runtime_checkable
class Differentiable(Protocol):
    """A representation of atoms with derivatives."""

    def settle(self, structures: Structures) -> Differentiable:
        """Return the same settings with everything left open filled in from data."""
        ...

    def compute(self, structures: Structures) -> Features:
        """Return the features of structures."""
        ...

    def gradients(self, structures: Structures) -> Gradients:
        """Return their explicit derivatives."""
        ...

    def pull_back(
        self, structures: Structures, cotangents: Float[np.ndarray, "rows columns"]
    ) -> PulledBack:
        """Return derivatives of a weighted sum of features."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Observations:
    """What a potential learns from.

    Args:
        structures: Any mix.
        energies: eV, of each structure.
        forces: eV/Å; None learns from energies alone.
        stress: eV/Å³, dE/dε / volume, tension positive, in the order of Voigt; NaN where there is
            none.
    """

    structures: Structures
    energies: Float64[np.ndarray, "structures"]
    forces: Float64[np.ndarray, "atoms 3"] | None = None
    stress: Float64[np.ndarray, "structures 6"] | None = None

    def __post_init__(self) -> None:
        if not len(self.structures):
            raise InputError("no structures to learn from")
        for name in ("energies", "forces"):
            values = getattr(self, name)
            if values is not None and not np.isfinite(values).all():
                raise InputError(f"{name} to learn from must be finite")


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """Energies with their derivatives.

    Args:
        energies: eV, of each structure.
        forces: eV/Å, of each atom.
        stress: eV/Å³, dE/dε / volume, in the order of Voigt; NaN without a cell.
    """

    energies: Float64[np.ndarray, "structures"]
    forces: Float64[np.ndarray, "atoms 3"]
    stress: Float64[np.ndarray, "structures 6"]


@dataclass(frozen=True, eq=False)
class Potential:
    """Energies of structures as sums over their atoms.

    Args:
        representation: Settled.
        fitted: Kernels on environments, learned in eV.
    """

    representation: Differentiable
    fitted: FittedForces

    def predict(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress.

        Raises:
            InputError: a structure holds an element that was not learned from.
        """
        parts = [self._run(run) for run in runs_of_atoms(structures, _ATOMS_AT_ONCE)]
        return Outcome(
            energies=np.concatenate([part.energies for part in parts] or [np.zeros(0)]),
            forces=np.concatenate([part.forces for part in parts] or [np.zeros((0, 3))]),
            stress=np.concatenate([part.stress for part in parts] or [np.zeros((0, 6))]),
        )

    def _run(self, structures: Structures) -> Outcome:
        features = self.representation.compute(structures)
        energies = self.fitted.predict(features)[:, 0] * self.fitted.unit
        slopes = self.representation.pull_back(structures, self.fitted.cotangents(features))
        volumes = structures.volumes
        strain = np.stack([slopes.strain[:, a, b] for a, b in VOIGT], axis=1)
        stress = np.full_like(strain, np.nan)
        has_cell = volumes > 0
        stress[has_cell] = strain[has_cell] / volumes[has_cell, None]
        return Outcome(energies=energies, forces=-slopes.positions, stress=stress)


def fit_potential(
    representation: Differentiable, settings: SparseForces, observations: Observations
) -> Potential:
    """Learn a potential.

    Args:
        representation: Of atoms, with derivatives.
        settings: Of the kernels.
        observations: What to learn from.

    Raises:
        InputError: rows of the representation are not atoms, or what is learned is not finite.
    """
    structures = observations.structures
    representation = representation.settle(structures)
    features = Features.concatenate(
        [representation.compute(run) for run in runs_of_atoms(structures, _ATOMS_AT_ONCE)]
    )
    return Potential(representation, fit_forces(representation, settings, observations, features))


def fit_forces(
    representation: Differentiable,
    settings: SparseForces,
    observations: Observations,
    features: Features,
) -> FittedForces:
    """Learn energies with their derivatives, from features that are there already.

    Args:
        representation: Settled.
        settings: Of the kernels.
        observations: What to learn from.
        features: Of the structures' atoms.

    Raises:
        InputError: rows of the features are not atoms, or what is learned is not finite.
    """
    structures = observations.structures
    step = max(1, -(-structures.n_atoms // _CHOSEN_FROM))
    equations = settings.equations(features.take(np.arange(0, len(structures), step)))
    remaining, constants = take_off_elements(features, observations.energies)
    structure, atom = 0, 0
    for run in runs_of_atoms(structures, _ATOMS_AT_ONCE):
        own = slice(structure, structure + len(run))
        atoms = slice(atom, atom + run.n_atoms)
        some = features.take(np.arange(own.start, own.stop))
        equations.add_energies(some, remaining[own])
        if observations.forces is not None:
            gradients = representation.gradients(run)
            equations.add_forces(some, gradients, observations.forces[atoms])
        if observations.stress is not None and np.isfinite(observations.stress[own]).any():
            virials = observations.stress[own] * run.volumes[:, None]
            equations.add_stress(some, _strains(representation, run), virials)
        structure, atom = own.stop, atoms.stop
    return replace(equations.solve(), **constants)


def _strains(
    representation: Differentiable, structures: Structures
) -> Float64[np.ndarray, "atoms 6 width"]:
    """Return how rows change with strain, by stretching and shrinking; exact to 8 digits."""
    slopes: list[np.ndarray] = []
    for a, b in VOIGT:
        sides: list[np.ndarray] = []
        for sign in (1.0, -1.0):
            deformation = np.eye(3)
            # Half on each side of the diagonal: rotations do not change rows.
            deformation[a, b] += 0.5 * sign * _STRAIN
            deformation[b, a] += 0.5 * sign * _STRAIN
            strained = Structures(
                numbers=structures.numbers,
                positions=structures.positions @ deformation,
                cells=structures.cells @ deformation,
                periodic=structures.periodic,
                offsets=structures.offsets,
            )
            sides.append(representation.compute(strained).values.astype(np.float64))
        slopes.append((sides[0] - sides[1]) / (2 * _STRAIN))
    return np.stack(slopes, axis=1)
