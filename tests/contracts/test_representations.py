"""What every kind of representation promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from tests.represent.soap_cases import crystals, molecules

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent import REPRESENTATIONS


@dataclass(frozen=True)
class Case:
    """A representation to try.

    Args:
        kind: Its kind.
        settings: What differs from the defaults.
        crystals: Whether it is tried on crystals; on molecules otherwise.
    """

    kind: str
    settings: dict[str, Any]
    crystals: bool = True

    @property
    def settled(self) -> Any:
        return REPRESENTATIONS.load(self.kind)(**self.settings).settle(self.structures)

    @property
    def structures(self) -> Structures:
        return crystals() if self.crystals else molecules()

    def __str__(self) -> str:
        return " ".join([self.kind, *map(str, self.settings.values())])


CASES = [
    Case("bag-of-bonds", {}, crystals=False),
    Case("composition", {}),
    Case("coulomb-matrix", {}, crystals=False),
    Case("coulomb-matrix", {"permutation": "eigenspectrum"}, crystals=False),
    Case("ewald-matrix", {}),
    Case("ewald-matrix", {"permutation": "eigenspectrum"}),
    Case("fchl19", {"cutoff": 5.0, "angular_cutoff": 4.0}),
    Case("fchl19", {"n_fourier": 2, "dtype": "float32"}, crystals=False),
    Case("local-mbtr", {}, crystals=False),
    Case("mbtr", {}, crystals=False),
    Case("sine-matrix", {}),
    Case("sine-matrix", {"permutation": "eigenspectrum"}),
    Case("soap", {"n_max": 4, "l_max": 4}),
    Case("soap", {"n_max": 9, "l_max": 2, "layout": "featomic", "normalize": True}),
    Case("soap", {"n_max": 3, "dtype": "float32"}, crystals=False),
    Case("soap", {"n_max": 4, "l_max": 3, "basis": "polynomial", "compression": "mu1nu1"}),
    Case("soap", {"n_max": 4, "l_max": 3, "basis": "equispaced", "layout": "quippy"}),
    Case("soap", {"n_max": 4, "l_max": 3, "basis": "dscribe-gto", "average": "inner"}),
    Case("soap", {"n_max": 3, "l_max": 3, "average": "outer", "normalize": True}, crystals=False),
    Case("symmetry-functions", {"cutoff": 4.0}),
    Case("symmetry-functions", {"cutoff": 4.0, "per_center": True}, crystals=False),
    Case("valle-oganov", {"cutoff": 4.0, "width": 0.3}),
]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def _close(features: Features, others: np.ndarray) -> None:
    values = features.values
    # Rounding of moved positions; float32 rows have seven digits.
    tolerance = 1e-9 if values.dtype == np.float64 else 1e-5
    np.testing.assert_allclose(values, others, rtol=0, atol=tolerance * np.abs(others).max())


def _rows(features: Features, atoms: np.ndarray) -> np.ndarray:
    """Return the rows in the order of atoms, where rows stand for atoms."""
    return features.values[atoms] if features.rows == "atoms" else features.values


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES} == set(REPRESENTATIONS.places)


@every_case
def test_features_have_a_row_for_each_atom_or_structure(case: Case) -> None:
    features, structures = case.settled.compute(case.structures), case.structures
    expected = structures.n_atoms if features.rows == "atoms" else len(structures)
    assert features.values.shape == (expected, features.width)
    assert features.width > 0
    assert np.isfinite(features.values).all()
    assert features.values.any()
    assert np.array_equal(features.offsets, structures.offsets)
    assert features.numbers is None or np.array_equal(features.numbers, structures.numbers)


@every_case
def test_every_column_has_a_name_of_its_own(case: Case) -> None:
    features = case.settled.compute(case.structures)
    names = list(features.names)
    assert len(names) == len(set(names)) == features.width == case.settled.n_columns
    assert all(names)
    assert features.names == case.settled.column_names()
    chosen = features.select([names[-1], names[0]])
    assert np.array_equal(chosen.values, features.values[:, [-1, 0]])


@every_case
def test_batch_equals_one_by_one_bit_for_bit(case: Case) -> None:
    together = case.settled.compute(case.structures)
    alone = [case.settled.compute(one).values for one in case.structures]
    assert np.array_equal(together.values, np.concatenate(alone))


@every_case
def test_unsettled_settings_settle_on_what_they_are_given(case: Case) -> None:
    loose = REPRESENTATIONS.load(case.kind)(**case.settings)
    expected = case.settled.compute(case.structures).values
    assert np.array_equal(loose.compute(case.structures).values, expected)
    assert case.settled.settle(case.structures[:1]) == case.settled


@every_case
def test_rotation_and_translation_change_nothing(case: Case) -> None:
    structures = case.structures
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    moved = replace(
        structures,
        positions=structures.positions @ turn.T + np.array([3.0, -2.0, 0.5]),
        cells=structures.cells @ turn.T,
    )
    _close(case.settled.compute(moved), case.settled.compute(structures).values)


@every_case
def test_atoms_in_another_cell_change_nothing(case: Case) -> None:
    structures = case.structures
    steps = np.random.default_rng(0).integers(-2, 3, (structures.n_atoms, 3))
    shifts = np.einsum("ai,aik->ak", steps, structures.cells[structures.structure_of_atom])
    moved = replace(structures, positions=structures.positions + shifts)
    _close(case.settled.compute(moved), case.settled.compute(structures).values)


@every_case
def test_order_of_atoms_changes_nothing_but_the_order_of_rows(case: Case) -> None:
    structures = case.structures
    rng = np.random.default_rng(1)
    order = np.concatenate([a + rng.permutation(b - a) for a, b in pairwise(structures.offsets)])
    shuffled = replace(
        structures, numbers=structures.numbers[order], positions=structures.positions[order]
    )
    _close(case.settled.compute(shuffled), _rows(case.settled.compute(structures), order))


@every_case
def test_species_that_were_not_settled_on_are_refused_by_name(case: Case) -> None:
    if not hasattr(case.settled, "species"):
        pytest.skip("takes any species")
    gold = replace(case.structures, numbers=np.full(case.structures.n_atoms, 79, dtype=np.int32))
    with pytest.raises(InputError, match="Au"):
        case.settled.compute(gold)


@every_case
def test_structure_without_atoms_keeps_its_place(case: Case) -> None:
    some = case.structures
    offsets = np.insert(some.offsets, 1, some.offsets[1])
    cells, periodic = (
        some.cells[[0, 0, *range(1, len(some))]],
        some.periodic[[0, 0, *range(1, len(some))]],
    )
    gap = replace(some, offsets=offsets, cells=cells, periodic=periodic)
    features, expected = case.settled.compute(gap), case.settled.compute(some)
    assert len(features) == len(some) + 1
    assert features.sizes[1] == 0
    full = np.array([0, *range(2, len(gap))])
    assert np.array_equal(features.take(full).values, expected.values)


@every_case
def test_no_structures_give_no_rows(case: Case) -> None:
    features = case.settled.compute(Structures.empty())
    assert features.values.shape == (0, case.settled.compute(case.structures).width)


@every_case
def test_results_are_read_only(case: Case) -> None:
    with pytest.raises(ValueError, match="read-only"):
        case.settled.compute(case.structures).values[0] = 0.0
