"""Which elements there are, and nothing of their places: what a geometry has to beat."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from atomarium.core.elements import SYMBOLS, number_of
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.species_columns import column_of_atoms


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One row for each atom: 1 in the column of its element, 0 elsewhere.

    Summed over a structure the rows count its atoms, averaged they are its concentrations.

    Args:
        species: Symbols of the elements, one column each; settled from data when empty.
    """

    species: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.species)) != len(self.species):
            raise InputError(f"species must differ, got {', '.join(self.species)}")
        for symbol in self.species:
            number_of(symbol)

    def settle(self, structures: Structures) -> Composition:
        """Return the same settings with species, where open, those of the structures."""
        if self.species:
            return self
        return replace(self, species=tuple(SYMBOLS[z] for z in structures.species))

    def compute(self, structures: Structures) -> Features:
        """Return one row for each atom.

        Raises:
            InputError: an atom is of none of the species.
        """
        if structures.n_atoms and not self.species:
            return self.settle(structures).compute(structures)
        values = np.zeros((structures.n_atoms, len(self.species)))
        columns = column_of_atoms(structures, self.species)
        values[np.arange(len(columns)), columns] = 1.0
        return Features(
            values, "atoms", structures.offsets, names=self.species, numbers=structures.numbers
        )

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return len(self.species)

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is: a species."""
        return self.species
