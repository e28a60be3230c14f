"""Distributions of Weights & Biases as open settings of a study file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.distributions import Number
from atomarium.study.sweep.wandb_names import Slot, number, plain_value

#: What the shape of a beta distribution is called here and there.
_SHAPE = (("alpha", "a"), ("beta", "b"))
_KEYS = frozenset(
    {"value", "values", "distribution", "probabilities", "min", "max", "mu", "sigma", "q"}
    | {"a", "b", "parameters"}
)


def as_setting(parameter: Mapping[str, Any], slot: Slot) -> Any:
    """Return what a study file says for a parameter: a value, or a table that leaves it open.

    Source: Weights & Biases, "Sweep configuration options", table of distributions.

    Args:
        parameter: As the configuration has it.
        slot: The setting that it stands for.

    Raises:
        InputError: a key or distribution has no counterpart, a key is missing, or a number is wrong.
    """
    for key in parameter:
        if key not in _KEYS:
            raise InputError(f"unknown key {key!r}{did_you_mean(str(key), _KEYS)}")
    kind = _kind(parameter)
    if kind not in _MAKERS:
        raise InputError(f"no distribution {kind!r}{did_you_mean(kind, _MAKERS)}")
    return _MAKERS[kind](parameter, slot)


def _kind(parameter: Mapping[str, Any]) -> str:
    """Return the distribution, as Weights & Biases infers it where none is named."""
    if "distribution" in parameter:
        return str(parameter["distribution"])
    if "value" in parameter:
        return "constant"
    if "values" in parameter:
        return "categorical"
    if "min" in parameter and "max" in parameter:
        ends = [number(parameter[key], whole=False, what=key) for key in ("min", "max")]
        written = [parameter[key] for key in ("min", "max")]
        whole = all(isinstance(end, int) for end in written) and all(e == int(e) for e in ends)
        return "int_uniform" if whole else "uniform"
    raise InputError("needs value, values, or min and max")


def _constant(parameter: Mapping[str, Any], slot: Slot) -> Any:
    if "value" not in parameter:
        raise InputError("a constant needs value")
    return plain_value(parameter["value"], slot)


def _categorical(parameter: Mapping[str, Any], slot: Slot) -> Any:
    values = parameter.get("values")
    if not isinstance(values, list) or not values:
        raise InputError(f"values must be a list that is not empty, got {values!r}")
    plain = [plain_value(value, slot) for value in cast("list[Any]", values)]
    chances = parameter.get("probabilities")
    if chances is None:
        return {"values": plain} if len(plain) > 1 else plain[0]
    if not isinstance(chances, list) or len(cast("list[Any]", chances)) != len(plain):
        raise InputError(f"probabilities must be a list of {len(plain)} numbers, got {chances!r}")
    likely = [number(one, whole=False, what="probabilities") for one in cast("list[Any]", chances)]
    return {"values": plain, "probabilities": likely}


def _uniform(parameter: Mapping[str, Any], slot: Slot) -> Any:
    low, high = _ends(parameter)
    return _range(low, high, slot)


def _q_uniform(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _quantized(*_ends(parameter), _quantum(parameter, slot), slot, log=False)


def _log_uniform(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _range(*_exponents(parameter), slot, log=True)


def _log_uniform_values(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _range(*_positive(parameter), slot, log=True)


def _q_log_uniform(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _quantized(*_exponents(parameter), _quantum(parameter, slot), slot, log=True)


def _q_log_uniform_values(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _quantized(*_positive(parameter), _quantum(parameter, slot), slot, log=True)


def _inv_log_uniform(parameter: Mapping[str, Any], slot: Slot) -> Any:
    # log(1/X) lies evenly between min and max, and so does log(X) between −max and −min.
    low, high = _ends(parameter)
    return _range(math.exp(-high), math.exp(-low), slot, log=True)


def _normal(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _bell(parameter, slot)


def _q_normal(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _bell(parameter, slot) | {"quantum": _quantum(parameter, slot)}


def _log_normal(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _bell(parameter, slot, log=True)


def _q_log_normal(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _bell(parameter, slot, log=True) | {"quantum": _quantum(parameter, slot)}


def _range(low: Number, high: Number, slot: Slot, *, log: bool = False) -> dict[str, Any]:
    if slot.whole:
        # A setting of whole numbers takes those between both ends.
        low, high = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        if low > high:
            raise InputError(f"{slot.path[-1]} is a whole number, and none is in the range")
    return {"min": low, "max": high} | ({"log": True} if log else {})


def _quantized(low: float, high: float, q: Number, slot: Slot, *, log: bool) -> dict[str, Any]:
    if log and high < q / 2:
        raise InputError(f"all numbers are rounded to 0 by q = {q:g}")
    if slot.whole and low.is_integer() and high.is_integer():
        low, high = int(low), int(high)
    return {"min": low, "max": high} | ({"log": True} if log else {}) | {"quantum": q}


def _bell(parameter: Mapping[str, Any], slot: Slot, *, log: bool = False) -> dict[str, Any]:
    mean = number(parameter.get("mu", 0), whole=False, what="mu")
    std = number(parameter.get("sigma", 1), whole=False, what="sigma")
    if not std > 0:
        raise InputError(f"sigma must be above 0, got {std:g}")
    more: dict[str, Any] = {"log": True} if log else {}
    if slot.whole and "q" not in parameter:
        more["whole"] = True
    return {"mean": mean, "std": std} | more


def _quantum(parameter: Mapping[str, Any], slot: Slot) -> Number:
    q = number(parameter.get("q", 1), whole=slot.whole, what=f"q: {slot.path[-1]}")
    if not q > 0:
        raise InputError(f"q must be above 0, got {q:g}")
    return q


def _ends(parameter: Mapping[str, Any]) -> tuple[float, float]:
    missing = [key for key in ("min", "max") if key not in parameter]
    if missing:
        raise InputError(f"{missing[0]} is missing")
    low, high = (float(number(parameter[key], whole=False, what=key)) for key in ("min", "max"))
    if low > high:
        raise InputError(f"min must be at most max, got {low:g} and {high:g}")
    return low, high


def _exponents(parameter: Mapping[str, Any]) -> tuple[float, float]:
    low, high = _ends(parameter)
    if max(abs(low), abs(high)) > 300:
        raise InputError(
            f"min and max are natural logarithms here, got {low:g} and {high:g}; for the numbers "
            "themselves there is log_uniform_values"
        )
    return math.exp(low), math.exp(high)


def _positive(parameter: Mapping[str, Any]) -> tuple[float, float]:
    low, high = _ends(parameter)
    if low <= 0:
        raise InputError(f"min must be above 0, got {low:g}")
    return low, high


def _beta(parameter: Mapping[str, Any], slot: Slot) -> Any:
    if slot.whole:
        raise InputError(f"{slot.path[-1]} is a whole number, and beta gives those between 0 and 1")
    return {name: number(parameter.get(key), whole=False, what=key) for name, key in _SHAPE}


def _q_beta(parameter: Mapping[str, Any], slot: Slot) -> Any:
    return _beta(parameter, slot) | {"quantum": _quantum(parameter, slot)}


_MAKERS: dict[str, Callable[[Mapping[str, Any], Slot], Any]] = {
    "constant": _constant,
    "categorical": _categorical,
    "categorical_w_probabilities": _categorical,
    "int_uniform": _uniform,
    "uniform": _uniform,
    "q_uniform": _q_uniform,
    "log_uniform": _log_uniform,
    "log_uniform_values": _log_uniform_values,
    "q_log_uniform": _q_log_uniform,
    "q_log_uniform_values": _q_log_uniform_values,
    "inv_log_uniform": _inv_log_uniform,
    # log(1/X) evenly between log(1/max) and log(1/min) is log(X) evenly between both logarithms.
    "inv_log_uniform_values": _log_uniform_values,
    "normal": _normal,
    "q_normal": _q_normal,
    "log_normal": _log_normal,
    "q_log_normal": _q_log_normal,
    "beta": _beta,
    "q_beta": _q_beta,
}
