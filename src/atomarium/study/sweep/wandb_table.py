"""The table `[sweep]` of what Weights & Biases says about method, metric and end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from atomarium.core.errors import InputError, did_you_mean
from atomarium.study.sweep.wandb_names import number

#: Runs where the configuration sets no end, which there is endless and here is not.
_RUNS = 50
_GOALS = ("minimize", "maximize")
_METRIC_KEYS = frozenset({"name", "goal", "target", "impute", "impute_while_running"})
_STOP_KEYS = frozenset({"type", "min_iter", "max_iter", "s", "eta", "strict"})
#: What is measured, by words in the name of a metric; the first that fits counts.
_MEASURES = (
    ("rmse", "rmse"),
    ("mae", "mae"),
    ("mean_absolute_error", "mae"),
    ("mse", "loss"),
    ("loss", "loss"),
)
_OTHER_METRICS = {
    "seconds": ("seconds", "runtime", "duration", "time", "train_time", "training_time"),
    "cpu_seconds": ("cpu_seconds", "cpu_time"),
    "peak_memory": ("peak_memory", "memory", "max_memory"),
    "n_parameters": ("n_parameters", "n_params", "num_params", "num_parameters", "parameters"),
}
_KNOWN = ("val_loss", "val_mae", "val_rmse", "train_loss", "train_mae", *_OTHER_METRICS)


def sweep_table(
    configuration: Mapping[str, Any], *, runs: int, gaussian: bool, note: Callable[[str], None]
) -> dict[str, Any]:
    """Return the table `[sweep]`.

    Args:
        configuration: As it was read.
        runs: The most runs where it says none; 0 for a default.
        gaussian: Whether Gaussian processes are at hand, which need torch.
        note: Told what was left out or understood in some way.

    Raises:
        InputError: a key has no counterpart or makes no sense; the message begins with it.
    """
    table: dict[str, Any] = {"method": _method(configuration, gaussian=gaussian, note=note)}
    if most := _most_runs(configuration, table["method"], runs, note):
        table["runs"] = most
    table |= _metrics(configuration, note)
    if "early_terminate" in configuration:
        table["prune"] = _prune(configuration["early_terminate"], note)
    return table


def _method(
    configuration: Mapping[str, Any], *, gaussian: bool, note: Callable[[str], None]
) -> str:
    given = configuration.get("method")
    scheduler = configuration.get("scheduler")
    if given == "custom" and isinstance(scheduler, Mapping):
        engine = cast("Mapping[str, Any]", scheduler).get("engine")
        if engine == "optuna":
            note("scheduler.engine = optuna: its sampler is taken to be TPE, Optuna's default")
            return "tpe"
    if given == "bayes":
        if gaussian:
            return "gp"
        note("method = bayes: TPE instead of Gaussian processes, which need torch")
        return "tpe"
    if given in {"grid", "random"}:
        return str(given)
    known = ("bayes", "grid", "random")
    raise InputError(f"method: no counterpart of {given!r}{did_you_mean(str(given), known)}")


def _most_runs(
    configuration: Mapping[str, Any], method: str, runs: int, note: Callable[[str], None]
) -> int:
    if "run_cap" in configuration:
        try:
            most = int(number(configuration["run_cap"], whole=True, what="run_cap"))
        except InputError as error:
            raise InputError(f"run_cap: {error}") from None
        if most < 1:
            raise InputError(f"run_cap: must be at least 1, got {most}")
        return most
    if method == "grid" or runs:
        return runs
    note(f"run_cap: there is none, and such sweeps have no end: runs = {_RUNS} was written")
    return _RUNS


def _metrics(configuration: Mapping[str, Any], note: Callable[[str], None]) -> dict[str, Any]:
    several = configuration.get("metrics")
    if several is None:
        given, place = configuration.get("metric"), "metric"
        one = {} if given is None else _metric(given, place, note)
        return {"metric": one.get("metric", "val_loss"), **one}
    if not isinstance(several, list) or not several:
        raise InputError(f"metrics: expected a list of tables, got {several!r:.60}")
    found = [
        _metric(one, f"metrics.{number}", note)
        for number, one in enumerate(cast("list[Any]", several))
    ]
    targets = {"target": found[0]["target"]} if "target" in found[0] else {}
    return {
        "metric": [one["metric"] for one in found],
        "goal": [one["goal"] for one in found],
        **targets,
    }


def _metric(given: Any, place: str, note: Callable[[str], None]) -> dict[str, Any]:
    table = _metric_keys({"name": given} if isinstance(given, str) else given, place, note)
    name = _metric_name(str(table["name"]), place)
    if name != table["name"]:
        note(f"{place}.name: {table['name']} is taken to be {name}")
    goal = str(table.get("goal", "minimize")).lower()
    if goal not in _GOALS:
        raise InputError(f"{place}.goal: no goal {goal!r}{did_you_mean(goal, _GOALS)}")
    found: dict[str, Any] = {"metric": name, "goal": goal}
    if table.get("target") is not None:
        try:
            found["target"] = number(table["target"], whole=False, what="target")
        except InputError as error:
            raise InputError(f"{place}.target: {error}") from None
    return found


def _metric_keys(given: Any, place: str, note: Callable[[str], None]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"{place}: expected a table with name and goal, got {given!r:.60}")
    table = cast("Mapping[str, Any]", given)
    for key in table:
        if key not in _METRIC_KEYS:
            raise InputError(f"{place}.{key}: unknown key{did_you_mean(str(key), _METRIC_KEYS)}")
        if key.startswith("impute"):
            note(f"{place}.{key}: left out; failed runs do not count")
    if "name" not in table:
        raise InputError(f"{place}.name: missing")
    return table


def _metric_name(given: str, place: str) -> str:
    """Return our name of a metric: of `valid/energy_MAE` that is `val_mae`."""
    plain = re.sub(r"[^a-z0-9]+", "_", given.lower()).strip("_")
    for own, names in _OTHER_METRICS.items():
        if plain in names:
            return own
    for words, measure in _MEASURES:
        if words in plain:
            of_training = plain.startswith(("train", "tr_")) or plain.endswith("_train")
            return f"{'train' if of_training else 'val'}_{measure}"
    raise InputError(
        f"{place}.name: no counterpart of {given!r}{did_you_mean(plain, _KNOWN)}; rename it with "
        f"--metric"
    )


def _prune(given: Any, note: Callable[[str], None]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"early_terminate: expected a table, got {given!r:.60}")
    table = cast("Mapping[str, Any]", given)
    for key in table:
        if key not in _STOP_KEYS:
            hint = did_you_mean(str(key), _STOP_KEYS)
            raise InputError(f"early_terminate.{key}: unknown key{hint}")
    if table.get("type") != "hyperband":
        raise InputError(
            f"early_terminate.type: there is hyperband alone, got {table.get('type')!r}"
        )
    numbers = {key: _count(table, key) for key in ("min_iter", "max_iter", "s") if key in table}
    factor = _count(table, "eta") if "eta" in table else 3
    if factor < 2:
        raise InputError(f"early_terminate.eta: must be at least 2, got {factor}")
    if "min_iter" in numbers:
        first = numbers["min_iter"]
    elif {"max_iter", "s"} <= set(numbers):
        # Brackets are at max_iter / eta, max_iter / eta² … s of them.
        first = max(1, round(numbers["max_iter"] / factor ** numbers["s"]))
    else:
        raise InputError("early_terminate: needs min_iter, or max_iter and s")
    if table.get("strict"):
        note("early_terminate.strict: left out; runs are judged when they reach a bracket")
    # One ladder of brackets at which the best 1/eta go on: what Optuna calls asynchronous halving.
    return {"kind": "asha", "min_epochs": first, "factor": factor}


def _count(table: Mapping[str, Any], key: str) -> int:
    try:
        found = int(number(table[key], whole=True, what=key))
    except InputError as error:
        raise InputError(f"early_terminate.{key}: {error}") from None
    if found < 1:
        raise InputError(f"early_terminate.{key}: must be at least 1, got {found}")
    return found
