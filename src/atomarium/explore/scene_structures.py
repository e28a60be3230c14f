"""Structures as a scene has them: with names, bonds, residues, and environments of atoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Int32

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


@dataclass(frozen=True, kw_only=True, eq=False)
class Residues:
    """What biomolecules say of each atom.

    Args:
        names: Three letters as a rule; "UNK" where there is none.
        ids: The residue's number within its chain.
        chains: The chain's name.
        hetero: Whether the atom belongs to no standard residue.
    """

    names: tuple[str, ...]
    ids: Int[np.ndarray, "atoms"]
    chains: tuple[str, ...]
    hetero: Bool[np.ndarray, "atoms"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneStructures:
    """Structures and what is known of their atoms beyond elements and places.

    Args:
        structures: Atomic number 0 stands for what is no element.
        names: What to call each atom; None where elements' symbols do.
        bonds: First atom, second atom, order 1–4 (4 is aromatic) of each bond, atoms counted over
            all structures, sorted by structure; None to find bonds by distance.
        residues: For biomolecules.
        bonded: Whether each structure has told its bonds; those of others are found by distance.
            None where all have, or none has.
    """

    structures: Structures
    names: tuple[str, ...] | None = None
    bonds: Int32[np.ndarray, "bonds 3"] | None = None
    residues: Residues | None = None
    bonded: Bool[np.ndarray, "structures"] | None = None

    def __post_init__(self) -> None:
        n_atoms = len(self.structures.numbers)
        if self.names is not None and len(self.names) != n_atoms:
            raise InputError(f"names: expected {n_atoms}, one for each atom, got {len(self.names)}")
        if self.residues is not None and len(self.residues.names) != n_atoms:
            given = len(self.residues.names)
            raise InputError(f"residues.names: expected {n_atoms}, one for each atom, got {given}")
        if self.bonds is not None:
            self._check_bonds(self.bonds)
        if self.bonded is not None and len(self.bonded) != len(self.structures):
            given = len(self.bonded)
            raise InputError(f"bonded: expected {len(self.structures)}, got {given}")

    def __len__(self) -> int:
        return len(self.structures)

    @property
    def first_bonds(self) -> Int[np.ndarray, "borders"] | None:
        """Where the bonds of each structure begin, and the number of bonds."""
        if self.bonds is None:
            return None
        return np.searchsorted(self.bonds[:, 0], self.structures.offsets)

    def _check_bonds(self, bonds: Int32[np.ndarray, "bonds 3"]) -> None:
        offsets = self.structures.offsets
        atoms, orders = bonds[:, :2], bonds[:, 2]
        if len(bonds) == 0:
            return
        if atoms.min() < 0 or atoms.max() >= offsets[-1]:
            wrong = int(np.flatnonzero(((atoms < 0) | (atoms >= offsets[-1])).any(axis=1))[0])
            raise InputError(f"bonds[{wrong}]: no such atom; there are {offsets[-1]} atoms")
        of = np.searchsorted(offsets, atoms, side="right") - 1
        for place, message in (
            (of[:, 0] != of[:, 1], "its atoms belong to two structures"),
            ((orders < 1) | (orders > 4), "the order must lie in 1…4"),
            (np.diff(of[:, 0], prepend=0) < 0, "bonds must be sorted by structure"),
        ):
            if place.any():
                wrong = int(np.flatnonzero(place)[0])
                raise InputError(f"bonds[{wrong}]: {message}, got {bonds[wrong].tolist()}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Environments:
    """Atoms with their neighbors, one for each value of an atom property.

    Args:
        structures: The structure of each.
        centers: The atom's place within its structure.
        cutoffs: Å.
    """

    structures: Int[np.ndarray, "environments"]
    centers: Int[np.ndarray, "centers"]
    cutoffs: Float[np.ndarray, "cutoffs"]

    def check_within(self, structures: SceneStructures) -> None:
        """Check that every environment is that of an atom.

        Raises:
            InputError: lengths differ, or there is no such structure or atom.
        """
        n, offsets = len(self.structures), structures.structures.offsets
        for name in ("centers", "cutoffs"):
            given = len(getattr(self, name))
            if given != n:
                raise InputError(f"environments.{name}: expected {n}, got {given}")
        outside = (self.structures < 0) | (self.structures >= len(offsets) - 1)
        if outside.any():
            wrong = int(np.flatnonzero(outside)[0])
            given = self.structures[wrong]
            message = f"environments[{wrong}].structure: no structure {given}"
            raise InputError(message)
        sizes = np.diff(offsets)[self.structures]
        outside = (self.centers < 0) | (self.centers >= sizes)
        if outside.any():
            wrong = int(np.flatnonzero(outside)[0])
            raise InputError(
                f"environments[{wrong}].center: no atom {self.centers[wrong]} in a "
                f"structure of {sizes[wrong]}"
            )
