"""Compact features against the same written out densely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.core.features import Features

#: First column of four blocks, and the number of columns.
BORDERS = np.array([0, 2, 5, 6, 10])


def _random(seed: int, dtype: str = "float64") -> CompactFeatures:
    """Return six rows of structures of two, none and four atoms; some rows have no block."""
    rng = np.random.default_rng(seed)
    there = rng.random((6, 4)) < 0.5
    there[3] = False
    rows, blocks = np.nonzero(there)
    places = np.concatenate([[0], np.cumsum(np.diff(BORDERS)[blocks])])
    return CompactFeatures(
        values=rng.normal(size=places[-1]).astype(dtype),
        blocks=blocks.astype(np.int32),
        places=places,
        row_borders=np.searchsorted(rows, np.arange(7)),
        block_borders=BORDERS,
        rows="atoms",
        offsets=np.array([0, 2, 2, 6]),
        numbers=np.array([1, 1, 8, 6, 6, 1]),
    )


def _same(compact: CompactFeatures, dense: Features) -> None:
    ours = compact.to_dense()
    np.testing.assert_allclose(ours.values, dense.values, rtol=0, atol=1e-14)
    assert (ours.rows, ours.reduced) == (dense.rows, dense.reduced)
    assert np.array_equal(ours.offsets, dense.offsets)


def test_dense_rows_hold_each_block_in_its_columns() -> None:
    compact = _random(0)
    values = compact.to_dense().values
    assert values.shape == (6, 10) == (compact.n_rows, compact.width)
    stored = np.zeros_like(values, dtype=bool)
    for row in range(6):
        for k in range(compact.row_borders[row], compact.row_borders[row + 1]):
            columns = slice(BORDERS[compact.blocks[k]], BORDERS[compact.blocks[k] + 1])
            expected = compact.values[compact.places[k] : compact.places[k + 1]]
            assert np.array_equal(values[row, columns], expected)
            stored[row, columns] = True
    assert not values[~stored].any()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_products_sums_and_choices_are_those_of_dense_rows(dtype: str) -> None:
    some, others = _random(1, dtype), _random(2, dtype)
    dense, dense_others = some.to_dense(), others.to_dense()
    tolerance = 1e-13 if dtype == "float64" else 1e-5
    expected = dense.values.astype(np.float64) @ dense_others.values.T
    np.testing.assert_allclose(some.products(others), expected, rtol=0, atol=tolerance)
    _same(some.sum(), dense.sum())
    _same(some.mean(), dense.mean())
    chosen = np.array([2, 0, 1, 2])
    _same(some.take(chosen), dense.take(chosen))
    _same(some.mean().take(chosen), dense.mean().take(chosen))
    assert some.sum().mean().reduced == "sum"
    assert len(some) == 3
    assert some.sizes.tolist() == [2, 0, 4]


def test_products_of_rows_of_other_columns_are_refused() -> None:
    some = _random(1)
    wider = replace(some.take(np.array([1])), block_borders=np.array([0, 2, 5, 6, 11]))
    with pytest.raises(InputError, match="columns differ: 10 in 4 blocks, 11 in 4"):
        some.products(wider)


def test_parts_that_do_not_fit_are_refused() -> None:
    some = _random(1)
    with pytest.raises(InputError, match="expected 5 rows for atoms, got 6"):
        replace(some, offsets=np.array([0, 5]))
    with pytest.raises(InputError, match="do not fit the lengths"):
        replace(some, places=some.places + 1)


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _random(0).values[0] = 1.0
