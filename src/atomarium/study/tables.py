"""What trials say, as tables: one row per trial, one row per point of a learning curve."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomarium.core.files import write_json, written_atomically
from atomarium.experiment.record import Record, read_predictions
from atomarium.study.plan import Plan


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One point of a learning curve: equal trials on different splits.

    Args:
        target: Name of the property.
        model: Name of the candidate.
        n_train: Number of training structures.
        repeats: Number of splits.
        mae: Mean over splits of the mean absolute error, in the target's unit.
        mae_std: Standard deviation over splits; None for one split.
        rmse: Mean over splits of the root of the mean squared error.
        rmse_std: Likewise.
        fit_seconds: Mean CPU seconds of training, representation included.
        predict_milliseconds: Mean CPU milliseconds for one new structure, likewise.
    """

    target: str
    model: str
    n_train: int
    repeats: int
    mae: float
    mae_std: float | None
    rmse: float
    rmse_std: float | None
    fit_seconds: float
    predict_milliseconds: float


def learning_curves(records: Iterable[Record]) -> list[CurvePoint]:
    """Average finished trials over repeats; in the order of targets, models and sizes given."""
    groups: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        if record.state == "finished":
            groups[record.target, record.model, record.n_train].append(record)
    return [_point(*key, group) for key, group in groups.items()]


def _point(target: str, model: str, n_train: int, group: Sequence[Record]) -> CurvePoint:
    mae, rmse = ([float(r.scores[name] or 0.0) for r in group] for name in ("mae", "rmse"))
    return CurvePoint(
        target=target,
        model=model,
        n_train=n_train,
        repeats=len(group),
        mae=float(np.mean(mae)),
        mae_std=float(np.std(mae, ddof=1)) if len(group) > 1 else None,
        rmse=float(np.mean(rmse)),
        rmse_std=float(np.std(rmse, ddof=1)) if len(group) > 1 else None,
        fit_seconds=float(np.mean([r.seconds["represent"] + r.seconds["fit"] for r in group])),
        predict_milliseconds=float(np.mean([r.seconds_per_structure for r in group]) * 1e3),
    )


def best_points(points: Iterable[CurvePoint]) -> dict[str, CurvePoint]:
    """Return the point of least MAE for each target."""
    best: dict[str, CurvePoint] = {}
    for point in points:
        if point.target not in best or point.mae < best[point.target].mae:
            best[point.target] = point
    return best


def write_tables(plan: Plan, records: Sequence[Record], folder: Path) -> None:
    """Write results.json, results.csv (one row per trial) and predictions.csv.

    The predictions are those of every candidate at its largest training size, all repeats.
    """
    units = {name: target.unit for name, target in plan.targets.items()}
    write_json(
        folder / "results.json",
        {
            "units": units,
            "curves": [vars(point) for point in learning_curves(records)],
            "trials": [{**vars(record), "warnings": list(record.warnings)} for record in records],
        },
    )
    _write_csv(folder / "results.csv", [_flat(record, units) for record in records])
    _write_csv(folder / "predictions.csv", _prediction_rows(plan, records, folder))


def _flat(record: Record, units: dict[str, str]) -> dict[str, object]:
    return {
        "target": record.target,
        "unit": units[record.target],
        "model": record.model,
        "n_train": record.n_train,
        "repeat": record.repeat,
        "state": record.state,
        **{name: record.scores.get(name) for name in ("mae", "rmse", "max_error", "r2")},
        **{f"{step}_cpu_s": record.seconds.get(step) for step in ("represent", "fit", "predict")},
        "id": record.id,
        "error": record.error,
    }


def _prediction_rows(
    plan: Plan, records: Sequence[Record], folder: Path
) -> Iterable[dict[str, object]]:
    for record in largest(records):
        kept = read_predictions(folder / "trials" / record.id)
        unit = plan.targets[record.target].unit
        columns = zip(kept.structures, kept.split, kept.reference, kept.prediction, strict=True)
        for structure, split, reference, prediction in columns:
            yield {
                "id": plan.dataset.ids[structure],
                "target": record.target,
                "unit": unit,
                "model": record.model,
                "n_train": record.n_train,
                "repeat": record.repeat,
                "split": str(split),
                "reference": float(reference),
                "prediction": float(prediction),
            }


def largest(records: Iterable[Record]) -> list[Record]:
    """Return the finished trials with the most training structures of each target and model."""
    finished = [record for record in records if record.state == "finished"]
    most: dict[tuple[str, str], int] = defaultdict(int)
    for record in finished:
        key = record.target, record.model
        most[key] = max(most[key], record.n_train)
    return [record for record in finished if record.n_train == most[record.target, record.model]]


def _write_csv(path: Path, rows: Iterable[dict[str, object]]) -> None:
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
    with written_atomically(path) as part:
        part.write_text(text.getvalue(), encoding="utf-8")
