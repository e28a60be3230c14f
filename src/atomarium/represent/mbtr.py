"""The many-body tensor representation: distributions of distances, angles and elements."""

from __future__ import annotations

from dataclasses import dataclass

from atomarium.represent.many_body_rows import TermRows
from atomarium.represent.mbtr_terms import MbtrTerm

DEFAULT_TERMS = (
    MbtrTerm(
        geometry="inverse_distance", start=0.0, stop=1.2, width=0.03, weighting="exp", cutoff=8.0
    ),
    MbtrTerm(geometry="cosine", start=-1.0, stop=1.0, width=0.05, weighting="exp", cutoff=5.0),
)


@dataclass(frozen=True, kw_only=True)
class Mbtr(TermRows):
    """Many-body tensor representation: one row for each structure.

    Each term is a sum over all atoms, pairs or triplets, of a Gaussian at the value of its
    geometry function, times a weight, in a block for each combination of elements: pairs
    (H-H, H-C, C-C …) by atomic number, triplets by the atom in the middle, then the others. In a
    crystal the sum is per cell; it does not depend on which cell is chosen.

    Gaussians end 8 widths from their middle; with the polynomials that they are summed by, rows are
    exact to 1e-11 of their largest entry. Angles of 180° are exact, too, where the cosine alone
    would be off by 1e-6°.

    Source: H. Huo and M. Rupp, Mach. Learn.: Sci. Technol. 3, 045017 (2022); columns, weightings
    and normalizations as in DScribe 2.1, bins of `mass` as in qmmlpack.

    Args:
        terms: Their columns follow one another.
        species: Symbols of the elements; settled from data when empty. Their order does not
            matter.
        binning: What stands in a bin. `density`: points from start to stop, stop included, each
            the mean density over the bin around it. `height`: the same for Gaussians of height 1
            instead of area 1. `mass`: bins that divide start to stop, each with the mass in it.
        normalization: Of each term: `none`; `l2`, to length 1, where a row of zeros stays;
            `n_atoms`, per atom of the cell; `valle_oganov`, pairs by volume / (4π N_A N_B), half
            the product for equal elements, triplets by volume / (N_A N_B N_C).
        dtype: Precision of the rows; they are computed in float64.
    """

    normalizations = ("none", "l2", "n_atoms", "valle_oganov")
    local = False
    terms: tuple[MbtrTerm, ...] = DEFAULT_TERMS
    species: tuple[str, ...] = ()
    binning: str = "density"
    normalization: str = "none"
    dtype: str = "float64"
