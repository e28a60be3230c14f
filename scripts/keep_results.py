"""Keep the numbers of a finished study for the gallery of the documentation.

`python scripts/keep_results.py RUN_FOLDER [--note "…"]` writes docs/gallery/NAME.yaml: learning
curves and costs, rounded, and where they were measured. Pages and pictures are made of these files
alone, so that a number is written once. Of a sweep the best settings are kept.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from sweep_results import kept_of_sweep

from atomarium.study.sweep.runs import sweep_in

_ROOT = Path(__file__).resolve().parents[1]
_SCORES = ("force_mae", "accuracy", "precision", "recall", "f1", "auc")


def main() -> None:
    """Read a run folder and write what the gallery shows of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--note", default="", help="what a reader must know about the numbers")
    given = parser.parse_args()
    kept = kept_of(given.run, note=given.note)
    goal = _ROOT / "docs" / "gallery" / f"{kept['study']}.yaml"
    text: str = yaml.safe_dump(
        kept, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )
    goal.write_text(text, encoding="utf-8")
    print(goal.relative_to(_ROOT))


def kept_of(run: Path, *, note: str = "") -> dict[str, Any]:
    """Return what is kept of a run folder.

    Args:
        run: Folder of a finished study.
        note: What a reader must know about the numbers.
    """
    if sweep_in(run):
        kept = {**kept_of_sweep(run), "note": note}
        return {name: value for name, value in kept.items() if value != ""}
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    trials = results["trials"]
    machine = _machine(run)
    kept = {
        "study": results["study"],
        "measured": str(date.fromtimestamp((run / "results.json").stat().st_mtime)),  # noqa: DTZ012
        "machine": machine["cpu"],
        "torch": machine["torch"],
        "cpu_seconds": round(sum(sum(trial["seconds"].values()) for trial in trials)),
        "repeats": 1 + max(trial["repeat"] for trial in trials),
        "n_test": round(max(trial["scores"]["n"] for trial in trials if trial["scores"])),
        "note": note,
        "targets": {
            name: {"unit": unit, "models": _models(results["curves"], name)}
            for name, unit in results["units"].items()
        },
    }
    return {name: value for name, value in kept.items() if value not in ("", None)}


def _machine(run: Path) -> dict[str, Any]:
    """Return processor and torch of the first trial."""
    found = next(iter(sorted(run.glob("trials/*/result.json"))))
    plain = json.loads(found.read_text(encoding="utf-8"))
    return {
        "cpu": plain["machine"]["processor"],
        "torch": plain["versions"].get("torch"),
    }


def _models(curves: Iterable[dict[str, Any]], target: str) -> dict[str, dict[str, Any]]:
    """Return the learning curve of each model, smallest training set first."""
    models: dict[str, dict[str, Any]] = {}
    mine = [point for point in curves if point["target"] == target]
    for point in sorted(mine, key=lambda point: point["n_train"]):
        model = models.setdefault(point["model"], {"n": [], "mae": [], "spread": []})
        model["n"].append(point["n_train"])
        model["mae"].append(_short(point["mae"]))
        model["spread"].append(_short(point["mae_std"]))
        model["fit_seconds"] = _short(point["fit_seconds"])
        model["predict_milliseconds"] = _short(point["predict_milliseconds"])
        scores = point.get("scores", {})
        model["scores"] = {name: _short(scores[name]) for name in _SCORES if scores.get(name)}
    return models


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


if __name__ == "__main__":
    main()
