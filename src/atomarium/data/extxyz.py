"""Read extended XYZ: plain or compressed, any columns, any keys.

The file is read in blocks of some megabytes, each parsed by numpy as a whole. Numbers of a
structure become targets, text becomes labels, columns of atoms become targets with a row for each
atom; words of atoms become one label with the words of a structure, a blank between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.progress import progress
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.data.columns import WordColumn, choose_ids, numbers_of, split_columns
from atomarium.data.compressed import opened
from atomarium.data.extxyz_atoms import PLAIN, parse_atoms, parse_properties
from atomarium.data.extxyz_comments import parse_comments
from atomarium.data.extxyz_frames import Frames, walk_frames
from atomarium.data.row_error import RowError

_BLOCK = 2**22
_TRUTH = {"T": True, "true": True, "1": True, "F": False, "false": False, "0": False}
#: Nine numbers of these stand column by column, as ASE writes them; others row by row.
COLUMN_BY_COLUMN = ("stress", "virial")


def read(path: Path) -> Dataset:
    """Read a file of extended or plain XYZ.

    Raises:
        InputError: the file is empty, cut off or no XYZ; the message names the line.
    """
    collected = _Collected(path)
    for frames in _blocks_of(path):
        collected.take_in(frames)
    if not collected.n_structures:
        raise InputError(f"{path}: is empty")
    return collected.dataset()


def _blocks_of(path: Path) -> Iterator[Frames]:
    with (
        opened(path) as source,
        progress(f"reading {path.name}, kB", path.stat().st_size // 1000) as bar,
    ):
        rest, line, size = b"", 1, _BLOCK
        while block := source.read(size):
            text = rest + block
            frames, n_bytes = walk_frames(text, path=path, first_line=line)
            # One structure may be longer than a block.
            size = _BLOCK if n_bytes else 2 * size
            rest, line = text[n_bytes:], frames.next_line
            bar.advance(source.position // 1000 - bar.done)
            yield frames
        if rest.strip():
            yield walk_frames(rest, path=path, first_line=line, is_end=True)[0]


@dataclass
class _Collected:
    """What the blocks so far said."""

    path: Path
    n_structures: int = 0
    n_atoms: int = 0
    lines: list[np.ndarray] = field(default_factory=list)
    sizes: list[np.ndarray] = field(default_factory=list)
    numbers: list[np.ndarray] = field(default_factory=list)
    positions: list[np.ndarray] = field(default_factory=list)
    cells: list[np.ndarray] = field(default_factory=list)
    periodic: list[np.ndarray] = field(default_factory=list)
    columns: dict[str, WordColumn] = field(default_factory=dict)
    atom_values: dict[str, list[tuple[int, np.ndarray]]] = field(default_factory=dict)
    atom_words: dict[str, WordColumn] = field(default_factory=dict)

    def take_in(self, frames: Frames) -> None:
        """Add the structures of one block."""
        first, n_new = self.n_structures, len(frames.lines)
        if not n_new:
            return
        try:
            columns = parse_comments(frames.comments)
        except RowError as error:
            line = frames.lines[error.row] + 1
            raise InputError(f"{self.path}, line {line}: {error}") from error
        layouts = columns.pop("Properties", [""] * n_new)
        lattices, flags = columns.pop("Lattice", None), columns.pop("pbc", None)
        cells = np.zeros((n_new, 3, 3)) if lattices is None else self._cells(frames, lattices)
        self.cells.append(cells)
        self.periodic.append(self._periodic(frames, flags or [""] * n_new, cells))
        for key, words in columns.items():
            self.columns.setdefault(key, WordColumn()).add(first, words)
        for properties, run in groupby(range(n_new), layouts.__getitem__):
            members = list(run)
            self._take_in_atoms(frames, properties, members[0], members[-1] + 1)
        self.lines.append(np.array(frames.lines, dtype=np.int64))
        self.sizes.append(np.array(frames.sizes, dtype=np.int64))
        self.n_structures += n_new

    def _take_in_atoms(self, frames: Frames, properties: str, start: int, stop: int) -> None:
        sizes = frames.sizes[start:stop]
        text = b"\n".join(
            body for body, size in zip(frames.bodies[start:stop], sizes, strict=True) if size
        )
        try:
            layout = parse_properties(properties or PLAIN)
        except InputError as error:
            line = frames.lines[start] + 1
            raise InputError(f"{self.path}, line {line}: {error}") from error
        try:
            table = parse_atoms(text, sum(sizes), layout)
        except RowError as error:
            line = frames.line_of_atom(start, error.row)
            raise InputError(f"{self.path}, line {line}: {error}") from error
        first_atom, first_structure = self.n_atoms, self.n_structures + start
        self.n_atoms += len(table.numbers)
        self.numbers.append(table.numbers)
        self.positions.append(table.positions)
        for name, values in table.values.items():
            self.atom_values.setdefault(name, []).append((first_atom, values))
        borders = np.cumsum([0, *sizes]).tolist()
        for name, words in table.words.items():
            joined = [" ".join(words[a:b]) for a, b in pairwise(borders)]
            self.atom_words.setdefault(name, WordColumn()).add(first_structure, joined)

    def _cells(self, frames: Frames, words: list[str]) -> Float64[np.ndarray, "structures 3 3"]:
        values = numbers_of(words)
        if values is not None and values.shape[1] == 9:
            return np.nan_to_num(values, nan=0.0).reshape(-1, 3, 3)
        cells = np.zeros((len(words), 3, 3))
        for s, word in enumerate(words):
            one = numbers_of([word]) if word else np.zeros((1, 9))
            if one is None or one.size not in {3, 9} or not np.isfinite(one).all():
                where = f"{self.path}, line {frames.lines[s] + 1}"
                raise InputError(
                    f"{where}: Lattice needs 9 numbers (or 3, at right angles): {word}"
                )
            cells[s] = np.diag(one[0]) if one.size == 3 else one.reshape(3, 3)
        return cells

    def _periodic(
        self, frames: Frames, words: list[str], cells: Float64[np.ndarray, "structures 3 3"]
    ) -> Bool[np.ndarray, "structures 3"]:
        known = {word: _flags(word) for word in set(words) if word}
        for s, word in enumerate(words):
            if word and len(known[word]) != 3:
                where = f"{self.path}, line {frames.lines[s] + 1}"
                raise InputError(f'{where}: pbc={word!r} is not three of T and F, as in "T T F"')
        periodic = (cells != 0).any(axis=2)
        given = np.array([bool(word) for word in words])
        if given.any():
            periodic[given] = [known[word] for word in words if word]
        return periodic

    def dataset(self) -> Dataset:
        """Put everything together."""
        n_structures = self.n_structures
        structures = Structures(
            numbers=np.concatenate(self.numbers),
            positions=np.concatenate(self.positions),
            cells=np.concatenate(self.cells),
            periodic=np.concatenate(self.periodic),
            offsets=offsets_of(np.concatenate(self.sizes)),
        )
        self._check(structures)
        id_column, ids = choose_ids(self.columns, n_structures)
        self.columns.pop(id_column, None)
        targets, labels = split_columns(self.columns, n_structures)
        for name in COLUMN_BY_COLUMN:
            if name in targets:
                targets[name] = transposed(targets[name])
        for name, pieces in self.atom_values.items():
            targets[name] = _atom_target(name, pieces, self.n_atoms)
        for name, column in self.atom_words.items():
            labels[name] = np.array(column.words(n_structures), dtype=str)
        return Dataset(structures=structures, targets=targets, ids=ids, labels=labels)

    def _check(self, structures: Structures) -> None:
        try:
            structures.check()
        except InputError:
            for one, line in zip(structures, np.concatenate(self.lines), strict=True):
                try:
                    one.check()
                except InputError as error:
                    complaint = re.sub(r"^structure 0(, atom \d+)?: ", "", str(error))
                    raise InputError(f"{self.path}, line {line + 1}: {complaint}") from error
            raise


def transposed(target: Target) -> Target:
    """Return a target of 3 × 3 tensors with rows for columns; others as they are."""
    if target.values.shape[1] != 9:
        return target
    values = target.values.reshape(-1, 3, 3).swapaxes(1, 2).reshape(-1, 9)
    return Target(name=target.name, values=values)


def _flags(word: str) -> list[bool]:
    words = re.split(r"[\s,]+", word.strip("[]{}() "))
    flags = [_TRUTH.get(one if one in _TRUTH else one.lower()) for one in words]
    known = [flag for flag in flags if flag is not None]
    return known if len(known) == len(words) else []


def _atom_target(name: str, pieces: list[tuple[int, np.ndarray]], n_atoms: int) -> Target:
    width = max(values.shape[1] for _, values in pieces)
    rows = np.full((n_atoms, width), np.nan)
    for first, values in pieces:
        if values.shape[1] != width:
            raise InputError(f"{name!r} has {values.shape[1]} columns here and {width} there")
        rows[first : first + len(values)] = values
    return Target(name=name, values=rows, per="atom", rows="atoms")
