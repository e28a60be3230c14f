"""What the settings of a sweep have to do with its results: signed, and with intervals.

Intervals come from drawing settings anew with replacement, all runs of one setting together, so
that seeds of the same setting do not count as new evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64
from scipy import stats

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
#: Below this share of its own variance a column is told by the others, up to rounding.
_NOTHING_LEFT = 1e-10

Columns = Float64[np.ndarray, "columns runs"]
Weights = Float64[np.ndarray, "resamples runs"]


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
    found: list[Correlation] = []
    for applies, together in _by_runs(columns):
        some = [run for run, kept in zip(runs, applies, strict=True) if kept]
        if len(some) < _LEAST_RUNS:
            continue
        rows = [column.scaled[applies] for column in together]
        chosen = [k for k, row in enumerate(rows) if np.ptp(row) > 0]
        # Settings that apply to these and to other runs are held fixed as well.
        wider = [
            column.scaled[applies]
            for column in columns
            if column not in together and np.isfinite(column.scaled[applies]).all()
        ]
        mine = [together[k] for k in chosen]
        data = np.array(
            [
                metric_column(some, metric),
                *(rows[k] for k in chosen),
                *(row for row in wider if np.ptp(row) > 0),
            ]
        )
        found += _of_rows(data, mine, _resamples(some, seed), level)
    order = {column.name: place for place, column in enumerate(columns)}
    return tuple(sorted(found, key=lambda one: order[_name(one)]))


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
    line = stats.linregress(x, y)
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


def _resamples(runs: Sequence[SweepRun], seed: int) -> Weights:
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


def _of_rows(
    data: Columns, columns: Sequence[SettingColumn], weights: Weights, level: float
) -> list[Correlation]:
    """Return the correlations of the first row with those of the columns, which follow it."""
    once = np.ones((1, data.shape[1]))
    found: list[Correlation] = []
    for kind in KINDS:
        measure = {"pearson": _linear, "spearman": _of_ranks, "partial": _partial}[kind]
        values = measure(data, len(columns), once)[0]
        drawn = measure(data, len(columns), weights)
        for k, column in enumerate(columns):
            usable = drawn[np.isfinite(drawn[:, k]), k]
            told = bool(np.isfinite(values[k])) and len(usable) > len(drawn) // 2
            ends = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2]) if told else None
            found.append(
                Correlation(
                    kind=kind,
                    setting=column.setting,
                    category=column.category,
                    log=column.log,
                    value=float(values[k]) if np.isfinite(values[k]) else None,
                    low=None if ends is None else float(ends[0]),
                    high=None if ends is None else float(ends[1]),
                    level=level,
                    n=data.shape[1],
                )
            )
    return found


def _linear(
    data: Columns, n_columns: int, weights: Weights
) -> Float64[np.ndarray, "resamples columns"]:
    found = np.full((len(weights), n_columns), np.nan)
    for k in range(n_columns):
        found[:, k] = _correlation(data[:1], data[k + 1 : k + 2], weights)
    return found


def _of_ranks(
    data: Columns, n_columns: int, weights: Weights
) -> Float64[np.ndarray, "resamples columns"]:
    found = np.full((len(weights), n_columns), np.nan)
    ranks = _ranks(data[0], weights)
    for k in range(n_columns):
        found[:, k] = _correlation(ranks, _ranks(data[k + 1], weights), weights)
    return found


def _correlation(
    a: Float64[np.ndarray, "_ runs"], b: Float64[np.ndarray, "_ runs"], weights: Weights
) -> Float64[np.ndarray, "resamples"]:
    """Return the weighted correlation of rows, NaN where one of them does not vary."""
    total = weights.sum(axis=1, keepdims=True)
    a = a - (weights * a).sum(axis=1, keepdims=True) / total
    b = b - (weights * b).sum(axis=1, keepdims=True) / total
    together = (weights * a * b).sum(axis=1)
    alone = (weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(alone > 0, np.clip(together / np.sqrt(alone), -1, 1), np.nan)


def _ranks(
    row: Float64[np.ndarray, "runs"], weights: Weights
) -> Float64[np.ndarray, "resamples runs"]:
    """Return the mean rank of each run in samples that hold runs several times or not at all."""
    values, place = np.unique(row, return_inverse=True)
    held = np.zeros((len(weights), len(values)))
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(values)))
    held = np.add.reduceat(weights[:, order], starts, axis=1)
    return (np.cumsum(held, axis=1) - held + (held + 1) / 2)[:, place]


def _partial(
    data: Columns, n_columns: int, weights: Weights
) -> Float64[np.ndarray, "resamples columns"]:
    """Return correlations of the first row with the next, all others held fixed."""
    total = weights.sum(axis=1)
    means = weights @ data.T / total[:, None]
    spread = data.std(axis=1)
    scaled = data / np.where(spread > 0, spread, 1)[:, None]
    centers = means / np.where(spread > 0, spread, 1)
    second = np.einsum("bi,ci,di->bcd", weights, scaled, scaled, optimize=True)
    covariance = second / total[:, None, None] - centers[:, :, None] * centers[:, None, :]
    found = np.full((len(weights), n_columns), np.nan)
    for number, matrix in enumerate(covariance):
        found[number] = _partial_of(matrix, n_columns)
    return found


def _partial_of(
    covariance: Float64[np.ndarray, "rows rows"], n_columns: int
) -> Float64[np.ndarray, "columns"]:
    values, vectors = np.linalg.eigh(covariance)
    if values[0] <= _NOTHING_LEFT * values[-1]:
        return _partial_of_dependent(covariance, n_columns)
    inverse = (vectors / values) @ vectors.T
    diagonal = np.diag(inverse)
    return -inverse[0, 1 : n_columns + 1] / np.sqrt(diagonal[0] * diagonal[1 : n_columns + 1])
