"""Read databases of ASE (SQLite), those of SchNetPack with their units and free atoms.

Rows are read by SQL, arrays straight from their bytes. Quantities of calculators, key-value pairs
and data become targets, texts become labels. Constraints and calculators are left behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.files import parse_json
from atomarium.core.progress import progress
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.data.ase_quantities import Quantities
from atomarium.data.ase_rows import decode_data
from atomarium.data.described import make_provenance
from atomarium.data.row_error import RowError

_NEWEST_VERSION = 9
#: What is raised where rows or metadata hold other things than ASE writes.
_BROKEN = (
    sqlite3.Error,
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    OverflowError,
    RecursionError,
)
_ROWS_AT_ONCE = 10_000
_COLUMNS = ("id", "numbers", "positions", "cell", "pbc", "key_value_pairs", "data")
#: Columns of calculators and of atoms, and their units, which are those of ASE.
_NUMBERS = {"energy": "eV", "free_energy": "eV", "magmom": ""}
_ARRAYS = {"stress": "eV/Å^3", "dipole": "e Å"}
_ATOM_ARRAYS = {
    "forces": "eV/Å",
    "magmoms": "",
    "charges": "e",
    "momenta": "",
    "initial_magmoms": "",
    "initial_charges": "e",
    "masses": "u",
}


def read(path: Path) -> Dataset:
    """Read a database of ASE.

    Raises:
        InputError: it is no SQLite file, has no structures, or a row cannot be decoded.
    """
    with path.open("rb") as stream:
        if stream.read(16) != b"SQLite format 3\0":
            raise InputError(f"{path}: is no SQLite file, so no database of ASE")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            _restrain(path, database)
            metadata = _metadata(path, database)
            parts = _Parts(path)
            for rows in _rows(path, database):
                parts.take_in(rows)
        return parts.dataset(metadata)
    except InputError:
        raise
    except _BROKEN as error:
        raise InputError(f"{path}: no database of ASE, or a broken one: {error}") from error


def _restrain(path: Path, database: sqlite3.Connection) -> None:
    """Let a file neither compute without end nor make values larger than itself.

    Raises:
        sqlite3.DatabaseError: what should be a table is a view, or not there.
    """
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(2**20, path.stat().st_size))
    for name in ("information", "systems"):
        found = database.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,))
        if found.fetchall() != [("table",)]:
            raise sqlite3.DatabaseError(f"no such table: {name}")


def _metadata(path: Path, database: sqlite3.Connection) -> dict[str, Any]:
    found = dict(database.execute("SELECT name, value FROM information"))
    version = str(found.get("version", "none"))
    if not version.isdecimal() or int(version) > _NEWEST_VERSION:
        raise InputError(
            f"{path}: version {version} of ASE's format; up to {_NEWEST_VERSION} is read"
        )
    try:
        metadata = parse_json(found.get("metadata") or "{}")
    except ValueError as error:
        raise InputError(f"{path}: the metadata are no JSON: {error}") from error
    return metadata if isinstance(metadata, dict) else {}


def _rows(path: Path, database: sqlite3.Connection) -> Iterator[dict[str, Sequence[Any]]]:
    columns = [*_COLUMNS, *_NUMBERS, *_ARRAYS, *_ATOM_ARRAYS]
    (n_rows,) = database.execute("SELECT COUNT(*) FROM systems").fetchone()
    if not n_rows:
        raise InputError(f"{path}: has no structures")
    cursor = database.execute(f"SELECT {', '.join(columns)} FROM systems ORDER BY id")  # noqa: S608 - our own names
    with progress(f"reading {path.name}", n_rows) as bar:
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield dict(zip(columns, zip(*rows, strict=True), strict=True))
            bar.advance(len(rows))


class _Parts:
    """What the rows so far said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._structures: list[Structures] = []
        self._quantities = Quantities(path)
        self._row_ids: list[int] = []

    def take_in(self, rows: Mapping[str, Sequence[Any]]) -> None:
        """Add some rows."""
        first = len(self._row_ids)
        self._row_ids += rows["id"]
        structures = self._structures_of(rows)
        self._structures.append(structures)
        self._quantities.begin(first, structures.sizes)
        try:
            for piece in decode_data(rows["data"]):
                self._quantities.add(piece.name, piece.rows, piece.values)
        except RowError as error:
            where = f"{self._path}, row {rows['id'][error.row]}"
            raise InputError(f"{where}: {error}") from error
        self._take_in_pairs(rows)
        for name, unit in _NUMBERS.items():
            self._quantities.add_own(name, rows[name], unit=unit, of="structures")
        for name, unit in _ARRAYS.items():
            arrays = [_floats(blob) for blob in rows[name]]
            self._quantities.add_own(name, arrays, unit=unit, of="structures")
        for name, unit in _ATOM_ARRAYS.items():
            arrays = [_floats(blob) for blob in rows[name]]
            self._quantities.add_own(name, arrays, unit=unit, of="atoms")

    def _structures_of(self, rows: Mapping[str, Sequence[Any]]) -> Structures:
        sizes = [len(blob or b"") // 4 for blob in rows["numbers"]]
        for size, positions, cell, row in zip(
            sizes, rows["positions"], rows["cell"], rows["id"], strict=True
        ):
            if len(positions or b"") != 24 * size or len(cell or b"") != 72:
                raise InputError(
                    f"{self._path}, row {row}: {size} elements, other positions or cell"
                )
        flags = np.array([flag or 0 for flag in rows["pbc"]], dtype=np.int64)
        return Structures(
            numbers=np.frombuffer(b"".join(rows["numbers"]), "<i4").astype(np.int32),
            positions=_joined(rows["positions"]).reshape(-1, 3),
            cells=_joined(rows["cell"]).reshape(-1, 3, 3),
            periodic=(flags[:, None] & np.array([1, 2, 4])) > 0,
            offsets=offsets_of(sizes),
        )

    def _take_in_pairs(self, rows: Mapping[str, Sequence[Any]]) -> None:
        members = [
            r for r, text in enumerate(rows["key_value_pairs"]) if text not in {None, "", "{}"}
        ]
        texts = [rows["key_value_pairs"][r] for r in members]
        try:
            pairs = parse_json(f"[{','.join(texts)}]")
        except ValueError as error:
            raise InputError(f"{self._path}: key-value pairs are no JSON: {error}") from error
        by_key: dict[str, tuple[list[int], list[Any]]] = {}
        for row, entries in zip(members, pairs, strict=True):
            for key, value in entries.items():
                found = by_key.setdefault(key, ([], []))
                found[0].append(row)
                found[1].append(value)
        for key, (with_key, values) in by_key.items():
            self._quantities.add_pairs(key, with_key, values)

    def dataset(self, metadata: Mapping[str, Any]) -> Dataset:
        """Put everything together."""
        structures = Structures.concatenate(self._structures)
        unit = metadata.get("_distance_unit") or "Å"
        if convert(1.0, str(unit), "Å") != 1.0:
            structures = _in_angstrom(structures, convert(1.0, str(unit), "Å"))
        try:
            structures.check()
        except InputError as error:
            raise InputError(f"{self._path}: {error}, counted from 0") from error
        ids, targets, labels = self._quantities.settle(metadata, self._row_ids)
        ours = metadata.get("atomarium") or {}
        try:
            provenance = make_provenance(ours.get("provenance", {}))
        except InputError as error:
            raise InputError(f"{self._path}: the metadata cannot be read: {error}") from error
        return Dataset(
            structures=structures,
            targets=targets,
            ids=ids,
            labels=labels,
            provenance=provenance,
        )


def _floats(blob: bytes | None) -> Float64[np.ndarray, "numbers"] | None:
    return None if blob is None else np.frombuffer(blob, "<f8").astype(np.float64)


def _joined(blobs: Sequence[bytes]) -> Float64[np.ndarray, "numbers"]:
    return np.frombuffer(b"".join(blobs), "<f8").astype(np.float64)


def _in_angstrom(structures: Structures, factor: float) -> Structures:
    return Structures(
        numbers=structures.numbers,
        positions=structures.positions * factor,
        cells=structures.cells * factor,
        periodic=structures.periodic,
        offsets=structures.offsets,
    )
