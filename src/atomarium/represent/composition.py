"""Which elements there are, and nothing of their places: what a geometry has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.species_columns import check_species, column_of_atoms, settle_species


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One row for each atom: 1 in the column of its element, 0 elsewhere.

    Summed over a structure the rows count its atoms, averaged they are its concentrations.

    Args:
        species: Symbols of the elements, one column each; settled from data when empty.
    """

    species: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_species(self.species)

    def settle(self, structures: Structures) -> Composition:
        """Return the same settings with species, where open, those of the structures."""
        return settle_species(self, structures)

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
