"""Errors of predictions."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.experiment.scores import score


def test_scores_of_known_errors() -> None:
    scores = score(np.array([1.0, 2.0, 6.0]), np.array([1.0, 3.0, 4.0]))
    assert scores.mae == pytest.approx(1.0)
    assert scores.rmse == pytest.approx(np.sqrt(5 / 3))
    assert scores.max_error == 2.0
    assert scores.r2 == pytest.approx(1 - 5 / (14 / 3))
    assert scores.n == 3


def test_constant_truth_has_no_explained_variance() -> None:
    assert score(np.array([1.0, 2.0]), np.array([3.0, 3.0])).r2 is None
