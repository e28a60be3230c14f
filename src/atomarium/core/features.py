"""Numbers that a representation makes from structures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.errors import InputError
from atomarium.core.segments import rows_of_segments, segment_mean, segment_sum

Rows = Literal["atoms", "structures"]


@dataclass(frozen=True, eq=False)
class Features:
    """One row of numbers for each atom, or for each structure; read-only.

    Args:
        values: float64 or float32; may be memory-mapped.
        rows: What a row stands for.
        offsets: Where each structure's atoms begin, also when a row stands for a structure.
        names: Name of each column, when the representation gives one.
        numbers: Atomic number of each atom, for models that tell elements apart.
    """

    values: Float[np.ndarray, "rows width"]
    rows: Rows
    offsets: Int64[np.ndarray, "structures+1"]
    names: tuple[str, ...] = field(default=(), repr=False)
    numbers: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        expected = int(self.offsets[-1]) if self.rows == "atoms" else len(self.offsets) - 1
        if len(self.values) != expected:
            raise InputError(f"expected {expected} rows for {self.rows}, got {len(self.values)}")
        if self.names and len(self.names) != self.width:
            raise InputError(f"{len(self.names)} names but {self.width} columns")
        self.values.setflags(write=False)

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
        indices = np.asarray(indices, dtype=np.int64)
        atoms, offsets = rows_of_segments(self.offsets, indices)
        chosen = atoms if self.rows == "atoms" else indices
        numbers = None if self.numbers is None else self.numbers[atoms]
        return Features(self.values[chosen], self.rows, offsets, self.names, numbers)

    def mean(self) -> Features:
        """Average the atoms of each structure; rows for structures stay as they are."""
        return self._reduced(segment_mean)

    def sum(self) -> Features:
        """Sum the atoms of each structure; rows for structures stay as they are."""
        return self._reduced(segment_sum)

    def _reduced(self, reduce) -> Features:  # noqa: ANN001 - one of two functions above
        if self.rows == "structures":
            return self
        values = reduce(np.asarray(self.values, dtype=np.float64), self.offsets)
        return Features(values, "structures", self.offsets, self.names, self.numbers)
