"""SOAP, the smooth overlap of atomic positions: power spectra of neighbor densities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.compiled import count_threads, limit_threads
from atomarium.core.elements import SYMBOLS, number_of, symbols_of
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.pairs import Pairs, find_pairs
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads
from atomarium.represent._kernels.expansion import Basis, Neighborhoods
from atomarium.represent._kernels.harmonics import recursion_factors
from atomarium.represent._kernels.spectrum import Layout, fill_rows, make_spectrum_workspace
from atomarium.represent.radial import check_independence, gto_table

#: Pairs of so many atoms stay in the processor's caches.
_ATOMS_AT_ONCE = 2048
#: Å. Nearer atoms are one atom given twice.
_SAME_PLACE = 1e-6
_RANGES = {"n_max": (1, 64), "l_max": (0, 20)}
_CHOICES = {
    "basis": ("gto",),
    "layout": ("kernel", "featomic"),
    "dtype": ("float64", "float32"),
}


@dataclass(frozen=True, kw_only=True)
class Soap:
    """One row for each atom: how its neighbors lie around it, whichever way all is turned.

    Each neighbor is a Gaussian. The density of each species is expanded in radial functions and
    spherical harmonics, c_nlm; products c_nlm(a) c_n′lm(b), summed over m and divided by
    √(2l + 1), are the row. Columns go by species a, then b ≥ a, then l, then n, then n′.

    Example:
        >>> from ase.build import molecule
        >>> from atomarium.core.structures import Structures
        >>> from atomarium.represent.soap import Soap
        >>> water = Structures.from_ase(molecule("H2O"))
        >>> Soap(cutoff=4.0, n_max=6, l_max=4).compute(water).values.shape
        (3, 390)

    Source: A. P. Bartók, R. Kondor, G. Csányi, Phys. Rev. B 87, 184115 (2013), eq. 36; Gaussians
        of unit L2 norm and the radial functions as in featomic 0.6.

    Args:
        species: Symbols of the elements that may occur, kept in the order of atomic numbers;
            settled from data when empty.
        cutoff: Å, above 0. Neighbors at this distance or beyond do not count.
        cutoff_width: Å, 0 to the cutoff. Just before the cutoff, neighbors fade as a cosine over
            this length; at 0 they end abruptly.
        n_max: Number of radial functions, 1 to 64.
        l_max: Largest angular degree, 0 to 20.
        width: Å, above 0. Standard deviation of the Gaussians.
        center_weight: Weight of the Gaussian of the atom itself; 0 leaves it out.
        basis: "gto", orthonormalized Gaussian-type orbitals r^n exp(−r² / 2σ_n²).
        layout: "kernel" keeps one of two equal products, times √2, so that the dot product of two
            rows is the SOAP kernel; "featomic" keeps all products, with featomic's signs.
        normalize: Whether each row is scaled to length 1.
        dtype: Precision of the rows; they are computed in float64.
    """

    species: tuple[str, ...] = ()
    cutoff: float = 5.0
    cutoff_width: float = 0.5
    n_max: int = 8
    l_max: int = 6
    width: float = 0.5
    center_weight: float = 1.0
    basis: str = "gto"
    layout: str = "kernel"
    normalize: bool = False
    dtype: str = "float64"

    def __post_init__(self) -> None:
        numbers = sorted(number_of(symbol) for symbol in self.species)
        if len(set(numbers)) != len(numbers):
            raise InputError(f"species must differ, got {', '.join(self.species)}")
        object.__setattr__(self, "species", tuple(SYMBOLS[z] for z in numbers))
        for name in ("cutoff", "width"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0 Å, got {value}")
        if not 0 <= self.cutoff_width <= self.cutoff:
            raise InputError(
                f"cutoff_width must be between 0 and the cutoff, {self.cutoff} Å, "
                f"got {self.cutoff_width}"
            )
        if not (math.isfinite(self.center_weight) and self.center_weight >= 0):
            raise InputError(f"center_weight must be at least 0, got {self.center_weight}")
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not (isinstance(value, int) and least <= value <= most):
                raise InputError(f"{name} must be {least} to {most}, a whole number, got {value}")
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(f"no {name} {value!r}{did_you_mean(str(value), choices)}")
        check_independence(self.cutoff, self.n_max)

    def settle(self, structures: Structures) -> Self:
        """Return the same settings with species, where open, those of the structures."""
        if self.species:
            return self
        return replace(self, species=tuple(SYMBOLS[z] for z in structures.species))

    def compute(self, structures: Structures) -> Features:
        """Return one row for each atom.

        Raises:
            InputError: an atom is of none of the species, two atoms are in one place, or
                `find_pairs` finds a fault.
        """
        if structures.n_atoms and not self.species:
            return self.settle(structures).compute(structures)
        columns = self._columns_of(structures)
        values = np.zeros((structures.n_atoms, self.n_columns), dtype=self.dtype)
        basis, layout = self._basis(), self._layout()

        def fill(run: slice) -> None:
            first, last = structures.offsets[run.start], structures.offsets[run.stop]
            pairs = find_pairs(structures[run], self.cutoff)
            _check_apart(pairs, structures, run.start)
            hoods = Neighborhoods(
                offsets=pairs.offsets,
                neighbors=pairs.neighbors,
                vectors=pairs.vectors,
                distances=pairs.distances,
                weights=self._weights(pairs.distances),
                column_of_atom=columns[first:last],
            )
            _fill(hoods, basis, layout, values[first:last])

        _do_each(fill, list(_runs(structures)), structures)
        return Features(values, "atoms", structures.offsets, numbers=structures.numbers)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        equal, unequal = self._block_lengths()
        n_species = len(self.species)
        return n_species * equal + n_species * (n_species - 1) // 2 * unequal

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C O l=2 n=0 n=5`, once the species are settled."""
        names: list[str] = []
        for i, a in enumerate(self.species):
            for b in self.species[i:]:
                half = self.layout == "kernel" and a == b
                names += [
                    f"{a} {b} l={ell} n={n} n={k}"
                    for ell in range(self.l_max + 1)
                    for n in range(self.n_max)
                    for k in range(n if half else 0, self.n_max)
                ]
        return tuple(names)

    def _block_lengths(self) -> tuple[int, int]:
        """Return the number of columns of one species with itself, and of two species."""
        whole = self.n_max**2
        half = self.n_max * (self.n_max + 1) // 2
        equal = half if self.layout == "kernel" else whole
        return equal * (self.l_max + 1), whole * (self.l_max + 1)

    def _layout(self) -> Layout:
        n_species = len(self.species)
        equal, unequal = self._block_lengths()
        rows, columns = np.triu_indices(n_species)
        lengths = np.where(rows == columns, equal, unequal)
        starts = np.zeros((n_species, n_species), dtype=np.int64)
        starts[rows, columns] = np.cumsum(lengths) - lengths
        degrees = np.arange(self.l_max + 1)
        signs = (-1.0) ** degrees if self.layout == "featomic" else 1.0
        return Layout(
            n_max=self.n_max,
            block_starts=starts,
            triangular=self.layout == "kernel",
            degree_factors=signs / np.sqrt(2 * degrees + 1),
            normalize=self.normalize,
        )

    def _basis(self) -> Basis:
        table = gto_table(float(self.cutoff), self.n_max, self.l_max, float(self.width))
        # The atom itself is a neighbor at no distance: only degree 0 is left, Y is 1 / √4π.
        middle = table.values(np.zeros(1))[0, 0] * (self.center_weight / math.sqrt(4 * math.pi))
        return Basis(
            l_max=self.l_max,
            n_padded=len(middle),
            table=table.polynomials.reshape(-1),
            steps_per_unit=table.per_angstrom,
            factors=recursion_factors(self.l_max),
            middle=middle,
        )

    def _weights(self, distances: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
        weights = np.ones(len(distances))
        start = self.cutoff - self.cutoff_width
        fading = np.flatnonzero(distances > start)
        if len(fading) and self.cutoff_width > 0:
            phase = (distances[fading] - start) * (math.pi / self.cutoff_width)
            weights[fading] = 0.5 * (1 + np.cos(phase))
        return weights

    def _columns_of(self, structures: Structures) -> Int64[np.ndarray, "atoms"]:
        """Return which species each atom is."""
        lookup = np.full(len(SYMBOLS), -1)
        lookup[[number_of(symbol) for symbol in self.species]] = np.arange(len(self.species))
        columns = lookup[structures.numbers]
        strangers = np.flatnonzero(columns < 0)
        if len(strangers):
            atom = strangers[0]
            raise InputError(
                f"structure {structures.structure_of_atom[atom]} holds "
                f"{symbols_of([structures.numbers[atom]])}, which is not among the species "
                f"{', '.join(self.species)}"
            )
        return columns


def _runs(structures: Structures) -> Iterator[slice]:
    """Cut structures into runs of about equally many atoms, at least one structure each."""
    start = 0
    while start < len(structures):
        limit = int(structures.offsets[start]) + _ATOMS_AT_ONCE
        behind = int(np.searchsorted(structures.offsets, limit, side="right"))
        stop = max(behind - 1, start + 1)
        yield slice(start, stop)
        start = stop


def _do_each(fill: Callable[[slice], None], runs: list[slice], structures: Structures) -> None:
    """Fill runs side by side where there are enough of them, else the atoms of each."""
    threads = count_threads()
    if threads == 1 or len(runs) < 2 * threads:
        for run in runs:
            fill(run)
        return
    borders = structures.offsets[[0, *(run.stop for run in runs)]]

    def fill_some(first: int, last: int) -> None:
        with limit_threads(1):
            for run in runs[first:last]:
                fill(run)

    run_in_threads(fill_some, borders)


def _fill(
    hoods: Neighborhoods, basis: Basis, layout: Layout, out: Float[np.ndarray, "atoms columns"]
) -> None:
    def fill_run(first: int, last: int) -> None:
        work = make_spectrum_workspace(basis, layout)
        fill_rows(hoods, basis, layout, work, first, last, out)

    run_in_threads(fill_run, hoods.offsets)


def _check_apart(pairs: Pairs, structures: Structures, first: int) -> None:
    """Look for two atoms in one place.

    Args:
        pairs: Of a run of the structures.
        structures: All structures.
        first: The first of the run.

    Raises:
        InputError: there are.
    """
    if pairs.distances.min(initial=math.inf) > _SAME_PLACE:
        return
    pair = int(pairs.distances.argmin())
    ends = structures.offsets[first] + np.array([pairs.centers[pair], pairs.neighbors[pair]])
    structure = int(structures.structure_of_atom[ends[0]])
    a, b = ends - structures.offsets[structure]
    raise InputError(f"structure {structure}: atoms {a} and {b} are in one place")
