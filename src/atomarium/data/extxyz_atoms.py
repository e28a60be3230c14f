"""The lines of atoms in extended XYZ: a table whose columns `Properties` names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64, UInt8

from atomarium.core.elements import SYMBOLS, number_of
from atomarium.core.errors import InputError
from atomarium.data.decimals import parse_decimals
from atomarium.data.row_error import RowError

PLAIN = "species:S:1:pos:R:3"
_SPECIES = ("species", "symbols", "symbol", "element", "elements")
_NUMBERS = ("Z", "numbers", "atomic_numbers")
_POSITIONS = ("pos", "positions", "position")
#: Of the width of a column.
_MOST_DIGITS = 6
#: Names of columns that no target can have.
RESERVED = {*_SPECIES, *_NUMBERS, *_POSITIONS}
_TRUTH = {b"T": 1.0, b"True": 1.0, b"F": 0.0, b"False": 0.0}
_LONG_NUMBERS = {str(number) for number in range(100, len(SYMBOLS))}


def _number_of_code() -> Int32[np.ndarray, "codes"]:
    """Return the element of each first byte + 256 × second byte; -1 where there is none."""
    table = np.full(2**16, -1, dtype=np.int32)
    for number, symbol in enumerate(SYMBOLS):
        for word in (symbol, str(number)):
            if len(word) <= 2:
                table[int.from_bytes(word.encode(), "little")] = number
    return table


_NUMBER_OF_CODE = _number_of_code()


@dataclass(frozen=True)
class Field:
    """Some neighboring columns: name, kind (S, R, I or L), the first one and how many."""

    name: str
    kind: str
    first: int
    width: int


@dataclass(frozen=True)
class Layout:
    """What `Properties` says: where elements and positions stand, and everything else."""

    text: str
    n_columns: int
    positions: Field
    species: Field | None
    numbers: Field | None
    others: tuple[Field, ...]


@dataclass(frozen=True)
class AtomTable:
    """What the lines say: numbers, positions in Å, further numbers and words by name."""

    numbers: Int32[np.ndarray, "atoms"]
    positions: Float64[np.ndarray, "atoms 3"]
    values: dict[str, np.ndarray]
    words: dict[str, list[str]]


@lru_cache(maxsize=256)
def parse_properties(text: str) -> Layout:
    """Return the layout that `Properties=text` describes.

    Raises:
        InputError: it is not `name:kind:width:…`, or names no elements or no positions.
    """
    parts = text.split(":")
    fields: dict[str, Field] = {}
    n_columns = 0
    for name, kind, width in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        is_count = width.isdecimal() and len(width) <= _MOST_DIGITS and int(width) >= 1
        if kind not in ("S", "R", "I", "L") or not is_count:
            raise InputError(f"Properties: {name}:{kind}:{width} is not name:S, R, I or L:width")
        if name in fields:
            raise InputError(f"Properties: {name!r} comes twice")
        fields[name] = Field(name, kind, n_columns, int(width))
        n_columns += int(width)
    if len(parts) % 3:
        raise InputError(f"Properties={text}: write name:kind:width for each, as in {PLAIN}")
    positions = _take_one(fields, _POSITIONS)
    species, numbers = _take_one(fields, _SPECIES), _take_one(fields, _NUMBERS)
    if positions is None or positions.width != 3 or (species is None and numbers is None):
        raise InputError(f"Properties={text}: needs species:S:1 or Z:I:1, and pos:R:3")
    return Layout(text, n_columns, positions, species, numbers, tuple(fields.values()))


def _take_one(fields: dict[str, Field], names: tuple[str, ...]) -> Field | None:
    return next((fields.pop(name) for name in names if name in fields), None)


def parse_atoms(text: bytes, n_atoms: int, layout: Layout) -> AtomTable:
    """Read lines of atoms.

    Args:
        text: The lines, nothing before, between or behind them.
        n_atoms: How many lines there are.
        layout: What stands in the columns.

    Raises:
        RowError: a line has too many or too few columns, or something that is no number or
            element where one must be.
    """
    starts, ends = _words_in_columns(text, n_atoms, layout)

    def numbers_in(field: Field) -> Float64[np.ndarray, "atoms width"]:
        return _numbers_in(text, starts, ends, field)

    positions = numbers_in(layout.positions)
    wrong = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(wrong):
        raise RowError(int(wrong[0]), f"position {positions[wrong[0]].tolist()} is not finite")
    return AtomTable(
        numbers=_elements(text, starts, ends, layout),
        positions=positions,
        values={field.name: numbers_in(field) for field in layout.others if field.kind != "S"},
        words={
            field.name: _words_in(text, starts, ends, field)
            for field in layout.others
            if field.kind == "S"
        },
    )


def _words_in_columns(
    text: bytes, n_atoms: int, layout: Layout
) -> tuple[Int64[np.ndarray, "atoms columns"], Int64[np.ndarray, "atoms columns"]]:
    characters = np.frombuffer(text, dtype=np.uint8)
    borders = _borders_of_words(characters)
    starts, ends = borders[::2], borders[1::2]
    # A newline must stand behind every last word of a line and before the next line's first.
    newlines = np.append(np.flatnonzero(characters == ord("\n")), len(text))[:n_atoms]
    n_expected = n_atoms * layout.n_columns
    if len(starts) == n_expected:
        firsts, lasts = starts[:: layout.n_columns], ends[layout.n_columns - 1 :: layout.n_columns]
        if np.all(lasts <= newlines) and np.all(firsts[1:] > newlines[:-1]):
            shape = (n_atoms, layout.n_columns)
            return starts.reshape(shape), ends.reshape(shape)
    counts = np.bincount(np.searchsorted(newlines, starts), minlength=n_atoms)
    row = int(np.flatnonzero(counts != layout.n_columns)[0])
    raise RowError(
        row, f"{counts[row]} columns, expected {layout.n_columns} for Properties={layout.text}"
    )


def _borders_of_words(characters: UInt8[np.ndarray, "bytes"]) -> Int64[np.ndarray, "borders"]:
    in_word: Bool[np.ndarray, "bytes"] = characters > ord(" ")
    borders = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    before = [0] if len(in_word) and in_word[0] else []
    behind = [len(in_word)] if len(in_word) and in_word[-1] else []
    return np.concatenate([before, borders, behind]).astype(np.int64)


def _elements(
    text: bytes,
    starts: Int64[np.ndarray, "atoms columns"],
    ends: Int64[np.ndarray, "atoms columns"],
    layout: Layout,
) -> Int32[np.ndarray, "atoms"]:
    found = None
    if layout.species is not None:
        column = layout.species.first
        found = _from_symbols(text, starts[:, column], ends[:, column])
    if layout.numbers is None:
        assert found is not None
        return found
    values = _numbers_in(text, starts, ends, layout.numbers)[:, 0]
    numbers = np.nan_to_num(values, nan=-1, posinf=-1, neginf=-1).astype(np.int32)
    wrong = np.flatnonzero((numbers != values) | (numbers < 0) | (numbers >= len(SYMBOLS)))
    if len(wrong):
        raise RowError(int(wrong[0]), f"no element has the number {values[wrong[0]]:g}")
    if found is not None and not np.array_equal(found, numbers):
        row = int(np.flatnonzero(found != numbers)[0])
        raise RowError(row, f"species {SYMBOLS[found[row]]} but Z {numbers[row]}")
    return numbers


def _from_symbols(
    text: bytes, starts: Int64[np.ndarray, "atoms"], ends: Int64[np.ndarray, "atoms"]
) -> Int32[np.ndarray, "atoms"]:
    characters = np.frombuffer(text + b"\0", dtype=np.uint8)
    lengths = ends - starts
    codes = characters[starts].astype(np.int64)
    codes[lengths > 1] += characters[starts[lengths > 1] + 1].astype(np.int64) << 8
    numbers = np.where(lengths < 3, _NUMBER_OF_CODE[codes], -1)
    for row in np.flatnonzero(numbers < 0).tolist():
        word = text[starts[row] : ends[row]].decode("utf-8", errors="replace")
        try:
            numbers[row] = int(word) if word in _LONG_NUMBERS else number_of(word)
        except InputError as error:
            raise RowError(row, str(error)) from error
    return numbers.astype(np.int32)


def _numbers_in(
    text: bytes,
    starts: Int64[np.ndarray, "atoms columns"],
    ends: Int64[np.ndarray, "atoms columns"],
    field: Field,
) -> Float64[np.ndarray, "atoms width"]:
    columns = slice(field.first, field.first + field.width)
    starts, ends = starts[:, columns], ends[:, columns]
    if field.kind == "L":
        words = [text[s:e] for s, e in zip(starts.ravel(), ends.ravel(), strict=True)]
        values = np.array([_TRUTH.get(word, np.nan) for word in words], dtype=np.float64)
        wrong = np.flatnonzero(np.isnan(values))
    else:
        values, wrong = parse_decimals(text, starts.ravel(), ends.ravel())
    if len(wrong):
        row, column = divmod(int(wrong[0]), field.width)
        word = text[starts[row, column] : ends[row, column]].decode("utf-8", errors="replace")
        what = "T or F" if field.kind == "L" else "a number"
        raise RowError(row, f"{field.name}: expected {what}, got {word!r}")
    return values.reshape(len(starts), field.width)


def _words_in(
    text: bytes,
    starts: Int64[np.ndarray, "atoms columns"],
    ends: Int64[np.ndarray, "atoms columns"],
    field: Field,
) -> list[str]:
    """Return the words of each line, several columns joined by a comma."""
    columns = slice(field.first, field.first + field.width)
    words = []
    for row, (firsts, lasts) in enumerate(zip(starts[:, columns], ends[:, columns], strict=True)):
        try:
            words.append(",".join(text[s:e].decode() for s, e in zip(firsts, lasts, strict=True)))
        except UnicodeDecodeError as error:
            raise RowError(row, f"{field.name}: not UTF-8 text") from error
    return words
