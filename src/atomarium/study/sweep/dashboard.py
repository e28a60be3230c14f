"""The dashboard of a sweep: gather what it shows, write it as one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atomarium.explore.packed import pack
from atomarium.explore.page import write_page
from atomarium.study.sweep.advice import advise
from atomarium.study.sweep.dashboard_columns import (
    curve_columns,
    metric_entries,
    run_columns,
    setting_entries,
)
from atomarium.study.sweep.dashboard_predictions import prediction_entries
from atomarium.study.sweep.importance import importance
from atomarium.study.sweep.notes import Notes, read_notes
from atomarium.study.sweep.runs import Sweep, SweepRun, read_sweep

FORMAT, VERSION = "atomarium-sweep", 1
#: Runs whose predictions go into the page: the best, and those with a star.
_PREDICTED = 24
_PAGE = "report.html"


def write_dashboard(folder: Path | str, path: Path | None = None) -> Path:
    """Write the page of a sweep, one file that needs nothing else, and return its path.

    Args:
        folder: The run folder of the sweep.
        path: The HTML file; `report.html` in the folder when left out.

    Raises:
        InputError: the folder holds no sweep, or its notes are damaged.
    """
    folder = Path(folder)
    sweep = read_sweep(folder)
    path = folder / _PAGE if path is None else path
    packed = pack_dashboard(sweep, read_notes(folder))
    write_page(path, packed, title=sweep.study.spec.name)
    return path


def pack_dashboard(sweep: Sweep, notes: Notes, *, whole: bool = True) -> bytes:
    """Return what the page of a sweep shows, as bytes.

    Args:
        sweep: As far as it has come.
        notes: Of its readers.
        whole: Whether details are among them, which take most of the time.
    """
    payload = dashboard_payload(sweep, notes)
    return pack({**payload, "details": details(sweep, notes)} if whole else payload, planes=True)


def pack_details(sweep: Sweep, notes: Notes) -> bytes:
    """Return the details alone, as bytes."""
    content = {"format": FORMAT, "version": VERSION, "details": details(sweep, notes)}
    return pack(content, planes=True)


def dashboard_payload(sweep: Sweep, notes: Notes) -> dict[str, Any]:
    """Return what the page of a sweep shows, but for details."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "study": _study(sweep),
        "settings": setting_entries(sweep),
        "metrics": metric_entries(sweep),
        "runs": run_columns(sweep.runs),
        "details": None,
        "notes": {"stars": list(notes.stars), "runs": notes.runs, "texts": notes.texts},
    }


def details(sweep: Sweep, notes: Notes) -> dict[str, Any]:
    """Return what takes longer to gather: curves, predictions, importance, advice."""
    return {
        "curves": curve_columns(sweep),
        "predictions": prediction_entries(sweep.folder, _predicted(sweep, notes), target_of(sweep)),
        "importance": _importance(sweep),
        "advice": _advice(sweep),
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
        "target": target_of(sweep)[0],
        "toml": sweep.study.text,
        "command": "atomarium run study.toml",
    }


def _status(runs: Sequence[SweepRun], planned: int) -> str:
    if any(run.state == "running" for run in runs):
        return "running"
    ended = sum(run.state not in ("stopped", "lost") for run in runs)
    return "stopped" if planned and ended < planned else "finished"


def target_of(sweep: Sweep) -> tuple[str, str]:
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


def _importance(sweep: Sweep) -> dict[str, dict[str, Any]]:
    """Return which settings decide about each metric that decides."""
    shares = {name: _shares(sweep, name) for name in sweep.metrics}
    return {
        name: {"method": "PED-ANOVA", "values": values} for name, values in shares.items() if values
    }


def _shares(sweep: Sweep, metric: str) -> dict[str, float]:
    return importance(sweep, metric) if _is_reported(sweep, metric) else {}


def _is_reported(sweep: Sweep, metric: str) -> bool:
    return any(run.state == "finished" and metric in run.metrics for run in sweep.runs)


def _advice(sweep: Sweep) -> list[dict[str, str]]:
    return [
        {"severity": "warning", "text": one.message, "advice": one.action}
        for metric in sweep.metrics
        if _is_reported(sweep, metric)
        for one in advise(sweep, metric)
    ]
