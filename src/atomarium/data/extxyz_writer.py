"""Write extended XYZ that we and ASE read; numbers come back bit by bit.

Units, what a number is per, and provenance have no place in this format. Neither has the kind of
a label: text that looks like a number is read back as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.progress import progress
from atomarium.data.columns import name_for_ids, names_structures
from atomarium.data.compressed import opened_to_write
from atomarium.data.described import without_default_ids
from atomarium.data.extxyz import COLUMN_BY_COLUMN, transposed
from atomarium.data.extxyz_atoms import RESERVED
from atomarium.data.extxyz_comments import quoted

_STRUCTURES_AT_ONCE = 1000


def write(path: Path, dataset: Dataset) -> None:
    """Write a data set as extended XYZ, compressed when the name ends with .gz, .bz2 or .xz.

    Raises:
        InputError: the name of a target or a label cannot stand in this format.
    """
    _check_names(path, dataset)
    starts = range(0, len(dataset), _STRUCTURES_AT_ONCE)
    with (
        written_atomically(path) as part,
        opened_to_write(part, path.name) as stream,
        progress(f"writing {path.name}", len(dataset)) as bar,
    ):
        keys = _keys(dataset)
        for start in starts:
            stop = min(start + _STRUCTURES_AT_ONCE, len(dataset))
            stream.write("".join(_texts(dataset, keys, start, stop)).encode())
            bar.advance(stop - start)


def _check_names(path: Path, dataset: Dataset) -> None:
    for name in [*dataset.targets, *dataset.labels]:
        if name.lower() in {"lattice", "properties", "pbc", ""}:
            raise InputError(f"{path}: extended XYZ uses the name {name!r} itself; rename it")
    for name, target in dataset.targets.items():
        unfit = name in RESERVED or ":" in name or quoted(name) != name
        if target.rows == "atoms" and unfit:
            raise InputError(f"{path}: {name!r} cannot name a column of atoms; rename the target")
    for name, label in dataset.labels.items():
        if any("\0" in str(word) for word in np.asarray(label).tolist()):
            raise InputError(f"{path}: label {name!r} has NUL characters, which are no text")


def _keys(dataset: Dataset) -> dict[str, list[str]]:
    """Return the text `key=value` of every structure by key, all but the layout."""
    keys: dict[str, list[str]] = {}
    taken = [*dataset.targets, *dataset.labels]
    if without_default_ids(dataset) or any(map(names_structures, taken)):
        keys[name_for_ids(taken)] = [quoted(one) for one in dataset.ids]
    for name, target in dataset.targets.items():
        if target.rows == "structures":
            keys[name] = _words_of(target)
    for name, label in dataset.labels.items():
        entries = np.asarray(label).tolist()
        keys[name] = [_word(entry) for entry in entries]
    return {key: [f"{quoted(key)}={word}" for word in words] for key, words in keys.items()}


def _words_of(target: Target) -> list[str]:
    if target.name in COLUMN_BY_COLUMN:
        target = transposed(target)
    rows = target.values.tolist()
    if target.values.shape[1] == 1:
        return [repr(number) for (number,) in rows]
    return [f'"{" ".join(map(repr, row))}"' for row in rows]


def _word(entry: object) -> str:
    if isinstance(entry, bool):
        return "T" if entry else "F"
    return quoted(str(entry))


def _texts(dataset: Dataset, keys: dict[str, list[str]], start: int, stop: int) -> Iterator[str]:
    part = dataset.structures[start:stop]
    first = int(dataset.structures.offsets[start])
    by_atom = {
        name: target.values[first : first + part.n_atoms]
        for name, target in dataset.targets.items()
        if target.rows == "atoms"
    }
    properties = "Properties=species:S:1:pos:R:3"
    properties += "".join(f":{name}:R:{rows.shape[1]}" for name, rows in by_atom.items())
    columns = [[SYMBOLS[number] for number in part.numbers.tolist()]]
    for rows in (part.positions, *by_atom.values()):
        columns += [list(map(repr, column)) for column in rows.T.tolist()]
    lines = [" ".join(words) for words in zip(*columns, strict=True)]
    has_cell = (part.cells != 0).any(axis=(1, 2)).tolist()
    cells = part.cells.reshape(-1, 9).tolist()
    periodic = part.periodic.tolist()
    for s, (begin, end) in enumerate(zip(part.offsets[:-1], part.offsets[1:], strict=True)):
        lattice = [f'Lattice="{" ".join(map(repr, cells[s]))}"'] if has_cell[s] else []
        flags = " ".join("T" if flag else "F" for flag in periodic[s])
        entries = [words[start + s] for words in keys.values()]
        comment = " ".join([*lattice, properties, f'pbc="{flags}"', *entries])
        yield "\n".join([str(end - begin), comment, *lines[begin:end], ""])
