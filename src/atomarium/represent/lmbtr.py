"""The local many-body tensor representation: what one atom sees of distances and angles."""

from __future__ import annotations

from dataclasses import dataclass

from atomarium.core.errors import InputError
from atomarium.represent.many_body_rows import TermRows
from atomarium.represent.mbtr import DEFAULT_TERMS
from atomarium.represent.mbtr_terms import SYMMETRIC_WEIGHTINGS, MbtrTerm


@dataclass(frozen=True, kw_only=True)
class LocalMbtr(TermRows):
    """Local many-body tensor representation: one row for each atom.

    As `Mbtr`, but only of pairs and triplets that an atom takes part in. The atom itself counts
    as an element X of its own, before all others; its periodic images do not. Blocks are X-X, X-H
    … for pairs; for triplets those with X in the middle, X-X-X, X-X-H, H-X-H …, then those with X
    at an end, ordered by the atom in the middle. Blocks with more than one X stay zero.

    Source: columns as in DScribe 2.1, LMBTR. Its weighting `inverse_square`, documented there but
    refused, is taken as for `Mbtr`.

    Args:
        terms: Of two or three atoms; their columns follow one another. Triplets take
            only weightings that are the same for all three of their atoms.
        species: Symbols of the elements; settled from data when empty. Their order does not
            matter.
        binning: As `Mbtr`.
        normalization: Of each term: `none`, or `l2`, to length 1, where a row of zeros stays.
        dtype: Precision of the rows; they are computed in float64.
    """

    normalizations = ("none", "l2")
    local = True
    terms: tuple[MbtrTerm, ...] = DEFAULT_TERMS
    species: tuple[str, ...] = ()
    binning: str = "density"
    normalization: str = "none"
    dtype: str = "float64"

    def __post_init__(self) -> None:
        super().__post_init__()
        for term in self.terms:
            if term.order == 1:
                raise InputError(f"{term.geometry} says nothing of surroundings: take mbtr")
            if term.order == 3 and term.weighting not in SYMMETRIC_WEIGHTINGS:
                right = ", ".join(SYMMETRIC_WEIGHTINGS)
                raise InputError(
                    f"{term.geometry}: around one atom, triplets cannot have {term.weighting}, "
                    f"which differs between their atoms; take {right}"
                )
        if "X" in self.species:
            raise InputError("X stands for the atom that a row is about, it cannot be a species")
