from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


def _energy(**changes) -> Target:
    settings = {"name": "energy", "values": np.array([[1.0], [2.0], [np.nan]]), "unit": "eV"}
    return Target(**{**settings, **changes})


def _dataset(**changes) -> Dataset:
    settings = {
        "structures": Structures.from_arrays(
            [1, 8, 6, 6, 6], np.arange(15.0).reshape(5, 3), offsets=[0, 2, 2, 5]
        ),
        "targets": {
            "energy": _energy(),
            "forces": Target(
                name="forces",
                values=np.arange(15.0).reshape(5, 3),
                unit="eV/Å",
                per="atom",
                rows="atoms",
            ),
        },
        "ids": ("a", "b", "c"),
        "labels": {"group": np.array(["x", "y", "z"])},
        "provenance": Provenance(name="three", license="CC0"),
    }
    return Dataset(**{**settings, **changes})


def test_structures_without_ids_are_counted_from_0():
    assert _dataset(ids=()).ids == ("0", "1", "2")
    assert Dataset(structures=Structures.empty()).ids == ()


def test_take_picks_everything_that_is_known_of_a_structure():
    taken = _dataset().take(np.array([2, 0, 2]))
    assert taken.ids == ("c", "a", "c")
    assert taken.labels["group"].tolist() == ["z", "x", "z"]
    assert taken.structures.formulas() == ["C3", "HO", "C3"]
    np.testing.assert_array_equal(taken.target("energy").scalar, [np.nan, 1, np.nan])
    rows = [2, 3, 4, 0, 1, 2, 3, 4]
    np.testing.assert_array_equal(
        taken.target("forces").values, np.arange(15.0).reshape(5, 3)[rows]
    )
    assert taken.provenance.license == "CC0"


def test_take_of_nothing_keeps_targets_and_labels():
    nothing = _dataset().take(np.array([], dtype=np.int64))
    assert len(nothing) == 0
    assert nothing.target("forces").values.shape == (0, 3)


def test_targets_are_added_and_replaced_by_name():
    gap = _energy(name="gap")
    dataset = _dataset().with_targets(gap, _energy(unit="Ha"))
    assert list(dataset.targets) == ["energy", "forces", "gap"]
    assert dataset.target("energy").unit == "Ha"


def test_a_misspelled_target_is_answered_with_the_right_one():
    with pytest.raises(InputError, match=r"no target 'enregy'.*did you mean 'energy'.*forces"):
        _dataset().target("enregy")


def test_units_change_values_and_references_and_nothing_else():
    target = _energy(references=np.array([0.0, -13.6]), extensive=True, description="total")
    in_hartree = target.to_unit("Ha")
    # 1 Ha = 27.211386245988 eV, CODATA 2018
    np.testing.assert_allclose(in_hartree.values[:2, 0], [1 / 27.211386245988, 2 / 27.211386245988])
    np.testing.assert_allclose(in_hartree.references[1], -13.6 / 27.211386245988)
    assert (in_hartree.unit, in_hartree.extensive, in_hartree.description) == ("Ha", True, "total")


def test_the_same_unit_changes_no_bit():
    values = np.random.default_rng(0).normal(size=(100, 1))
    np.testing.assert_array_equal(_energy(values=values).to_unit("eV").values, values)


def test_units_of_other_things_are_refused():
    with pytest.raises(InputError, match="'eV' does not convert to 'GPa'"):
        _energy().to_unit("GPa")


def test_a_vector_is_not_a_number():
    with pytest.raises(InputError, match="'forces' has 3 components"):
        _ = _dataset().target("forces").scalar


@pytest.mark.parametrize("per", ["atom", "cation"])
def test_what_is_per_atom_is_not_extensive(per):
    with pytest.raises(InputError, match=f"per {per}, so it cannot be extensive"):
        _energy(per=per, extensive=True)


def test_targets_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        _energy().values[0] = 0


@pytest.mark.usefixtures("unchecked")
def test_values_without_components_are_refused():
    with pytest.raises(InputError, match=r"'energy' needs rows and components, got shape \(3,\)"):
        _energy(values=np.zeros(3))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ids": ("a", "b")}, "2 ids but 3 structures"),
        ({"targets": {"e": _energy(values=np.zeros((2, 1)))}}, "'e': 2 rows but 3 structures"),
        (
            {"targets": {"f": _energy(rows="atoms", per="atom")}},
            "'f': 3 rows but 5 atoms",
        ),
        ({"labels": {"group": np.array(["x"])}}, "'group': 1 but 3 structures"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, reason):
    with pytest.raises(InputError, match=reason):
        _dataset(**changes)


def test_hashes_follow_content():
    changed = [
        _dataset(),
        _dataset(ids=("a", "b", "d")),
        _dataset(targets={"energy": _energy()}),
        _dataset(targets={"energy": _energy(unit="Ha")}),
        _dataset(targets={"energy": _energy(extensive=True)}),
        _dataset(targets={"energy": _energy(values=np.array([[1.0], [2.0], [3.0]]))}),
    ]
    assert len({dataset.content_hash() for dataset in changed}) == len(changed)
    assert _dataset().content_hash() == _dataset().content_hash()
