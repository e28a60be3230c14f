"""Kernels between structures: of their rows, or summed over all pairs of their atoms.

Pairs of rows are worked off in blocks that fit the processor's cache: a product of matrices, the
function of the kernel, the sum over each structure's rows. What is held at a time is a block,
never a matrix of atoms by atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64
from scipy import sparse

from atomarium.core.features import Features
from atomarium.models.kernel_tiles import filled_elsewhere
from atomarium.models.kernels import Kernel, Origin, facing, fill_measure, prepare

AtomPairs = Literal["all", "same_element"]
#: What sums over pairs of atoms are divided by: nothing; the number of pairs; or the geometric
#: mean of the kernels of each structure with itself, which then is one.
Divisor = Literal["nothing", "pairs", "selves"]
#: Rows of a block, at most: two sides of so many make 1 MB of numbers.
_ROWS_AT_ONCE = 384
#: Numbers of prepared rows that are kept while the other side passes by, 128 MB.
_PREPARED_AT_ONCE = 1 << 24


@dataclass(frozen=True, eq=False, kw_only=True)
class Term:
    """One kernel of rows in a sum of several.

    Args:
        kernel: Of two rows.
        origin: As `kernels.prepare` needs it, of the columns taken.
        columns: Those that it takes.
        unit: What length scales are multiplied by.
        weight: What its values are multiplied by.
    """

    kernel: Kernel
    origin: Origin
    columns: slice = field(default_factory=lambda: slice(None))
    unit: float = 1.0
    weight: float = 1.0

    def prepared(self, rows: np.ndarray) -> Float64[np.ndarray, "rows prepared"]:
        """Return rows ready for measuring."""
        return prepare(rows[:, self.columns], self.kernel.measure, self.origin)

    def measures(self, rows: np.ndarray) -> Float64[np.ndarray, "rows rows"]:
        """Return the measure of every two rows."""
        prepared = self.prepared(rows)
        out = np.empty((len(rows), len(rows)))
        fill_measure(self.kernel.measure, prepared, facing(prepared, self.kernel.measure), out)
        return out


@dataclass(frozen=True, eq=False, kw_only=True)
class StructureKernel:
    """A kernel between structures, for structures near a training set.

    Args:
        terms: What is summed for two rows.
        atom_pairs: Which pairs of atoms count, when rows are atoms.
        divisor: What sums over pairs of atoms are divided by.
    """

    terms: tuple[Term, ...]
    atom_pairs: AtomPairs = "all"
    divisor: Divisor = "nothing"

    @property
    def has_length_scale(self) -> bool:
        """Whether the length scale matters to any term."""
        return any(term.kernel.has_length_scale for term in self.terms)

    def among(
        self, features: Features, length_scales: Sequence[float]
    ) -> Float64[np.ndarray, "scales structures structures"]:
        """Return the kernel of every two structures, for each length scale."""
        out = self._sums(features, None, length_scales)
        for matrix in out:
            mirror(matrix)
        if self.divisor == "selves":
            selves = np.diagonal(out, axis1=1, axis2=2).copy()
            return _divided(out, selves, selves)
        return self._per_pair(out, features, features)

    def between(
        self, features: Features, others: Features, length_scales: Sequence[float]
    ) -> Float64[np.ndarray, "scales structures others"]:
        """Return the kernel of every structure and every other, for each length scale."""
        out = self._sums(features, others, length_scales)
        if self.divisor == "selves":
            whole = replace(self, divisor="nothing")
            sides = [whole.selves(side, length_scales) for side in (features, others)]
            return _divided(out, *sides)
        return self._per_pair(out, features, others)

    def selves(
        self, features: Features, length_scales: Sequence[float]
    ) -> Float64[np.ndarray, "scales structures"]:
        """Return the kernel of every structure with itself, for each length scale."""
        if self.divisor == "selves":
            return np.ones((len(length_scales), len(features)))
        out = np.empty((len(length_scales), len(features)))
        # Of a matrix only the diagonal is kept: small ones waste the least.
        at_once = max(1, 32 * len(features) // max(1, len(features.values)))
        for start in range(0, len(features), at_once):
            run = np.arange(start, min(start + at_once, len(features)))
            matrices = self.among(features.take(run), length_scales)
            out[:, run] = np.diagonal(matrices, axis1=1, axis2=2)
        return out

    def _sums(
        self, features: Features, others: Features | None, length_scales: Sequence[float]
    ) -> np.ndarray:
        """Return what is summed over terms and pairs of rows; without others the upper half."""
        # Where blocks only fill, zeros would be written for nothing.
        make = np.empty if self.fills_once(features) else np.zeros
        sides = features, features if others is None else others
        out = make((len(length_scales), len(features), len(sides[1])))
        if not filled_elsewhere(self, features, others, length_scales, out):
            for term in self.terms:
                for blocks in self.blocks(features, others):
                    self.fill(out, term, sides, blocks, length_scales)
        return out

    def fills_once(self, features: Features) -> bool:
        """Return whether each number of a matrix is that of one block, and no sum of several."""
        plain = len(self.terms) == 1 and self.terms[0].weight == 1.0
        return plain and features.rows == "structures"

    def blocks(
        self, features: Features, others: Features | None
    ) -> Iterator[tuple[list[Block], list[Block]]]:
        """Yield the blocks of both sides for each group of rows; one list for both is symmetric."""
        groups = {group.element: group for group in _groups(others or features, self.atom_pairs)}
        for group in _groups(features, self.atom_pairs):
            if group.element in groups:
                mine = list(_blocks(group))
                yield mine, mine if others is None else list(_blocks(groups[group.element]))

    def fill(
        self,
        out: np.ndarray,
        term: Term,
        sides: tuple[Features, Features],
        blocks: tuple[list[Block], list[Block]],
        length_scales: Sequence[float],
    ) -> None:
        """Add the sums over one group of rows; of equal sides only the upper half of blocks."""
        largest = max((block.n_rows for side in blocks for block in side), default=0)
        buffers = np.empty((2, largest**2))
        for (block, rows), (other, other_rows) in _pairs(term, sides, blocks):
            shape = block.n_rows, other.n_rows
            measure, values = (b[: shape[0] * shape[1]].reshape(shape) for b in buffers)
            fill_measure(term.kernel.measure, rows, other_rows, measure)
            for matrix, length_scale in zip(out, length_scales, strict=True):
                scale = length_scale * term.unit
                if self.fills_once(sides[0]):
                    corner = block.structures.start, other.structures.start
                    term.kernel.fill(measure, scale, matrix, *corner)
                    continue
                term.kernel.fill(measure, scale, values, 0, 0)
                summed = block.summed(values, other)
                if term.weight != 1.0:
                    summed = summed * term.weight
                matrix[block.structures, other.structures] += summed

    def _per_pair(self, matrices: np.ndarray, features: Features, others: Features) -> np.ndarray:
        if self.divisor == "pairs":
            matrices /= features.sizes[:, None]
            matrices /= others.sizes
        return matrices


def _divided(matrices: np.ndarray, selves: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Divide by the geometric means of what structures are to themselves, in place."""
    with np.errstate(divide="ignore"):
        inverses = [np.where(side > 0, 1 / np.sqrt(side), 0.0) for side in (selves, others)]
    matrices *= inverses[0][:, :, None]
    matrices *= inverses[1][:, None, :]
    return matrices


