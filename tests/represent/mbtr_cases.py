"""Structures and settings for which DScribe's numbers are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from atomarium.core.structures import Structures
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm

GRIDS = {
    "atomic_number": {"start": 0.0, "stop": 9.0, "width": 0.4},
    "distance": {"start": 0.0, "stop": 6.0, "width": 0.4},
    "inverse_distance": {"start": 0.0, "stop": 1.1, "width": 0.06},
    "angle": {"start": 0.0, "stop": 180.0, "width": 9.0},
    "cosine": {"start": -1.0, "stop": 1.0, "width": 0.1},
}
N_BINS = 12


@dataclass(frozen=True)
class Case:
    """One call of DScribe.

    Args:
        descriptor: `MBTR` or `LMBTR`.
        structures: `molecules` or `crystals`.
        geometry: Geometry function.
        weighting: As the fields of `MbtrTerm`.
        normalization: As `Mbtr`.
        binning: As `Mbtr`.
    """

    descriptor: str
    structures: str
    geometry: str
    weighting: dict[str, float | str] = field(default_factory=dict)
    normalization: str = "none"
    binning: str = "density"

    def __str__(self) -> str:
        weighting = "-".join(str(value) for value in self.weighting.values())
        rest = (self.normalization, self.binning)
        return "-".join([self.descriptor, self.structures, self.geometry, weighting, *rest])

    @property
    def term(self) -> MbtrTerm:
        """The term of the case."""
        settings = {"geometry": self.geometry, "n_bins": N_BINS, **GRIDS[self.geometry]}
        return MbtrTerm(**settings, **self.weighting)

    @property
    def settings(self) -> Mbtr | LocalMbtr:
        """Our settings."""
        kind = Mbtr if self.descriptor == "MBTR" else LocalMbtr
        return kind(terms=(self.term,), normalization=self.normalization, binning=self.binning)


_PAIRS = ("distance", "inverse_distance")
_BY_CUTOFF = {"weighting": "exp", "cutoff": 4.2, "threshold": 1e-3}
_BY_SCALE = {"weighting": "exp", "scale": 0.7, "threshold": 1e-3}


def _weightings(geometry: str, structures: str) -> list[dict[str, float | str]]:
    own: dict[str, float | str] = (
        {"weighting": "inverse_square", "cutoff": 5.1}
        if geometry in _PAIRS
        else {"weighting": "smooth_cutoff", "cutoff": 3.4, "sharpness": 2.5}
    )
    found = [_BY_CUTOFF, _BY_SCALE, own]
    return found if structures == "crystals" else [*found, {"weighting": "unity"}]


def _make_cases() -> list[Case]:
    cases = [
        Case("MBTR", "molecules", "atomic_number", normalization=normalization)
        for normalization in ("none", "l2", "n_atoms")
    ]
    for structures in ("molecules", "crystals"):
        for geometry in (*_PAIRS, "angle", "cosine"):
            weightings = _weightings(geometry, structures)
            cases += [Case("MBTR", structures, geometry, one) for one in weightings]
            others = ["l2", "n_atoms"] + ["valle_oganov"] * (structures == "crystals")
            cases += [Case("MBTR", structures, geometry, _BY_SCALE, one) for one in others]
            cases.append(Case("MBTR", structures, geometry, _BY_SCALE, binning="height"))
            cases.append(Case("LMBTR", structures, geometry, _BY_SCALE))
        cases.append(Case("LMBTR", structures, "cosine", _BY_SCALE, "l2"))
        cases.append(Case("LMBTR", structures, "distance", _BY_SCALE, binning="height"))
    cases.append(Case("LMBTR", "molecules", "angle", {"weighting": "unity"}))
    return cases


CASES = _make_cases()


def molecules() -> Structures:
    """Return methanol and water, bent out of shape."""
    methanol = [
        [-0.047, 0.664, 0.02],
        [-0.051, -0.759, -0.013],
        [-1.091, 0.981, 0.093],
        [0.438, 1.072, 0.91],
        [0.434, 1.041, -0.884],
        [0.86, -1.058, 0.05],
    ]
    water = [[0.0, 0.02, 0.117], [0.03, 0.765, -0.47], [0.01, -0.76, -0.49]]
    return Structures.from_arrays(
        [6, 8, 1, 1, 1, 1, 8, 1, 1], np.array([*methanol, *water]), offsets=[0, 6, 9]
    )


def crystals() -> Structures:
    """Return a triclinic perovskite, a triclinic crystal of silicon and carbon, and a slab."""
    perovskite = [
        [0.08, -0.05, 0.11],
        [2.53, 2.14, 1.79],
        [2.31, 2.05, -0.07],
        [2.09, 0.21, 1.96],
        [0.44, 2.26, 1.83],
    ]
    two = [[0.02, 0.07, -0.03], [1.41, 1.29, 1.44]]
    cells = [
        [[3.9, 0.0, 0.0], [0.6, 4.1, 0.0], [0.4, 0.3, 3.7]],
        [[0.0, 2.8, 2.6], [2.7, 0.1, 2.9], [2.6, 2.7, 0.0]],
        [[3.9, 0.0, 0.0], [0.6, 4.1, 0.0], [0.4, 0.3, 15.0]],
    ]
    slabs = [[True] * 3, [True] * 3, [True, True, False]]
    return Structures.from_arrays(
        [38, 22, 8, 8, 8, 14, 6, 38, 22, 8, 8, 8],
        np.array([*perovskite, *two, *perovskite]),
        cells=cells,
        periodic=slabs,
        offsets=[0, 5, 7, 12],
    )


STRUCTURES = {"molecules": molecules, "crystals": crystals}
_PEERS = Path(__file__).parents[1] / "references" / "matrices_peers.npz"
#: Real crystals with more atoms take the slow versions too long.
_MOST_ATOMS = 6


def real_structures(case: Case) -> list[Structures]:
    """Return molecules of QM7, or crystals of the Materials Project, that a case is tried on."""
    with np.load(_PEERS) as file:
        kept = {name: file[f"{case.structures} {name}"] for name in ("numbers", "positions")}
        cells = file["crystals cells"] if case.structures == "crystals" else None
        offsets = file[f"{case.structures} offsets"]
    some = list(Structures.from_arrays(**kept, cells=cells, offsets=offsets))
    if case.structures == "crystals":
        return [one for one in some if one.n_atoms <= _MOST_ATOMS]
    # Rows of atoms are many.
    return [*straight_molecules(), *(some[:4] if case.descriptor == "LMBTR" else some)]


def straight_molecules() -> list[Structures]:
    """Return acetylene and cyanoacetylene as they stand in QM7, numbers 3 and 32."""
    places = [[0.899231, 2.096269, -0.16555, 3.16105], [0.914513, 2.115722, 3.484788, 4.638879]]
    places[1].append(-0.151102)
    lines = [([6, 6, 1, 1], -0.0226, 0.0041), ([6, 6, 6, 7, 1], -0.0345, 0.0178)]
    return [
        Structures.from_arrays(numbers, [[x, y, z] for x in along])
        for along, (numbers, y, z) in zip(places, lines, strict=True)
    ]


def shadows(rows: np.ndarray) -> np.ndarray:
    """Return the products of rows with three random vectors, which take less room than the rows.

    A difference of one entry stays a difference of about its size.
    """
    return rows @ np.random.default_rng(rows.shape[1]).normal(size=(rows.shape[1], 3))
