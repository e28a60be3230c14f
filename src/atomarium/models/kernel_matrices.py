"""Kernels between structures: of their rows, or summed over all pairs of their atoms.

Pairs of rows are worked off in blocks that fit the processor's cache: a product of matrices, the
function of the kernel in place, the sum over each structure's rows. What is held at a time is a
block, never a matrix of atoms by atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64
from scipy import sparse

from atomarium.core.features import Features
from atomarium.models.kernels import Kernel, PreparedRows, fill_measure, prepare

AtomPairs = Literal["all", "same_element"]
#: Rows of a block: two sides of so many make 1 MB of numbers.
_ROWS_AT_ONCE = 384
#: Blocks that stay prepared while the other side passes by.
_BLOCKS_AT_ONCE = 8


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
    origin: Float64[np.ndarray, "width"]
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
        mine, theirs = blocks
        symmetric = mine is theirs
        rows = max((len(block.rows) for block in (*mine, *theirs)), default=0)
        buffers = np.empty((2, rows * rows))
        for start in range(0, len(mine), _BLOCKS_AT_ONCE):
            panel = [
                (b, self._prepared(b, features)) for b in mine[start : start + _BLOCKS_AT_ONCE]
            ]
            for column in range(start if symmetric else 0, len(theirs)):
                other = theirs[column]
                ready = self._prepared(other, others)
                for row, (block, prepared) in enumerate(panel, start):
                    if symmetric and row > column:
                        continue
                    shape = len(block.rows), len(other.rows)
                    measure, values = (b[: shape[0] * shape[1]].reshape(shape) for b in buffers)
                    fill_measure(self.kernel.measure, prepared, ready, measure)
                    for matrix, length_scale in zip(out, length_scales, strict=True):
                        self.kernel.fill(measure, length_scale, values)
                        matrix[block.structures, other.structures] += block.summed(values, other)

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
        rows: Row numbers, structure by structure.
        offsets: Where the rows of each structure begin.
    """

    element: int
    rows: Int64[np.ndarray, "rows"]
    offsets: Int64[np.ndarray, "borders"]


@dataclass(frozen=True, eq=False)
class _Block:
    """A run of structures with their rows of one group."""

    structures: slice
    rows: Int64[np.ndarray, "rows"]
    sums: sparse.csr_array | None

    def summed(self, values: np.ndarray, other: _Block) -> np.ndarray:
        """Sum the values of pairs of rows to values of pairs of structures."""
        if self.sums is not None:
            values = self.sums @ values
        return values if other.sums is None else (other.sums @ values.T).T


def _groups(features: Features, atom_pairs: AtomPairs) -> Iterator[_Group]:
    if features.rows == "structures":
        yield _Group(0, np.arange(len(features)), np.arange(len(features) + 1))
    elif atom_pairs == "all":
        yield _Group(0, np.arange(len(features.values)), features.offsets)
    else:
        numbers = np.asarray(features.numbers)
        for element in np.unique(numbers):
            rows = np.flatnonzero(numbers == element)
            yield _Group(int(element), rows, np.searchsorted(rows, features.offsets))


def _blocks(group: _Group) -> Iterator[_Block]:
    """Cut a group into whole structures of about `_ROWS_AT_ONCE` rows, at least one each."""
    single = bool(np.all(np.diff(group.offsets) == 1))
    start, n_structures = 0, len(group.offsets) - 1
    while start < n_structures:
        limit = group.offsets[start] + _ROWS_AT_ONCE
        stop = max(int(np.searchsorted(group.offsets, limit, side="right")) - 1, start + 1)
        first, last = group.offsets[start], group.offsets[stop]
        if last > first:
            sums = None if single else _summing(group.offsets[start : stop + 1] - first)
            yield _Block(slice(start, stop), group.rows[first:last], sums)
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
