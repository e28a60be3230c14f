"""Symmetry functions against their formulas, DScribe's numbers and their own symmetries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.references.acsf_reference import functions_of_atom
from tests.represent.acsf_cases import PARAMETERS, R_CUT, SPECIES, crystals, molecules
from tests.represent.acsf_samples import SETTINGS, every_setting, every_structure
from tests.thread_counts import alone_and_together

from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.symmetry_function import SymmetryFunction


@every_setting
@every_structure
def test_rows_are_the_formulas(settings, structures):
    some = structures()
    rows = settings.compute(some).values
    for s, structure in enumerate(some):
        for atom in range(structure.n_atoms):
            expected = functions_of_atom(
                settings.columns(), structure, atom, settings.cutoff_function
            )
            row = rows[some.offsets[s] + atom]
            # float64; sums of hundreds of terms of about 1, and (1 + λ cos θ)^ζ near 0.
            np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-12)


@every_structure
def test_rows_are_those_of_dscribe_in_its_order(structures):
    known = np.load(Path(__file__).parents[1] / "references" / "acsf_dscribe.npz")
    expected = known[structures.__name__]
    settings = SymmetryFunctions.like("dscribe", species=SPECIES, r_cut=R_CUT, **PARAMETERS)
    rows = settings.compute(structures()).values
    # Where cos θ is near -1, both lose digits of (1 + cos θ)^16, far below the largest numbers.
    np.testing.assert_allclose(rows, expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max())


def test_turns_and_order_of_atoms_do_not_matter():
    some = molecules()[0]
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    order = np.array([3, 0, 5, 1, 4, 2])
    other = Structures.from_arrays(some.numbers[order], some.positions[order] @ turn.T + 1.0)
    settings = SymmetryFunctions(species=SPECIES)
    rows, others = settings.compute(some).values, settings.compute(other).values
    np.testing.assert_allclose(others, rows[order], rtol=1e-10, atol=1e-13)


def test_a_doubled_cell_has_the_same_rows():
    some = crystals()[0]
    cell = some.cells[0] * np.array([[2.0], [1.0], [1.0]])
    twice = Structures.from_arrays(
        np.tile(some.numbers, 2),
        np.concatenate([some.positions, some.positions + some.cells[0, 0]]),
        cells=cell,
    )
    settings = SymmetryFunctions(species=SPECIES)
    rows = settings.compute(some).values
    np.testing.assert_allclose(settings.compute(twice).values, np.tile(rows, (2, 1)), rtol=1e-10)


def test_rows_do_not_depend_on_batch_or_threads():
    rng = np.random.default_rng(4)
    many = molecules().take(rng.integers(0, 3, 60))
    settings = SETTINGS["cosine"]
    alone, rows = alone_and_together(lambda: settings.compute(many).values)
    assert np.array_equal(alone, rows)
    one, two = alone_and_together(lambda: settings.pull_back(many, rows).positions)
    assert np.array_equal(one, two)
    one_by_one = [settings.compute(one).values for one in many]
    assert np.array_equal(np.concatenate(one_by_one), rows)


def test_runs_of_structures_join_seamlessly(monkeypatch):
    many, settings = molecules(), SETTINGS["cosine"]
    rows, blocks = settings.compute(many).values, settings.gradients(many)
    pulled = settings.pull_back(many, rows)
    monkeypatch.setattr("atomarium.represent.neighborhoods._ATOMS_AT_ONCE", 4)
    assert np.array_equal(settings.compute(many).values, rows)
    assert np.array_equal(settings.pull_back(many, rows).positions, pulled.positions)
    again = settings.gradients(many)
    for name in ("rows", "atoms", "values"):
        assert np.array_equal(getattr(again, name), getattr(blocks, name))


def test_many_neighbors_are_taken_in_several_goes():
    # An atom of a close-packed crystal has 78 neighbors within 6 Å, and thousands of triplets.
    some = Structures.from_arrays([29], np.zeros((1, 3)), cells=2.5 * (1 - np.eye(3)) / 2**0.5)
    settings = SymmetryFunctions(
        cutoff=6.0, functions=(SymmetryFunction(kind="G4", eta=0.03, zeta=2.0),), species=("Cu",)
    )
    assert len(find_pairs(some, 6.0)) > 70
    (value,) = settings.compute(some).values[0]
    (expected,) = functions_of_atom(settings.columns(), some, 0, "cosine")
    assert value == pytest.approx(expected, rel=1e-11)


def test_per_center_rows_are_zero_in_the_columns_of_other_elements():
    some = molecules()
    shared = SymmetryFunctions(species=SPECIES)
    apart = replace(shared, per_center=True)
    rows, blocks = shared.compute(some).values, apart.compute(some).values
    width = shared.n_columns
    assert apart.n_columns == 3 * width
    for number, block in zip((1, 6, 8), np.split(blocks, 3, axis=1), strict=True):
        mine = some.numbers == number
        assert np.array_equal(block[mine], rows[mine])
        assert not block[~mine].any()
    assert apart.column_names()[0] == "H: " + shared.column_names()[0]


def test_float32_rows_are_the_rounded_ones():
    some, settings = molecules(), SETTINGS["cosine"]
    rows = replace(settings, dtype="float32").compute(some).values
    assert rows.dtype == np.float32
    # Sums over runs of triplets are rounded each; a handful of them.
    np.testing.assert_allclose(rows, settings.compute(some).values, rtol=1e-6, atol=1e-7)


def test_empty_structure_and_lonely_atom_keep_their_place():
    some = Structures.from_arrays([8, 1], [[0, 0, 0], [0, 0, 1]], offsets=[0, 0, 2, 2])
    lonely = Structures.from_arrays([8], [[0, 0, 0]])
    settings = SymmetryFunctions(species=("H", "O"))
    features = settings.compute(Structures.concatenate([some, lonely]))
    assert features.sizes.tolist() == [0, 2, 0, 1]
    assert features.values[:2].any(axis=1).all()
    assert not features.values[2].any()


def test_nothing_at_all_gives_nothing():
    settings, none = SymmetryFunctions(), Structures.empty()
    assert settings.compute(none).values.shape == (0, 0)
    assert settings.pull_back(none, np.zeros((0, 0))).positions.shape == (0, 3)
    assert settings.gradients(none).values.shape == (0, 3, 0)
    settled = SymmetryFunctions(species=("H",))
    assert settled.compute(none).values.shape == (0, settled.n_columns)
    assert settled.gradients(none).values.shape == (0, 3, settled.n_columns)
