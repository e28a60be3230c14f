"""Which of the species that settings name each atom is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64

from atomarium.core.elements import SYMBOLS, number_of, symbols_of
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


def column_of_atoms(structures: Structures, species: tuple[str, ...]) -> Int64[np.ndarray, "atoms"]:
    """Return the place of each atom's element among species.

    Raises:
        InputError: an atom is of none of them.
    """
    lookup = np.full(len(SYMBOLS), -1, dtype=np.int64)
    lookup[[number_of(symbol) for symbol in species]] = np.arange(len(species))
    columns = lookup[structures.numbers]
    strangers = np.flatnonzero(columns < 0)
    if len(strangers):
        structure = structures.structure_of_atom[strangers[0]]
        stranger = symbols_of([structures.numbers[strangers[0]]])
        raise InputError(
            f"structure {structure} holds {stranger}, which is not among the species "
            f"{', '.join(species)}"
        )
    return columns
