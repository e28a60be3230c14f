from __future__ import annotations

import numpy as np
import pytest
from tests.represent.mbtr_cases import crystals, molecules

from atomarium.core.derivatives import Gradients
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import many_body_work
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.valle_oganov import ValleOganov

_STEP = 1e-5
Settings = Mbtr | LocalMbtr | ValleOganov

# A threshold at which the weight is nearly nothing: a pair that comes in or goes is no step.
DISTANCES = MbtrTerm(
    geometry="distance",
    start=0.5,
    stop=4.0,
    width=0.3,
    n_bins=9,
    weighting="exp",
    cutoff=4.5,
    threshold=1e-12,
)
INVERSES = MbtrTerm(
    geometry="inverse_distance",
    start=0.1,
    stop=1.1,
    width=0.06,
    n_bins=8,
    weighting="inverse_square",
    cutoff=4.4,
)
NARROW = MbtrTerm(
    geometry="distance",
    start=0.5,
    stop=4.0,
    width=0.1,
    n_bins=5,
    weighting="inverse_square",
    cutoff=4.4,
)
ANGLES = MbtrTerm(
    geometry="angle",
    start=0.0,
    stop=180.0,
    width=12.0,
    n_bins=9,
    weighting="exp",
    cutoff=3.6,
    threshold=1e-12,
)
COSINES = MbtrTerm(
    geometry="cosine",
    start=-1.0,
    stop=1.0,
    width=0.15,
    n_bins=9,
    weighting="smooth_cutoff",
    cutoff=3.7,
)
ELEMENTS = MbtrTerm(geometry="atomic_number", start=0.0, stop=40.0, width=2.0, n_bins=5)

CASES: dict[str, Settings] = {
    "pairs": Mbtr(terms=(ELEMENTS, DISTANCES, INVERSES)),
    "pairs-unit-length": Mbtr(terms=(DISTANCES, INVERSES), normalization="l2"),
    "pairs-per-atom-mass": Mbtr(terms=(DISTANCES,), normalization="n_atoms", binning="mass"),
    "pairs-narrow": Mbtr(terms=(NARROW,), binning="height"),
    "triplets": Mbtr(terms=(ANGLES, COSINES)),
    "triplets-unit-length": Mbtr(terms=(COSINES, DISTANCES), normalization="l2"),
    "local-pairs": LocalMbtr(terms=(DISTANCES, INVERSES)),
    "local-triplets": LocalMbtr(terms=(ANGLES,)),
    "local-unit-length": LocalMbtr(terms=(ANGLES, DISTANCES), normalization="l2"),
}
CRYSTALS = {
    **CASES,
    "fingerprint-distances": ValleOganov(cutoff=4.4, width=0.3, n_bins=9),
    "fingerprint-angles": ValleOganov(function="angle", cutoff=3.7, width=12.0, n_bins=9),
}
EVERY = [(name, "molecules") for name in CASES] + [(name, "crystals") for name in CRYSTALS]
every_case = pytest.mark.parametrize(("name", "kind"), EVERY)


def structures_of(kind: str) -> Structures:
    return molecules() if kind == "molecules" else crystals()


def strained(structures: Structures, strain: np.ndarray) -> Structures:
    turn = (np.eye(3) + strain).T
    return Structures(
        numbers=structures.numbers,
        positions=structures.positions @ turn,
        cells=structures.cells @ turn,
        periodic=structures.periodic,
        offsets=structures.offsets,
    )


def moved(structures: Structures, atom: int, axis: int, step: float) -> Structures:
    positions = structures.positions.copy()
    positions[atom, axis] += step
    return Structures(
        numbers=structures.numbers,
        positions=positions,
        cells=structures.cells,
        periodic=structures.periodic,
        offsets=structures.offsets,
    )


def central_differences(settings: Settings, structures: Structures) -> np.ndarray:
    """Return rows × atoms × 3 × columns."""
    rows = settings.compute(structures).values
    found = np.zeros((len(rows), structures.n_atoms, 3, rows.shape[1]))
    for atom in range(structures.n_atoms):
        for axis in range(3):
            ahead = settings.compute(moved(structures, atom, axis, _STEP)).values
            behind = settings.compute(moved(structures, atom, axis, -_STEP)).values
            found[:, atom, axis] = (ahead - behind) / (2 * _STEP)
    return found


