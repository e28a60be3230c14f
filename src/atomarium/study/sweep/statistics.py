"""What the settings of a sweep have to do with its results: signed, and with intervals.

Intervals come from drawing settings anew with replacement, all runs of one setting together, so
that seeds of the same setting do not count as new evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float64
from scipy import stats

from atomarium.study.sweep.resampled import linear, of_ranks, partial
from atomarium.study.sweep.runs import Sweep, SweepRun
from atomarium.study.sweep.setting_columns import (
    SettingColumn,
    groups_of_settings,
    metric_column,
    scored_runs,
    setting_columns,
)
from atomarium.study.sweep.setting_units import unit_of_metric, unit_of_setting

Kind = Literal["pearson", "spearman", "partial"]
KINDS: tuple[Kind, ...] = ("pearson", "spearman", "partial")
#: Fewer say nothing about a correlation.
_LEAST_RUNS = 4
_MOST_RESAMPLES = 2000
#: Resamples times runs that are looked at, so that 10,000 runs take seconds.
_MOST_DRAWN = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """How a metric goes with a setting, from −1 to 1.

    Args:
        kind: Linear (`pearson`), of ranks (`spearman`), or linear with all other settings that
            apply to the same runs held fixed (`partial`).
        setting: Name of the setting.
        category: Of settings that are words, the one told from all others.
        log: Whether the logarithm of the setting was taken, as its range says.
        value: The correlation; None where it cannot be told from those of other settings.
        low: Lower end of the interval; None where it cannot be told.
        high: Upper end.
        level: Share of intervals that hold the truth.
        n: Number of runs.
    """

    kind: Kind
    setting: str
    category: str | None
    log: bool
    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int


def correlations(
    sweep: Sweep, metric: str, *, level: float = 0.9, seed: int = 0
) -> tuple[Correlation, ...]:
    """Return the three correlations of a metric with every setting that differs between runs.

    Source: B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), sec. 13.3
        (percentile intervals); partial correlations from the inverse of the covariance, J.
        Whittaker, Graphical Models in Applied Multivariate Statistics (1990), sec. 5.8.

    Args:
        sweep: Its finished runs count.
        metric: `val_loss`, `seconds` …
        level: Share of intervals that shall hold the truth, between 0 and 1.
        seed: Of the resampling.

    Raises:
        InputError: no run reports the metric.
    """
    runs = scored_runs(sweep, metric)
    columns = setting_columns(runs, sweep.opened)
    found: dict[tuple[str, Kind], Correlation] = {}
    for applies, together in _by_runs(columns):
        some = [run for run, kept in zip(runs, applies, strict=True) if kept]
        mine = [column for column in together if np.ptp(column.values[applies]) > 0]
        if len(some) >= _LEAST_RUNS and mine:
            # Settings that apply to these and to other runs are held fixed as well.
            others = [one for one in columns if _varies(one.values[applies])]
            for one in _of_columns(some, metric, mine, others, applies, level=level, seed=seed):
                found[_name(one), one.kind] = one
    return tuple(
        found[column.name, kind]
        for column in columns
        for kind in KINDS
        if (column.name, kind) in found
    )


@dataclass(frozen=True, kw_only=True)
class Regression:
    """A straight line through a metric against a setting.

    Args:
        setting: Name of the setting.
        metric: Name of the metric.
        slope: In `unit`.
        slope_error: Standard error of the slope, likewise.
        unit: What the slope is in, as in "eV per epoch" or "eV per decade of learning_rate".
        intercept: Where the line meets 0 of the setting, or 1 of it where `log`.
        r: Pearson's correlation.
        r2: Share of the variance that the line explains.
        p: How often runs without any relation would show one at least as strong (t-test, two-sided).
        n: Number of runs.
        log: Whether the line is through the decimal logarithm of the setting.
    """

    setting: str
    metric: str
    slope: float
    slope_error: float
    unit: str
    intercept: float
    r: float
    r2: float
    p: float
    n: int
    log: bool


def regression(sweep: Sweep, metric: str, setting: str) -> Regression | None:
    """Return the line of least squares; None where words, equal values or few runs allow none.

    Args:
        sweep: Its finished runs count.
        metric: `val_loss`, `seconds` …
        setting: Name of a setting whose values are numbers.

    Raises:
        InputError: no run reports the metric.
    """
    runs = scored_runs(sweep, metric)
    columns = setting_columns(runs, sweep.opened)
    column = next((one for one in columns if one.name == setting), None)
    if column is None:
        return None
    applies = np.isfinite(column.values)
    x, y = column.scaled[applies], metric_column(runs, metric)[applies]
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    line: Any = stats.linregress(x, y)
    r = float(line.rvalue) if np.ptp(y) > 0 else 0.0
    short = setting.rpartition(".")[2]
    per = f"decade of {short}" if column.log else unit_of_setting(setting)
    return Regression(
        setting=setting,
        metric=metric,
        slope=float(line.slope),
        slope_error=float(line.stderr),
        unit=f"{unit_of_metric(sweep, metric)} per {per}".strip(),
        intercept=float(line.intercept),
        r=r,
        r2=r * r,
        p=float(line.pvalue) if np.ptp(y) > 0 else 1.0,
        n=len(x),
        log=column.log,
    )


def _name(one: Correlation) -> str:
    return one.setting if one.category is None else f"{one.setting} = {one.category}"


def _by_runs(
    columns: Sequence[SettingColumn],
) -> list[tuple[Bool[np.ndarray, "runs"], list[SettingColumn]]]:
    """Return the columns that apply to the same runs together, with these runs."""
    groups: dict[bytes, tuple[np.ndarray, list[SettingColumn]]] = {}
    for column in columns:
        applies = np.isfinite(column.values)
        groups.setdefault(applies.tobytes(), (applies, []))[1].append(column)
    return list(groups.values())


def _resamples(runs: Sequence[SweepRun], seed: int) -> Float64[np.ndarray, "samples runs"]:
    """Return how often each run is in each of many samples of settings."""
    groups = groups_of_settings(runs)
    n_resamples = min(_MOST_RESAMPLES, max(200, _MOST_DRAWN // len(runs)))
    rng = np.random.default_rng(seed)
    n = len(groups)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)
    group_of_run = np.empty(len(runs), dtype=np.int64)
    for number, places in enumerate(groups):
        group_of_run[places] = number
    return drawn[:, group_of_run]


def _varies(values: Float64[np.ndarray, "runs"]) -> bool:
    return bool(np.isfinite(values).all() and np.ptp(values) > 0)


def _of_columns(  # noqa: PLR0913 - one place, called once
    runs: Sequence[SweepRun],
    metric: str,
    columns: Sequence[SettingColumn],
    others: Sequence[SettingColumn],
    applies: Bool[np.ndarray, "all_runs"],
    *,
    level: float,
    seed: int,
) -> Iterator[Correlation]:
    y = metric_column(runs, metric)
    rows = [column.scaled[applies] for column in columns]
    # Of a setting that is words, what tells it from the rest is not held fixed by the other words.
    fixed = [
        [one.scaled[applies] for one in others if one.setting != column.setting]
        for column in columns
    ]
    once, drawn = np.ones((1, len(runs))), _resamples(runs, seed)
    for kind in KINDS:
        if kind == "partial":
            value, sampled = (partial(y, rows, fixed, weights) for weights in (once, drawn))
        else:
            measure = linear if kind == "pearson" else of_ranks
            value, sampled = (measure(y, rows, weights) for weights in (once, drawn))
        for k, column in enumerate(columns):
            low, high = _ends(sampled[:, k], level) if np.isfinite(value[0, k]) else (None, None)
            yield Correlation(
                kind=kind,
                setting=column.setting,
                category=column.category,
                log=column.log,
                value=float(value[0, k]) if np.isfinite(value[0, k]) else None,
                low=low,
                high=high,
                level=level,
                n=len(runs),
            )


def _ends(
    sampled: Float64[np.ndarray, "samples"], level: float
) -> tuple[float, float] | tuple[None, None]:
    """Return both ends of an interval; None where most samples tell nothing."""
    told = sampled[np.isfinite(sampled)]
    if len(told) <= len(sampled) // 2:
        return None, None
    low, high = np.quantile(told, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
