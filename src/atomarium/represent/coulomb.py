"""The Coulomb matrix: charges and distances of a molecule as one row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.segments import rows_of_segments
from atomarium.core.structures import Structures
from atomarium.core.units import convert

_PERMUTATIONS = ("sorted_l2", "eigenspectrum", "none")
#: Matrix entries worked on at a time: a few arrays of so many fit the processor's caches.
_ENTRIES_AT_ONCE = 1 << 16


@dataclass(frozen=True, kw_only=True)
class CoulombMatrix:
    """Coulomb matrix of a molecule: ½ Z^2.4 on the diagonal, product of charges / r elsewhere.

    One row for each structure, for any elements, padded with zeros. The model's reductions leave
    such rows as they are. With `sorted_l2` a small move of an atom may swap two rows of the
    matrix, so that its entries jump; the eigenspectrum is continuous, but holds less.

    Source: M. Rupp et al., Phys. Rev. Lett. 108, 058301 (2012), eq. 1; for `sorted_l2`
    G. Montavon et al., Adv. Neural Inf. Process. Syst. 25, 440 (2012).

    Args:
        permutation: How the order of atoms is made not to matter: rows and columns by descending
            length, eigenvalues by descending magnitude, or `none`, the order of the file.
        n_atoms_max: Largest number of atoms; left out, that of the structures settled on.
        triangle: Whether to keep one of each two equal entries instead of the whole matrix.
        length_unit: Of r: `a0` as in the source, or `Å`, as in DScribe. The diagonal stays, so the
            choice weighs pairs against atoms; with `a0` the eigenspectrum learns twice as well.
    """

    permutation: str = "sorted_l2"
    n_atoms_max: int | None = None
    triangle: bool = True
    length_unit: str = "a0"

    def __post_init__(self) -> None:
        if self.permutation not in _PERMUTATIONS:
            hint = did_you_mean(self.permutation, _PERMUTATIONS)
            raise InputError(f"no permutation {self.permutation!r}{hint}")
        if self.length_unit not in ("a0", "Å"):
            raise InputError(f"length_unit must be 'a0' or 'Å', got {self.length_unit!r}")
        if self.n_atoms_max is not None and self.n_atoms_max < 1:
            raise InputError(f"n_atoms_max must be at least 1, got {self.n_atoms_max}")

    def settle(self, structures: Structures) -> CoulombMatrix:
        """Return the same settings with n_atoms_max, where open, from the largest structure.

        Raises:
            InputError: a structure is periodic or larger than an n_atoms_max that was given, or
                n_atoms_max is open and there is no atom.
        """
        n_atoms_max = self.n_atoms_max
        if n_atoms_max is None:
            n_atoms_max = int(structures.sizes.max(initial=0))
            if n_atoms_max == 0:
                raise InputError("no atoms to settle n_atoms_max on")
        _check_molecules(structures, n_atoms_max)
        return replace(self, n_atoms_max=n_atoms_max)

    def compute(self, structures: Structures) -> Features:
        """Return one row for each structure.

        Raises:
            InputError: a structure is periodic or larger than n_atoms_max, holds a place without
                an element, or has two atoms in one place.
        """
        if self.n_atoms_max is None:
            return self.settle(structures).compute(structures)
        _check_molecules(structures, self.n_atoms_max)
        rows = np.zeros((len(structures), self._width))
        positions = structures.positions * convert(1.0, "Å", self.length_unit)
        for chosen, size in _runs_of_equal_size(structures.sizes):
            atoms, _ = rows_of_segments(structures.offsets, chosen)
            matrices = _matrices(
                structures.numbers[atoms].reshape(-1, size),
                positions[atoms].reshape(-1, size, 3),
            )
            if not np.isfinite(matrices).all():
                _refuse_clash(structures, chosen, matrices)
            columns, values = self._flattened(matrices)
            rows[chosen[:, None], columns] = values
        return Features(rows, "structures", structures.offsets, numbers=structures.numbers)

    @property
    def _width(self) -> int:
        n = self.n_atoms_max or 0
        if self.permutation == "eigenspectrum":
            return n
        return n * (n + 1) // 2 if self.triangle else n * n

    def _flattened(
        self, matrices: Float64[np.ndarray, "molecules atoms atoms"]
    ) -> tuple[Int64[np.ndarray, "width"], Float64[np.ndarray, "molecules width"]]:
        """Return the entries that are not padding, and their columns."""
        n, size = self.n_atoms_max or 0, matrices.shape[1]
        if self.permutation == "eigenspectrum":
            eigenvalues = np.linalg.eigvalsh(matrices)
            order = np.argsort(-np.abs(eigenvalues), axis=1, kind="stable")
            return np.arange(size, dtype=np.int64), np.take_along_axis(eigenvalues, order, axis=1)
        if self.permutation == "sorted_l2":
            lengths = np.einsum("mij,mij->mi", matrices, matrices)
            order = np.argsort(-lengths, axis=1, kind="stable")
            which = np.arange(len(matrices))[:, None, None]
            matrices = matrices[which, order[:, :, None], order[:, None, :]]
        if self.triangle:
            i, j = np.triu_indices(size)
            return i * n - i * (i - 1) // 2 + j - i, matrices[:, i, j]
        i, j = np.indices((size, size)).reshape(2, -1)
        return i * n + j, matrices.reshape(len(matrices), -1)


def _matrices(
    numbers: Int32[np.ndarray, "molecules atoms"],
    positions: Float64[np.ndarray, "molecules atoms 3"],
) -> Float64[np.ndarray, "molecules atoms atoms"]:
    charges = numbers.astype(np.float64)
    squares = np.zeros((*numbers.shape, numbers.shape[1]))
    for axis in range(3):
        place = positions[:, :, axis]
        apart = place[:, :, None] - place[:, None, :]
        apart *= apart
        squares += apart
    diagonal = np.arange(numbers.shape[1], dtype=np.int64)
    squares[:, diagonal, diagonal] = 1.0
    with np.errstate(divide="ignore"):
        matrices = charges[:, :, None] / np.sqrt(squares, out=squares)
    matrices *= charges[:, None, :]
    matrices[:, diagonal, diagonal] = 0.5 * charges**2.4
    return matrices


def _runs_of_equal_size(
    sizes: Int64[np.ndarray, "structures"],
) -> Iterator[tuple[Int64[np.ndarray, "chosen"], int]]:
    """Yield structures of equal size, at most about `_ENTRIES_AT_ONCE` matrix entries at a time."""
    for size in np.unique(sizes[sizes > 0]):
        members = np.flatnonzero(sizes == size)
        at_once = max(1, _ENTRIES_AT_ONCE // int(size) ** 2)
        for start in range(0, len(members), at_once):
            yield members[start : start + at_once], int(size)


def _refuse_clash(
    structures: Structures,
    chosen: Int64[np.ndarray, "chosen"],
    matrices: Float64[np.ndarray, "chosen atoms atoms"],
) -> None:
    which, first, second = (int(a[0]) for a in np.nonzero(~np.isfinite(matrices)))
    structure = int(chosen[which])
    numbers = structures.numbers[structures.offsets[structure] :]
    pair = f"atoms {first} ({SYMBOLS[numbers[first]]}) and {second} ({SYMBOLS[numbers[second]]})"
    raise InputError(f"structure {structure}: {pair} are in one place")


def _check_molecules(structures: Structures, n_atoms_max: int) -> None:
    periodic = np.flatnonzero(structures.periodic.any(axis=1))
    if len(periodic):
        right = "the Coulomb matrix is for molecules; take soap for crystals and slabs"
        raise InputError(f"structure {periodic[0]} is periodic: {right}")
    larger = np.flatnonzero(structures.sizes > n_atoms_max)
    if len(larger):
        given = f"structure {larger[0]} has {structures.sizes[larger[0]]} atoms"
        largest = f"the largest of all has {structures.sizes.max()}"
        raise InputError(f"{given}, but n_atoms_max is {n_atoms_max}; {largest}")
    unknown = np.flatnonzero(structures.numbers == 0)
    if len(unknown):
        structure = structures.structure_of_atom[unknown[0]]
        raise InputError(f"structure {structure} holds X, a place without an element")
