"""The fingerprint of Valle and Oganov: distances or angles in a crystal, against a random one."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atomarium.core.errors import InputError, did_you_mean
from atomarium.represent.many_body import ManyBody
from atomarium.represent.many_body_rows import ManyBodyRows
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm

_FUNCTIONS = ("distance", "angle")


@dataclass(frozen=True, kw_only=True)
class ValleOganov(ManyBodyRows):
    """Fingerprint of a crystal by Valle and Oganov: one row for each structure.

    An `Mbtr` of one term with `valle_oganov` normalization: distances from 0 to the cutoff,
    weighted by 1 / r², or angles from 0° to 180°, weighted by `smooth_cutoff`. For distances the
    mean of a block is 1 in a gas of the same density; the published fingerprint is this minus 1.

    Source: M. Valle and A. R. Oganov, Acta Cryst. A 66, 507 (2010); columns and factors as in
    DScribe 2.1.

    Args:
        function: Of two or of three atoms.
        cutoff: Å, above 0.
        width: Standard deviation of the Gaussians, Å or degrees, above 0.
        n_bins: Points of the grid.
        species: Symbols of the elements; settled from data when empty. Their order does not
            matter.
        dtype: Precision of the rows; they are computed in float64.
    """

    function: str = "distance"
    cutoff: float = 8.0
    width: float = 0.1
    n_bins: int = 100
    species: tuple[str, ...] = ()
    dtype: str = "float64"

    def __post_init__(self) -> None:
        if self.function not in _FUNCTIONS:
            raise InputError(
                f"no function {self.function!r}{did_you_mean(self.function, _FUNCTIONS)}"
            )
        if not (math.isfinite(self.cutoff) and self.cutoff > 0):
            raise InputError(f"cutoff must be above 0 Å, got {self.cutoff}")
        object.__setattr__(self, "species", self.mbtr.species)

    @property
    def mbtr(self) -> Mbtr:
        """The same as settings of the general representation."""
        pairs = self.function == "distance"
        term = MbtrTerm(
            geometry=self.function,
            start=0.0,
            stop=self.cutoff if pairs else 180.0,
            width=self.width,
            n_bins=self.n_bins,
            weighting="inverse_square" if pairs else "smooth_cutoff",
            cutoff=self.cutoff,
        )
        return Mbtr(
            terms=(term,),
            species=self.species,
            normalization="valle_oganov",
            dtype=self.dtype,
        )

    @property
    def many_body(self) -> ManyBody:
        """The settings as they are computed."""
        return self.mbtr.many_body
