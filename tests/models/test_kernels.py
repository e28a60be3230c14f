"""Kernels of two rows against their formulas."""

from __future__ import annotations

import numpy as np
import pytest
from tests.references.krr_reference import kernel_of_rows

from atomarium.core.errors import InputError
from atomarium.models.kernels import KERNELS, Origin, facing, fill_measure, kernel_named, prepare


def _filled(name: str, rows: np.ndarray, others: np.ndarray, length_scale: float) -> np.ndarray:
    kernel = KERNELS[name]
    origin = Origin.of(rows)
    sides = [prepare(side, kernel.measure, origin) for side in (rows, others)]
    measure = np.empty((len(rows), len(others)))
    fill_measure(kernel.measure, sides[0], facing(sides[1], kernel.measure), measure)
    out = np.full((len(rows) + 3, len(others) + 2), np.nan)
    kernel.fill(measure, length_scale, out, 2, 1)
    assert np.isnan(out).sum() == out.size - measure.size
    return out[2 : 2 + len(rows), 1 : 1 + len(others)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", KERNELS)
def test_kernel_is_its_formula(name: str, dtype: type) -> None:
    rng = np.random.default_rng(0)
    rows, others = rng.normal(size=(7, 5)).astype(dtype), rng.normal(size=(4, 5)).astype(dtype)
    rows[3] = others[1]
    values = _filled(name, rows, others, 1.7)
    expected = [
        [kernel_of_rows(name, x.astype(float), z.astype(float), 1.7) for z in others] for x in rows
    ]
    # Equal rows: a distance of √ε, which Matérn 3/2 and 5/2 see to second order.
    np.testing.assert_allclose(values, expected, rtol=1e-13, atol=1e-14)


def test_distance_of_far_away_rows_keeps_its_digits() -> None:
    rng = np.random.default_rng(1)
    rows = 1e6 + rng.normal(size=(6, 3))
    values = _filled("gaussian", rows, rows, 1.0)
    expected = [[kernel_of_rows("gaussian", x, z, 1.0) for z in rows] for x in rows]
    # Around the origin of coordinates the products would lose 12 of the 16 digits.
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_columns_in_which_training_rows_agree_count_for_others(name: str) -> None:
    rng = np.random.default_rng(2)
    training, others = rng.normal(size=(5, 6)), rng.normal(size=(4, 6))
    training[:, [1, 4]] = [0.0, 0.7]
    kernel, origin = KERNELS[name], Origin.of(training)
    assert origin.columns is not None
    assert origin.columns.tolist() == [0, 2, 3, 5]
    sides = [prepare(side, kernel.measure, origin) for side in (others, training)]
    values = np.empty((4, 5))
    fill_measure(kernel.measure, sides[0], facing(sides[1], kernel.measure), values)
    kernel.fill(values.copy(), 2.0, values, 0, 0)
    expected = [[kernel_of_rows(name, x, z, 2.0) for z in training] for x in others]
    np.testing.assert_allclose(values, expected, rtol=1e-13)


def test_unknown_kernel_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'gaussian'"):
        kernel_named("gausian")
