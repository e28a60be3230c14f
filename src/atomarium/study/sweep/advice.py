"""What a good adviser would say about a sweep: what to doubt, with numbers, and what to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from jaxtyping import Float64

from atomarium.study.sweep.confounding import association
from atomarium.study.sweep.edges import edge_of
from atomarium.study.sweep.leveling import still_falling
from atomarium.study.sweep.runs import Sweep, SweepRun
from atomarium.study.sweep.setting_columns import (
    groups_of_settings,
    metric_column,
    scored_runs,
    setting_columns,
)
from atomarium.study.sweep.setting_units import is_cost
from atomarium.study.sweep.statistics import correlations

AdviceKind = Literal["one-seed", "edge", "epochs", "confounded", "seed-spread"]
#: Fewer runs are a look, not a sweep.
_LEAST_RUNS = 5
#: More seeds of one setting nobody trains.
_MOST_SEEDS = 100
#: Methods that look more where results are good, so that settings go together by their doing.
_CHASING = frozenset({"tpe", "gp", "cma-es"})


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One thing to doubt.

    Args:
        kind: Which of the five.
        metric: The metric that it is about.
        settings: Names of the settings that it is about; none when it is about all.
        message: What was found, with numbers.
        action: What to do.
    """

    kind: AdviceKind
    metric: str
    settings: tuple[str, ...]
    message: str
    action: str


def advise(sweep: Sweep, metric: str | None = None) -> tuple[Advice, ...]:
    """Return all that is to be doubted in a sweep as far as it has come.

    Args:
        sweep: Its finished runs count.
        metric: What is judged; each metric of the study when left out. Costs are not: that less of
            everything is cheaper is no discovery.

    Raises:
        InputError: no run reports the metric.
    """
    found: list[Advice] = []
    goals = dict(zip(sweep.metrics, sweep.goals, strict=True))
    for name in (metric,) if metric is not None else sweep.metrics:
        runs = scored_runs(sweep, name)
        if len(runs) < _LEAST_RUNS or is_cost(name):
            continue
        sign = -1.0 if goals.get(name) == "maximize" else 1.0
        for rule in _RULES:
            found += rule(sweep, name, runs, sign * metric_column(runs, name))
    # Some do not depend on the metric: once is enough.
    return tuple({(one.kind, one.message): one for one in found}.values())


def _one_seed(
    sweep: Sweep, metric: str, runs: Sequence[SweepRun], losses: Float64[np.ndarray, "runs"]
) -> Iterator[Advice]:
    """Correlation from points that were drawn at random, with one seed each."""
    del losses
    method = sweep.study.spec.sweep.method if sweep.study.spec.sweep else "random"
    groups = groups_of_settings(runs)
    if method == "grid" or len(groups) < len(runs):
        return
    known = [
        one
        for one in correlations(sweep, metric)
        if one.kind == "partial" and one.low is not None and one.high is not None
    ]
    unsure = [one for one in known if one.low < 0 < one.high]  # type: ignore[operator]
    names = ", ".join(dict.fromkeys(one.setting for one in unsure))
    more = f"; the 90 % intervals of {names} hold 0" if names else ""
    chased = (
        f" {method} looks more often where results are good, which bends correlations as well."
        if method in _CHASING
        else ""
    )
    yield Advice(
        kind="one-seed",
        metric=metric,
        settings=tuple(dict.fromkeys(one.setting for one in unsure)),
        message=(
            f"Correlations with {metric} come from {len(runs)} settings drawn by method "
            f"{method}, each trained with one seed: what a setting does and what chance does "
            f"cannot be told apart in any single point{more}.{chased}"
        ),
        action=(
            "Read the sign and the interval, not the size; set repeats = 3 to train every setting "
            "with three seeds, or vary the one setting that matters alone in a grid."
        ),
    )


def _edge(
    sweep: Sweep, metric: str, runs: Sequence[SweepRun], losses: Float64[np.ndarray, "runs"]
) -> Iterator[Advice]:
    """The best value sits on the edge of what was allowed."""
    best = runs[int(np.argmin(losses))]
    for name, value in best.settings.items():
        edge = edge_of(sweep.opened.get(name), value)
        if edge is None:
            continue
        given = f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}"
        yield Advice(
            kind="edge",
            metric=metric,
            settings=(name,),
            message=(
                f"The best run, number {best.number} with {metric} = "
                f"{best.metrics[metric]:.4g}, has {given}, at the {edge.side} end of "
                f"{edge.low:g} … {edge.high:g}: the best value may lie beyond it."
            ),
            action=f"Widen {name} {edge.beyond} and run the sweep again with this one as prior.",
        )


