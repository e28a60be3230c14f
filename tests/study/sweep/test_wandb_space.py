"""Every distribution of Weights & Biases has the numbers that its documentation promises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from atomarium.core.errors import InputError
from atomarium.experiment.open_settings import read_space
from atomarium.experiment.space import Choice
from atomarium.study.sweep.wandb_names import Slot
from atomarium.study.sweep.wandb_space import as_setting

REAL = Slot(("model", "training", "learning_rate"), "float")
WHOLE = Slot(("model", "training", "batch_size"), "int")
_SHARES = (np.arange(4000) + 0.5) / 4000


def numbers(parameter: dict[str, Any], slot: Slot = REAL) -> np.ndarray:
    """Return the numbers that stand at even shares of what a parameter leaves open."""
    one = read_space(as_setting(parameter, slot))
    return np.array([one.at(float(share)) for share in _SHARES], dtype=float)


def rounded(values: np.ndarray, q: float) -> np.ndarray:
    """Round to multiples, as `round(X / q) * q` says."""
    return np.round(values / q) * q


_UNIFORM = stats.uniform(2, 3).ppf(_SHARES)
_LOG = np.exp(stats.uniform(1, 2).ppf(_SHARES))
_BELL = stats.norm(4, 0.5).ppf(_SHARES)
_BETA = stats.beta(2, 5).ppf(_SHARES)
CASES: dict[str, tuple[dict[str, Any], np.ndarray]] = {
    "uniform": ({"min": 2.0, "max": 5.0}, _UNIFORM),
    "q_uniform": ({"min": 2, "max": 5, "q": 0.5}, rounded(_UNIFORM, 0.5)),
    "log_uniform": ({"min": 1, "max": 3}, _LOG),
    "q_log_uniform": ({"min": 1, "max": 3, "q": 0.5}, rounded(_LOG, 0.5)),
    "log_uniform_values": ({"min": math.e, "max": math.e**3}, _LOG),
    "q_log_uniform_values": ({"min": math.e, "max": math.e**3, "q": 2}, rounded(_LOG, 2)),
    "inv_log_uniform": ({"min": 1, "max": 3}, np.exp(-stats.uniform(1, 2).ppf(1 - _SHARES))),
    "inv_log_uniform_values": ({"min": math.e, "max": math.e**3}, _LOG),
    "normal": ({"mu": 4, "sigma": 0.5}, _BELL),
    "q_normal": ({"mu": 4, "sigma": 0.5, "q": 0.25}, rounded(_BELL, 0.25)),
    "log_normal": ({"mu": 4, "sigma": 0.5}, np.exp(_BELL)),
    "q_log_normal": ({"mu": 4, "sigma": 0.5, "q": 10}, rounded(np.exp(_BELL), 10)),
    "beta": ({"a": 2, "b": 5}, _BETA),
    "q_beta": ({"a": 2, "b": 5, "q": 0.1}, rounded(_BETA, 0.1)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_distribution_is_that_of_its_documentation(name: str) -> None:
    parameter, expected = CASES[name]
    found = numbers({"distribution": name, **parameter})
    # Ends of log ranges go through exp and log once more; ties of rounding may fall either way.
    different = ~np.isclose(found, expected, rtol=1e-9, atol=1e-9)
    assert different.mean() <= (0.001 if name.startswith("q_") else 0)


def test_whole_numbers_are_all_equally_likely() -> None:
    found = numbers({"distribution": "int_uniform", "min": 3, "max": 6}, WHOLE)
    assert np.unique(found, return_counts=True)[1].tolist() == [1000] * 4
    assert (numbers({"min": 3, "max": 6}, WHOLE) == found).all()


def test_q_is_one_when_left_out() -> None:
    assert set(numbers({"distribution": "q_normal", "mu": 4, "sigma": 0.5})) <= {2, 3, 4, 5, 6}


@pytest.mark.parametrize("name", ["q_uniform", "q_normal", "normal", "q_log_uniform_values"])
def test_whole_settings_get_whole_numbers(name: str) -> None:
    ends = {"mu": 40, "sigma": 9} if "normal" in name else {"min": 32, "max": 256}
    q = {"q": 8} if name.startswith("q_") else {}
    setting = as_setting({"distribution": name, **ends, **q}, WHOLE)
    one = read_space(setting)
    assert all(isinstance(one.at(share), int) for share in (0.0, 0.3, 0.9))


def test_probabilities_are_kept() -> None:
    parameter = {"values": [1e-3, 1e-2], "probabilities": [0.25, 0.75]}
    one = read_space(as_setting({"distribution": "categorical_w_probabilities", **parameter}, REAL))
    assert isinstance(one, Choice)
    assert one.probabilities == (0.25, 0.75)


def test_a_constant_and_a_single_value_are_settled() -> None:
    assert as_setting({"value": 0.1}, REAL) == 0.1
    assert as_setting({"distribution": "constant", "value": 8}, WHOLE) == 8
    assert as_setting({"values": [8]}, WHOLE) == 8


@pytest.mark.parametrize(
    ("parameter", "slot", "words"),
    [
        ({"distribution": "uniform", "min": 2.0}, REAL, "max is missing"),
        ({"distribution": "uniform", "min": 3.0, "max": 2.0}, REAL, "min must be at most max"),
        ({"distribution": "log_uniform", "min": 1, "max": 900}, REAL, "natural logarithms"),
        ({"distribution": "log_uniform_values", "min": 0, "max": 1}, REAL, "min must be above 0"),
        ({"distribution": "normal", "sigma": 0}, REAL, "sigma must be above 0"),
        ({"distribution": "q_uniform", "min": 0, "max": 1, "q": 0}, REAL, "q must be above 0"),
        ({"distribution": "q_uniform", "min": 0, "max": 9, "q": 0.5}, WHOLE, "is a whole number"),
        ({"distribution": "uniform", "min": 0.2, "max": 0.7}, WHOLE, "none is in the range"),
        ({"distribution": "q_log_uniform_values", "min": 1, "max": 2, "q": 9}, REAL, "to 0 by q"),
        ({"distribution": "constant"}, REAL, "a constant needs value"),
        ({"values": []}, REAL, "values must be a list"),
        ({"values": 3}, REAL, "values must be a list"),
        ({"values": [1, 2], "probabilities": [1]}, REAL, "probabilities must be a list of 2"),
        ({"distribution": "beta", "a": 1, "b": 2}, WHOLE, "between 0 and 1"),
        ({"distribution": "beta", "a": 1}, REAL, "expected a number, got None"),
        ({"min": float("inf"), "max": 2}, REAL, "expected a number, got inf"),
    ],
)
def test_what_makes_no_distribution_is_refused(parameter, slot, words) -> None:
    with pytest.raises(InputError, match=words):
        as_setting(parameter, slot)
