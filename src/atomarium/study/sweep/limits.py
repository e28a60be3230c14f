"""When a worker takes no more runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from atomarium.experiment.sweep_spec import SweepSpec
from atomarium.study.sweep.ledger import Attempt, Ledger

#: What somebody asks of a worker: to go on, to start no run for now, to end after the run that it
#: has, or to end at once; the run is then taken again from its last checkpoint.
Wish = Literal["go", "pause", "stop", "cancel"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one worker may do; what the whole sweep may do stands in its study file.

    Args:
        runs: The most runs that it takes; None for no limit.
        seconds: It starts none so many seconds after it began; 0 for no limit.
        stays: Whether it waits while others have runs, to take those of lost workers.
        wish: Asked before each run and after each epoch.
    """

    runs: int | None = None
    seconds: float = 0.0
    stays: bool = True
    wish: Callable[[], Wish] = lambda: "go"


def why_over(sweep: SweepSpec, ledger: Ledger) -> str:
    """Return why a sweep starts no more runs though it may have some left; empty where it does.

    Args:
        sweep: Its time and its target.
        ledger: Its runs.
    """
    if sweep.target is not None and _is_reached(sweep, ledger.ended):
        return f"{sweep.metrics[0]} has reached the target, {sweep.target:g}"
    if sweep.seconds and active_seconds(ledger) >= sweep.seconds:
        return f"the sweep has had its {sweep.seconds:g} seconds"
    return ""


def _is_reached(sweep: SweepSpec, ended: Sequence[Attempt]) -> bool:
    assert sweep.target is not None
    sign = 1.0 if sweep.goals[0] == "minimize" else -1.0
    values = (one.trial.values[0] for one in ended if one.state == "complete")
    return any(sign * value <= sign * sweep.target for value in values)


def active_seconds(ledger: Ledger) -> float:
    """Return how long runs were being worked on, however many at a time."""
    spans: list[tuple[float, float]] = []
    for attempts in ledger.attempts.values():
        for one in attempts:
            begun, done = one.trial.datetime_start, one.trial.datetime_complete
            if begun is not None and done is not None:
                spans.append((begun.timestamp(), done.timestamp()))
    total, latest = 0.0, float("-inf")
    for begun, done in sorted(spans):
        total += max(0.0, done - max(begun, latest))
        latest = max(latest, done)
    return total
