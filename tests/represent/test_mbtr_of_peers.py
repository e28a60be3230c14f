"""Many-body tensor representations of real structures against DScribe and exact numbers.

DScribe takes the angle as the arccosine of a cosine that the law of cosines gives. At 0° and 180°
the arccosine magnifies the rounding of the cosine, 1e-16, to 1e-6 degrees, so that its rows of
angles miss exact ones by up to 1e-7 of their largest entry in acetylene, in cyanoacetylene and in
crystals with atoms in line. There ours are compared with exact numbers; elsewhere the two agree.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.represent.mbtr_cases import CASES, Case, real_structures, shadows, straight_molecules

from atomarium.represent.valle_oganov import ValleOganov

PEERS = np.load(Path(__file__).parents[1] / "references" / "mbtr_peers.npz")
#: What is cut off a Gaussian and the polynomials are each below 1e-11 of the largest entry.
EXACT = 1e-10
ROUNDED_ANGLES = 1e-6


def _shadows_of(case: Case) -> list[np.ndarray]:
    return [shadows(case.settings.compute(one).values) for one in real_structures(case)]


def _compare(found: list[np.ndarray], expected: np.ndarray, tolerance: float) -> None:
    """Compare structure by structure, each relative to its largest number."""
    borders = np.cumsum([len(rows) for rows in found])[:-1]
    for rows, others in zip(found, np.split(expected, borders), strict=True):
        np.testing.assert_allclose(
            rows, others, rtol=0, atol=tolerance * np.abs(others).max(initial=0.0)
        )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rows_of_real_structures_are_those_of_dscribe(case: Case) -> None:
    tolerance = ROUNDED_ANGLES if case.geometry == "angle" else EXACT
    found = _shadows_of(case)
    _compare(found, PEERS[str(case)], tolerance)
    if case.structures == "molecules":
        # The others have no three atoms in line.
        n_straight = sum(map(len, found[: len(straight_molecules())]))
        _compare(found[len(straight_molecules()) :], PEERS[str(case)][n_straight:], EXACT)


ANGLES = [case for case in CASES if f"exact {case}" in PEERS]


@pytest.mark.parametrize("case", ANGLES, ids=str)
def test_angles_of_real_structures_are_exact_where_those_of_dscribe_are_not(case: Case) -> None:
    exact = PEERS[f"exact {case}"]
    found = _shadows_of(case)
    _compare(found, exact, EXACT)
    ours = np.abs(np.concatenate(found) - exact).max()
    assert np.abs(PEERS[str(case)] - exact).max() > 100 * ours


@pytest.mark.parametrize(
    ("function", "width", "tolerance"), [("distance", 0.2, EXACT), ("angle", 7.0, ROUNDED_ANGLES)]
)
def test_fingerprints_of_real_crystals_are_those_of_dscribe(
    function: str, width: float, tolerance: float
) -> None:
    settings = ValleOganov(function=function, width=width, cutoff=3.6, n_bins=12)
    crystals = real_structures(Case("MBTR", "crystals", "angle"))
    rows = [shadows(settings.compute(one).values) for one in crystals]
    _compare(rows, PEERS[f"ValleOganov-{function}"], tolerance)
