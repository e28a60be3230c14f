"""What all settings of many-body tensor representations give: rows, their names and derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
from jaxtyping import Float

from atomarium.core.columns import ColumnNames
from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.many_body import ManyBody
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.species_columns import ordered_species, settle_species

_BINNINGS = ("density", "height", "mass")


class ManyBodyRows(ABC):
    """Settings that come to a `ManyBody`."""

    species: tuple[str, ...]
    dtype: str

    @property
    @abstractmethod
    def many_body(self) -> ManyBody:
        """The settings as they are computed."""

    def settle(self, structures: Structures) -> Self:
        """Return the same settings with species, where open, those of the structures.

        Raises:
            InputError: a structure holds an element that cannot be a species.
        """
        return settle_species(self, structures)

    def compute(self, structures: Structures) -> Features:
        """Return the rows; a structure without atoms has zeros, or none when rows stand for atoms.

        Raises:
            InputError: a structure holds other species, is periodic while a term has no cutoff,
                has two atoms in one place, or has no volume to normalize by.
        """
        settled = self.settle(structures)
        many_body = settled.many_body
        return Features(
            many_body.values(structures, np.dtype(self.dtype).type),
            "atoms" if many_body.local else "structures",
            structures.offsets,
            names=ColumnNames(settled),
            numbers=structures.numbers,
        )

    def pull_back(
        self, structures: Structures, cotangents: Float[np.ndarray, "rows width"]
    ) -> PulledBack:
        """Return the derivatives of Σ cotangents · features.

        Raises:
            InputError: as `compute`, or the cotangents do not have the features' shape.
        """
        from atomarium.represent.many_body_derivatives import pull_back

        return pull_back(self.settle(structures).many_body, structures, cotangents)

    def gradients(self, structures: Structures) -> Gradients:
        """Return the derivatives of every feature with every atom that it depends on.

        An angle has a kink where three atoms lie on one line; its derivative is taken as 0 there.

        Raises:
            InputError: as `compute`.
        """
        from atomarium.represent.many_body_derivatives import gradients

        return gradients(self.settle(structures).many_body, structures)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return self.many_body.width

    def column_names(self) -> tuple[str, ...]:
        """Return the name of each column: geometry, elements and place, `distance C-H 1.1`."""
        return self.many_body.names()


class TermRows(ManyBodyRows):
    """Settings that name their terms one by one."""

    normalizations: ClassVar[tuple[str, ...]]
    #: Whether a row stands for an atom.
    local: ClassVar[bool]
    terms: tuple[MbtrTerm, ...]
    binning: str
    normalization: str

    def __post_init__(self) -> None:
        if not self.terms:
            raise InputError("no terms: give at least one, distance or angle, say")
        for name, known in (("binning", _BINNINGS), ("normalization", self.normalizations)):
            given = getattr(self, name)
            if given not in known:
                raise InputError(f"no {name} {given!r}{did_you_mean(given, known)}")
        if self.dtype not in {"float64", "float32"}:
            raise InputError(f"dtype must be float64 or float32, got {self.dtype!r}")
        for term in self.terms:
            if self.binning != "mass" and term.n_bins < 2:
                given = f"a grid needs at least 2 points, got {term.n_bins}"
                raise InputError(f"{term.geometry}: {given}")
        object.__setattr__(self, "species", ordered_species(self.species))

    @property
    def many_body(self) -> ManyBody:
        """The settings as they are computed."""
        return ManyBody(
            terms=self.terms,
            species=self.species,
            binning=self.binning,
            normalization=self.normalization,
            local=self.local,
        )
