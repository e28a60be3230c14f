"""Vector arithmetic of the symmetry functions against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from atomarium.represent._kernels.cutoffs import (
    cosine_cutoff,
    cosine_cutoff_slope,
    cubed_tanh_cutoff,
    cubed_tanh_cutoff_slope,
    exponential,
)
from atomarium.represent._kernels.sieve import COMPRESSES, count_kept, make_store_kept
from atomarium.represent._kernels.vectors import load, spread

CUTOFF = 4.5


def test_exponential_is_exact_to_fourteen_digits():
    exponents = np.concatenate([np.linspace(-700, 700, 4001), np.linspace(-1, 1, 4001)])
    made = np.array([exponential(x) for x in exponents])
    np.testing.assert_allclose(made, np.exp(exponents), rtol=1e-14)
    assert exponential(-np.inf) == exponential(-1e4) < 1e-307


@pytest.mark.parametrize(
    ("function", "slope", "expected"),
    [
        (cosine_cutoff, cosine_cutoff_slope, lambda r: 0.5 * (np.cos(np.pi * r / CUTOFF) + 1)),
        (cubed_tanh_cutoff, cubed_tanh_cutoff_slope, lambda r: np.tanh(1 - r / CUTOFF) ** 3),
    ],
    ids=["cosine", "tanh3"],
)
def test_cutoff_functions_and_their_slopes_are_the_formulas(function, slope, expected):
    distances = np.linspace(0.01, 1.5 * CUTOFF, 500)
    scale = 1 / CUTOFF**2
    made = np.array([function(r**2, scale) for r in distances])
    inside = distances < CUTOFF
    np.testing.assert_allclose(made, inside * expected(distances), atol=1e-14)
    step = 1e-6
    slopes = np.array([slope(r**2, scale) for r in distances])
    change = (expected(distances + step) - expected(distances - step)) / (2 * step)
    # By r², not r; the error of the central difference is about 1e-10.
    np.testing.assert_allclose(slopes, inside * change / (2 * distances), atol=1e-8)


@pytest.mark.parametrize("compresses", [False, *([True] if COMPRESSES else [])])
def test_kept_numbers_stand_side_by_side(compresses):
    store_kept = make_store_kept(compresses=compresses)

    @njit
    def keep(numbers, keys, limit, first, out):
        count, key_limit = 0, spread(limit)
        for chunk in range(numbers.size // 8):
            key = load(keys, 8 * chunk)
            begin = first - 8 * chunk
            store_kept(out, count, load(numbers, 8 * chunk), key, key_limit, begin)
            count += count_kept(key, key_limit, begin)
        return count

    rng = np.random.default_rng(0)
    numbers, keys = rng.random(64), rng.random(64)
    keys[20] = np.inf
    for limit, first in ((0.5, 0), (0.5, 11), (np.inf, -3), (0.0, 0)):
        out = np.zeros(72)
        count = keep(numbers, keys, limit, first, out)
        expected = numbers[(keys < limit) & (np.arange(64) >= first)]
        assert np.array_equal(out[:count], expected)
