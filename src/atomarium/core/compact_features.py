"""Features of which most are zero: only the blocks of columns that are not, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int32, Int64

from atomarium.core.errors import InputError
from atomarium.core.features import Features, Reduction, Rows
from atomarium.core.segments import as_indices, offsets_of, rows_of_segments, segment_of_row


class ElementPairs(NamedTuple):
    """What blocks are where each is of two elements: products of their functions n and n′ by degree l.

    A block of two different elements a < b holds √2 F_ab(l, n, n′) for every n and n′; one of an
    element with itself holds n ≤ n′ only, times √2 where n < n′.

    Args:
        numbers: Atomic numbers of the two, for each block there can be.
        n_max: Number of functions.
        l_max: Largest degree.
    """

    numbers: Int64[np.ndarray, "blocks two"]
    n_max: int
    l_max: int


@dataclass(frozen=True, eq=False)
class CompactFeatures:
    """Rows for atoms or structures, cut into blocks of columns; a block not given is zero; read-only.

    Args:
        values: float64 or float32. The numbers of all blocks, row by row.
        blocks: Which block each is; ascending within a row.
        places: Where each begins in `values`, and their number at the end.
        row_borders: Where the blocks of each row begin, and their number at the end.
        block_borders: First column of each block there can be, and the number of columns.
        rows: What a row stands for.
        offsets: Where each structure's atoms begin, also when a row stands for a structure.
        numbers: Atomic number of each atom.
        reduced: How rows of structures were made from rows of atoms, if they were.
        pairs: What blocks are, where each is of two elements.
    """

    values: Float[np.ndarray, "numbers"]
    blocks: Int32[np.ndarray, "blocks"]
    places: Int64[np.ndarray, "places"]
    row_borders: Int64[np.ndarray, "row_ends"]
    block_borders: Int64[np.ndarray, "block_ends"]
    rows: Rows
    offsets: Int64[np.ndarray, "offsets"]
    numbers: np.ndarray | None = field(default=None, repr=False)
    reduced: Reduction = "none"
    pairs: ElementPairs | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        expected = int(self.offsets[-1]) if self.rows == "atoms" else len(self)
        if self.n_rows != expected:
            raise InputError(f"expected {expected} rows for {self.rows}, got {self.n_rows}")
        lengths = np.diff(self.block_borders)[self.blocks]
        if not np.array_equal(np.diff(self.places), lengths) or self.places[-1] != len(self.values):
            raise InputError("places do not fit the lengths of the blocks")
        for array in (self.values, self.blocks, self.places, self.row_borders, self.block_borders):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_borders) - 1

    @property
    def width(self) -> int:
        """Number of columns, those of blocks that are nowhere given included."""
        return int(self.block_borders[-1])

    @property
    def sizes(self) -> Int64[np.ndarray, "structures"]:
        """Atoms of each structure."""
        return np.diff(self.offsets)

    def to_dense(self) -> Features:
        """Return the same with all zeros written out."""
        values = np.zeros((self.n_rows, self.width), dtype=self.values.dtype)
        for one in self._by_block():
            columns = slice(self.block_borders[one.block], self.block_borders[one.block + 1])
            values[one.rows, columns] = one.numbers
        offsets, numbers = self.offsets, self.numbers
        return Features(values, self.rows, offsets, numbers=numbers, reduced=self.reduced)

    def products(self, others: CompactFeatures) -> Float64[np.ndarray, "rows others"]:
        """Return the dot product of every row and every row of others; zeros cost nothing.

        Raises:
            InputError: the others have other columns.
        """
        if not np.array_equal(self.block_borders, others.block_borders):
            raise InputError(
                f"columns differ: {self.width} in {len(self.block_borders) - 1} blocks, "
                f"{others.width} in {len(others.block_borders) - 1}"
            )
        out = np.zeros((self.n_rows, others.n_rows))
        theirs = {one.block: one for one in others._by_block()}
        for one in self._by_block():
            other = theirs.get(one.block)
            if other is not None:
                out[np.ix_(one.rows, other.rows)] += one.numbers @ other.numbers.T
        return out

    def take(self, indices: Int64[np.ndarray, "chosen"]) -> CompactFeatures:
        """Return the rows of the chosen structures in the order chosen."""
        indices = as_indices(indices, len(self))
        atoms, offsets = rows_of_segments(self.offsets, indices)
        chosen = atoms if self.rows == "atoms" else indices
        blocks, row_borders = rows_of_segments(self.row_borders, chosen)
        numbers, places = rows_of_segments(self.places, blocks)
        return replace(
            self,
            values=self.values[numbers],
            blocks=self.blocks[blocks],
            places=places,
            row_borders=row_borders,
            offsets=offsets,
            numbers=None if self.numbers is None else self.numbers[atoms],
        )

    def sum(self) -> CompactFeatures:
        """Sum the atoms of each structure; rows for structures stay as they are."""
        return self._reduced("sum")

    def mean(self) -> CompactFeatures:
        """Average the atoms of each structure; rows for structures stay as they are."""
        return self._reduced("mean")

    @classmethod
    def concatenate(cls, parts: Sequence[CompactFeatures]) -> CompactFeatures:
        """Join features of the same columns in the order given.

        Raises:
            InputError: there is no part, or they differ in what a row or a column is.
        """
        kinds = {(part.rows, part.reduced, part.block_borders.tobytes()) for part in parts}
        if len(kinds) != 1:
            raise InputError(f"only features of one kind can be joined, got {len(kinds)} kinds")
        numbers = [part.numbers for part in parts if part.numbers is not None]
        return replace(
            parts[0],
            values=np.concatenate([part.values for part in parts]),
            blocks=np.concatenate([part.blocks for part in parts]),
            places=offsets_of(np.concatenate([np.diff(part.places) for part in parts])),
            row_borders=offsets_of(np.concatenate([np.diff(part.row_borders) for part in parts])),
            offsets=offsets_of(np.concatenate([part.sizes for part in parts])),
            numbers=np.concatenate(numbers) if len(numbers) == len(parts) else None,
        )

    def _reduced(self, reduction: Reduction) -> CompactFeatures:
        if self.rows == "structures":
            return self
        n_blocks = max(len(self.block_borders) - 1, 1)
        structures = segment_of_row(self.offsets)[segment_of_row(self.row_borders)]
        # Which blocks each structure has: its number and that of the block in one.
        keys, places_of_keys = np.unique(structures * n_blocks + self.blocks, return_inverse=True)
        blocks = (keys % n_blocks).astype(np.int32)
        places = offsets_of(np.diff(self.block_borders)[blocks])
        values = np.zeros(int(places[-1]))
        for one in self._by_block():
            kept, first = np.unique(places_of_keys[one.stored], return_index=True)
            sums = np.add.reduceat(one.numbers, first, axis=0, dtype=np.float64)
            if reduction == "mean":
                sums /= self.sizes[keys[kept] // n_blocks][:, None]
            values[places[kept][:, None] + np.arange(sums.shape[1])] = sums
        row_borders = np.searchsorted(keys, np.arange(len(self) + 1) * n_blocks)
        return replace(
            self,
            values=values,
            blocks=blocks,
            places=places,
            row_borders=row_borders.astype(np.int64),
            rows="structures",
            reduced=reduction,
        )

    def _by_block(self) -> Iterator[_Block]:
        """Go through the blocks that are given, each with all rows that have it."""
        if not len(self.blocks):
            return
        order = np.argsort(self.blocks, kind="stable")
        row_of_stored = segment_of_row(self.row_borders)
        known, first = np.unique(self.blocks[order], return_index=True)
        for block, stored in zip(known.tolist(), np.split(order, first[1:]), strict=True):
            length = int(self.block_borders[block + 1] - self.block_borders[block])
            numbers = self.values[self.places[stored][:, None] + np.arange(length)]
            yield _Block(block, stored, row_of_stored[stored], numbers)


class _Block(NamedTuple):
    """A block of columns: its number, which of those stored it is, in which rows, and the numbers."""

    block: int
    stored: Int64[np.ndarray, "rows"]
    rows: Int64[np.ndarray, "rows"]
    numbers: Float[np.ndarray, "rows length"]