def _epochs(
    sweep: Sweep, metric: str, runs: Sequence[SweepRun], losses: Float64[np.ndarray, "runs"]
) -> Iterator[Advice]:
    """Epochs are too few for the large batches to level off."""
    del losses
    found = still_falling(sweep, runs)
    if found is None:
        return
    yield Advice(
        kind="epochs",
        metric=metric,
        settings=(found.setting,),
        message=(
            f"Runs with {found.setting} of {found.border:g} and more were still falling when they "
            f"ended: over the last third of their epochs the validation loss fell by "
            f"{found.large:.0%} (median of {found.n_large} runs), with smaller batches by "
            f"{found.small:.0%} ({found.n_small} runs). Large batches make fewer steps per epoch, "
            f"so that what looks like an effect of the batch size is one of too few steps."
        ),
        action=(
            f"Give these runs more epochs, about {found.factor:.1f} times as many to make as many "
            f"steps, or compare at equal steps instead of equal epochs."
        ),
    )


def _confounded(
    sweep: Sweep, metric: str, runs: Sequence[SweepRun], losses: Float64[np.ndarray, "runs"]
) -> Iterator[Advice]:
    """Settings that went together, so that neither can be held responsible."""
    del losses
    columns: dict[str, list[Float64[np.ndarray, "runs"]]] = {}
    for column in setting_columns(runs, sweep.opened):
        columns.setdefault(column.setting, []).append(column.values)
    for one, other in combinations(columns, 2):
        found = association(np.array(columns[one]), np.array(columns[other]))
        if found is None:
            continue
        yield Advice(
            kind="confounded",
            metric=metric,
            settings=(one, other),
            message=(
                f"{one} and {other} went together in these runs (rank correlation "
                f"{found.value:.2f} over {found.n} runs, by chance below {found.chance:.2f}): "
                f"what one does to {metric} cannot be told from what the other does."
            ),
            action=(
                "Hold one of them fixed and vary the other, or draw both independently, which "
                "method random or quasi-random does; until then read only their partial "
                "correlations, whose intervals are wide for this reason."
            ),
        )


def _seed_spread(
    sweep: Sweep, metric: str, runs: Sequence[SweepRun], losses: Float64[np.ndarray, "runs"]
) -> Iterator[Advice]:
    """Seeds of one setting differ more than the best settings do."""
    del sweep
    groups = [places for places in groups_of_settings(runs) if len(places) > 1]
    if len(groups) < 2:
        return
    means = np.array([losses[places].mean() for places in groups])
    # The median, as settings that diverge scatter by more than all others together.
    spread = float(np.median([losses[places].std(ddof=1) for places in groups]))
    first, second = np.argsort(means)[:2]
    difference = float(means[second] - means[first])
    n_seeds = min(len(groups[first]), len(groups[second]))
    # Two standard errors of the difference of two means.
    if difference >= spread * max(1.0, 2 * math.sqrt(2 / n_seeds)):
        return
    # Two means of n seeds each differ by two standard errors when n = 2 (2 spread / difference)².
    needed = math.ceil(8 * (spread / difference) ** 2) if difference > 0 else _MOST_SEEDS + 1
    enough = (
        f"to tell them apart takes about {needed} seeds each"
        if needed <= _MOST_SEEDS
        else f"not even {_MOST_SEEDS} seeds each would tell them apart"
    )
    winner, runner_up = (runs[groups[place][0]] for place in (int(first), int(second)))
    yield Advice(
        kind="seed-spread",
        metric=metric,
        settings=(),
        message=(
            f"The two best settings, of runs {winner.number} and {runner_up.number}, differ by "
            f"{difference:.3g} in {metric} on average, while seeds of one setting scatter by "
            f"{spread:.3g} (standard deviation, the median of {len(groups)} settings of "
            f"{min(map(len, groups))} or more seeds): which of them is better is not known."
        ),
        action=(f"Take the cheaper of the two, or train both with more seeds; {enough}."),
    )


_Rule = Callable[[Sweep, str, Sequence[SweepRun], Float64[np.ndarray, "runs"]], Iterator[Advice]]
_RULES: tuple[_Rule, ...] = (_one_seed, _edge, _epochs, _confounded, _seed_spread)
