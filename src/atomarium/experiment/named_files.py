"""Files of numbers that settings name: maps of elements, tables of atoms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from atomarium.core.errors import InputError


def hashed_files(plain: object) -> dict[str, str]:
    """Return the hash of what is in each JSON file that a plain text form of settings names.

    Args:
        plain: Texts, numbers, and lists and tables of them; texts that end with `.json` are names.

    Raises:
        InputError: a file cannot be opened.
    """
    return {name: _hash_of(name) for name in sorted(set(_names_in(plain)))}


def _hash_of(name: str) -> str:
    try:
        return hashlib.sha256(Path(name).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{name}: cannot be opened: {error.strerror}") from None


def _names_in(plain: object) -> Iterator[str]:
    if isinstance(plain, str):
        if plain.endswith(".json"):
            yield plain
    elif isinstance(plain, Mapping):
        for value in cast("Mapping[str, object]", plain).values():
            yield from _names_in(value)
    elif isinstance(plain, Sequence):
        for value in cast("Sequence[object]", plain):
            yield from _names_in(value)