def _pairs(
    term: Term,
    sides: tuple[Features, Features],
    blocks: tuple[list[Block], list[Block]],
) -> Iterator[tuple[_Side, _Side]]:
    """Yield pairs of blocks, prepared to face each other; as many stay so as memory should hold."""
    features, others = sides
    mine, theirs = blocks
    symmetric = mine is theirs
    largest = max((block.n_rows for block in mine), default=1)
    at_once = max(1, _PREPARED_AT_ONCE // max(1, largest * features.width))
    for start in range(0, len(mine), at_once):
        panel = [(b, term.prepared(features.values[b.rows])) for b in mine[start : start + at_once]]
        for column in range(start if symmetric else 0, len(theirs)):
            if symmetric and column < start + len(panel):
                block, rows = panel[column - start]
            else:
                block = theirs[column]
                rows = term.prepared(others.values[block.rows])
            other = block, facing(rows, term.kernel.measure)
            for row, one in enumerate(panel, start):
                if not symmetric or row <= column:
                    yield one, other


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
class Block:
    """A run of structures with their rows of one group."""

    structures: slice
    rows: slice | Int64[np.ndarray, "rows"]
    n_rows: int
    sums: sparse.csr_array | None

    def summed(self, values: np.ndarray, other: Block) -> np.ndarray:
        """Sum the values of pairs of rows to values of pairs of structures."""
        if self.sums is not None:
            values = self.sums @ values
        return values if other.sums is None else (other.sums @ values.T).T


_Side = tuple[Block, np.ndarray]


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


def _blocks(group: _Group) -> Iterator[Block]:
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
            yield Block(slice(start, stop), rows, int(last - first), sums)
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
