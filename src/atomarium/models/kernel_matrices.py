"""Kernels between structures: of their rows, or summed over all pairs of their atoms.

Pairs of rows are worked off in blocks that fit the processor's cache: a product of matrices, the
function of the kernel in place, the sum over each structure's rows. What is held at a time is a
block, never a matrix of atoms by atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64
from scipy import sparse

from atomarium.core.features import Features
from atomarium.models.kernels import Kernel, Origin, PreparedRows, fill_measure, prepare

AtomPairs = Literal["all", "same_element"]
#: Rows of a block, at most: two sides of so many make 1 MB of numbers.
_ROWS_AT_ONCE = 384
#: Numbers of prepared rows that are kept while the other side passes by, 128 MB.
_PREPARED_AT_ONCE = 1 << 24


@dataclass(frozen=True, eq=False, kw_only=True)
class StructureKernel:
    """A kernel between structures, for structures near a training set.

    Args:
        kernel: Of two rows.
        origin: As `kernels.prepare` needs it.
        atom_pairs: Which pairs of atoms count, when rows are atoms.
        averaged: Whether sums over pairs of atoms are divided by the number of pairs.
    """

    kernel: Kernel
    origin: Origin
    atom_pairs: AtomPairs = "all"
    averaged: bool = False

    def among(
        self, features: Features, length_scales: Sequence[float]
    ) -> Float64[np.ndarray, "scales structures structures"]:
        """Return the kernel of every two structures, for each length scale."""
        out = np.zeros((len(length_scales), len(features), len(features)))
        for group in _groups(features, self.atom_pairs):
            blocks = list(_blocks(group))
            self._fill(out, features, features, (blocks, blocks), length_scales)
        for matrix in out:
            mirror(matrix)
        return self._normalized(out, features, features)

    def between(
        self, features: Features, others: Features, length_scales: Sequence[float]
    ) -> Float64[np.ndarray, "scales structures others"]:
        """Return the kernel of every structure and every other, for each length scale."""
        out = np.zeros((len(length_scales), len(features), len(others)))
        groups = {group.element: group for group in _groups(others, self.atom_pairs)}
        for group in _groups(features, self.atom_pairs):
            if group.element in groups:
                blocks = list(_blocks(group)), list(_blocks(groups[group.element]))
                self._fill(out, features, others, blocks, length_scales)
        return self._normalized(out, features, others)

    def measures(
        self, features: Features, rows: Int64[np.ndarray, "rows"]
    ) -> Float64[np.ndarray, "rows rows"]:
        """Return the measure of every two of the chosen rows."""
        prepared = prepare(features.values[rows], self.kernel.measure, self.origin)
        out = np.empty((len(rows), len(rows)))
        fill_measure(self.kernel.measure, prepared, prepared, out)
        return out

    def _fill(
        self,
        out: np.ndarray,
        features: Features,
        others: Features,
        blocks: tuple[list[_Block], list[_Block]],
        length_scales: Sequence[float],
    ) -> None:
        """Add the sums over one group of rows; of equal sides only the upper half of blocks."""
        largest = max((block.n_rows for side in blocks for block in side), default=0)
        buffers = np.empty((1 if len(length_scales) == 1 else 2, largest**2))
        for (block, rows), (other, other_rows) in self._pairs(features, others, blocks):
            shape = block.n_rows, other.n_rows
            views = [buffer[: shape[0] * shape[1]].reshape(shape) for buffer in buffers]
            measure, values = views[0], views[-1]
            fill_measure(self.kernel.measure, rows, other_rows, measure)
            for matrix, length_scale in zip(out, length_scales, strict=True):
                self.kernel.fill(measure, length_scale, values)
                matrix[block.structures, other.structures] += block.summed(values, other)

    def _pairs(
        self, features: Features, others: Features, blocks: tuple[list[_Block], list[_Block]]
    ) -> Iterator[tuple[_Side, _Side]]:
        """Yield pairs of blocks, prepared; as many stay prepared as memory should hold."""
        mine, theirs = blocks
        symmetric = mine is theirs
        largest = max((block.n_rows for block in mine), default=1)
        at_once = max(1, _PREPARED_AT_ONCE // max(1, largest * features.width))
        for start in range(0, len(mine), at_once):
            panel = [(b, self._prepared(b, features)) for b in mine[start : start + at_once]]
            for column in range(start if symmetric else 0, len(theirs)):
                if symmetric and column < start + len(panel):
                    other = panel[column - start]
                else:
                    other = theirs[column], self._prepared(theirs[column], others)
                for row, one in enumerate(panel, start):
                    if not symmetric or row <= column:
                        yield one, other

    def _prepared(self, block: _Block, features: Features) -> PreparedRows:
        return prepare(features.values[block.rows], self.kernel.measure, self.origin)

    def _normalized(self, matrices: np.ndarray, features: Features, others: Features) -> np.ndarray:
        if self.averaged:
            matrices /= features.sizes[:, None]
            matrices /= others.sizes
        return matrices


@dataclass(frozen=True, eq=False)
class _Group:
    """Rows that meet only their like: all of them, or the atoms of one element.

    Args:
        element: Atomic number; 0 for all.
        rows: Row numbers, structure by structure; None for all.
        offsets: Where the rows of each structure begin.
    """

    element: int
    rows: Int64[np.ndarray, "rows"] | None
    offsets: Int64[np.ndarray, "borders"]


@dataclass(frozen=True, eq=False)
class _Block:
    """A run of structures with their rows of one group."""

    structures: slice
    rows: slice | Int64[np.ndarray, "rows"]
    n_rows: int
    sums: sparse.csr_array | None

    def summed(self, values: np.ndarray, other: _Block) -> np.ndarray:
        """Sum the values of pairs of rows to values of pairs of structures."""
        if self.sums is not None:
            values = self.sums @ values
        return values if other.sums is None else (other.sums @ values.T).T


_Side = tuple[_Block, PreparedRows]


def _groups(features: Features, atom_pairs: AtomPairs) -> Iterator[_Group]:
    if features.rows == "structures":
        yield _Group(0, None, np.arange(len(features) + 1))
    elif atom_pairs == "all":
        yield _Group(0, None, features.offsets)
    else:
        numbers = np.asarray(features.numbers)
        for element in np.unique(numbers):
            rows = np.flatnonzero(numbers == element)
            yield _Group(int(element), rows, np.searchsorted(rows, features.offsets))


def _blocks(group: _Group) -> Iterator[_Block]:
    """Cut a group into whole structures, at least one each, of nearly equally many rows."""
    single = bool(np.all(np.diff(group.offsets) == 1))
    start, n_structures = 0, len(group.offsets) - 1
    n_rows = int(group.offsets[-1])
    at_once = ceil(n_rows / max(1, ceil(n_rows / _ROWS_AT_ONCE)))
    while start < n_structures:
        limit = group.offsets[start] + at_once
        stop = max(int(np.searchsorted(group.offsets, limit, side="right")) - 1, start + 1)
        first, last = group.offsets[start], group.offsets[stop]
        if last > first:
            sums = None if single else _summing(group.offsets[start : stop + 1] - first)
            run = slice(first, last)
            rows = run if group.rows is None else group.rows[run]
            yield _Block(slice(start, stop), rows, int(last - first), sums)
        start = stop


def _summing(offsets: Int64[np.ndarray, "borders"]) -> sparse.csr_array:
    """Return the matrix that sums rows between offsets, four times as fast as reduceat."""
    n_rows = int(offsets[-1])
    parts = np.ones(n_rows), np.arange(n_rows), offsets
    return sparse.csr_array(parts, shape=(len(offsets) - 1, n_rows))


def mirror(matrix: np.ndarray) -> None:
    """Copy the upper half of a symmetric matrix to the lower."""
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        corner = matrix[rows, rows]
        corner[...] = np.triu(corner) + np.triu(corner, 1).T
        matrix[start + _ROWS_AT_ONCE :, rows] = matrix[rows, start + _ROWS_AT_ONCE :].T
