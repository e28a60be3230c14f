"""Read crystals from CIF: one file, or a folder as CGCNN has it.

A folder holds a file `ID.cif` for each structure and mostly `id_prop.csv`, whose rows are id and
properties, as in CGCNN without a header, or with one. Without id_prop.csv all CIFs of the folder
are read in the order of their names. `atom_init.json`, CGCNN's numbers for elements, is not data.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.progress import progress
from atomarium.core.structures import Structures
from atomarium.data.cif_crystal import crystal_of, has_sites
from atomarium.data.cif_text import parse_cif
from atomarium.data.columns import label_of, numbers_of
from atomarium.data.compressed import read_bytes

TABLE = "id_prop.csv"


def read(path: Path) -> Dataset:
    """Read a CIF or a folder of CIFs.

    Raises:
        InputError: a file is missing or cannot be read, a site is not fully occupied, or a
            property is no number; the message names file and line.
    """
    if path.is_dir():
        return _read_folder(path)
    names, crystals = _read_file(path)
    unique = len(set(names)) == len(names) and all(names)
    return Dataset(structures=Structures.concatenate(crystals), ids=tuple(names) if unique else ())


def _read_file(path: Path) -> tuple[list[str], list[Structures]]:
    content = read_bytes(path)
    if not content.strip():
        raise InputError(f"{path}: is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Names of authors in old files are Latin 1; what we read of them is ASCII.
        text = content.decode("latin-1")
    blocks = [block for block in parse_cif(text, path) if has_sites(block)]
    if not blocks:
        raise InputError(f"{path}: has no sites with fractional coordinates")
    return [block.name for block in blocks], [crystal_of(block, path) for block in blocks]


def _read_folder(path: Path) -> Dataset:
    files = {file.stem: file for file in sorted(path.glob("*.cif"))}
    if (path / TABLE).exists():
        ids, columns = _read_table(path / TABLE, files)
    elif files:
        ids, columns = list(files), {}
    else:
        raise InputError(f"{path}: has no CIF and no {TABLE}")
    crystals: list[Structures] = []
    with progress(f"reading {path.name}", len(ids)) as bar:
        for one in ids:
            _, found = _read_file(files[one])
            if len(found) != 1:
                raise InputError(f"{files[one]}: has {len(found)} structures, expected one")
            crystals += found
            bar.advance()
    targets: dict[str, Target] = {}
    labels: dict[str, np.ndarray] = {}
    for name, words in columns.items():
        values = numbers_of(words)
        if values is None:
            labels[name] = label_of(words)
        else:
            targets[name] = Target(name=name, values=values)
    structures = Structures.concatenate(crystals)
    return Dataset(structures=structures, targets=targets, ids=tuple(ids), labels=labels)


def _read_table(place: Path, files: dict[str, Path]) -> tuple[list[str], dict[str, list[str]]]:
    try:
        text = read_bytes(place).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 text") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise InputError(f"{place}, line {reader.line_num}: {error}") from error
    if not rows:
        raise InputError(f"{place}: is empty")
    _, first = rows[0]
    has_header = first[0] not in files and any(numbers_of([cell]) is None for cell in first[1:])
    n_columns = len(first)
    if has_header:
        names = first[1:]
        rows = rows[1:]
    else:
        several = n_columns > 2
        names = [f"target_{n}" if several else "target" for n in range(1, n_columns)]
    if len(set(names)) < len(names) or not rows:
        raise InputError(f"{place}, line 1: needs different names and rows below them")
    _check_rows(place, rows, files, n_columns)
    if not has_header:
        _check_numbers(place, rows)
    columns = {name: [row[c] for _, row in rows] for c, name in enumerate(names, start=1)}
    return [row[0] for _, row in rows], columns


def _check_rows(
    place: Path, rows: list[tuple[int, list[str]]], files: dict[str, Path], n_columns: int
) -> None:
    seen: dict[str, int] = {}
    for line, row in rows:
        where = f"{place}, line {line}"
        if len(row) != n_columns:
            raise InputError(f"{where}: {len(row)} columns, expected {n_columns}")
        if row[0] in seen:
            raise InputError(f"{where}: the id {row[0]!r} stands in line {seen[row[0]]} already")
        if row[0] not in files:
            hint = did_you_mean(row[0], list(files)[:10]) if files else "; there is no CIF at all"
            raise InputError(f"{where}: no file {row[0] + '.cif'!r} for this id{hint}")
        seen[row[0]] = line


def _check_numbers(place: Path, rows: list[tuple[int, list[str]]]) -> None:
    for line, row in rows:
        for cell in row[1:]:
            values = numbers_of([cell])
            if cell and (values is None or values.shape != (1, 1)):
                raise InputError(f"{place}, line {line}: expected a number, got {cell!r}")
