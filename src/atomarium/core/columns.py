"""Names of columns, and which columns a user means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import cached_property
from typing import Protocol, cast, overload, runtime_checkable

import numpy as np
from jaxtyping import Int64

from atomarium.core.errors import InputError
from atomarium.core.segments import as_indices

#: What columns are chosen by: names, whole numbers, a mask, or one pattern.
Choice = str | re.Pattern[str] | Sequence[str] | Sequence[int] | np.ndarray

#: Names that a wrong one is compared with.
_MOST_COMPARED = 5000


@runtime_checkable
class NamesColumns(Protocol):
    """Settled settings that can say what each column is."""

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        ...

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is."""
        ...


class ColumnNames:
    """Names of columns, made when the first of them is looked at.

    A row for many elements has a million columns, and most who compute it never ask what they are.
    Two are equal if their settings are, or their names; a tuple of the same names is equal as well.

    Args:
        settings: Settled; says how many columns there are and what each is.
    """

    # Equal to tuples, whose hash would need all names.
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, settings: NamesColumns) -> None:
        self.settings = settings

    def __len__(self) -> int:
        return self.settings.n_columns

    @cached_property
    def _all(self) -> tuple[str, ...]:
        return self.settings.column_names()

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._all[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def index(self, name: str) -> int:
        """Return the number of the first column of a name.

        Raises:
            ValueError: no column has it.
        """
        return self._all.index(name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ColumnNames) and self.settings == other.settings:
            return True
        if not isinstance(other, (ColumnNames, tuple)):
            return NotImplemented
        names = cast("Names", other)
        return len(self) == len(names) and self._all == tuple(names)

    def __repr__(self) -> str:
        return f"ColumnNames({len(self)} of {self.settings!r})"


Names = tuple[str, ...] | ColumnNames


def find_columns(choice: Choice, names: Names, n_columns: int) -> Int64[np.ndarray, "chosen"]:
    """Return the numbers of the columns that a choice means, in the order chosen.

    Args:
        choice: One name or a shell-style pattern, `"H *"`; a compiled regular expression, which
            must match all of a name; names; whole numbers; or a mask with an entry per column.
        names: Of all columns, or none.
        n_columns: How many columns there are.

    Raises:
        InputError: a name or pattern fits no column, a number is out of range, a mask is not as
            long as a row, or columns without names are chosen by name.
    """
    if isinstance(choice, (str, re.Pattern)):
        return _matching(choice, _named(names))
    chosen = np.asarray(choice)
    if chosen.dtype.kind in "UOT":
        return _by_name([str(one) for one in chosen], _named(names))
    if chosen.dtype == bool:
        return _by_mask(chosen, n_columns)
    return as_indices(chosen, n_columns)


def _named(names: Names) -> Names:
    if not len(names):
        raise InputError("these columns have no names; choose by number or by a mask")
    return names


def _matching(pattern: str | re.Pattern[str], names: Names) -> Int64[np.ndarray, "chosen"]:
    if isinstance(pattern, str) and pattern in names:
        return np.array([list(names).index(pattern)], dtype=np.int64)
    # Names hold no brackets, which would stand for sets of characters.
    regular = re.compile(translate(pattern)) if isinstance(pattern, str) else pattern
    found = [k for k, name in enumerate(names) if regular.fullmatch(name)]
    if not found:
        given = pattern if isinstance(pattern, str) else pattern.pattern
        raise InputError(f"no column {given!r}{_near(given, names)}")
    return np.array(found, dtype=np.int64)


def _by_name(wanted: list[str], names: Names) -> Int64[np.ndarray, "chosen"]:
    place_of_name = {name: k for k, name in enumerate(names)}
    for name in wanted:
        if name not in place_of_name:
            raise InputError(f"no column {name!r}{_near(name, names)}")
    return np.array([place_of_name[name] for name in wanted], dtype=np.int64)


def _near(given: str, names: Names) -> str:
    """Return `; near it: a, b`, or the first names where none is close; there may be a million."""
    first = list(names[:_MOST_COMPARED])
    close = difflib.get_close_matches(given, first, n=3, cutoff=0.6)
    return f"; near it: {', '.join(close)}" if close else f"; the first are: {', '.join(first[:3])}"


def _by_mask(mask: np.ndarray, n_columns: int) -> Int64[np.ndarray, "chosen"]:
    if mask.shape != (n_columns,):
        raise InputError(f"the mask has shape {mask.shape} for {n_columns} columns")
    return np.flatnonzero(mask).astype(np.int64)
