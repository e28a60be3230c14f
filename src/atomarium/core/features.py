"""Numbers that a representation makes from structures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.columns import Choice, Names, find_columns
from atomarium.core.errors import InputError
from atomarium.core.segments import (
    as_indices,
    offsets_of,
    rows_of_segments,
    segment_mean,
    segment_sum,
)

Rows = Literal["atoms", "structures"]
Reduction = Literal["none", "mean", "sum"]


@dataclass(frozen=True, eq=False)
class Features:
    """One row of numbers for each atom, or for each structure; read-only.

    Args:
        values: float64 or float32; may be memory-mapped.
        rows: What a row stands for.
        offsets: Where each structure's atoms begin, also when a row stands for a structure.
        names: Name of each column; a `ColumnNames` makes them when they are looked at.
        numbers: Atomic number of each atom, for models that tell elements apart.
        reduced: How rows of structures were made from rows of atoms, if they were.
    """

    values: Float[np.ndarray, "rows width"]
    rows: Rows
    offsets: Int64[np.ndarray, "borders"]
    names: Names = field(default=(), repr=False)
    numbers: np.ndarray | None = field(default=None, repr=False)
    reduced: Reduction = "none"

    def __post_init__(self) -> None:
        expected = int(self.offsets[-1]) if self.rows == "atoms" else len(self.offsets) - 1
        if len(self.values) != expected:
            raise InputError(f"expected {expected} rows for {self.rows}, got {len(self.values)}")
        if len(self.names) not in (0, self.width):
            raise InputError(f"{len(self.names)} names but {self.width} columns")
        if self.numbers is not None and len(self.numbers) != self.offsets[-1]:
            raise InputError(f"{len(self.numbers)} numbers but {self.offsets[-1]} atoms")
        for array in (self.values, self.offsets, self.numbers):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.values.shape[1]

    @property
    def sizes(self) -> Int64[np.ndarray, "structures"]:
        """Atoms of each structure."""
        return np.diff(self.offsets)

    def take(self, indices: Int64[np.ndarray, "chosen"]) -> Features:
        """Return the rows of the chosen structures in the order chosen."""
        indices = as_indices(indices, len(self))
        atoms, offsets = rows_of_segments(self.offsets, indices)
        chosen = atoms if self.rows == "atoms" else indices
        numbers = None if self.numbers is None else self.numbers[atoms]
        return replace(self, values=self.values[chosen], offsets=offsets, numbers=numbers)

    def select(self, columns: Choice) -> Features:
        """Return the chosen columns in the order chosen.

        Neighboring columns of memory-mapped values stay mapped; others are read into memory.

        Args:
            columns: One name or a shell-style pattern, `"H *"`; a compiled regular expression,
                which must match all of a name; names; whole numbers; or a mask.

        Raises:
            InputError: a name or pattern fits no column, a number is out of range, a mask is not
                as long as a row, or columns without names are chosen by name.
        """
        chosen = find_columns(columns, self.names, self.width)
        names = tuple(self.names[int(k)] for k in chosen) if len(self.names) else ()
        beside = len(chosen) > 0 and bool(np.all(np.diff(chosen) == 1))
        where = slice(int(chosen[0]), int(chosen[-1]) + 1) if beside else chosen
        return replace(self, values=self.values[:, where], names=names)

    def mean(self) -> Features:
        """Average the atoms of each structure; rows for structures stay as they are."""
        if self.rows == "structures":
            return self
        values = segment_mean(np.asarray(self.values, dtype=np.float64), self.offsets)
        return replace(self, values=values, rows="structures", reduced="mean")

    def sum(self) -> Features:
        """Sum the atoms of each structure; rows for structures stay as they are."""
        if self.rows == "structures":
            return self
        values = segment_sum(np.asarray(self.values, dtype=np.float64), self.offsets)
        return replace(self, values=values, rows="structures", reduced="sum")

    @classmethod
    def concatenate(cls, parts: Sequence[Features]) -> Features:
        """Join features of the same columns in the order given.

        Raises:
            InputError: there is no part, or they differ in what a row or a column is.
        """
        kinds = {(part.rows, part.reduced, part.width) for part in parts}
        if len(kinds) != 1:
            raise InputError(f"only features of one kind can be joined, got {len(kinds)} kinds")
        if any(part.names != parts[0].names for part in parts):
            raise InputError("only features of one kind can be joined, got other column names")
        lengths = np.concatenate([part.sizes for part in parts])
        numbers = [part.numbers for part in parts if part.numbers is not None]
        return replace(
            parts[0],
            values=np.concatenate([part.values for part in parts]),
            offsets=offsets_of(lengths),
            numbers=np.concatenate(numbers) if len(numbers) == len(parts) else None,
        )
