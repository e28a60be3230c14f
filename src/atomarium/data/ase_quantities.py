"""What rows of an ASE database hold beside structures, sorted into targets and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.dataset import Target
from atomarium.core.errors import InputError
from atomarium.core.features import Rows
from atomarium.core.segments import offsets_of, rows_of_segments
from atomarium.data.columns import id_columns, label_of
from atomarium.data.described import make_target

#: Arrays that belong to a structure even where their length is that of the atoms, and to atoms
#: even where there is one atom.
_OF_STRUCTURES = {"dipole", "dipole_moment", "stress", "virial", "polarizability"}
_OF_ATOMS = {"forces", "momenta", "velocities", "magmoms", "charges", "masses"}
#: Where 11 12 13 21 22 23 31 32 33 stand in ASE's order of six: 11 22 33 23 13 12.
_FULL_FROM_SIX = [0, 5, 4, 5, 1, 3, 4, 3, 2]


@dataclass(frozen=True)
class _Held:
    """Arrays of one shape, or texts, of some structures."""

    structures: Int64[np.ndarray, "rows"]
    values: np.ndarray


class Quantities:
    """Collects the quantities of many rows; see `settle`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = 0
        self._sizes: list[np.ndarray] = []
        self._held: dict[str, list[_Held]] = {}
        self._units: dict[str, str] = {}
        self._rows: dict[str, Rows] = {}

    def begin(self, first: int, sizes: Int64[np.ndarray, "structures"]) -> None:
        """Announce rows: the number of the first structure, and the atoms of each."""
        self._first = first
        self._sizes.append(sizes)

    def add(self, name: str, rows: Int64[np.ndarray, "rows"], values: np.ndarray) -> None:
        """Take in arrays of one shape."""
        self._held.setdefault(name, []).append(_Held(rows + self._first, values))

    def add_own(self, name: str, values: Sequence[Any], *, unit: str, of: Rows) -> None:
        """Take in a column of ASE's own; data of the same name come first.

        Args:
            name: What it is called.
            values: A number or an array for each row, None where there is none.
            unit: As core.units reads it.
            of: Whether structures or atoms have the numbers.
        """
        rows = [r for r, value in enumerate(values) if value is not None]
        if not rows:
            return
        name = f"calculator_{name}" if name in self._held and name not in self._units else name
        self._units[name], self._rows[name] = unit, of
        by_shape: dict[tuple[int, ...], list[int]] = {}
        arrays = {r: self._shaped(name, r, values[r], of) for r in rows}
        for r, array in arrays.items():
            by_shape.setdefault(array.shape, []).append(r)
        for members in by_shape.values():
            self.add(name, np.array(members), np.stack([arrays[r] for r in members]))

    def _shaped(self, name: str, row: int, value: Any, of: Rows) -> np.ndarray:
        array = np.asarray(value, dtype=np.float64)
        if name.endswith("stress") and array.size == 6:
            return array.ravel()[_FULL_FROM_SIX].reshape(1, 9)
        size = int(self._sizes[-1][row])
        if of == "atoms" and size and array.size % size == 0:
            return array.reshape(size, -1)
        return array.reshape(1, -1)

    def add_pairs(self, name: str, rows: list[int], values: list[Any]) -> None:
        """Take in key-value pairs: numbers, texts or truth values."""
        is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        words = ["T" if v is True else "F" if v is False else str(v) for v in values]
        entries = np.array(values, dtype=np.float64) if is_number else np.array(words)
        self.add(name, np.array(rows), entries)

    def settle(
        self, metadata: Mapping[str, Any], row_ids: Sequence[int]
    ) -> tuple[tuple[str, ...], dict[str, Target], dict[str, np.ndarray]]:
        """Return ids, targets and labels of all rows.

        Args:
            metadata: Of the database: units, free atoms, and what our own writer noted.
            row_ids: The numbers of the rows, for messages.

        Raises:
            InputError: the metadata name a property that a row has not, or the shape of an array
                fits neither structures nor atoms.
        """
        units = metadata.get("_property_unit_dict") or {}
        for name in units:
            self._check_complete(name, row_ids)
        ours = (metadata.get("atomarium") or {}).get("targets", {})
        offsets = offsets_of(np.concatenate(self._sizes))
        targets: dict[str, Target] = {}
        labels: dict[str, np.ndarray] = {}
        rows = self._rows | {name: about["rows"] for name, about in ours.items()}
        kinds = (metadata.get("atomarium") or {}).get("labels", {})
        for name, held in self._held.items():
            if kinds.get(name, "text") not in {"text", "|b1"}:
                values = self._target(name, held, offsets, "structures").scalar
                labels[name] = values.astype(np.dtype(kinds[name]))
                continue
            if any(one.values.dtype.kind == "U" for one in held):
                words = self._words(held, len(row_ids))
                is_text = kinds.get(name) == "text"
                labels[name] = np.array(words, dtype=str) if is_text else label_of(words)
                continue
            target = self._target(name, held, offsets, rows.get(name))
            references = np.asarray((metadata.get("atomrefs") or {}).get(name) or [], dtype=float)
            unit = units.get(name) or self._units.get(name, "")
            targets[name] = replace(target, unit=unit, references=references.ravel())
        for name, described in ours.items():
            if name in targets:
                targets[name] = self._described(name, described, targets[name])
        return self._ids(targets, labels), targets, labels

    def _described(self, name: str, described: dict[str, Any], target: Target) -> Target:
        try:
            return make_target(name, described, target.values)
        except InputError as error:
            raise InputError(f"{self._path}: the metadata cannot be read: {error}") from error

    def _check_complete(self, name: str, row_ids: Sequence[int]) -> None:
        found = [one.structures for one in self._held.get(name, [])]
        missing = np.setdiff1d(np.arange(len(row_ids)), np.concatenate(found or [np.zeros(0)]))
        if len(missing):
            row = row_ids[int(missing[0])]
            raise InputError(
                f"{self._path}, row {row}: has no {name!r}, which the metadata say every row has"
            )

    @staticmethod
    def _words(held: list[_Held], n_structures: int) -> list[str]:
        words = [""] * n_structures
        for one in held:
            for s, entry in zip(one.structures.tolist(), one.values.tolist(), strict=True):
                words[s] = str(entry)
        return words

    def _target(
        self,
        name: str,
        held: list[_Held],
        offsets: Int64[np.ndarray, "borders"],
        rows: Rows | None,
    ) -> Target:
        if (rows or self._rows_of(name, held, np.diff(offsets))) == "atoms":
            width = max((one.values[0, 0].size for one in held if one.values.size), default=1)
            values = np.full((int(offsets[-1]), width), np.nan)
            for one in held:
                atoms, _ = rows_of_segments(offsets, one.structures)
                values[atoms] = self._rectangular(name, one.values, len(atoms), width)
            return Target(name=name, values=values, per="atom", rows="atoms")
        width = held[0].values[0].size
        values = np.full((len(offsets) - 1, width), np.nan)
        for one in held:
            n_rows = len(one.structures)
            values[one.structures] = self._rectangular(name, one.values, n_rows, width)
        return Target(name=name, values=values)

    def _rows_of(
        self, name: str, held: list[_Held], sizes: Int64[np.ndarray, "structures"]
    ) -> Rows:
        lengths = [one.values.shape[1] if one.values.ndim > 1 else 0 for one in held]
        fits_atoms = all(
            np.all(sizes[one.structures] == length)
            for one, length in zip(held, lengths, strict=True)
        )
        if fits_atoms and name not in _OF_STRUCTURES and (set(lengths) != {1} or name in _OF_ATOMS):
            return "atoms"
        return "structures"

    def _rectangular(
        self, name: str, values: np.ndarray, n_rows: int, width: int
    ) -> Float64[np.ndarray, "rows width"]:
        if values.size != n_rows * width:
            raise InputError(
                f"{self._path}: {name!r} of shape {values.shape[1:]} fits neither one value for "
                f"each structure nor one for each atom"
            )
        return values.reshape(n_rows, width)

    @staticmethod
    def _ids(targets: dict[str, Target], labels: dict[str, np.ndarray]) -> tuple[str, ...]:
        for name in id_columns([*labels, *targets]):
            words = [str(word) for word in labels[name].tolist()] if name in labels else []
            if words and all(words) and len(set(words)) == len(words):
                del labels[name]
                return tuple(words)
        return ()