def dense(gradients: Gradients, n_rows: int, n_atoms: int) -> np.ndarray:
    found = np.zeros((n_rows, n_atoms, *gradients.values.shape[1:]))
    found[gradients.rows, gradients.atoms] = gradients.values
    return found


@every_case
def test_derivatives_are_those_of_central_differences(name: str, kind: str) -> None:
    structures = structures_of(kind)
    settings = CRYSTALS[name].settle(structures)
    expected = central_differences(settings, structures)
    tolerance = 1e-6 * np.abs(expected).max()
    gradients = settings.gradients(structures)
    found = dense(gradients, len(expected), structures.n_atoms)
    np.testing.assert_allclose(found, expected, atol=tolerance, rtol=0)
    order = np.lexsort((gradients.atoms, gradients.rows))
    np.testing.assert_array_equal(order, np.arange(len(order)))
    cotangents = np.random.default_rng(0).normal(size=(len(expected), expected.shape[-1]))
    pulled = settings.pull_back(structures, cotangents)
    explicit = np.einsum("rw,radw->ad", cotangents, found)
    # Both read the same polynomials.
    scale = np.abs(explicit).max()
    np.testing.assert_allclose(pulled.positions, explicit, atol=1e-9 * scale, rtol=0)


@every_case
def test_strain_is_that_of_central_differences(name: str, kind: str) -> None:
    structures = structures_of(kind)
    settings = CRYSTALS[name].settle(structures)
    features = settings.compute(structures)
    cotangents = np.random.default_rng(1).normal(size=features.values.shape)
    expected = np.zeros((len(structures), 3, 3))
    for a in range(3):
        for b in range(3):
            strain = np.zeros((3, 3))
            strain[a, b] = _STEP
            ahead = settings.compute(strained(structures, strain)).values
            behind = settings.compute(strained(structures, -strain)).values
            change = np.sum(cotangents * (ahead - behind), axis=1) / (2 * _STEP)
            if features.rows == "atoms":
                change = np.add.reduceat(change, structures.offsets[:-1])
            expected[:, a, b] = change
    found = settings.pull_back(structures, cotangents).strain
    np.testing.assert_allclose(found, expected, atol=1e-6 * np.abs(expected).max(), rtol=0)


def test_bent_to_a_line_an_angle_has_no_slope() -> None:
    line = Structures.from_arrays([8, 6, 8], [[0, 0, 0], [0, 0, 1.2], [0, 0, 2.4]])
    settings = Mbtr(terms=(ANGLES,)).settle(line)
    across = settings.gradients(line).values[:, :2]
    assert np.abs(across).max() == 0.0


@pytest.mark.parametrize("name", ["pairs-unit-length", "triplets", "local-unit-length"])
def test_batches_do_not_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    structures = Structures.concatenate([crystals(), molecules(), crystals()[1], molecules()])
    settings = CASES[name].settle(structures)
    features = settings.compute(structures)
    cotangents = np.random.default_rng(2).normal(size=features.values.shape)
    pulled = settings.pull_back(structures, cotangents)
    gradients = settings.gradients(structures)
    monkeypatch.setattr(many_body_work, "_ATOMS_AT_ONCE", 3)
    np.testing.assert_array_equal(settings.compute(structures).values, features.values)
    again = settings.pull_back(structures, cotangents)
    np.testing.assert_array_equal(again.positions, pulled.positions)
    np.testing.assert_array_equal(again.strain, pulled.strain)
    others = settings.gradients(structures)
    np.testing.assert_array_equal(others.rows, gradients.rows)
    np.testing.assert_array_equal(others.atoms, gradients.atoms)
    np.testing.assert_array_equal(others.values, gradients.values)


def test_no_structures_have_no_derivatives() -> None:
    settings = Mbtr(terms=(DISTANCES,), species=("H",))
    nothing = Structures.empty()
    assert settings.compute(nothing).values.shape == (0, 9)
    assert settings.pull_back(nothing, np.zeros((0, 9))).positions.shape == (0, 3)
    assert settings.gradients(nothing).values.shape == (0, 3, 9)


def test_cotangents_of_another_shape_are_refused() -> None:
    settings = Mbtr(terms=(DISTANCES,)).settle(molecules())
    with pytest.raises(InputError, match=r"cotangents must have shape \(2, 54\), got \(2, 3\)"):
        settings.pull_back(molecules(), np.zeros((2, 3)))
