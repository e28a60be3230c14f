"""Atom-centered symmetry functions: sums over distances and angles around each atom."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from numpy.typing import ArrayLike

from atomarium.core.elements import NUMBERS, SYMBOLS
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.structures import Structures
from atomarium.represent._kernels import symmetry_plan as codes
from atomarium.represent._kernels.symmetry_plan import Plan
from atomarium.represent.neighbor_rows import NeighborRows
from atomarium.represent.neighborhoods import Loops
from atomarium.represent.species_columns import ordered_species
from atomarium.represent.symmetry_columns import ORDERS, Column, Order, list_columns
from atomarium.represent.symmetry_function import (
    RadialScheme,
    SymmetryFunction,
    angular_functions,
    dscribe_functions,
    radial_functions,
)
from atomarium.represent.symmetry_programs import make_plan
from atomarium.represent.symmetry_runs import symmetry_loops

CutoffFunction = Literal["cosine", "tanh3"]
_CUTOFF_CODES = {"cosine": codes.COSINE, "tanh3": codes.CUBED_TANH}
_CHOICES = {
    "radial_scheme": ("centered", "shifted"),
    "cutoff_function": tuple(_CUTOFF_CODES),
    "order": ORDERS,
    "dtype": ("float64", "float32"),
}
#: Numbers of radial and angular widths when nothing at all is given.
_N_RADIAL, _N_ANGULAR = 8, 2
#: Functions of a scheme; a slip of the keyboard must not fill the memory.
_MOST = 10_000


class Layout(NamedTuple):
    """Columns of symmetry functions, their names, and the same as arrays for compiled loops."""

    columns: tuple[Column, ...]
    names: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class SymmetryFunctions(NeighborRows):
    """One row for each atom: sums over its neighbors, and over pairs of them, that fade with distance.

    Functions are given one by one, made by schemes, or both; given functions come first. Each is
    summed for each element, or pair of elements, of the neighbors on its own. The element of the
    atom itself leaves no trace unless `per_center` is set.

    Example:
        >>> from ase.build import molecule
        >>> from atomarium.core.structures import Structures
        >>> from atomarium.represent.acsf import SymmetryFunctions
        >>> water = Structures.from_ase(molecule("H2O"))
        >>> SymmetryFunctions(cutoff=4.0, n_radial=6, n_angular=1).compute(water).values.shape
        (3, 36)

    Source: J. Behler, J. Chem. Phys. 134, 074106 (2011); the formulas are at `SymmetryFunction`.

    Args:
        species: Symbols of the elements that may occur, kept in the order of atomic numbers;
            settled from data when empty.
        cutoff: Å, above 0, of functions without one of their own and of the schemes.
        cutoff_function: How neighbors fade: "cosine", ½ (cos(π r / cutoff) + 1), or "tanh3",
            tanh³(1 - r / cutoff).
        functions: Functions given one by one.
        radial_scheme: "centered" Gaussians of various widths or "shifted" ones, one beside the
            other; see `radial_functions`.
        n_radial: Number of G2 functions of the scheme, 0 or at least 2; when left out, 8 if no
            functions are given, otherwise none.
        n_angular: Number of widths of the angular scheme, each with every ζ and both λ; see
            `angular_functions`. When left out, 2 if no functions are given, otherwise none.
        zetas: ζ of the angular scheme.
        per_center: Whether each element has columns of its own, zero for all other atoms, so that
            a product of two rows is zero for unlike elements.
        order: Of the columns: "atomarium", "dscribe", "runner" or "n2p2"; see `list_columns`.
        dtype: Precision of the rows; they are computed in float64.
    """

    species: tuple[str, ...] = ()
    cutoff: float = 5.0
    cutoff_function: CutoffFunction = "cosine"
    functions: tuple[SymmetryFunction, ...] = ()
    radial_scheme: RadialScheme = "shifted"
    n_radial: int | None = None
    n_angular: int | None = None
    zetas: tuple[float, ...] = (1.0, 2.0, 4.0, 16.0)
    per_center: bool = False
    order: Order = "atomarium"
    dtype: Literal["float64", "float32"] = "float64"

    def __post_init__(self) -> None:
        object.__setattr__(self, "species", ordered_species(self.species))
        if not (math.isfinite(self.cutoff) and self.cutoff > 0):
            raise InputError(f"cutoff must be above 0 Å, got {self.cutoff}")
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(f"no {name} {value!r}{did_you_mean(str(value), choices)}")
        for name in ("n_radial", "n_angular"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InputError(f"{name} must be at least 0, got {value}")
            if value is not None and value > _MOST:
                raise InputError(f"{name} must be at most {_MOST}, got {value}")
        if not self.all_functions:
            raise InputError("no functions: give some, or n_radial or n_angular")
        self._check_elements()

    def _check_elements(self) -> None:
        for one in self.functions:
            if one.center and not self.per_center:
                raise InputError(
                    f"{one.describe()} is for {one.center} alone, which needs per_center = true"
                )
            for symbol in filter(None, (one.center, *one.neighbors)):
                if self.species and symbol not in self.species:
                    known = ", ".join(self.species)
                    raise InputError(
                        f"{one.describe()} names {symbol}, which is not among the species {known}"
                    )

    @classmethod
    def like(
        cls,
        package: Literal["dscribe"],
        *,
        species: Iterable[str],
        r_cut: float,
        **parameters: ArrayLike | None,
    ) -> SymmetryFunctions:
        """Return settings that give the vector of another package, in its order.

        Args:
            package: "dscribe". For RuNNer and n2p2 see `input_nn.read_input_nn`.
            species: Symbols of the elements.
            r_cut: Å.
            **parameters: g2_params, g3_params, g4_params, g5_params, as dscribe's ACSF takes them.

        Raises:
            InputError: another package, an unknown parameter, or a value out of range.
        """
        if package != "dscribe":
            hint = did_you_mean(str(package), ["dscribe"])
            raise InputError(f"no package {package!r} to be like{hint}")
        functions = tuple(dscribe_functions(parameters))
        return cls(species=tuple(species), cutoff=r_cut, functions=functions, order="dscribe")

    @property
    def all_functions(self) -> tuple[SymmetryFunction, ...]:
        """The functions given and those of the schemes."""
        n_radial, n_angular = self.n_radial, self.n_angular
        if n_radial is None:
            n_radial = 0 if self.functions else _N_RADIAL
        if n_angular is None:
            n_angular = 0 if self.functions else _N_ANGULAR
        made = list(self.functions)
        if n_radial:
            made += radial_functions(self.radial_scheme, n_radial, self.cutoff)
        if n_angular:
            made += angular_functions(n_angular, self.zetas, self.cutoff)
        return tuple(made)

    def settle(self, structures: Structures) -> SymmetryFunctions:
        """Return the same settings with species, where open, those of the structures.

        Elements that functions name count as well.
        """
        if self.species:
            return self
        named = {NUMBERS[s] for one in self.functions for s in (one.center, *one.neighbors) if s}
        numbers = sorted(named | set(structures.species))
        return replace(self, species=tuple(SYMBOLS[z] for z in numbers))

    @cached_property
    def layout(self) -> Layout:
        """Columns and what the loops over neighbors know of them, once the species are settled."""
        return _make_layout(self)

    @property
    def loops(self) -> Loops:
        """The loops that compute rows and their derivatives, once the species are settled."""
        return symmetry_loops(self.layout.plan)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return len(self.layout.columns)

    def columns(self) -> tuple[Column, ...]:
        """Return function, center and neighbors of each column, once the species are settled.

        Raises:
            InputError: two columns are the same.
        """
        return self.layout.columns

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `G2 H eta=0.5 shift=2`, once the species are settled."""
        return self.layout.names


# Made once for equal settings: with many species it takes longer than a small structure.
@lru_cache(maxsize=32)
def _make_layout(settings: SymmetryFunctions) -> Layout:
    columns = list_columns(
        settings.all_functions,
        cutoff=settings.cutoff,
        species=settings.species,
        per_center=settings.per_center,
        order=settings.order,
    )
    plan = make_plan(
        columns,
        settings.species,
        per_center=settings.per_center,
        cutoff_function=_CUTOFF_CODES[settings.cutoff_function],
    )
    return Layout(columns, tuple(column.name for column in columns), plan)
