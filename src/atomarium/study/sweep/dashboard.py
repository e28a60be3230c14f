"""The dashboard of a sweep: gather what it shows, write it as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atomarium.explore.packed import pack
from atomarium.explore.page import write_page
from atomarium.study.sweep.dashboard_columns import (
    curve_columns,
    metric_entries,
    run_columns,
    setting_entries,
)
from atomarium.study.sweep.dashboard_predictions import prediction_entries
from atomarium.study.sweep.notes import Notes, read_notes
from atomarium.study.sweep.runs import Sweep, SweepRun, read_sweep

FORMAT, VERSION = "atomarium-sweep", 1
#: Runs whose predictions go into the page: the best, and those with a star.
_PREDICTED = 24
_PAGE = "report.html"


def write_dashboard(folder: Path | str) -> Path:
    """Write report.html of a sweep, one file that needs nothing else, and return its path.

    Args:
        folder: The run folder of the sweep.

    Raises:
        InputError: the folder holds no sweep, or its notes are damaged.
    """
    folder = Path(folder)
    sweep = read_sweep(folder)
    path = folder / _PAGE
    packed = pack_dashboard(sweep, read_notes(folder))
    write_page(path, packed, title=sweep.study.spec.name)
    return path


def pack_dashboard(sweep: Sweep, notes: Notes) -> bytes:
    """Return what the page of a sweep shows, as bytes."""
    return pack(dashboard_payload(sweep, notes), planes=True)


def dashboard_payload(sweep: Sweep, notes: Notes) -> dict[str, Any]:
    """Return what the page of a sweep shows."""
    runs, unit = sweep.runs, _target(sweep)[1]
    return {
        "format": FORMAT,
        "version": VERSION,
        "study": _study(sweep),
        "settings": setting_entries(sweep),
        "metrics": metric_entries(sweep, unit=unit),
        "runs": run_columns(runs),
        "curves": curve_columns(runs, sweep.curves(run.number for run in runs), unit=unit),
        "predictions": prediction_entries(sweep.folder, _predicted(sweep, notes), _target(sweep)),
        "importance": _importance(sweep),
        "advice": _advice(sweep),
        "notes": {"stars": list(notes.stars), "runs": notes.runs, "texts": notes.texts},
    }


def _study(sweep: Sweep) -> dict[str, Any]:
    spec = sweep.study.spec
    assert spec.sweep is not None  # reading a sweep has seen to it
    train = spec.split.train
    return {
        "name": spec.name,
        "description": spec.description.strip(),
        "status": _status(sweep.runs, spec.sweep.runs),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "method": spec.sweep.method,
        "planned": spec.sweep.runs or None,
        "n_train": train[0] if train else None,
        "data": spec.data.source,
        "target": _target(sweep)[0],
        "toml": sweep.study.text,
        "command": "atomarium run study.toml",
    }


def _status(runs: Sequence[SweepRun], planned: int) -> str:
    if any(run.state == "running" for run in runs):
        return "running"
    ended = sum(run.state != "stopped" for run in runs)
    return "stopped" if planned and ended < planned else "finished"


def _target(sweep: Sweep) -> tuple[str, str]:
    """Return the first target's name and unit."""
    name, target = next(iter(sweep.study.spec.targets.items()))
    return name, target.unit or ""


def _predicted(sweep: Sweep, notes: Notes) -> list[int]:
    """Return the numbers of the runs whose predictions are shown."""
    metric, sign = sweep.metrics[0], -1 if sweep.goals[0] == "maximize" else 1
    finished = [run for run in sweep.runs if run.state == "finished" and metric in run.metrics]
    finished.sort(key=lambda run: sign * run.metrics[metric])
    best = [run.number for run in finished[:_PREDICTED]]
    return list(dict.fromkeys([*best, *notes.stars]))


def _importance(sweep: Sweep) -> Mapping[str, dict[str, Any]]:
    return {}


def _advice(sweep: Sweep) -> list[dict[str, str]]:
    return []
