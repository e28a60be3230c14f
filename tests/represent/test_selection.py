"""Chosen rows: spread out, independent, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.represent.selection import cur, farthest_points

ROWS = np.random.default_rng(5).normal(size=(80, 12))


def test_each_farthest_point_is_the_farthest_from_those_before() -> None:
    chosen = farthest_points(ROWS, 10, first=3)
    assert chosen[0] == 3
    for k in range(1, 10):
        distances = np.linalg.norm(ROWS[:, None] - ROWS[chosen[:k]], axis=2).min(axis=1)
        assert chosen[k] == np.argmax(distances)


def test_rows_beyond_those_that_differ_are_refused() -> None:
    with pytest.raises(InputError, match="only 2 of 6 rows differ, 3 were asked for"):
        farthest_points(np.repeat(ROWS[:2], 3, axis=0), 3)


def test_first_cur_row_has_most_leverage() -> None:
    leverage = np.abs(np.linalg.svd(ROWS, full_matrices=False)[0][:, 0])
    assert cur(ROWS, 1)[0] == np.argmax(leverage)


def test_cur_rows_span_the_rows_of_low_rank() -> None:
    rows = ROWS @ np.random.default_rng(6).normal(size=(12, 4)) @ ROWS[:4]
    chosen = cur(rows, 4)
    assert np.linalg.matrix_rank(rows[chosen]) == 4
    with pytest.raises(InputError, match="rank 4, 5 were asked for"):
        cur(rows, 5)


@pytest.mark.parametrize("choose", [farthest_points, cur])
def test_choice_is_the_same_every_time(choose) -> None:
    first = choose(ROWS, 12)
    assert first.tolist() == choose(ROWS.copy(), 12).tolist()
    assert len(set(first.tolist())) == 12


@pytest.mark.parametrize("choose", [farthest_points, cur])
@pytest.mark.parametrize("n", [0, 81])
def test_impossible_number_is_refused(choose, n: int) -> None:
    with pytest.raises(InputError, match="between 1 and the 80 rows"):
        choose(ROWS, n)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError, match="must be finite"):
        cur(np.full((3, 2), np.nan), 1)


def test_first_beyond_the_rows_is_refused() -> None:
    with pytest.raises(InputError, match="first must be a row, 0 to 79, got 80"):
        farthest_points(ROWS, 2, first=80)


def test_cur_takes_the_row_that_an_orthogonal_projection_leaves_most_of() -> None:
    left = ROWS.copy()
    for row in cur(ROWS, 6):
        # The definition, by a whole singular value decomposition at each step.
        assert row == np.argmax(np.abs(np.linalg.svd(left, full_matrices=False)[0][:, 0]))
        direction = left[row] / np.linalg.norm(left[row])
        left = left - np.outer(left @ direction, direction)


def test_columns_are_chosen_as_rows_of_the_transpose() -> None:
    features = Features(ROWS, "structures", np.arange(81), names=tuple(f"c{k}" for k in range(12)))
    for choose in (farthest_points, cur):
        columns = choose(ROWS.T, 3)
        chosen = features.select(columns).take(choose(ROWS, 5))
        assert np.array_equal(chosen.values, ROWS[np.ix_(choose(ROWS, 5), columns)])
        assert chosen.names == tuple(f"c{k}" for k in columns)
