"""Conformal intervals: the promise, the order statistics, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.models.conformal import Conformal


def test_intervals_hold_as_many_as_promised() -> None:
    rng = np.random.default_rng(0)
    held = []
    for _ in range(400):
        errors, spread = rng.standard_t(3, (60, 1)), rng.uniform(0.1, 2, (60, 1))
        values = errors * spread
        for use in (None, spread):
            first, rest = (None, None) if use is None else (use[:39], use[39:])
            conformal = Conformal.calibrate(np.zeros((39, 1)), values[:39], first)
            held.append(np.mean(np.abs(values[39:]) <= conformal.half_width(0.8, rest)))
    # Exactly 32/40 on average; 800 runs of 21 structures scatter by 0.003.
    assert np.mean(held) == pytest.approx(0.8, abs=0.01)


def test_half_width_is_an_order_statistic() -> None:
    values = np.arange(1.0, 10.0)[:, None]
    conformal = Conformal.calibrate(np.zeros((9, 1)), values)
    assert conformal.half_width(0.9)[0, 0] == 9.0
    assert conformal.half_width(0.5)[0, 0] == 5.0
    assert conformal.half_width(0.91)[0, 0] == np.inf


def test_unfit_calibration_is_refused() -> None:
    three, two = np.ones((3, 1)), np.ones((2, 1))
    with pytest.raises(InputError, match="no structures to calibrate"):
        Conformal.calibrate(three[:0], three[:0])
    with pytest.raises(InputError, match=r"predictions of shape \(3, 1\), values of \(2, 1\)"):
        Conformal.calibrate(three, two)
    with pytest.raises(InputError, match="must be finite"):
        Conformal.calibrate(three, np.full((3, 1), np.nan))
    with pytest.raises(InputError, match="every spread must be above 0"):
        Conformal.calibrate(three, three, 0 * three)
    with pytest.raises(InputError, match="spread of shape"):
        Conformal.calibrate(three, three, two)
    plain, normalized = Conformal.calibrate(three, three), Conformal.calibrate(three, three, three)
    with pytest.raises(InputError, match=r"between 0 and 1, got 90\.0"):
        plain.half_width(90.0)
    with pytest.raises(InputError, match="must not have the spread"):
        plain.half_width(0.5, two)
    with pytest.raises(InputError, match="needs the spread"):
        normalized.half_width(0.5)
