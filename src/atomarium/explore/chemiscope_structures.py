"""Structures of chemiscope's files, collected one by one into flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int32

from atomarium.core.elements import NUMBERS, SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.files import parse_json
from atomarium.core.structures import Structures
from atomarium.data.compressed import read_bytes
from atomarium.explore.expected import (
    finite_at,
    is_number,
    list_at,
    object_at,
    refuse,
    texts_at,
    whole_at,
)
from atomarium.explore.scene_structures import Residues, SceneStructures

_RESIDUE_KEYS = ("resnames", "resids", "chains", "hetatom")
_NO_RESIDUE = "UNK"
_MOST_ORDER = 4

LoadStructure = Callable[[int, str, Any], Mapping[str, Any]]


class StructureCollector:
    """Takes structures as files have them, and joins them in the end.

    Args:
        load: Gives the structure that another file holds, from its number, its place and what
            stands under `data`; without it, such structures are refused.
    """

    def __init__(self, load: LoadStructure | None = None) -> None:
        self._load = load
        self._numbers: list[Int32[np.ndarray, "atoms"]] = []
        self._names: list[tuple[str, ...] | None] = []
        self._positions: list[Float64[np.ndarray, "atoms 3"]] = []
        self._cells: list[Float64[np.ndarray, "3 3"]] = []
        self._bonds: list[Int32[np.ndarray, "bonds 3"] | None] = []
        self._residues: list[tuple[Any, Any, Any, Any] | None] = []
        self._sizes: list[int] = [0]
        self._known: dict[str, str] = {}

    def add(self, given: object) -> None:
        """Take the next structure.

        Raises:
            InputError: something is missing, of another type, or of another length.
        """
        number = len(self._positions)
        place = f"structures[{number}]"
        one = object_at(place, given)
        size = whole_at(f"{place}.size", one.get("size"))
        if "data" in one and "names" not in one:
            if self._load is None:
                raise InputError(f"{place}.data: structures in other files cannot be read here")
            one = object_at(place, self._load(number, place, one["data"]))
            if one.get("size") != size:
                refuse(f"{place}.size", f"{size} as the file says that names it", one.get("size"))
        names = texts_at(f"{place}.names", one.get("names"), size)
        elements = one.get("elements")
        symbols = names if elements is None else texts_at(f"{place}.elements", elements, size)
        self._sizes.append(size)
        self._numbers.append(
            np.array([NUMBERS.get(symbol, 0) for symbol in symbols], dtype=np.int32)
        )
        axes = [finite_at(f"{place}.{axis}", one.get(axis), size) for axis in "xyz"]
        self._positions.append(np.stack(axes, axis=1))
        self._cells.append(_cell(f"{place}.cell", one.get("cell")))
        self._bonds.append(_bonds(f"{place}.bonds", one.get("bonds"), size))
        self._residues.append(_residues(place, one, size))
        self._keep_names(names)

    def finish(self) -> SceneStructures:
        """Return all structures that were taken."""
        offsets = np.cumsum(self._sizes).astype(np.int64)
        n_structures = len(self._positions)
        cells = np.stack(self._cells) if n_structures else np.zeros((0, 3, 3))
        structures = Structures(
            numbers=np.concatenate([np.zeros(0, dtype=np.int32), *self._numbers]),
            positions=np.concatenate([np.zeros((0, 3)), *self._positions]),
            cells=cells,
            periodic=(cells != 0).any(axis=2),
            offsets=offsets,
        )
        return SceneStructures(
            structures=structures,
            names=self._joined_names(),
            bonds=self._joined_bonds(offsets),
            residues=self._joined_residues(),
            bonded=self._bonded(),
        )

    def _keep_names(self, names: tuple[str, ...]) -> None:
        """Keep names that say more than the elements, each text once."""
        numbers = self._numbers[-1].tolist()
        if all(SYMBOLS[z] == name for z, name in zip(numbers, names, strict=True)):
            self._names.append(None)
        else:
            self._names.append(tuple(self._known.setdefault(name, name) for name in names))

    def _joined_names(self) -> tuple[str, ...] | None:
        if all(names is None for names in self._names):
            return None
        joined: list[str] = []
        for names, numbers in zip(self._names, self._numbers, strict=True):
            joined.extend([SYMBOLS[z] for z in numbers] if names is None else names)
        return tuple(joined)

    def _joined_bonds(self, offsets: np.ndarray) -> Int32[np.ndarray, "bonds 3"] | None:
        if all(bonds is None for bonds in self._bonds):
            return None
        parts = [np.zeros((0, 3), dtype=np.int32)]
        for bonds, first in zip(self._bonds, offsets.tolist(), strict=False):
            if bonds is not None:
                parts.append(bonds + np.array([first, first, 0], dtype=np.int32))
        return np.concatenate(parts)

    def _bonded(self) -> Bool[np.ndarray, "structures"] | None:
        told = np.array([bonds is not None for bonds in self._bonds], dtype=bool)
        return told if told.any() and not told.all() else None

    def _joined_residues(self) -> Residues | None:
        if all(one is None for one in self._residues):
            return None
        names: list[str] = []
        ids: list[int] = []
        chains: list[str] = []
        hetero: list[bool] = []
        for one, size in zip(self._residues, self._sizes[1:], strict=True):
            if one is None:
                one = ((_NO_RESIDUE,) * size, [0] * size, ("",) * size, [True] * size)  # noqa: PLW2901
            names.extend(one[0])
            ids.extend(one[1])
            chains.extend(one[2])
            hetero.extend(one[3])
        return Residues(
            names=tuple(names),
            ids=np.array(ids, dtype=np.int64),
            chains=tuple(chains),
            hetero=np.array(hetero, dtype=bool),
        )


def load_beside(path: Path) -> LoadStructure:
    """Return how to load structures that lie in files beside a file, or in folders there.

    A file that someone else has made must not show any other file of this machine.
    """
    folder = path.resolve().parent

    def load(number: int, place: str, data: Any) -> Mapping[str, Any]:
        del number
        if not isinstance(data, str):
            refuse(f"{place}.data", "the name of a file", data)
        found = (folder / data).resolve()
        if not found.is_relative_to(folder):
            raise InputError(f"{place}.data: {data!r} lies outside the folder of the data set")
        if not found.is_file():
            raise InputError(f"{place}.data: no file {data!r} beside the data set")
        try:
            return parse_json(read_bytes(found))
        except ValueError as error:
            raise InputError(f"{place}.data: {data}: not JSON: {error}") from error

    return load


def _cell(place: str, given: object) -> Float64[np.ndarray, "3 3"]:
    if given is None:
        return np.zeros((3, 3))
    return finite_at(place, given, 9).reshape(3, 3)


def _bonds(place: str, given: object, size: int) -> Int32[np.ndarray, "bonds 3"] | None:
    if given is None:
        return None
    rows = list_at(place, given)
    for i, row in enumerate(rows):
        first, second, order = list_at(f"{place}[{i}]", row, 3)
        for k, atom in enumerate((first, second)):
            if whole_at(f"{place}[{i}][{k}]", atom) >= size:
                refuse(f"{place}[{i}][{k}]", f"an atom of 0 … {size - 1}", atom)
        if whole_at(f"{place}[{i}][2]", order, 1) > _MOST_ORDER:
            refuse(f"{place}[{i}][2]", f"an order of 1 … {_MOST_ORDER}", order)
    return np.array(rows, dtype=np.int32).reshape(-1, 3)


def _residues(place: str, one: Mapping[str, Any], size: int) -> tuple[Any, Any, Any, Any] | None:
    present = [key for key in _RESIDUE_KEYS if key in one]
    if not present:
        return None
    missing = [key for key in _RESIDUE_KEYS if key not in one]
    if missing:
        raise InputError(f"{place}: has {', '.join(present)} but no {', '.join(missing)}")
    ids = list_at(f"{place}.resids", one["resids"], size)
    for i, given in enumerate(ids):
        if not is_number(given) or given != int(given):
            refuse(f"{place}.resids[{i}]", "a whole number", given)
    hetero = list_at(f"{place}.hetatom", one["hetatom"], size)
    for i, given in enumerate(hetero):
        if type(given) is not bool:
            refuse(f"{place}.hetatom[{i}]", "true or false", given)
    names = texts_at(f"{place}.resnames", one["resnames"], size)
    return names, ids, texts_at(f"{place}.chains", one["chains"], size), hetero
