"""Sweeps in the gallery: what is kept of one, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from atomarium.core.uncertain import with_spread
from atomarium.study.sweep.runs import Sweep, SweepRun, read_sweep
from atomarium.study.sweep.statistics import correlations

#: Shown beside what the sweep makes small or large.
_SHOWN = ("val_mae", "cpu_seconds")
_MOST_SETTINGS = 5


def kept_of_sweep(folder: Path) -> dict[str, Any]:
    """Return what is kept of a sweep: its best settings and what its metric goes with.

    Args:
        folder: Of its runs.
    """
    sweep = read_sweep(folder)
    finished = [run for run in sweep.runs if run.state == "finished"]
    named = dict.fromkeys([*sweep.metrics, *_SHOWN])
    metrics = [name for name in named if all(name in run.metrics for run in finished)]
    groups: dict[str, list[SweepRun]] = {}
    for run in finished:
        groups.setdefault(json.dumps(run.settings, sort_keys=True), []).append(run)
    sign = 1 if sweep.goals[0] == "minimize" else -1
    best = sorted(
        groups.values(), key=lambda runs: sign * mean(run.metrics[metrics[0]] for run in runs)
    )
    one = next(iter(sorted(folder.glob("sweep/runs/*/result.json"))))
    about = json.loads(one.read_text(encoding="utf-8"))
    return {
        "study": sweep.study.spec.name,
        "measured": str(date.fromtimestamp(max(run.ended or 0.0 for run in finished))),  # noqa: DTZ012
        "machine": about["machine"]["processor"],
        "torch": about["versions"].get("torch", ""),
        "cpu_seconds": round(sum(run.metrics.get("cpu_seconds", 0.0) for run in finished)),
        "runs": len(sweep.runs),
        "finished": len(finished),
        "metrics": metrics,
        "unit": next(iter(sweep.study.spec.targets.values())).unit or "",
        "best": [_kept_group(runs, metrics) for runs in best[:_MOST_SETTINGS]],
        "correlations": _kept_correlations(sweep),
    }


def _kept_group(runs: Sequence[SweepRun], metrics: Sequence[str]) -> dict[str, Any]:
    values = {name: [run.metrics[name] for run in runs] for name in metrics}
    return {
        "settings": {name: _short(value) for name, value in runs[0].settings.items()},
        "seeds": len(runs),
        "mean": {name: _short(mean(one)) for name, one in values.items()},
        "spread": {
            name: _short(stdev(one)) if len(one) > 1 else None for name, one in values.items()
        },
    }


def _kept_correlations(sweep: Sweep) -> dict[str, list[float]]:
    return {
        " = ".join(filter(None, (one.setting, one.category))): [
            round(number, 2) for number in (one.value, one.low, one.high)
        ]
        for one in correlations(sweep, sweep.metrics[0])
        if one.kind == "pearson"
        and one.value is not None
        and one.low is not None
        and one.high is not None
    }


def best_of(numbers: dict[str, Any]) -> tuple[str, str]:
    """Return the best settings, and what they reach.

    Args:
        numbers: What was kept.
    """
    best, metric = numbers["best"][0], numbers["metrics"][0]
    settings = ", ".join(f"{name} = {value}" for name, value in best["settings"].items())
    return settings, f"{metric}: {_told(best, metric)}, best of {numbers['finished']} runs"


def tables_of(numbers: dict[str, Any]) -> list[str]:
    """Return tables, as Markdown: the best settings, and correlations.

    Args:
        numbers: What was kept.
    """
    names = list(dict.fromkeys(name for one in numbers["best"] for name in one["settings"]))
    rows = [
        [
            *(str(one["settings"].get(name, "–")) for name in names),
            str(one["seeds"]),
            *(_told(one, metric) for metric in numbers["metrics"]),
        ]
        for one in numbers["best"]
    ]
    heads = [*names, "seeds", *(_head(name, numbers["unit"]) for name in numbers["metrics"])]
    tables = [_table(heads, rows)]
    if numbers["correlations"]:
        title = f"Pearson's r with {numbers['metrics'][0].replace('_', ' ')} (90 % interval)"
        cells = [
            [name, f"{value:+.2f} [{low:+.2f}, {high:+.2f}]".replace("-", "−")]
            for name, (value, low, high) in numbers["correlations"].items()
        ]
        tables.append(_table(["setting", title], cells))
    return tables


def judged_of(numbers: dict[str, Any]) -> str:
    """Return what the numbers were measured on.

    Args:
        numbers: What was kept.
    """
    many = any(one["seeds"] > 1 for one in numbers["best"])
    seeds = "; ± is the standard deviation of seeds" if many else ""
    return (
        f"validation part; {numbers['finished']} of {numbers['runs']} runs came to their end{seeds}"
    )


def _head(metric: str, unit: str) -> str:
    words = metric.replace("_", " ").replace("mae", "MAE")
    return f"{words}, {unit}" if "MAE" in words and unit else words


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _told(one: dict[str, Any], metric: str) -> str:
    value, spread = one["mean"][metric], one["spread"][metric]
    return with_spread(value, spread) if spread else f"{value:.3g}"


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
