"""Many-body tensors and fingerprints against DScribe's numbers, formulas and each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.references.mbtr_reference import local_blocks, mbtr_blocks
from tests.represent.mbtr_cases import CASES, STRUCTURES, Case, crystals, molecules
from tests.represent.mbtr_samples import ANGLES, DISTANCES

from atomarium.core import threads
from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.valle_oganov import ValleOganov

_DSCRIBE = Path(__file__).parents[1] / "references" / "mbtr_dscribe.npz"


@pytest.fixture(scope="module")
def dscribe() -> dict[str, np.ndarray]:
    with np.load(_DSCRIBE) as file:
        return dict(file)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rows_are_those_of_dscribe(case: Case, dscribe: dict[str, np.ndarray]) -> None:
    rows = case.settings.compute(STRUCTURES[case.structures]()).values
    expected = dscribe[str(case)]
    # What is cut off a Gaussian and the polynomials are each below 1e-11 of the largest entry.
    np.testing.assert_allclose(rows, expected, atol=1e-10 * np.abs(expected).max(), rtol=0)


@pytest.mark.parametrize(("function", "width"), [("distance", 0.2), ("angle", 7.0)])
def test_fingerprints_are_those_of_dscribe(
    function: str, width: float, dscribe: dict[str, np.ndarray]
) -> None:
    settings = ValleOganov(function=function, width=width, cutoff=3.6, n_bins=12)
    rows, expected = settings.compute(crystals()).values, dscribe[f"ValleOganov-{function}"]
    np.testing.assert_allclose(rows, expected, atol=1e-10 * np.abs(expected).max(), rtol=0)


@pytest.mark.parametrize("geometry", ["distance", "inverse_distance", "cosine"])
def test_gradients_are_those_of_dscribe(geometry: str, dscribe: dict[str, np.ndarray]) -> None:
    case = next(c for c in CASES if c.geometry == geometry and c.structures == "molecules")
    found = case.settings.gradients(molecules()).values
    expected = dscribe[f"gradients-{geometry}"]
    # Slopes of the polynomials are less exact than their values.
    np.testing.assert_allclose(found, expected, atol=1e-9 * np.abs(expected).max(), rtol=0)


BINNINGS = ["density", "height", "mass"]
#: From far broader to far narrower than a bin, either side of where the way of summing changes.
WIDTHS = [3.0, 0.3, 0.06, 0.03, 1e-4]


@pytest.mark.parametrize("binning", BINNINGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_pairs_of_any_width_are_those_of_the_formula(binning: str, width: float) -> None:
    term = replace(DISTANCES, width=width, weighting="exp", cutoff=4.0)
    for structure in (molecules()[0], crystals()[0], crystals()[2]):
        _compare_with_formula(structure, term, binning)


@pytest.mark.parametrize("binning", BINNINGS)
@pytest.mark.parametrize("geometry", ["angle", "cosine"])
def test_triplets_are_those_of_the_formula(binning: str, geometry: str) -> None:
    start, stop, width = (0.0, 180.0, 5.0) if geometry == "angle" else (-0.9, 0.8, 0.05)
    term = MbtrTerm(
        geometry=geometry,
        start=start,
        stop=stop,
        width=width,
        n_bins=15,
        weighting="smooth_cutoff",
        cutoff=3.0,
    )
    for structure in (molecules()[0], crystals()[0]):
        _compare_with_formula(structure, term, binning)


def _compare_with_formula(structure: Structures, term: MbtrTerm, binning: str) -> None:
    settings = Mbtr(terms=(term,), binning=binning).settle(structure)
    row = settings.compute(structure).values[0].reshape(-1, term.n_bins)
    expected = mbtr_blocks(structure, term, binning)
    names = settings.column_names()[:: term.n_bins]
    largest = max(np.abs(bins).max() for bins in expected.values())
    for name, bins in zip(names, row, strict=True):
        numbers = [NUMBERS[symbol] for symbol in name.split()[1].split("-")]
        key = tuple(numbers) if term.order == 2 else (numbers[1], numbers[0], numbers[2])
        np.testing.assert_allclose(bins, expected.get(key, 0.0), atol=1e-10 * largest, rtol=0)


@pytest.mark.parametrize("geometry", ["distance", "angle"])
def test_local_rows_are_those_of_the_formula(geometry: str) -> None:
    term = DISTANCES if geometry == "distance" else ANGLES
    term = replace(term, weighting="exp", cutoff=3.2)
    for structure in (molecules()[0], crystals()[0]):
        settings = LocalMbtr(terms=(term,), binning="mass").settle(structure)
        rows = settings.compute(structure).values
        blocks = [name.split()[1] for name in settings.column_names()[:: term.n_bins]]
        for center, row in enumerate(rows):
            expected = local_blocks(structure, center, term, "mass")
            for block, bins in zip(blocks, row.reshape(-1, term.n_bins), strict=True):
                numbers = [NUMBERS[symbol] for symbol in block.split("-")]
                key = tuple(numbers) if term.order == 2 else (numbers[1], numbers[0], numbers[2])
                np.testing.assert_allclose(bins, expected.get(key, 0.0), atol=1e-10, rtol=0)


def test_one_pair_has_mass_one_and_a_right_angle_its_three_angles() -> None:
    # What qmmlpack's tests say of its bins: [start, stop) divided, each with the mass in it.
    pair = Structures.from_arrays([1, 1], [[0, 0, 0], [0, 0, 1.25]])
    term = MbtrTerm(geometry="distance", start=0.0, stop=2.0, width=1e-3, n_bins=4)
    row = Mbtr(terms=(term,), binning="mass").compute(pair).values
    np.testing.assert_allclose(row, [[0, 0, 1, 0]], atol=1e-12)
    corner = Structures.from_arrays([1, 1, 1], [[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]])
    term = MbtrTerm(geometry="angle", start=0.0, stop=120.0, width=1e-3, n_bins=8)
    row = Mbtr(terms=(term,), binning="mass").compute(corner).values
    # Bins of 15°: 45° and 90° lie on borders, twice and once.
    np.testing.assert_allclose(row, [[0, 0, 1, 1, 0, 0.5, 0.5, 0]], atol=1e-9)


def test_angles_of_straight_lines_are_exact() -> None:
    line = Structures.from_arrays([8, 6, 8], [[0.1, 0.2, 0.3], [1.1, 1.3, 1.7], [2.1, 2.4, 3.1]])
    term = replace(ANGLES, start=179.999999, stop=180.000001, width=1e-8, n_bins=3)
    row = Mbtr(terms=(term,), species=("C", "O"), binning="mass").compute(line).values
    # The cosine alone would leave the angle uncertain by 1e-6 degrees.
    np.testing.assert_allclose(row.reshape(6, 3)[2], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("normalization", ["n_atoms", "valle_oganov", "l2"])
def test_normalized_rows_do_not_depend_on_the_cell(normalization: str) -> None:
    one = crystals()[0]
    twice = Structures.from_arrays(
        np.tile(one.numbers, 2),
        np.concatenate([one.positions, one.positions + one.cells[0, 1]]),
        cells=one.cells[0] * np.array([[1], [2], [1]]),
    )
    terms = [replace(DISTANCES, weighting="inverse_square", cutoff=4.0)]
    if normalization != "valle_oganov":
        # As DScribe has it, the factor of triplets shrinks with the number of atoms.
        terms.append(replace(ANGLES, weighting="smooth_cutoff", cutoff=3.5))
    settings = Mbtr(terms=tuple(terms), normalization=normalization)
    row, other = settings.compute(one).values, settings.compute(twice).values
    np.testing.assert_allclose(row, other, atol=1e-11 * np.abs(row).max(), rtol=0)


def test_a_random_gas_has_a_fingerprint_of_one() -> None:
    rng = np.random.default_rng(0)
    gas = Structures.from_arrays(
        np.tile([18, 36], 1000), rng.uniform(0, 40.0, size=(2000, 3)), cells=np.eye(3) * 40.0
    )
    settings = ValleOganov(cutoff=9.0, width=0.3, n_bins=10)
    blocks = settings.compute(gas).values.reshape(3, 10)
    # Statistics: some 10,000 pairs in a bin.
    np.testing.assert_allclose(blocks[:, 4:9].mean(axis=1), 1.0, atol=0.03)


def test_terms_stand_beside_each_other() -> None:
    both = Mbtr(terms=(DISTANCES, ANGLES)).compute(molecules()).values
    alone = [Mbtr(terms=(term,)).compute(molecules()).values for term in (DISTANCES, ANGLES)]
    np.testing.assert_array_equal(both, np.concatenate(alone, axis=1))


def test_pairs_within_a_cutoff_can_count_alike() -> None:
    term = replace(DISTANCES, cutoff=4.0)
    _compare_with_formula(crystals()[0], term, "density")


def test_every_column_has_a_name() -> None:
    settings = Mbtr(terms=(DISTANCES, ANGLES)).settle(molecules())
    names = settings.column_names()
    assert len(names) == len(set(names)) == settings.compute(molecules()).width
    assert names[0] == "distance H-H 0"
    assert names[-1] == "angle O-O-O 180"
    local = LocalMbtr(terms=(ANGLES,)).settle(molecules())
    assert len(set(local.column_names())) == local.compute(molecules()).width
    assert local.column_names()[-1] == "angle X-O-O 180"


def test_an_empty_structure_has_a_row_of_zeros() -> None:
    empty = Structures.from_arrays([1, 1], [[0, 0, 0], [0, 0, 1.0]], offsets=[0, 0, 2, 2])
    for normalization in ("none", "l2", "n_atoms"):
        rows = Mbtr(terms=(DISTANCES, ANGLES), normalization=normalization).compute(empty).values
        assert rows.shape[0] == 3
        assert not rows[[0, 2]].any()
        assert rows[1].any()


def test_single_precision_rounds_the_same_numbers() -> None:
    whole = Mbtr(terms=(DISTANCES, ANGLES)).compute(molecules()).values
    rounded = Mbtr(terms=(DISTANCES, ANGLES), dtype="float32").compute(molecules()).values
    assert rounded.dtype == np.float32
    np.testing.assert_array_equal(rounded, whole.astype(np.float32))


def test_wide_rows_are_the_same_as_narrow_ones() -> None:
    # Rows this wide take memory page by page, where they are not empty.
    symbols = tuple(symbol for symbol, z in NUMBERS.items() if 0 < z <= 60)
    narrow = Mbtr(terms=(ANGLES,)).compute(molecules()).values.reshape(2, -1, 20)
    wide = Mbtr(terms=(ANGLES,), species=symbols).compute(molecules()).values
    assert wide[0].nbytes > 1 << 18
    filled = wide.reshape(2, -1, 20)
    filled = filled[:, filled.any(axis=(0, 2))]
    np.testing.assert_array_equal(filled, narrow[:, narrow.any(axis=(0, 2))])


def test_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Mbtr(terms=(DISTANCES, ANGLES)).settle(molecules())
    many = Structures.concatenate([molecules()] * 20)
    rows = settings.compute(many).values
    monkeypatch.setattr(threads, "count_threads", lambda: 1)
    np.testing.assert_array_equal(settings.compute(many).values, rows)
    monkeypatch.setattr(threads, "count_threads", lambda: 7)
    np.testing.assert_array_equal(settings.compute(many).values, rows)
