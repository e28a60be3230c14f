"""Write databases of ASE that ASE, SchNetPack and we read.

Targets are arrays in the rows' data, as SchNetPack wants them: structures have a leading 1, tensors
are 3 × 3. Units stand in the metadata in the words of ASE; what the format has no place for, what a
number is per and provenance, stands there under `atomarium`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.progress import progress
from atomarium.core.segments import segment_sum
from atomarium.data.columns import name_for_ids, names_structures
from atomarium.data.described import describe_provenance, describe_target, without_default_ids

_N_COLUMNS = 33
_POWER = re.compile(r"(?P<before>^|[ /]) *(?P<name>[^\d\s^/]+|a0)\^(?P<power>-?\d+)")
_SHAPES = {1: (), 3: (3,), 9: (3, 3)}


def write(path: Path, dataset: Dataset) -> None:
    """Write a data set as a database of ASE.

    Raises:
        InputError: ASE keeps the name of a label for itself, or the label is neither text nor
            numbers.
    """
    from ase.db.sqlite import index_statements, init_statements

    keys = _keys(path, dataset)
    with (
        written_atomically(path) as part,
        closing(sqlite3.connect(part)) as database,
        progress(f"writing {path.name}", len(dataset)) as bar,
    ):
        for statement in init_statements:
            database.execute(statement)
        places = ", ".join("?" * _N_COLUMNS)
        pairs = {key: entries for key, entries in keys.items() if _is_key(key)}
        others = {key: entries for key, entries in keys.items() if key not in pairs}
        for row, values in enumerate(_rows(dataset, pairs, others), start=1):
            database.execute(f"INSERT INTO systems VALUES ({places})", values)  # noqa: S608
            _insert_keys(database, row, _given(pairs, row - 1))
            bar.advance()
        database.executemany("INSERT INTO species VALUES (?, ?, ?)", _species(dataset))
        metadata = json.dumps(_metadata(dataset), allow_nan=False)
        database.execute("INSERT INTO information VALUES ('metadata', ?)", (metadata,))
        for statement in index_statements:
            database.execute(statement)
        database.commit()


def _keys(path: Path, dataset: Dataset) -> dict[str, list[Any]]:
    """Return labels and ids by name as plain values; empty text is none."""
    keys: dict[str, list[Any]] = {}
    taken = [*dataset.targets, *dataset.labels]
    if without_default_ids(dataset) or any(map(names_structures, dataset.labels)):
        # `id` is the number of the row.
        keys[name_for_ids([*taken, "id"])] = list(dataset.ids)
    for name, label in dataset.labels.items():
        if name in dataset.targets:
            raise InputError(f"{path}: {name!r} is a target and a label; rename one")
        entries = np.asarray(label).tolist()
        if not all(isinstance(entry, str | int | float) for entry in entries):
            raise InputError(f"{path}: label {name!r} holds neither text nor numbers")
        keys[name] = entries
    return keys


def _is_key(name: str) -> bool:
    """Say whether ASE takes a key-value pair of this name; `formula` and `C` it does not."""
    from ase.db.core import reserved_keys, word

    return bool(word.match(name)) and name not in reserved_keys


def _given(keys: dict[str, list[Any]], s: int) -> dict[str, Any]:
    return {key: entries[s] for key, entries in keys.items() if entries[s] != ""}


def _rows(
    dataset: Dataset, pairs: dict[str, list[Any]], others: dict[str, list[Any]]
) -> Iterator[tuple[Any, ...]]:
    from ase.data import atomic_masses
    from ase.db.core import now, object_to_bytes

    time = now()
    structures = dataset.structures
    masses = segment_sum(atomic_masses[structures.numbers][:, None], structures.offsets)[:, 0]
    volumes = structures.volumes
    borders = structures.offsets.tolist()
    nothing = (None,) * 5
    for s, (begin, end) in enumerate(pairwise(borders)):
        numbers = structures.numbers[begin:end].astype("<i4").tobytes()
        positions = structures.positions[begin:end].astype("<f8").tobytes()
        cell = structures.cells[s].astype("<f8").tobytes()
        name = hashlib.sha256(numbers + positions + cell + str(s).encode()).hexdigest()[:32]
        flags = int(structures.periodic[s] @ np.array([1, 2, 4]))
        arrays = {
            key: _array(target, *((begin, end) if target.rows == "atoms" else (s, s + 1)))
            for key, target in dataset.targets.items()
        }
        yield (
            *(None, name, time, time, None, numbers, positions, cell, flags),
            *(*nothing, None),  # magnetic moments to constraints
            *(None, None),  # calculator
            *(*nothing, None, None, None),  # its quantities
            *(
                json.dumps(_given(pairs, s)),
                object_to_bytes(arrays | _given(others, s)),
                end - begin,
                None,
                None,
            ),
            *(volumes[s] or None, masses[s], 0.0),
        )


def _array(target: Target, begin: int, end: int) -> np.ndarray:
    rows = target.values[begin:end].astype("<f8", copy=False)
    return rows.reshape(len(rows), *_SHAPES.get(rows.shape[1], rows.shape[1:]))


def _insert_keys(database: sqlite3.Connection, row: int, given: dict[str, Any]) -> None:
    database.executemany("INSERT INTO keys VALUES (?, ?)", [(key, row) for key in given])
    for table, kind in (("text_key_values", str), ("number_key_values", int | float)):
        chosen = [(key, entry, row) for key, entry in given.items() if isinstance(entry, kind)]
        database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", chosen)  # noqa: S608


def _species(dataset: Dataset) -> Iterator[tuple[int, int, int]]:
    structures = dataset.structures
    for z in structures.species:
        counts = structures.composition([z])[:, 0]
        for s in np.flatnonzero(counts).tolist():
            yield z, int(counts[s]), s + 1


def _metadata(dataset: Dataset) -> dict[str, Any]:
    return {
        "_distance_unit": "Ang",
        "_property_unit_dict": {
            name: _in_words_of_ase(target.unit) or None for name, target in dataset.targets.items()
        },
        "atomrefs": {
            name: [0.0 if np.isnan(one) else float(one) for one in target.references]
            for name, target in dataset.targets.items()
            if len(target.references)
        },
        "atomarium": {
            "targets": {name: describe_target(target) for name, target in dataset.targets.items()},
            "labels": {
                name: "text"
                if np.asarray(label).dtype.kind in "UO"
                else np.asarray(label).dtype.str
                for name, label in dataset.labels.items()
            },
            "provenance": describe_provenance(dataset.provenance),
        },
    }


def _in_words_of_ase(unit: str) -> str:
    """Return a unit as SchNetPack reads it: without Å and powers, `eV/Ang/Ang/Ang`."""

    def repeated(match: re.Match[str]) -> str:
        before, name, power = match["before"], match["name"], int(match["power"])
        sign = "/" if (before == "/") == (power > 0) else " "
        return "".join([sign, sign.join([name] * abs(power))]) if power else ""

    plain = unit.replace("Å", "Ang").replace("·", " ").replace("*", " ")
    return _POWER.sub(repeated, plain).strip()
