"""The bag of bonds: entries of the Coulomb matrix, sorted within each pair of elements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.columns import ColumnNames
from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.pairs import SAME_PLACE
from atomarium.core.segments import segment_of_row
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads
from atomarium.core.units import convert
from atomarium.represent._kernels.bags import fill_bags
from atomarium.represent.matrix_rows import refuse_places_without_element
from atomarium.represent.species_columns import column_of_atoms, ordered_species


@dataclass(frozen=True, kw_only=True)
class BagOfBonds:
    """Bag of bonds of a molecule: one row, in which each pair of elements has a bag of columns.

    A bag holds product of charges / distance of every two atoms of its elements, bonded or not,
    from the largest down and padded with zeros. Bags of single atoms, ½ Z^2.4 each, come first.

    Source: K. Hansen et al., J. Phys. Chem. Lett. 6, 2326 (2015); bags of single atoms as in QML.

    Args:
        species: Symbols of the elements that may occur, kept in the order of atomic numbers;
            settled from data when empty.
        sizes: Columns of each bag: those of the atoms of each species, then those of each two
            species, a with b = a first, then b after a; settled from data when empty, as the most
            that any structure fills.
        length_unit: Of distances: `a0`, as in the source, or `Å`, as in QML.
    """

    species: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    length_unit: str = "a0"

    def __post_init__(self) -> None:
        if self.length_unit not in ("a0", "Å"):
            raise InputError(f"length_unit must be 'a0' or 'Å', got {self.length_unit!r}")
        ordered = ordered_species(self.species)
        if self.sizes and ordered != self.species:
            raise InputError(
                f"sizes belong to species in the order of atomic numbers: {', '.join(ordered)}"
            )
        object.__setattr__(self, "species", ordered)
        if self.sizes and len(self.sizes) != len(self.bags):
            raise InputError(f"{len(self.sizes)} sizes but {len(self.bags)} bags")
        if min(self.sizes, default=0) < 0:
            raise InputError(f"sizes must be at least 0, got {min(self.sizes)}")

    @property
    def bags(self) -> tuple[str, ...]:
        """Name of each bag: `C` for atoms, `C-O` for pairs."""
        pairs = combinations_with_replacement(self.species, 2)
        return (*self.species, *(f"{a}-{b}" for a, b in pairs))

    def settle(self, structures: Structures) -> BagOfBonds:
        """Return the same settings with species and sizes, where open, from the structures.

        Raises:
            InputError: a structure is periodic, holds an element that is not among the species
                given, or fills more columns than a bag was given, or all is open and there is no
                atom.
        """
        species = self.species or tuple(SYMBOLS[z] for z in structures.species if z > 0)
        if not species:
            raise InputError("no atoms to settle the bags on")
        settled = replace(self, species=species)
        counts = _count(structures, species)
        if self.sizes:
            _check_sizes(settled, counts)
            return settled
        return replace(settled, sizes=tuple(int(n) for n in counts.max(axis=0, initial=0)))

    def compute(self, structures: Structures) -> Features:
        """Return one row for each structure.

        Raises:
            InputError: a structure is periodic, holds an element that is not among the species,
                fills more columns than a bag has, or has two atoms in one place.
        """
        if not self.sizes:
            return self.settle(structures).compute(structures)
        _check_sizes(self, _count(structures, self.species))
        columns = column_of_atoms(structures, self.species)
        charges = structures.numbers.astype(np.float64)
        per_angstrom = convert(1.0, "Å", self.length_unit)
        positions, nearest = structures.positions * per_angstrom, SAME_PLACE * per_angstrom
        rows, starts = np.zeros((len(structures), self.n_columns)), self._starts()

        def fill(first: int, last: int) -> None:
            offsets = structures.offsets[first : last + 1]
            fill_bags(charges, columns, positions, offsets, starts, nearest, rows[first:last])

        run_in_threads(fill, structures.offsets)
        self._check_places(rows)
        return Features(
            rows,
            "structures",
            structures.offsets,
            names=ColumnNames(self),
            numbers=structures.numbers,
        )

    @property
    def n_columns(self) -> int:
        """Length of a row, once the sizes are settled."""
        return sum(self.sizes)

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C 1` or `C-O 2`, the second largest of its bag."""
        bags = zip(self.bags, self.sizes, strict=True)
        return tuple(f"{bag} {n + 1}" for bag, size in bags for n in range(size))

    def _starts(self) -> Int64[np.ndarray, "species species+1"]:
        """Return where the bags of each two species begin, and last that of the atoms of one."""
        n_species = len(self.species)
        begins = np.cumsum([0, *self.sizes[:-1]])
        starts = np.zeros((n_species, n_species + 1), dtype=np.int64)
        starts[:, -1] = begins[:n_species]
        a, b = np.triu_indices(n_species)
        starts[a, b] = starts[b, a] = begins[n_species:]
        return starts

    def _check_places(self, rows: Float64[np.ndarray, "structures width"]) -> None:
        wrong = np.argwhere(~np.isfinite(rows))
        if len(wrong):
            structure, column = (int(n) for n in wrong[0])
            bag = self.bags[int(np.searchsorted(np.cumsum(self.sizes), column, side="right"))]
            raise InputError(f"structure {structure}: two atoms ({bag}) are in one place")


def _count(
    structures: Structures, species: tuple[str, ...]
) -> Int64[np.ndarray, "structures bags"]:
    """Return how many columns of each bag each structure fills."""
    structures.check()
    periodic = np.flatnonzero(structures.periodic.any(axis=1))
    if len(periodic):
        right = "bag of bonds is for molecules; take soap for crystals and slabs"
        raise InputError(f"structure {periodic[0]} is periodic: {right}")
    refuse_places_without_element(structures)
    n_species = len(species)
    columns = column_of_atoms(structures, species)
    cells = segment_of_row(structures.offsets) * n_species + columns
    counts = np.bincount(cells, minlength=len(structures) * n_species)
    atoms = counts.reshape(len(structures), n_species)
    a, b = np.triu_indices(n_species)
    pairs = np.where(a == b, atoms[:, a] * (atoms[:, a] - 1) // 2, atoms[:, a] * atoms[:, b])
    return np.concatenate([atoms, pairs], axis=1).astype(np.int64)


def _check_sizes(settings: BagOfBonds, counts: Int64[np.ndarray, "structures bags"]) -> None:
    wrong = np.argwhere(counts > np.array(settings.sizes, dtype=np.int64))
    if len(wrong):
        structure, bag = (int(n) for n in wrong[0])
        raise InputError(
            f"structure {structure} fills {counts[structure, bag]} columns of bag "
            f"{settings.bags[bag]}, which has {settings.sizes[bag]}; settle on structures that "
            f"include the largest (the most of all is {counts[:, bag].max()})"
        )
