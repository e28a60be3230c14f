"""What settings of sums over neighbors give: a row for each atom, and its derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from jaxtyping import Float

from atomarium.core.columns import ColumnNames
from atomarium.core.derivatives import Gradients, PulledBack, check_cotangents
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.neighborhoods import Loops, fill_values, gradients, pull_back
from atomarium.represent.species_columns import column_of_atoms, settle_species


class NeighborRows(ABC):
    """Settings that come to loops over the neighbors of each atom."""

    species: tuple[str, ...]
    dtype: Any

    @property
    @abstractmethod
    def loops(self) -> Loops:
        """The loops that compute rows and their derivatives, once the species are settled."""

    @property
    @abstractmethod
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""

    @abstractmethod
    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, once the species are settled."""

    def settle(self, structures: Structures) -> Self:
        """Return the same settings with species, where open, those of the structures."""
        return settle_species(self, structures)

    def compute(self, structures: Structures) -> Features:
        """Return one row for each atom.

        Raises:
            InputError: an atom is of none of the species, two atoms are in one place, or
                `find_pairs` finds a fault.
        """
        settled = self._settled_on(structures)
        values = np.zeros((structures.n_atoms, settled.n_columns), dtype=self.dtype)
        if settled.n_columns:
            fill_values(structures, settled.loops, values)
        return Features(
            values,
            "atoms",
            structures.offsets,
            names=ColumnNames(settled),
            numbers=structures.numbers,
        )

    def pull_back(
        self, structures: Structures, cotangents: Float[np.ndarray, "atoms columns"]
    ) -> PulledBack:
        """Return the derivatives of Σ cotangents · features with positions and strain.

        Raises:
            InputError: as `compute`, and the cotangents do not have the shape of the features.
        """
        settled = self._settled_on(structures)
        check_cotangents(cotangents, (structures.n_atoms, settled.n_columns))
        if not settled.n_columns:
            return PulledBack(np.zeros((0, 3)), np.zeros((len(structures), 3, 3)))
        return pull_back(structures, settled.loops, cotangents)

    def gradients(self, structures: Structures) -> Gradients:
        """Return the derivatives of every feature with every atom that it depends on.

        Raises:
            InputError: as `compute`.
        """
        settled = self._settled_on(structures)
        if not settled.n_columns:
            nothing = np.zeros(0, dtype=np.int64)
            return Gradients(nothing, nothing.copy(), np.zeros((0, 3, 0)))
        return gradients(structures, settled.loops, settled.n_columns)

    def _settled_on(self, structures: Structures) -> Self:
        settled = self.settle(structures)
        column_of_atoms(structures, settled.species)
        return settled
