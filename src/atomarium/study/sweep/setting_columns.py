"""Settings of runs as columns of numbers, which is what statistics are made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.space import Choice, Open
from atomarium.study.sweep.runs import Sweep, SweepRun

#: The largest of a list over its least, from which on differences say nothing.
_MANY_TIMES = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class SettingColumn:
    """One setting of several runs.

    Args:
        setting: Its name.
        category: Of settings that are words, the one that this column tells from all others by 1
            and 0; None for numbers.
        log: Whether factors count, not differences: where a range says so, and in lists of three or
            more values the largest of which is a hundred times the least.
        values: As chosen; NaN in runs to which the setting does not apply.
    """

    setting: str
    category: str | None = None
    log: bool = False
    values: Float64[np.ndarray, "runs"] = field(repr=False)

    @property
    def name(self) -> str:
        """What to call the column: the setting, and which of its words."""
        return self.setting if self.category is None else f"{self.setting} = {self.category}"

    @property
    def scaled(self) -> Float64[np.ndarray, "runs"]:
        """Return the values, or their decimal logarithms where factors count."""
        return np.log10(self.values) if self.log else self.values


def scored_runs(sweep: Sweep, metric: str) -> tuple[SweepRun, ...]:
    """Return the finished runs that have a finite value of a metric.

    Args:
        sweep: Whose runs.
        metric: `val_loss`, `seconds` …

    Raises:
        InputError: no run has reported the metric.
    """
    finished = [run for run in sweep.runs if run.state == "finished"]
    known = {name for run in finished for name in run.metrics}
    if finished and metric not in known:
        raise InputError(f"no run reports {metric!r}{did_you_mean(metric, known)}")
    return tuple(run for run in finished if math.isfinite(run.metrics.get(metric, math.nan)))


def metric_column(runs: Sequence[SweepRun], metric: str) -> Float64[np.ndarray, "runs"]:
    """Return a metric of each run."""
    return np.array([run.metrics[metric] for run in runs], dtype=np.float64)


def setting_columns(runs: Sequence[SweepRun], opened: dict[str, Open]) -> tuple[SettingColumn, ...]:
    """Return a column for each setting that differs between runs; words make one for each word.

    Two words make one column, as the second says the same with the opposite sign.

    Args:
        runs: Which.
        opened: What may be chosen, by name; other settings of the runs count as well.
    """
    names = dict.fromkeys([*opened, *(name for run in runs for name in run.settings)])
    return tuple(column for name in names for column in _columns_of(name, runs, opened.get(name)))


def _columns_of(name: str, runs: Sequence[SweepRun], one: Open | None) -> Iterator[SettingColumn]:
    given = [run.settings.get(name) for run in runs]
    there = [value for value in given if value is not None]
    if len(set(there)) < 2:
        return
    if all(isinstance(value, int | float) for value in there):
        values = np.array([math.nan if value is None else float(value) for value in given])
        yield SettingColumn(setting=name, log=_counts_factors(one, values), values=values)
        return
    words = list(dict.fromkeys(str(value) for value in there))
    if isinstance(one, Choice):
        order = {label: place for place, label in enumerate(one.labels)}
        words.sort(key=lambda word: order.get(word, len(order)))
    for word in words if len(words) > 2 else words[1:]:
        told = [math.nan if value is None else float(str(value) == word) for value in given]
        yield SettingColumn(setting=name, category=word, values=np.array(told))


def _counts_factors(one: Open | None, values: Float64[np.ndarray, "runs"]) -> bool:
    """Tell whether the space counts factors, or lists values that nothing else can compare."""
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    if least <= 0:
        return False
    if isinstance(one, Choice):
        return most / least >= _MANY_TIMES and len(np.unique(values)) > 2
    return bool(getattr(one, "log", False))


def groups_of_settings(runs: Sequence[SweepRun]) -> list[list[int]]:
    """Return the places of runs that differ in nothing but their seed, group by group."""
    places: dict[tuple[tuple[str, object], ...], list[int]] = {}
    for place, run in enumerate(runs):
        places.setdefault(tuple(sorted(run.settings.items())), []).append(place)
    return list(places.values())
