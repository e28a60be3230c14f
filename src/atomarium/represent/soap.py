"""SOAP, the smooth overlap of atomic positions: power spectra of neighbor densities."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from atomarium.core.elements import SYMBOLS, number_of
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.segments import segment_mean
from atomarium.core.structures import Structures
from atomarium.represent._kernels.expansion import Basis
from atomarium.represent._kernels.harmonics import recursion_factors
from atomarium.represent.radial import check_independence, gto_table
from atomarium.represent.soap_channels import (
    NAMED,
    Compression,
    make_channels,
)
from atomarium.represent.soap_density import NO_SCALING, Fading, RadialScaling
from atomarium.represent.soap_layout import Columns, make_columns, make_layout
from atomarium.represent.soap_work import Plan, compute_rows
from atomarium.represent.species_columns import column_of_atoms

_RANGES = {"n_max": (1, 64), "l_max": (0, 20)}
_CHOICES = {
    "basis": ("gto",),
    "average": ("none", "inner", "outer"),
    "layout": ("kernel", "featomic", "dscribe"),
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
        padding: Å, at least 0. How far beyond the cutoff neighbors still count; their fading moves
            out by as much, radial functions do not.
        basis: "gto", orthonormalized Gaussian-type orbitals r^n exp(−r² / 2σ_n²).
        scaling: How the density of a neighbor shrinks with its distance.
        compression: What is left out or summed up: "none", "crossover" (only products of a species
            with itself), "mu2" (all species are one), "mu1nu1" (each species with the sum of all),
            or a `Compression`.
        average: "none", a row for each atom; "inner", one for each structure, of its mean density;
            "outer", the mean of the rows of its atoms.
        layout: "kernel" keeps one of two equal products, times √2, so that the dot product of two
            rows is the SOAP kernel; "featomic" keeps all products, with featomic's signs;
            "dscribe" keeps one of two, as it is.
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
    padding: float = 0.0
    basis: str = "gto"
    scaling: RadialScaling = NO_SCALING
    compression: str | Compression = "none"
    average: str = "none"
    layout: str = "kernel"
    normalize: bool = False
    dtype: str = "float64"

    def __post_init__(self) -> None:
        numbers = sorted(number_of(symbol) for symbol in self.species)
        if len(set(numbers)) != len(numbers):
            raise InputError(f"species must differ, got {', '.join(self.species)}")
        object.__setattr__(self, "species", tuple(SYMBOLS[z] for z in numbers))
        self._check_numbers()
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(f"no {name} {value!r}{did_you_mean(str(value), choices)}")
        if isinstance(self.compression, str) and self.compression not in NAMED:
            hint = did_you_mean(self.compression, NAMED)
            raise InputError(f"no compression {self.compression!r}{hint}")
        check_independence(self.cutoff, self.n_max)

    def _check_numbers(self) -> None:
        for name in ("cutoff", "width"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0 Å, got {value}")
        if not 0 <= self.cutoff_width <= self.cutoff:
            raise InputError(
                f"cutoff_width must be between 0 and the cutoff, {self.cutoff} Å, "
                f"got {self.cutoff_width}"
            )
        for name in ("center_weight", "padding"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name} must be at least 0, got {value}")
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not (isinstance(value, int) and least <= value <= most):
                raise InputError(f"{name} must be {least} to {most}, a whole number, got {value}")

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
        species = column_of_atoms(structures, self.species)
        n_rows = len(structures) if self.average == "inner" else structures.n_atoms
        values = np.zeros((n_rows, self.n_columns), dtype=self.dtype)
        inner = self.average == "inner"
        compute_rows(structures, species, self.plan, per_structure=inner, out=values)
        if self.average == "outer":
            values = segment_mean(values.astype(np.float64), structures.offsets)
            if self.normalize:
                lengths = np.linalg.norm(values, axis=1, keepdims=True)
                values /= np.where(lengths > 0, lengths, 1.0)
            values = values.astype(self.dtype)
        rows = "atoms" if self.average == "none" else "structures"
        reduced = "none" if self.average == "none" else "mean"
        offsets, numbers = structures.offsets, structures.numbers
        return Features(values, rows, offsets, numbers=numbers, reduced=reduced)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return self.columns.n_columns

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C O l=2 n=0 n=5`, once the species are settled."""
        return self.columns.names()

    @cached_property
    def columns(self) -> Columns:
        """Which products are in a row, and where."""
        compression = self.compression
        named = NAMED[compression] if isinstance(compression, str) else compression
        channels = make_channels(self.species, named)
        return make_columns(channels, self.n_max, self.l_max, self.layout)

    @cached_property
    def plan(self) -> Plan:
        """What the settings come to for compiled loops."""
        channels = self.columns.channels
        # Rows of atoms are not normalized before they are averaged.
        normalize = self.normalize and self.average != "outer"
        scale = 1.0
        return Plan(
            basis=self._basis(),
            layout=make_layout(
                self.columns, self.n_max, self.layout, normalize=normalize, scale=scale
            ),
            fading=Fading(
                end=self.cutoff + self.padding, width=self.cutoff_width, scaling=self.scaling
            ),
            species_weights=channels.weights,
            together=channels.mixing.shape[1] == 1,
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
            middle_everywhere=False,
        )
