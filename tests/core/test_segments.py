from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomarium.core.errors import InputError
from atomarium.core.segments import (
    as_indices,
    offsets_of,
    rows_of_segments,
    runs_of_segments,
    segment_mean,
    segment_of_row,
    segment_sum,
)

lengths_of_segments = st.lists(st.integers(0, 5), max_size=12)


def _rows(n_rows: int) -> np.ndarray:
    return np.random.default_rng(n_rows).normal(size=(n_rows, 3))


@given(lengths_of_segments)
def test_offsets_add_up_lengths(lengths: list[int]) -> None:
    offsets = offsets_of(lengths)
    assert offsets.dtype == np.int64
    assert offsets.tolist() == list(accumulate(lengths, initial=0))


@given(lengths_of_segments)
def test_sum_equals_a_loop_over_segments(lengths):
    offsets = offsets_of(lengths)
    rows = _rows(offsets[-1])
    expected = [rows[a:b].sum(axis=0) for a, b in pairwise(offsets)]
    # float64, sums of at most 5 terms of order 1
    np.testing.assert_allclose(
        segment_sum(rows, offsets), np.reshape(expected, (-1, 3)), atol=1e-14
    )


@given(lengths_of_segments)
def test_mean_times_length_is_the_sum(lengths):
    offsets = offsets_of(lengths)
    rows = _rows(offsets[-1])
    again = segment_mean(rows, offsets) * np.reshape(lengths, (-1, 1))
    np.testing.assert_allclose(again, segment_sum(rows, offsets), atol=1e-14)


def test_empty_segments_give_zeros_wherever_they_stand():
    rows = np.ones((3, 2))
    offsets = np.array([0, 0, 2, 2, 3, 3])
    np.testing.assert_array_equal(segment_sum(rows, offsets)[:, 0], [0, 2, 0, 1, 0])
    np.testing.assert_array_equal(segment_mean(rows, offsets)[:, 0], [0, 1, 0, 1, 0])


def test_no_segments_give_no_rows():
    assert segment_sum(np.zeros((0, 4)), np.array([0])).shape == (0, 4)


@given(lengths_of_segments)
def test_every_row_knows_its_segment(lengths):
    expected = [segment for segment, length in enumerate(lengths) for _ in range(length)]
    assert segment_of_row(offsets_of(lengths)).tolist() == expected


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_chosen_rows_are_those_of_the_chosen_segments(lengths, data):
    offsets = offsets_of(lengths)
    segments = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=10))
    rows, new_offsets = rows_of_segments(offsets, np.array(segments, dtype=np.int64))
    expected = [row for s in segments for row in range(offsets[s], offsets[s + 1])]
    assert rows.tolist() == expected
    assert np.diff(new_offsets).tolist() == [lengths[s] for s in segments]


@given(lengths_of_segments, st.integers(1, 9))
def test_runs_hold_every_segment_once_and_no_more_rows_than_wanted(lengths, n_rows):
    runs = list(runs_of_segments(offsets_of(lengths), n_rows))
    assert [s for run in runs for s in range(run.start, run.stop)] == list(range(len(lengths)))
    assert all(run.stop - run.start == 1 or sum(lengths[run]) <= n_rows for run in runs)
    # No run could have taken the first segment of the next.
    assert all(sum(lengths[one.start : other.start + 1]) > n_rows for one, other in pairwise(runs))


@pytest.mark.parametrize("segment", [-1, 3])
def test_segments_that_do_not_exist_are_refused(segment):
    with pytest.raises(InputError, match=f"no number {segment}: there are 3"):
        rows_of_segments(np.array([0, 2, 2, 3]), np.array([segment]))


def test_indices_of_any_width_are_a_choice():
    assert as_indices(np.array([2, 0], dtype=np.uint8), 3).dtype == np.int64
    assert as_indices([], 3).shape == (0,)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ([True, False, True], "flatnonzero"),
        ([0.0, 1.0], "float64"),
        ([[0, 1]], r"shape \(1, 2\)"),
        (1, r"shape \(\)"),
    ],
)
def test_what_is_no_row_of_whole_numbers_is_no_choice(chosen, reason):
    with pytest.raises(InputError, match=reason):
        as_indices(chosen, 3)
