"""Arguments of other packages: which there are, and species in any form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from atomarium.core.elements import SYMBOLS, number_of
from atomarium.core.errors import InputError, did_you_mean

Settings = dict[str, Any]
#: Stands for an argument that must be given.
REQUIRED = object()


def completed(what: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Settings:
    """Return arguments with those left out filled in.

    Args:
        what: What errors call the thing that takes them.
        given: By name.
        defaults: All there are; those that must be given are `REQUIRED`.

    Raises:
        InputError: one is unknown, or missing.
    """
    for name in given:
        if name not in defaults:
            raise InputError(f"{what} has no {name!r}{did_you_mean(name, defaults)}")
    missing = [name for name, one in defaults.items() if one is REQUIRED and name not in given]
    if missing:
        raise InputError(f"{what} needs {', '.join(missing)}")
    return {**defaults, **given}


def chosen(what: str, given: object, known: Iterable[str]) -> str:
    """Return a choice.

    Args:
        what: What errors call it.
        given: The choice.
        known: What there is to choose from.

    Raises:
        InputError: it is none of these.
    """
    names = tuple(known)
    if given not in names:
        raise InputError(f"no {what} {given!r}{did_you_mean(str(given), names)}")
    return str(given)


def symbols(species: Iterable[str | int]) -> tuple[str, ...]:
    """Return the symbols of elements given by symbol or atomic number."""
    return tuple(symbol(one) for one in species)


def symbol(element: str | int) -> str:
    """Return the symbol of an element.

    Raises:
        InputError: there is none.
    """
    if isinstance(element, str):
        return SYMBOLS[number_of(element)]
    if not 0 < element < len(SYMBOLS):
        raise InputError(f"no element has the atomic number {element}")
    return SYMBOLS[element]
