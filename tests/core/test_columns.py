"""Names of columns, and choosing among them."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass

import numpy as np
import pytest

from atomarium.core.columns import ColumnNames
from atomarium.core.errors import InputError
from atomarium.core.features import Features

NAMES = ("H r=1", "H r=2", "C r=1", "C H r=1")
VALUES = np.arange(12.0).reshape(3, 4)
OFFSETS = np.array([0, 1, 3], dtype=np.int64)


@dataclass(frozen=True)
class Counted:
    """Settings with so many columns."""

    n_columns: int

    def column_names(self) -> tuple[str, ...]:
        return tuple(f"c{k}" for k in range(self.n_columns))


@dataclass(frozen=True)
class Silent:
    """Settings that nobody should ask for names."""

    n_columns: int = 4

    def column_names(self) -> tuple[str, ...]:
        raise AssertionError("names were made")


def _features(**changes) -> Features:
    numbers = np.array([1, 6, 8])
    settings = {"values": VALUES, "names": NAMES, "numbers": numbers, **changes}
    return Features(rows="atoms", offsets=OFFSETS, **settings)


@pytest.mark.parametrize(
    ("choice", "columns"),
    [
        ("C r=1", [2]),
        ("H *", [0, 1]),
        ("* r=1", [0, 2, 3]),
        (re.compile("[HC] r=."), [0, 1, 2]),
        (["C H r=1", "H r=1"], [3, 0]),
        (("H r=2",), [1]),
        (np.array(["H r=2", "H r=2"]), [1, 1]),
        ([3, 1], [3, 1]),
        (np.array([1, 2]), [1, 2]),
        (np.array([True, False, False, True]), [0, 3]),
        ([False, True, False, False], [1]),
        (np.zeros(4, dtype=bool), []),
        ([], []),
    ],
)
def test_names_patterns_numbers_and_masks_choose_columns(choice, columns):
    chosen = _features().select(choice)
    assert np.array_equal(chosen.values, VALUES[:, columns])
    assert chosen.names == tuple(NAMES[k] for k in columns)
    assert chosen.rows == "atoms"
    assert np.array_equal(chosen.numbers, [1, 6, 8])


def test_without_names_columns_are_chosen_by_number():
    plain = _features(names=())
    assert plain.select([2, 0]).names == ()
    assert np.array_equal(plain.select([2, 0]).values, VALUES[:, [2, 0]])


def test_neighboring_columns_of_mapped_values_stay_mapped(tmp_path):
    np.save(tmp_path / "values.npy", VALUES)
    mapped = _features(values=np.load(tmp_path / "values.npy", mmap_mode="r"))
    assert np.shares_memory(mapped.select("H *").values, mapped.values)
    assert np.array_equal(mapped.select("H *").values, VALUES[:, :2])
    assert np.array_equal(mapped.select([3, 0]).values, VALUES[:, [3, 0]])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("H r=3", "no column 'H r=3'; near it: H r=2"),
        ("Xe*", r"no column 'Xe\*'; the first are: H r=1, H r=2, C r=1"),
        (re.compile("O.*"), "no column 'O"),
        (["H r=1", "zzz"], "no column 'zzz'"),
        ([0, 4], "no number 4: there are 4"),
        ([-1], "no number -1"),
        (np.array([True]), r"the mask has shape \(1,\) for 4 columns"),
        (np.array([0.5]), "whole numbers"),
    ],
)
def test_a_choice_that_fits_nothing_is_refused(choice, message):
    with pytest.raises(InputError, match=message):
        _features().select(choice)


@pytest.mark.parametrize("choice", ["H *", ["H r=1"]])
def test_columns_without_names_are_not_chosen_by_name(choice):
    with pytest.raises(InputError, match="have no names; choose by number"):
        _features(names=()).select(choice)


def test_names_are_made_only_when_they_are_looked_at():
    features = _features(names=ColumnNames(Silent()))
    assert Features.concatenate([features, features.take(np.array([1]))]).width == 4
    with pytest.raises(AssertionError, match="names were made"):
        features.select("c1")


def test_made_names_are_those_of_the_settings():
    names = ColumnNames(Counted(4))
    assert list(names) == ["c0", "c1", "c2", "c3"]
    assert (names[2], names[-2:], len(names)) == ("c2", ("c2", "c3"), 4)
    assert _features(names=names).select(["c3", "c1"]).names == ("c3", "c1")
    assert names.index("c2") == 2
    with pytest.raises(ValueError, match="not in tuple"):
        names.index("c4")
    assert "4 of Counted" in repr(names)


def test_made_names_equal_the_same_names():
    names = ColumnNames(Counted(3))
    assert names == ColumnNames(Counted(3))
    assert names == ("c0", "c1", "c2")
    assert names == ("c0", "c1", "c2")
    assert names != ColumnNames(Counted(2))
    assert names != ["c0", "c1", "c2"]
    assert pickle.loads(pickle.dumps(names)) == names


def test_names_as_many_as_columns_are_wanted():
    with pytest.raises(InputError, match="3 names but 4 columns"):
        _features(names=ColumnNames(Counted(3)))
