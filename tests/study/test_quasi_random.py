"""Points that are more even than chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from atomarium.study.quasi_random import QuasiRandom


@pytest.mark.parametrize("n_dimensions", [1, 3, 12])
def test_points_are_more_even_than_random_ones(n_dimensions: int):
    points = np.array([QuasiRandom(n_dimensions, seed=7).point(k) for k in range(128)])
    chance = np.random.default_rng(0).random((128, n_dimensions))
    assert qmc.discrepancy(points) < 0.5 * qmc.discrepancy(chance)
    assert ((points >= 0) & (points < 1)).all()


def test_a_point_does_not_depend_on_which_were_asked_for_before():
    in_order = QuasiRandom(4, seed=3)
    forward = [in_order.point(k) for k in range(200)]
    assert all((QuasiRandom(4, seed=3).point(k) == forward[k]).all() for k in (0, 63, 64, 199))


def test_seeds_give_different_points():
    assert (QuasiRandom(2, seed=1).point(5) != QuasiRandom(2, seed=2).point(5)).all()
