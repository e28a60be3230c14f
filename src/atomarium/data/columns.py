"""Columns of words become targets, labels and ids.

A column of numbers is a target, one of T and F is a label of truth values, every other one is a
label of text. An empty word is missing: NaN among numbers, empty among text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Target
from atomarium.data.decimals import parse_decimals

#: Columns that may name structures, best first; then any that ends with `_id`.
_ID_NAMES = ("id", "identifier", "name", "uid", "mpid")
_TRUTH = {"T": True, "True": True, "true": True, "TRUE": True}
_TRUTH |= {"F": False, "False": False, "false": False, "FALSE": False}
_BETWEEN_NUMBERS = re.compile(r"[\s,]+")
_BRACKETS = str.maketrans("[]{}", "    ")
_NUL = "\0"


def numbers_of(words: Sequence[str]) -> Float64[np.ndarray, "structures components"] | None:
    """Return a row of numbers for each word, NaN where it is empty; None when they are no numbers.

    Words may hold several numbers, `0.1 0.2 0.3` or `[[1, 2], [3, 4]]`, if all hold as many.
    """
    if not any(words):
        return None
    text = (_NUL.join(words) + _NUL).encode()
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    values, wrong = parse_decimals(text, starts, ends)
    if np.array_equal(starts[wrong], ends[wrong]):
        return values[:, None]
    rows = [_numbers_in(word) for word in words]
    widths = {len(row) for row in rows if row}
    if len(widths) != 1 or any(row is None for row in rows):
        return None
    missing = [np.nan] * widths.pop()
    return np.array([row or missing for row in rows], dtype=np.float64)


def _numbers_in(word: str) -> list[float] | None:
    plain = word.removeprefix("_JSON ").translate(_BRACKETS).strip(" \t\n,")
    if "_" in plain:
        return None
    try:
        return [float(number) for number in _BETWEEN_NUMBERS.split(plain)] if plain else []
    except ValueError:
        return None


def label_of(words: Sequence[str]) -> np.ndarray:
    """Return words as truth values if all of them are some, or else as text."""
    if words and all(word in _TRUTH for word in words):
        return np.array([_TRUTH[word] for word in words])
    return np.array(list(words), dtype=str)


class WordColumn:
    """The words of one column, taken in piece by piece and kept in little memory."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lengths: list[int] = []
        self._texts: list[str] = []
        self._numbers: list[np.ndarray | None] = []

    def add(self, first: int, words: Sequence[str]) -> None:
        """Take in the words of the structures from number `first` on; none contains NUL."""
        self._firsts.append(first)
        self._lengths.append(len(words))
        self._texts.append(_NUL.join(words))
        self._numbers.append(numbers_of(words))

    def words(self, n_structures: int) -> list[str]:
        """Return the word of every structure, empty where none was given."""
        words = [""] * n_structures
        for first, length, text in zip(self._firsts, self._lengths, self._texts, strict=True):
            words[first : first + length] = text.split(_NUL)
        return words

    def numbers(self, n_structures: int) -> Float64[np.ndarray, "structures components"] | None:
        """Return the numbers of every structure, NaN where none was given, or None if text."""
        pieces = [piece for piece in self._numbers if piece is not None]
        widths = {piece.shape[1] for piece in pieces}
        if len(pieces) < len(self._numbers) or len(widths) != 1:
            # A piece alone may be too empty to tell how many numbers a word has.
            return numbers_of(self.words(n_structures)) if len(widths) == 1 else None
        values = np.full((n_structures, widths.pop()), np.nan)
        for first, piece in zip(self._firsts, pieces, strict=True):
            values[first : first + len(piece)] = piece
        return values


def choose_ids(columns: Mapping[str, WordColumn], n_structures: int) -> tuple[str, tuple[str, ...]]:
    """Return the name of the column that names structures, and its words; empty when none does."""
    for name in id_columns(columns):
        words = columns[name].words(n_structures)
        if all(words) and len(set(words)) == n_structures:
            return name, tuple(words)
    return "", ()


def id_columns(names: Iterable[str]) -> list[str]:
    """Return the names that may name structures, the best first."""
    able = [name for name in names if names_structures(name)]
    order = {known: place for place, known in enumerate(_ID_NAMES)}
    return sorted(able, key=lambda name: order.get(name.lower(), len(order)))


def names_structures(name: str) -> bool:
    """Say whether a column of this name may be taken for ids."""
    return name.lower() in _ID_NAMES or name.lower().endswith("_id")


def name_for_ids(taken: Iterable[str]) -> str:
    """Return the name of a column for ids under which they are found again."""
    lower = {name.lower() for name in taken}
    return next(name for name in chain(_ID_NAMES, ("structure_id",)) if name not in lower)


def split_columns(
    columns: Mapping[str, WordColumn], n_structures: int
) -> tuple[dict[str, Target], dict[str, np.ndarray]]:
    """Return columns as targets and labels."""
    targets: dict[str, Target] = {}
    labels: dict[str, np.ndarray] = {}
    for name, column in columns.items():
        values = column.numbers(n_structures)
        if values is None:
            labels[name] = label_of(column.words(n_structures))
        else:
            targets[name] = Target(name=name, values=values)
    return targets, labels
