"""Many structures in five flat arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import index as whole_number
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64
from numpy.typing import ArrayLike

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.hashing import hash_arrays
from atomarium.core.segments import as_indices, offsets_of, rows_of_segments, segment_of_row

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True, eq=False)
class Structures:
    """Molecules, crystals and slabs, one after the other; read-only.

    Atoms of structure s are rows offsets[s]:offsets[s + 1]. Making one checks shapes only, so
    that memory-mapped millions open at once; `check` looks at every number.

    Args:
        numbers: Atomic number of each atom.
        positions: Å.
        cells: Å, one cell vector per row; zeros where there is no cell.
        periodic: Whether the structure repeats along each cell vector.
        offsets: Where each structure begins, and the number of atoms at the end.
    """

    numbers: Int32[np.ndarray, "atoms"]
    positions: Float64[np.ndarray, "atoms 3"]
    cells: Float64[np.ndarray, "structures 3 3"]
    periodic: Bool[np.ndarray, "structures 3"]
    offsets: Int64[np.ndarray, "structures+1"]

    def __post_init__(self) -> None:
        n_atoms, n_structures = len(self.numbers), len(self.offsets) - 1
        if n_structures < 0 or self.offsets[0] != 0 or self.offsets[-1] != n_atoms:
            raise InputError(f"offsets must run from 0 to {n_atoms} atoms, got {self.offsets!r}")
        expected = {
            "positions": (n_atoms, 3),
            "cells": (n_structures, 3, 3),
            "periodic": (n_structures, 3),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        for name in ("numbers", "positions", "cells", "periodic", "offsets"):
            getattr(self, name).setflags(write=False)

    @classmethod
    def from_arrays(
        cls,
        numbers: ArrayLike,
        positions: ArrayLike,
        *,
        cells: ArrayLike | None = None,
        periodic: ArrayLike | None = None,
        offsets: ArrayLike | None = None,
    ) -> Structures:
        """Make structures from anything array-like and check every number.

        Args:
            numbers: Atomic number of each atom.
            positions: Å.
            cells: Å, one for each structure; without it, no structure has a cell.
            periodic: For each structure, or the same for all; without it, structures repeat along
                every cell vector they have.
            offsets: Without it, all atoms are one structure.

        Raises:
            InputError: a shape does not fit, or `check` finds a fault.
        """
        whole = _whole_numbers("numbers", numbers)
        borders = _whole_numbers("offsets", [0, len(whole)] if offsets is None else offsets)
        n_structures = max(len(borders) - 1, 0)
        box = np.zeros((n_structures, 3, 3)) if cells is None else np.array(cells, dtype=float)
        box = box[None] if box.shape == (3, 3) else box
        repeats = (box != 0).any(axis=-1) if periodic is None else np.array(periodic, dtype=bool)
        places = np.array(positions, dtype=float)
        structures = cls(
            numbers=whole.astype(np.int32),
            positions=places if places.size else places.reshape(-1, 3),
            cells=box,
            periodic=np.tile(repeats, (n_structures, 1)) if repeats.shape == (3,) else repeats,
            offsets=borders,
        )
        structures.check()
        return structures

    @classmethod
    def from_ase(cls, atoms: Atoms | Iterable[Atoms]) -> Structures:
        """Take the structures of ASE, one or many.

        Raises:
            InputError: `check` finds a fault.
        """
        from ase import Atoms

        many = [atoms] if isinstance(atoms, Atoms) else list(atoms)
        if not many:
            return cls.empty()
        return cls.from_arrays(
            np.concatenate([one.numbers for one in many]),
            np.concatenate([one.positions for one in many]),
            cells=np.stack([np.asarray(one.cell) for one in many]),
            periodic=np.stack([one.pbc for one in many]),
            offsets=offsets_of([len(one) for one in many]),
        )

    @classmethod
    def empty(cls) -> Structures:
        """Return zero structures."""
        return cls.from_arrays(np.zeros(0), np.zeros((0, 3)), offsets=np.zeros(1))

    @classmethod
    def concatenate(cls, parts: Iterable[Structures]) -> Structures:
        """Join structures in the order given."""
        many = list(parts)
        if not many:
            return cls.empty()
        lengths = np.concatenate([part.sizes for part in many])
        return cls(
            numbers=np.concatenate([part.numbers for part in many]),
            positions=np.concatenate([part.positions for part in many]),
            cells=np.concatenate([part.cells for part in many]),
            periodic=np.concatenate([part.periodic for part in many]),
            offsets=offsets_of(lengths),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Structures]:
        return (self[s] for s in range(len(self)))

    def __getitem__(self, index: SupportsIndex | slice) -> Structures:
        """Return one structure, or a run of them; a run shares memory with this object.

        Raises:
            IndexError: there is no such structure.
        """
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return self.take(np.arange(start, stop, step))
            return self._run(start, max(start, stop))
        number = whole_number(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"structure {number} of {len(self)}")
        start = number % len(self)
        return self._run(start, start + 1)

    def _run(self, start: int, stop: int) -> Structures:
        first, last = self.offsets[start], self.offsets[stop]
        return Structures(
            numbers=self.numbers[first:last],
            positions=self.positions[first:last],
            cells=self.cells[start:stop],
            periodic=self.periodic[start:stop],
            offsets=self.offsets[start : stop + 1] - first,
        )

    def take(self, indices: Int64[np.ndarray, "chosen"]) -> Structures:
        """Return the chosen structures in the order chosen.

        Args:
            indices: From 0; one structure may come several times.

        Raises:
            InputError: an index is not that of a structure.
        """
        indices = as_indices(indices, len(self))
        rows, offsets = rows_of_segments(self.offsets, indices)
        return Structures(
            numbers=self.numbers[rows],
            positions=self.positions[rows],
            cells=self.cells[indices],
            periodic=self.periodic[indices],
            offsets=offsets,
        )

    @property
    def n_atoms(self) -> int:
        """Atoms of all structures together."""
        return len(self.numbers)

    @property
    def sizes(self) -> Int64[np.ndarray, "structures"]:
        """Atoms of each structure."""
        return np.diff(self.offsets)

    @property
    def structure_of_atom(self) -> Int64[np.ndarray, "atoms"]:
        """The structure that each atom belongs to."""
        return segment_of_row(self.offsets)

    @cached_property
    def species(self) -> tuple[int, ...]:
        """Atomic numbers that occur, ascending."""
        return tuple(int(z) for z in np.unique(self.numbers))

    @property
    def volumes(self) -> Float64[np.ndarray, "structures"]:
        """Å³, zero without a cell."""
        return np.abs(np.linalg.det(self.cells)) if len(self) else np.zeros(0)

    def composition(self, species: Iterable[int]) -> Float64[np.ndarray, "structures species"]:
        """Count the atoms of each given atomic number in each structure."""
        columns = {z: c for c, z in enumerate(species)}
        lookup = np.full(len(SYMBOLS), -1)
        lookup[list(columns)] = list(columns.values())
        column_of_atom = lookup[self.numbers]
        known = column_of_atom >= 0
        counts = np.zeros((len(self), len(columns)))
        np.add.at(counts, (self.structure_of_atom[known], column_of_atom[known]), 1.0)
        return counts

    def formulas(self) -> list[str]:
        """Return the sum formula of each structure in Hill's order: C, H, then alphabetical."""
        return [_hill_formula(self.numbers[start:stop]) for start, stop in pairwise(self.offsets)]

    def content_hash(self) -> str:
        """Return a name that equals only for equal structures."""
        return hash_arrays(self.numbers, self.positions, self.cells, self.periodic, self.offsets)

    def check(self) -> None:
        """Look at every number.

        Raises:
            InputError: an atomic number outside 0–118, a position or cell that is not finite, a
                structure that repeats along a missing cell vector or in a cell without volume.
        """
        if np.any(np.diff(self.offsets) < 0):
            raise InputError("offsets must not decrease")
        wrong = np.flatnonzero((self.numbers < 0) | (self.numbers >= len(SYMBOLS)))
        if len(wrong):
            raise InputError(f"{self._where(int(wrong[0]))}: no element {self.numbers[wrong[0]]}")
        wrong = np.flatnonzero(~np.isfinite(self.positions).all(axis=1))
        if len(wrong):
            place = self.positions[wrong[0]].tolist()
            raise InputError(f"{self._where(int(wrong[0]))}: position {place} is not finite")
        wrong = np.flatnonzero(~np.isfinite(self.cells).all(axis=(1, 2)))
        if len(wrong):
            raise InputError(f"structure {wrong[0]}: cell is not finite")
        if self.periodic.any():
            self._check_cells()

    def _check_cells(self) -> None:
        largest = np.abs(self.cells).max(axis=2, keepdims=True)
        wrong = np.flatnonzero((self.periodic & (largest[..., 0] == 0)).any(axis=1))
        if len(wrong):
            raise InputError(f"structure {wrong[0]}: periodic along a cell vector of length 0")
        shares = self.cells / np.where(largest > 0, largest, 1.0)  # squares stay finite
        directions = shares / np.maximum(np.linalg.norm(shares, axis=2, keepdims=True), 0.5)
        cosines = directions @ directions.swapaxes(1, 2)
        both_repeat = self.periodic[:, :, None] & self.periodic[:, None, :]
        # Their squared volume: 1 at right angles, by rounding about 1e-16 in one plane.
        flatness = np.linalg.det(np.where(both_repeat, cosines, np.eye(3)))
        wrong = np.flatnonzero(flatness < 1e-12)
        if len(wrong):
            raise InputError(f"structure {wrong[0]}: the cell has no volume")

    def _where(self, atom: int) -> str:
        structure = int(np.searchsorted(self.offsets, atom, side="right")) - 1
        return f"structure {structure}, atom {atom - self.offsets[structure]}"

    def to_ase(self) -> list[Atoms]:
        """Return ASE's objects, one for each structure; slow, never for hot paths."""
        from ase import Atoms

        return [
            Atoms(one.numbers, one.positions.copy(), cell=one.cells[0], pbc=one.periodic[0])
            for one in self
        ]


def _hill_formula(numbers: Int32[np.ndarray, "atoms"]) -> str:
    counts = Counter([SYMBOLS[int(z)] for z in numbers])
    first = [symbol for symbol in ("C", "H") if "C" in counts and symbol in counts]
    order = first + sorted(symbol for symbol in counts if symbol not in first)
    return "".join(f"{s}{counts[s] if counts[s] > 1 else ''}" for s in order)


def _whole_numbers(name: str, given: ArrayLike) -> Int64[np.ndarray, "entries"]:
    array = np.array(given)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or (array != np.trunc(array)).any():
        raise InputError(f"{name} must be a row of whole numbers, got {given!r}")
    return array.astype(np.int64)
