"""Runs of a sweep as columns, as the dashboard takes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.experiment.space import Choice, Normal, Open, Range
from atomarium.study.sweep.runs import Curve, Sweep, SweepRun
from atomarium.study.sweep.setting_units import unit_of_metric

#: Stands for texts that are not there.
_ABSENT = 65_535
#: Numbers of all curves together, so that a page of ten thousand runs opens at once.
_MOST_NUMBERS = 6_000_000
_LEAST_POINTS = 20
_BYTES_PER_MEGABYTE = 1e6


def run_columns(runs: Sequence[SweepRun]) -> dict[str, Any]:
    """Return what is known of runs beside settings and metrics."""
    return {
        "number": np.array([run.number for run in runs], dtype=np.int32),
        "state": text_column([run.state for run in runs]),
        "worker": text_column([run.worker for run in runs]),
        "started": np.array([run.started for run in runs], dtype=np.float64),
        "ended": np.array([math.nan if run.ended is None else run.ended for run in runs]),
        "seed": np.array([run.seed for run in runs], dtype=np.float64),
        "attempt": np.array([run.attempt for run in runs], dtype=np.int32),
        "reasons": [{"row": row, "text": run.reason} for row, run in enumerate(runs) if run.reason],
    }


def setting_entries(sweep: Sweep) -> list[dict[str, Any]]:
    """Return each setting with its values, those of the study's space first."""
    others = (name for run in sweep.runs for name in run.settings)
    names = dict.fromkeys([*sweep.opened, *others])
    return [_setting(name, sweep.runs, sweep.opened.get(name)) for name in names]


def _setting(name: str, runs: Sequence[SweepRun], one: Open | None) -> dict[str, Any]:
    given = [run.settings.get(name) for run in runs]
    there = [value for value in given if value is not None]
    if there:
        numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in there)
    else:
        numeric = isinstance(one, Range | Normal)
    bounds = _bounds(one)
    numbers = [math.nan if value is None else float(value) for value in given] if numeric else None
    return {
        "name": name,
        "label": name.replace("_", " "),
        "space": _in_words(one),
        "log": numeric and _differs_by_factors(one, there),
        "factors": numeric and isinstance(one, Range | Normal) and one.log,
        "whole": numeric and all(float(value).is_integer() for value in there),
        "low": None if bounds is None else bounds[0],
        "high": None if bounds is None else bounds[1],
        "numbers": None if numbers is None else np.array(numbers, dtype=np.float64),
        "texts": None if numeric else text_column([_as_text(value) for value in given]),
    }


def _as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _differs_by_factors(one: Open | None, values: Sequence[Any]) -> bool:
    """Tell whether a logarithmic axis fits a setting."""
    if isinstance(one, Range | Normal):
        return one.log
    rising = sorted(set(values))
    if len(rising) < 3 or rising[0] <= 0:
        return False
    factors = [after / before for before, after in pairwise(rising)]
    return min(factors) >= 1.25 and rising[-1] / rising[0] >= 4


def _bounds(one: Open | None) -> tuple[float, float] | None:
    if isinstance(one, Range):
        return float(one.low), float(one.high)
    if isinstance(one, Choice):
        numbers = [v for v in one.values if isinstance(v, int | float) and not isinstance(v, bool)]
        if len(numbers) == len(one.values):
            return float(min(numbers)), float(max(numbers))
    return None


def _in_words(one: Open | None) -> str:
    """Return what a setting may be: `0.0001 … 0.01, by factors`."""
    if isinstance(one, Choice):
        return ", ".join(one.labels)
    if isinstance(one, Range):
        more = ", by factors" if one.log else ""
        more += "" if one.step is None else f", steps of {one.step:g}"
        return f"{one.low:g} … {one.high:g}{more}"
    if isinstance(one, Normal):
        return f"normal, {one.mean:g} ± {one.std:g}{' of the logarithm' if one.log else ''}"
    return ""


def metric_entries(sweep: Sweep) -> list[dict[str, Any]]:
    """Return each metric with its values, those that decide first; memory in MB."""
    reported = sorted({name for run in sweep.runs for name in run.metrics})
    goals = dict(zip(sweep.metrics, sweep.goals, strict=True))
    entries: list[dict[str, Any]] = []
    for name in dict.fromkeys([*goals, *reported]):
        values = np.array([run.metrics.get(name, math.nan) for run in sweep.runs], dtype=np.float64)
        entries.append(
            {
                "name": name,
                "unit": _unit_of(name, sweep),
                "goal": goals.get(name),
                "numbers": values / _BYTES_PER_MEGABYTE if name == "peak_memory" else values,
            }
        )
    return entries


def _unit_of(metric: str, sweep: Sweep) -> str:
    """Return the unit that the dashboard shows a metric in; numbers and losses have none."""
    if metric == "peak_memory":
        return "MB"
    if metric.endswith("seconds") or metric == "seconds_per_structure":
        return "s"
    unit = unit_of_metric(sweep, metric)
    return "" if unit == metric or unit.rstrip("s") in metric else unit


def curve_columns(sweep: Sweep) -> dict[str, Any]:
    """Return the curves of all runs behind each other, thinned where there are very many."""
    curves = sweep.curves(run.number for run in sweep.runs)
    names = list(dict.fromkeys(name for curve in curves.values() for name in curve.columns))
    room = _MOST_NUMBERS // max(1, len(curves) * len(names))
    most = max(_LEAST_POINTS, room)
    numbers = sorted(curves)
    rows = [_rows_of(curves[number], names, most) for number in numbers]
    lengths = [part.shape[1] for part in rows]
    joined = np.concatenate(rows, axis=1) if rows else np.zeros((len(names), 0))
    return {
        "numbers": np.array(numbers, dtype=np.int32),
        "columns": names,
        "units": [_unit_of(name, sweep) for name in names],
        "offsets": offsets_of(lengths).astype(np.int32),
        "values": [row.astype(np.float32) for row in joined],
    }


def _rows_of(curve: Curve, names: Sequence[str], most: int) -> np.ndarray:
    n_points = len(next(iter(curve.columns.values())))
    missing = (None,) * n_points
    rows = np.array([curve.columns.get(name, missing) for name in names], dtype=np.float64)
    if n_points <= most:
        return rows
    return rows[:, np.round(np.linspace(0, n_points - 1, most)).astype(int)]


def text_column(texts: Sequence[str | None]) -> dict[str, Any]:
    """Return texts as numbers of categories, in the order in which they first occur.

    Raises:
        InputError: there are more different texts than numbers for them.
    """
    categories = [text for text in dict.fromkeys(texts) if text is not None]
    if len(categories) >= _ABSENT:
        raise InputError(f"a setting of at most {_ABSENT - 1} texts can be shown")
    code_of: dict[str | None, int] = {text: code for code, text in enumerate(categories)}
    code_of[None] = _ABSENT
    codes = np.array([code_of[text] for text in texts], dtype=np.uint16)
    return {"codes": codes, "categories": categories}
