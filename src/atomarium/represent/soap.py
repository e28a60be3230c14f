"""SOAP, the smooth overlap of atomic positions: power spectra of neighbor densities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from jaxtyping import Float, Float64

from atomarium.core.columns import ColumnNames
from atomarium.core.compact_features import CompactFeatures
from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.segments import segment_mean
from atomarium.core.structures import Structures
from atomarium.represent.radial_bases import CustomBasis, Space, check_basis, radial_table
from atomarium.represent.soap_channels import NAMED, Compression, make_channels
from atomarium.represent.soap_compact import compute_compact
from atomarium.represent.soap_density import NO_SCALING, Fading, RadialScaling
from atomarium.represent.soap_derivatives import gradients, pull_back, rows_to_derive, unit_rows
from atomarium.represent.soap_layout import NO_GAP, Columns, GapSettings, make_columns, make_layout
from atomarium.represent.soap_like import settings_like
from atomarium.represent.soap_ranges import check_ranges
from atomarium.represent.soap_work import Plan, compute_rows, expand, make_basis
from atomarium.represent.species_columns import column_of_atoms, ordered_species, settle_species


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
        basis: "gto", orthonormalized Gaussian-type orbitals r^n exp(−r² / 2σ_n²); "dscribe-gto",
            DScribe's r^l exp(−α r²); "polynomial", (cutoff − r)^(n + 2); "equispaced", GAP's
            Gaussians in shells; or a `CustomBasis`.
        scaling: How the density of a neighbor shrinks with its distance.
        compression: What is left out or summed up: "none", "crossover" (only products of a species
            with itself), "mu2" (all species are one), "mu1nu1" (each species with the sum of all),
            or a `Compression`.
        average: "none", a row for each atom; "inner", one for each structure, of its mean density;
            "inner-sum", of its summed density; "outer", the mean of the rows of its atoms.
        layout: "kernel" keeps one of two equal products, times √2, so that the dot product of two
            rows is the SOAP kernel; "featomic" keeps all products, with featomic's signs;
            "dscribe" keeps one of two, as it is; "quippy" is "kernel" in quippy's order, with a
            constant behind. The last three have the factors of these packages, too.
        normalize: Whether each row is scaled to length 1.
        gap: What only GAP knows.
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
    basis: str | CustomBasis = "gto"
    scaling: RadialScaling = NO_SCALING
    compression: str | Compression = "none"
    average: str = "none"
    layout: str = "kernel"
    normalize: bool = False
    gap: GapSettings = NO_GAP
    dtype: str = "float64"

    def __post_init__(self) -> None:
        object.__setattr__(self, "species", ordered_species(self.species))
        check_ranges(self)
        if isinstance(self.compression, str) and self.compression not in NAMED:
            hint = did_you_mean(self.compression, NAMED)
            raise InputError(f"no compression {self.compression!r}{hint}")
        check_basis(self.basis, self._space)

    @classmethod
    def like(cls, package: str, options: str = "", /, **arguments: Any) -> Self:
        """Return settings whose rows are those of another package, in its order.

        Example:
            >>> Soap.like("quippy", "soap cutoff=5 n_max=8 l_max=6 atom_sigma=0.5").basis
            'equispaced'

        Args:
            package: "dscribe", "featomic" or "quippy".
            options: A line of options as quippy takes it; nothing for the others.
            **arguments: Of DScribe's `SOAP`, featomic's `SoapPowerSpectrum` (and `species`), or
                options of quippy one by one, by their own names.

        Raises:
            InputError: there is no such package or argument, or it cannot be done.
        """
        return cls(**settings_like(package, options, arguments))

    def settle(self, structures: Structures) -> Self:
        """Return the same settings with species, where open, those of the structures."""
        return settle_species(self, structures)

    def compute(self, structures: Structures) -> Features:
        """Return one row for each atom, or for each structure if `average` says so.

        Raises:
            InputError: an atom is of none of the species, two atoms are in one place, or
                `find_pairs` finds a fault.
        """
        if structures.n_atoms and not self.species:
            return self.settle(structures).compute(structures)
        species = column_of_atoms(structures, self.species)
        inner = self.average.startswith("inner")
        shape = (len(structures) if inner else structures.n_atoms, self.columns.n_columns)
        values = np.zeros(shape, dtype=self.dtype if self._filled_as_kept else "float64")
        compute_rows(structures, species, self.plan, per_structure=inner, out=values)
        return Features(
            values if self._filled_as_kept else self._finish(values, structures),
            "atoms" if self.average == "none" else "structures",
            structures.offsets,
            names=ColumnNames(self),
            numbers=structures.numbers,
            reduced="none" if self.average == "none" else "mean",
        )

    def pull_back(
        self, structures: Structures, cotangents: Float[np.ndarray, "rows columns"]
    ) -> PulledBack:
        """Return the derivatives of Σ cotangents · rows with positions and strain.

        Raises:
            InputError: as for `compute`, or the cotangents do not have the shape of the rows.
        """
        return pull_back(rows_to_derive(self, structures), cotangents)

    def gradients(self, structures: Structures) -> Gradients:
        """Return the derivatives of every row with every atom that it depends on.

        They take 24 bytes for each column, atom and atom near it: `pull_back` does with less.

        Raises:
            InputError: as for `compute`.
        """
        return gradients(rows_to_derive(self, structures), self.dtype)

    def compute_compact(
        self, structures: Structures, *, out: Float[np.ndarray, "room"] | None = None
    ) -> CompactFeatures:
        """Return one row for each atom, without the zeros of species that are not near it.

        Time and memory grow with the species around each atom, not with those declared.

        Args:
            structures: Any.
            out: Flat memory to fill; what is computed next into it replaces these rows.

        Raises:
            InputError: as for `compute`; rows are averaged or reordered; or `out` is too short.
        """
        return compute_compact(self.settle(structures), structures, out)

    def spherical_expansion(self, structures: Structures) -> Features:
        """Return the expansion coefficients of the densities around each atom, with names.

        Columns go by species, or channel of the compression, then l, then m from −l to l, then n.

        Raises:
            InputError: as for `compute`.
        """
        if structures.n_atoms and not self.species:
            return self.settle(structures).spherical_expansion(structures)
        return expand(
            structures, column_of_atoms(structures, self.species), self.plan, self.columns
        )

    def radial_spectrum(self, structures: Structures) -> Features:
        """Return the coefficients of degree 0 around each atom, with names.

        They tell how many neighbors there are at which distance. Columns go by species, or channel
        of the compression, then n.

        Raises:
            InputError: as for `compute`.
        """
        flat = replace(self, l_max=0).spherical_expansion(structures)
        names = tuple(name.replace(" l=0 m=0", "") for name in flat.names)
        return replace(flat, names=names)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return self.columns.width

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C O l=2 n=0 n=5`, once the species are settled."""
        return self.columns.names()

    @cached_property
    def columns(self) -> Columns:
        """Which products are in a row, and where."""
        compression = self.compression
        named = NAMED[compression] if isinstance(compression, str) else compression
        channels = make_channels(self.species, named)
        return make_columns(channels, self.n_max, self.l_max, self.layout, self.gap)

    @cached_property
    def plan(self) -> Plan:
        """What the settings come to for compiled loops."""
        columns = self.columns
        # Rows are not normalized before they are averaged, nor before columns are left out.
        normalize = self.normalize and self.average != "outer" and columns.complete
        layout = make_layout(
            columns,
            self.n_max,
            self.layout,
            normalize=normalize,
            mean=self.average != "inner-sum",
            width=self.width,
        )
        fading = Fading(end=self._space.reach, width=self.cutoff_width, scaling=self.scaling)
        return Plan(
            basis=make_basis(
                radial_table(self.basis, self._space),
                self.center_weight,
                center_in_all=self.gap.center_in_all,
            ),
            layout=layout,
            fading=fading,
            species_weights=columns.channels.weights,
            together=columns.channels.mixing.shape[1] == 1,
        )

    @property
    def _space(self) -> Space:
        return Space(
            cutoff=float(self.cutoff),
            reach=float(self.cutoff + self.padding),
            n_max=self.n_max,
            l_max=self.l_max,
            width=float(self.width),
        )

    @property
    def _filled_as_kept(self) -> bool:
        """Whether loops fill rows as they are to be."""
        return self.average != "outer" and not len(self.columns.order)

    def _finish(
        self, rows: Float64[np.ndarray, "filled columns"], structures: Structures
    ) -> Float[np.ndarray, "rows finished"]:
        """Return rows averaged, in their order, normalized and with a constant behind."""
        if self.average == "outer":
            rows = segment_mean(rows, structures.offsets)
        rows = self.columns.finish(rows)
        if self.normalize and not self.plan.layout.normalize:
            rows, _ = unit_rows(rows)
        constant = np.tile(self.columns.constant, (len(rows), 1))
        return np.concatenate([rows, constant], axis=1).astype(self.dtype)
