from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomarium.core.errors import InputError
from atomarium.core.features import Features

OFFSETS = np.array([0, 2, 2, 5], dtype=np.int64)


def _of_atoms(**changes) -> Features:
    values = np.random.default_rng(3).normal(size=(5, 4))
    return Features(values, "atoms", OFFSETS, numbers=np.array([1, 6, 8, 1, 1]), **changes)


def _of_structures() -> Features:
    return Features(np.arange(6.0).reshape(3, 2), "structures", OFFSETS, names=("first", "second"))


def test_length_counts_structures_and_width_columns():
    assert (len(_of_atoms()), _of_atoms().width) == (3, 4)
    assert (len(_of_structures()), _of_structures().width) == (3, 2)
    assert _of_structures().sizes.tolist() == [2, 0, 3]


@given(st.lists(st.integers(0, 2), max_size=6))
def test_take_picks_rows_of_atoms_with_their_numbers(chosen):
    features = _of_atoms()
    taken = features.take(np.array(chosen, dtype=np.int64))
    rows = [row for s in chosen for row in range(OFFSETS[s], OFFSETS[s + 1])]
    np.testing.assert_array_equal(taken.values, features.values[rows])
    np.testing.assert_array_equal(taken.numbers, features.numbers[rows])
    assert taken.sizes.tolist() == [[2, 0, 3][s] for s in chosen]


def test_take_picks_rows_of_structures():
    taken = _of_structures().take(np.array([2, 0]))
    np.testing.assert_array_equal(taken.values, [[4, 5], [0, 1]])
    assert taken.names == ("first", "second")
    assert taken.sizes.tolist() == [3, 2]


def test_mean_and_sum_reduce_atoms_and_say_so():
    features = _of_atoms()
    mean, total = features.mean(), features.sum()
    # float64, sums of 3 terms of order 1
    np.testing.assert_allclose(mean.values[2], features.values[2:].mean(axis=0), atol=1e-15)
    np.testing.assert_allclose(total.values[0], features.values[:2].sum(axis=0), atol=1e-15)
    np.testing.assert_array_equal(mean.values[1], 0)
    assert (mean.rows, mean.reduced, total.reduced) == ("structures", "mean", "sum")


def test_single_precision_is_summed_in_double():
    values = np.full((3, 1), np.float32(0.1))
    total = Features(values, "atoms", np.array([0, 3])).sum()
    assert total.values.dtype == np.float64
    assert total.values[0, 0] == 3 * float(np.float32(0.1))


def test_reducing_rows_of_structures_changes_nothing():
    features = _of_structures()
    assert features.mean() is features
    assert features.sum() is features


def test_joined_parts_are_the_whole():
    features = _of_atoms()
    parts = [features.take(np.array([s])) for s in range(3)]
    joined = Features.concatenate(parts)
    np.testing.assert_array_equal(joined.values, features.values)
    np.testing.assert_array_equal(joined.offsets, features.offsets)
    np.testing.assert_array_equal(joined.numbers, features.numbers)


def test_numbers_that_one_part_lacks_the_whole_lacks():
    without = Features(np.zeros((5, 4)), "atoms", OFFSETS)
    assert Features.concatenate([_of_atoms(), without]).numbers is None


@pytest.mark.parametrize(
    "parts", [[], [_of_atoms(), _of_structures()], [_of_atoms().mean(), _of_atoms().sum()]]
)
def test_parts_of_different_kinds_are_not_joined(parts):
    with pytest.raises(InputError, match="of one kind"):
        Features.concatenate(parts)


def test_parts_with_other_column_names_are_not_joined():
    other = replace(_of_structures(), names=("first", "third"))
    with pytest.raises(InputError, match="other column names"):
        Features.concatenate([_of_structures(), other])


def test_features_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        _of_atoms().values[0] = 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"values": np.zeros((4, 4))}, "expected 5 rows for atoms, got 4"),
        ({"rows": "structures"}, "expected 3 rows for structures, got 5"),
        ({"names": ("one",)}, "1 names but 4 columns"),
        ({"numbers": np.array([1, 1])}, "2 numbers but 5 atoms"),
    ],
)
def test_rows_that_do_not_fit_are_refused(changes, reason):
    given = {"values": np.zeros((5, 4)), "rows": "atoms", "offsets": OFFSETS, **changes}
    with pytest.raises(InputError, match=reason):
        Features(**given)
