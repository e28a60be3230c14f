"""What trials say, as files: a row for each trial and prediction, and what they say together."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from atomarium.core.files import write_json, write_text, written_atomically
from atomarium.experiment.record import Record, read_predictions
from atomarium.study.comparisons import comparisons, exponents, pareto_front
from atomarium.study.curves import (
    OTHER_SCORES,
    CurvePoint,
    interval_points,
    largest,
    learning_curves,
)
from atomarium.study.plan import Plan


def write_tables(plan: Plan, records: Sequence[Record], folder: Path) -> None:
    """Write results.json, results.yaml, results.csv (one row per trial) and predictions.csv.

    The predictions are those of every candidate at its largest training size, all repeats; the
    YAML file holds what trials say together, the JSON file each of them as well.
    """
    units = {name: target.unit for name, target in plan.targets.items()}
    together = {"study": plan.study.spec.name, "units": units, **summary(plan, records)}
    trials = [plain(record) for record in records]
    write_json(folder / "results.json", {**together, "trials": trials})
    text: str = yaml.safe_dump(together, sort_keys=False, allow_unicode=True)
    write_text(folder / "results.yaml", text)
    _write_csv(folder / "results.csv", [_flat(record, units) for record in records])
    _write_csv(folder / "predictions.csv", _prediction_rows(plan, records, folder))


def plain(record: Record) -> dict[str, Any]:
    """Return a record as plain numbers, words and lists."""
    intervals = [vars(one) for one in record.intervals]
    return {**vars(record), "warnings": list(record.warnings), "intervals": intervals}


def summary(plan: Plan, records: Sequence[Record]) -> dict[str, list[dict[str, Any]]]:
    """Return learning curves, their exponents, comparisons and Pareto fronts as plain numbers."""
    points = learning_curves(records)
    fronts: list[CurvePoint] = []
    for name in plan.targets:
        fronts += pareto_front([point for point in points if point.target == name], "fit_seconds")
    n_test = min(len(split.test) for split in plan.splits)
    return {
        "curves": [{**vars(point), "on_pareto_front": point in fronts} for point in points],
        "exponents": [vars(one) for one in exponents(records)],
        "intervals": [vars(one) for one in interval_points(records)],
        "comparisons": [vars(one) for one in comparisons(records, n_test)],
    }


def _flat(record: Record, units: dict[str, str]) -> dict[str, object]:
    return {
        "target": record.target,
        "unit": units[record.target],
        "model": record.model,
        "n_train": record.n_train,
        "repeat": record.repeat,
        "state": record.state,
        **{
            name: record.scores.get(name)
            for name in ("mae", "rmse", "max_error", "r2", "error_rate", *OTHER_SCORES)
        },
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
