"""Which number stands at which share, beside scipy's distributions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from atomarium.core.errors import InputError
from atomarium.experiment.distributions import Beta, Normal, Range
from atomarium.experiment.open_settings import read_space
from atomarium.experiment.space import Choice

SHARES = np.linspace(0.013, 0.987, 41)
CONTINUOUS = [
    ({"min": 0.5, "max": 4.0}, stats.uniform(0.5, 3.5)),
    ({"min": 1e-4, "max": 1e-2, "log": True}, stats.loguniform(1e-4, 1e-2)),
    ({"mean": -1.0, "std": 2.5}, stats.norm(-1.0, 2.5)),
    ({"mean": -1.0, "std": 0.5, "log": True}, stats.lognorm(0.5, scale=math.exp(-1.0))),
    ({"alpha": 2.0, "beta": 5.0}, stats.beta(2.0, 5.0)),
]
QUANTA = [0.1, 0.25, 3]


@pytest.mark.parametrize(("table", "peer"), CONTINUOUS, ids=lambda one: str(one)[:40])
def test_numbers_stand_where_scipy_has_them(table: dict[str, Any], peer: Any):
    one = read_space(table)
    assert [one.at(float(share)) for share in SHARES] == pytest.approx(peer.ppf(SHARES), rel=1e-9)
    assert [one.share(value) for value in peer.ppf(SHARES)] == pytest.approx(SHARES, rel=1e-9)


@pytest.mark.parametrize("quantum", QUANTA)
@pytest.mark.parametrize(("table", "peer"), CONTINUOUS, ids=lambda one: str(one)[:40])
def test_rounded_numbers_are_the_nearest_multiples(
    table: dict[str, Any], peer: Any, quantum: float
):
    # As Weights & Biases has it for q_uniform, q_log_uniform, q_normal, q_log_normal and q_beta.
    one = read_space({**table, "quantum": quantum})
    right = np.round(peer.ppf(SHARES) / quantum) * quantum
    drawn = [one.at(float(share)) for share in SHARES]
    assert drawn == pytest.approx(right, abs=1e-12)
    assert all(one.holds(value) for value in drawn)
    assert all(isinstance(value, int) == isinstance(quantum, int) for value in drawn)


def test_multiples_are_as_short_as_they_were_written():
    one = Range(low=0.0, high=1.0, quantum=0.1)
    assert {one.at(float(share)) for share in SHARES} <= {k / 10 for k in range(11)}


def test_inverses_are_uniform_where_that_is_asked_for():
    one = read_space({"min": 0.5, "max": 4.0, "inverse": True})
    drawn = np.array([one.at(float(share)) for share in SHARES])
    assert 1 / drawn == pytest.approx(stats.uniform(0.25, 1.75).ppf(1 - SHARES))
    assert [one.share(float(value)) for value in drawn] == pytest.approx(SHARES)


def test_inverses_of_logarithms_are_logarithms():
    # log(1/x) is as uniform as log(x): inv_log_uniform_values of Weights & Biases.
    plain = read_space({"min": 1e-3, "max": 10.0, "log": True})
    inverse = read_space({"min": 1e-3, "max": 10.0, "log": True, "inverse": True})
    assert [inverse.at(float(one)) for one in SHARES] == [plain.at(float(one)) for one in SHARES]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ({"min": 3, "max": 7}, [3, 4, 5, 6, 7]),
        ({"min": 2, "max": 9, "step": 3}, [2, 5, 8]),
        ({"min": 0.0, "max": 1.0, "step": 0.3}, [0.0, 0.3, 0.6, 0.9]),
    ],
)
def test_whole_numbers_and_steps_are_equally_likely(table: dict[str, Any], values: list[float]):
    one = read_space(table)
    shares = (np.arange(60 * len(values)) + 0.5) / (60 * len(values))
    drawn, counts = np.unique([one.at(float(share)) for share in shares], return_counts=True)
    assert drawn == pytest.approx(values)
    assert (counts == 60).all()


def test_whole_numbers_on_a_logarithmic_scale_stay_inside():
    one = read_space({"min": 1, "max": 64, "log": True})
    drawn = [one.at(float(share)) for share in np.linspace(0, 1, 101)]
    assert (min(drawn), max(drawn)) == (1, 64)
    assert one.at(0.5) == pytest.approx(6, abs=1)  # √(0.5 · 64.5) = 5.7


def test_whole_normal_numbers_are_whole():
    one = read_space({"mean": 20, "std": 4.0, "whole": True})
    assert [one.at(share) for share in (0.5, 0.841344746, 0.158655254)] == [20, 24, 16]
    assert one.holds(20)
    assert not one.holds(20.5)


def test_weighted_values_are_as_likely_as_they_are_said_to_be():
    one = read_space({"values": ["a", "b", "c", "d"], "probabilities": [0.5, 0.0, 0.3, 0.2]})
    drawn = np.bincount([one.at((k + 0.5) / 1000) for k in range(1000)], minlength=4)
    assert list(drawn) == [500, 0, 300, 200]
    assert one.at(1.0) == 3


def test_a_fixed_value_is_as_if_it_stood_there_alone():
    plain = {"kind": "krr", "noise": {"value": 1e-6}, "a": {"value": {"b": {"min": 1, "max": 2}}}}
    read = read_space(plain)
    assert read["noise"] == 1e-6
    assert isinstance(read["a"]["b"], Range)


def test_values_are_found_by_what_they_are():
    one = Choice((1, True, 0.5, "x", {"kind": "soap"}))
    found = [one.number(value) for value in (1, True, 0.5, "x", "soap", 2, False)]
    assert found == [0, 1, 2, 3, 4, None, None]


@pytest.mark.parametrize(
    ("one", "inside", "outside"),
    [
        (Range(low=1.0, high=2.0), 1.5, 2.5),
        (Range(low=1, high=4, whole=True), 3, 3.5),
        (Range(low=0.0, high=1.0, step=0.25), 0.75, 0.8),
        (Normal(mean=0.0, std=1.0, log=True), 3.0, -1.0),
        (Normal(mean=0.0, std=1.0, quantum=0.5), -1.5, 0.7),
        (Beta(alpha=1.0, beta=1.0), 0.3, 1.3),
    ],
)
def test_what_cannot_be_drawn_is_not_held(one: Any, inside: float, outside: float):
    assert one.holds(inside)
    assert not one.holds(outside)
    assert not one.holds("words")
    assert not one.holds(True)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"min": 0.0, "max": 1.0, "inverse": True}, "inverse = true needs min above 0"),
        ({"min": 0.0, "max": 1.0, "quantum": 0}, "quantum must be above 0"),
        ({"min": 0.0, "max": 1.0, "quantum": 0.1, "step": 0.1}, "quantum and step exclude"),
        ({"alpha": 0, "beta": 1.0}, "alpha must be above 0"),
        ({"alpha": 1, "beta": math.inf}, "beta must be above 0"),
        ({"alpha": 1, "beta": 1, "log": True}, "unknown key 'log'"),
        ({"mean": 0, "std": 1, "whole": 1}, "whole must be true or false"),
        ({"values": [1, 2], "probabilities": [1.0]}, "1 probabilities but 2 values"),
        ({"values": [1, 2], "probabilities": [0.5, 0.6]}, "add up to 1, got 1.1"),
        ({"values": [1, 2], "probabilities": [-0.5, 1.5]}, "0 or above"),
        ({"values": [1, 2], "probabilities": []}, "probabilities is empty"),
        ({"values": [1], "probabilities": ["x"]}, "probabilities must be numbers"),
        ({"values": [1], "probabilities": 1}, "probabilities must be a list"),
    ],
)
def test_impossible_distributions_are_refused(table: dict[str, Any], message: str):
    with pytest.raises(InputError, match=message):
        read_space(table)
