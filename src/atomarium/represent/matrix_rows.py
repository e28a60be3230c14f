"""From one square matrix for each structure, a row and a column per atom, to one padded row."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.columns import ColumnNames
from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.hashing import hash_arrays
from atomarium.core.structures import Structures

_PERMUTATIONS = ("sorted_l2", "eigenspectrum", "random", "none")
#: Matrix entries worked on at a time: a few arrays of so many fit the processor's caches.
_ENTRIES_AT_ONCE = 1 << 16


@dataclass(frozen=True, kw_only=True)
class MatrixRows(ABC):
    """Settings of a representation that makes one square matrix for each structure."""

    permutation: str = "sorted_l2"
    n_atoms_max: int | None = None
    triangle: bool = True
    length_unit: str = "a0"
    sigma: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        _check_settings(self)

    def settle(self, structures: Structures) -> Self:
        """Return the same settings with n_atoms_max, where open, from the largest structure.

        Raises:
            InputError: a structure is not of the kind that the matrix is for, is larger than an
                n_atoms_max that was given or holds a place without an element, or n_atoms_max is
                open and there is no atom.
        """
        self.refuse_others(structures)
        return replace(cast("Any", self), n_atoms_max=_settled_size(self, structures))

    @abstractmethod
    def refuse_others(self, structures: Structures) -> None:
        """Look for structures of a kind that the matrix is not for.

        Raises:
            InputError: there is one.
        """

    @abstractmethod
    def matrices_of(
        self, structures: Structures
    ) -> Callable[[Int64[np.ndarray, "chosen"], int], np.ndarray]:
        """Return what makes the matrices of chosen structures that have so many atoms each.

        An infinite entry says that two atoms are in one place.
        """

    def compute(self, structures: Structures) -> Features:
        """Return one row for each structure.

        Raises:
            InputError: a structure is not of the kind that the matrix is for, is larger than
                n_atoms_max, holds a place without an element or two atoms in one place.
        """
        settled = self.settle(structures)
        return _compute_rows(settled, structures, settled.matrices_of(structures))

    @property
    def n_columns(self) -> int:
        """Length of a row, once n_atoms_max is settled."""
        n = self.n_atoms_max or 0
        if self.permutation == "eigenspectrum":
            return n
        return n * (n + 1) // 2 if self.triangle else n * n

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is: `3 7`, row and column of the matrix, or `eigenvalue 3`."""
        n = self.n_atoms_max or 0
        if self.permutation == "eigenspectrum":
            return tuple(f"eigenvalue {k}" for k in range(n))
        return tuple(f"{i} {j}" for i in range(n) for j in range(i if self.triangle else 0, n))


def _check_settings(settings: MatrixRows) -> None:
    """Look at the settings that all matrices have.

    Raises:
        InputError: a permutation or unit that does not exist, or a number out of range.
    """
    if settings.permutation not in _PERMUTATIONS:
        hint = did_you_mean(settings.permutation, _PERMUTATIONS)
        raise InputError(f"no permutation {settings.permutation!r}{hint}")
    if settings.length_unit not in ("a0", "Å"):
        raise InputError(f"length_unit must be 'a0' or 'Å', got {settings.length_unit!r}")
    if settings.n_atoms_max is not None and settings.n_atoms_max < 1:
        raise InputError(f"n_atoms_max must be at least 1, got {settings.n_atoms_max}")
    if not (np.isfinite(settings.sigma) and settings.sigma > 0):
        raise InputError(f"sigma must be above 0, got {settings.sigma}")
    if settings.seed < 0:
        raise InputError(f"seed must be at least 0, got {settings.seed}")


def _settled_size(settings: MatrixRows, structures: Structures) -> int:
    """Return n_atoms_max, where open that of the largest structure.

    Raises:
        InputError: a structure is larger than an n_atoms_max that was given or holds a place
            without an element, or n_atoms_max is open and there is no atom.
    """
    n_atoms_max = settings.n_atoms_max
    if n_atoms_max is None:
        n_atoms_max = int(structures.sizes.max(initial=0))
        if n_atoms_max == 0:
            raise InputError("no atoms to settle n_atoms_max on")
    larger = np.flatnonzero(structures.sizes > n_atoms_max)
    if len(larger):
        given = f"structure {larger[0]} has {structures.sizes[larger[0]]} atoms"
        largest = f"the largest of all has {structures.sizes.max()}"
        raise InputError(f"{given}, but n_atoms_max is {n_atoms_max}; {largest}")
    refuse_places_without_element(structures)
    return n_atoms_max


