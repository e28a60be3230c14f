"""The `data` of rows in a database of ASE: arrays by name, many rows decoded at once.

A row's data are bytes: where the description begins (8 bytes), the numbers of all arrays, and the
description, JSON that says name, shape, type and place of each array. Rows of one kind share the
description, so that their numbers form a table. Databases before version 9 hold JSON alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64

from atomarium.core.files import parse_json
from atomarium.data.row_error import RowError

_ARRAY = "__ndarray__"
#: What a row may hold under a name: an array, or text.
Leaf = np.ndarray | str


@dataclass(frozen=True)
class Piece:
    """Arrays of one shape that some rows hold under one name; or the texts of these rows."""

    name: str
    rows: Int64[np.ndarray, "rows"]
    values: np.ndarray


def decode_data(contents: Sequence[bytes | str | None]) -> Iterator[Piece]:
    """Yield all that rows hold, in pieces of one name and shape.

    Raises:
        RowError: a row cannot be decoded, or holds what is neither number nor text.
    """
    tails: dict[bytes, list[int]] = {}
    one_by_one: list[int] = []
    for row, content in enumerate(contents):
        if isinstance(content, bytes) and content:
            start = int.from_bytes(content[:8], "little")
            if len(content) < 8 or not 8 <= start <= len(content):
                raise RowError(row, "the data are cut off")
            tails.setdefault(content[start:], []).append(row)
        elif content:
            one_by_one.append(row)
    for tail, rows in tails.items():
        try:
            arrays = _arrays_of(_parsed(rows[0], tail))
        except KeyError:
            one_by_one += rows
            continue
        except (TypeError, ValueError) as error:
            raise RowError(rows[0], f"the data cannot be read: {error}") from error
        yield from _table(rows, [contents[row] for row in rows], tail, arrays)
    for row in one_by_one:
        yield from _decode_one(row, contents[row])


def _parsed(row: int, text: bytes | str) -> dict[str, Any]:
    try:
        parsed = parse_json(text)
    except ValueError as error:
        raise RowError(row, f"the data are no JSON: {error}") from error
    if parsed is not None and not isinstance(parsed, dict):
        raise RowError(row, "the data have no names")
    return parsed or {}


def _arrays_of(parsed: dict[str, Any]) -> dict[str, tuple[tuple[int, ...], np.dtype, int]]:
    """Return shape, type and place of every array; KeyError where something else is held."""
    arrays = {}
    for name, entry in parsed.items():
        if not isinstance(entry, dict):
            raise KeyError(name)
        shape, dtype, place = entry[_ARRAY]
        arrays[name] = (tuple(shape), np.dtype(dtype), place)
    return arrays


def _table(
    rows: list[int],
    contents: list[Any],
    tail: bytes,
    arrays: dict[str, tuple[tuple[int, ...], np.dtype, int]],
) -> Iterator[Piece]:
    lengths = {len(content) for content in contents}
    if len(lengths) != 1:
        raise RowError(rows[0], "rows with one description differ in length")
    width = lengths.pop()
    table = np.frombuffer(b"".join(contents), dtype=np.uint8).reshape(len(rows), width)
    for name, (shape, dtype, place) in arrays.items():
        end = place + math.prod(shape) * dtype.itemsize
        if place < 8 or end > width - len(tail) or dtype.kind not in "biuf":
            raise RowError(rows[0], f"{name!r} is no array of numbers within the data")
        values = np.ascontiguousarray(table[:, place:end]).view(dtype.newbyteorder("<"))
        yield Piece(name, np.array(rows), values.reshape(len(rows), *shape).astype(np.float64))


def _decode_one(row: int, content: bytes | str | None) -> Iterator[Piece]:
    blob = content if isinstance(content, bytes) else b""
    start = int.from_bytes(blob[:8], "little")
    for name, leaf in _leaves(row, _parsed(row, blob[start:] or content or "{}"), blob):
        yield Piece(name, np.array([row]), np.array(leaf)[None])


def _leaves(
    row: int, parsed: dict[str, Any], blob: bytes, before: str = ""
) -> Iterator[tuple[str, Leaf]]:
    """Yield numbers, lists of them, arrays and texts; names of nested ones have dots."""
    for key, entry in parsed.items():
        name = before + key
        if isinstance(entry, dict) and _ARRAY in entry:
            yield name, _array(row, name, entry[_ARRAY], blob)
        elif isinstance(entry, dict):
            yield from _leaves(row, entry, blob, before=f"{name}.")
        elif isinstance(entry, str):
            yield name, entry
        elif entry is not None:
            yield name, _numbers(row, name, entry)


def _array(row: int, name: str, entry: list[Any], blob: bytes) -> np.ndarray:
    shape, dtype, place = entry
    if not blob:
        return _numbers(row, name, place).reshape(shape)
    kind = np.dtype(dtype)
    end = place + math.prod(shape) * kind.itemsize
    if kind.kind not in "biuf" or not 8 <= place <= end <= len(blob):
        raise RowError(row, f"{name!r} is no array of numbers within the data")
    return np.frombuffer(blob[place:end], kind.newbyteorder("<")).reshape(shape).astype(float)


def _numbers(row: int, name: str, entry: object) -> np.ndarray:
    try:
        return np.array(entry, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RowError(row, f"{name!r} is neither numbers nor text") from error
