"""The species that settings name, and which of them each atom is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from jaxtyping import Int64

from atomarium.core.elements import SYMBOLS, number_of, symbols_of
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


@runtime_checkable
class NamesSpecies(Protocol):
    """Settings that name species, or leave them open."""

    @property
    def species(self) -> tuple[str, ...]:
        """Symbols of the elements; empty while they are open."""
        ...


Settings = TypeVar("Settings", bound=NamesSpecies)


def settle_species(settings: Settings, structures: Structures) -> Settings:
    """Return the same settings with species, where open, those of the structures."""
    if settings.species:
        return settings
    species = tuple(SYMBOLS[z] for z in structures.species)
    return replace(cast("Any", settings), species=species)


def check_species(species: tuple[str, ...]) -> None:
    """Look whether symbols are those of elements that differ.

    Raises:
        InputError: there is no such element, or one stands there twice.
    """
    for symbol in species:
        number_of(symbol)
    if len(set(species)) != len(species):
        raise InputError(f"species must differ, got {', '.join(species)}")


def ordered_species(species: tuple[str, ...]) -> tuple[str, ...]:
    """Return symbols by ascending atomic number.

    Raises:
        InputError: there is no such element, or one stands there twice.
    """
    check_species(species)
    return tuple(sorted(species, key=number_of))


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