def refuse_places_without_element(structures: Structures) -> None:
    """Look for atoms of number 0.

    Raises:
        InputError: there is one.
    """
    unknown = np.flatnonzero(structures.numbers == 0)
    if len(unknown):
        structure = structures.structure_of_atom[unknown[0]]
        raise InputError(f"structure {structure} holds X, a place without an element")


def _compute_rows(
    settings: MatrixRows,
    structures: Structures,
    make_matrices: Callable[[Int64[np.ndarray, "chosen"], int], np.ndarray],
) -> Features:
    """Return one row for each structure, padded with zeros.

    Args:
        settings: Settled, and fit for the structures.
        structures: What the rows are of.
        make_matrices: Returns the matrices of chosen structures that have so many atoms each;
            an infinite entry says that two atoms are in one place.

    Raises:
        InputError: two atoms are in one place.
    """
    rows = np.zeros((len(structures), settings.n_columns))
    for chosen, size in _runs_of_equal_size(structures.sizes):
        matrices = make_matrices(chosen, size)
        if not np.isfinite(matrices).all():
            _refuse_clash(structures, chosen, matrices)
        if settings.permutation == "random":
            noise = np.stack([_noise(settings, structures[int(one)]) for one in chosen])
            matrices = _sorted(matrices, noise)
        columns, values = _flattened(settings, matrices)
        rows[chosen[:, None], columns] = values
    return Features(
        rows,
        "structures",
        structures.offsets,
        names=ColumnNames(settings),
        numbers=structures.numbers,
    )


def _flattened(
    settings: MatrixRows, matrices: Float64[np.ndarray, "structures atoms atoms"]
) -> tuple[Int64[np.ndarray, "width"], Float64[np.ndarray, "structures width"]]:
    """Return the entries that are not padding, and their columns."""
    n, size = settings.n_atoms_max or 0, matrices.shape[1]
    if settings.permutation == "eigenspectrum":
        eigenvalues = np.linalg.eigvalsh(matrices)
        order = np.argsort(-np.abs(eigenvalues), axis=1, kind="stable")
        return np.arange(size, dtype=np.int64), np.take_along_axis(eigenvalues, order, axis=1)
    if settings.permutation == "sorted_l2":
        matrices = _sorted(matrices, None)
    if settings.triangle:
        i, j = np.triu_indices(size)
        return i * n - i * (i - 1) // 2 + j - i, matrices[:, i, j]
    i, j = np.indices((size, size)).reshape(2, -1)
    return i * n + j, matrices.reshape(len(matrices), -1)


def _sorted(
    matrices: Float64[np.ndarray, "structures atoms atoms"],
    noise: Float64[np.ndarray, "structures atoms"] | None,
) -> Float64[np.ndarray, "structures atoms atoms"]:
    """Return matrices with rows and columns by descending length, plus noise if there is any."""
    lengths = np.einsum("mij,mij->mi", matrices, matrices)
    if noise is not None:
        lengths = np.sqrt(lengths) + noise
    order = np.argsort(-lengths, axis=1, kind="stable")
    which = np.arange(len(matrices))[:, None, None]
    return matrices[which, order[:, :, None], order[:, None, :]]


def _noise(settings: MatrixRows, structure: Structures) -> Float64[np.ndarray, "atoms"]:
    """Return normal noise made from the seed and the bytes of a structure alone."""
    from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

    content = hash_arrays(structure.numbers, structure.positions, structure.cells)
    draws = [
        hashlib.sha256(f"{settings.seed} {content} {atom}".encode()).digest()
        for atom in range(structure.n_atoms)
    ]
    # 52 bits and a half: exact in float64, and never 0 or 1.
    whole = np.array([int.from_bytes(draw[:8], "little") >> 12 for draw in draws])
    return settings.sigma * ndtri((whole + 0.5) / 2.0**52)


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
