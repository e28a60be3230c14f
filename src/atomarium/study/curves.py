"""Learning curves: equal trials on different splits, averaged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from atomarium.experiment.intervals import Interval
from atomarium.experiment.record import Record
from atomarium.experiment.scores import main_error

#: What is measured of forces, of stress and of classes.
OTHER_SCORES = ("force_mae", "stress_mae", "accuracy", "precision", "recall", "f1", "auc")


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One point of a learning curve: equal trials on different splits.

    Args:
        target: Name of the property.
        model: Name of the candidate.
        n_train: Number of training structures.
        repeats: Number of splits.
        mae: Mean over splits of the mean absolute error, in the target's unit; of classes, of the
            share that is taken for a wrong one.
        mae_std: Standard deviation over splits; None for one split.
        rmse: Mean over splits of the root of the mean squared error; None of classes.
        rmse_std: Likewise.
        fit_seconds: Mean CPU seconds of training, representation included.
        predict_milliseconds: Mean CPU milliseconds for one new structure, likewise.
        scores: Means over splits of what else was measured: the MAE of forces, or how well classes
            are told apart.
    """

    target: str
    model: str
    n_train: int
    repeats: int
    mae: float
    mae_std: float | None
    rmse: float | None
    rmse_std: float | None
    fit_seconds: float
    predict_milliseconds: float
    scores: dict[str, float] = field(default_factory=dict[str, float])


def learning_curves(records: Iterable[Record]) -> list[CurvePoint]:
    """Average finished trials over repeats; in the order of targets, models and sizes given."""
    groups: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        if record.state == "finished":
            groups[record.target, record.model, record.n_train].append(record)
    return [_point(*key, group) for key, group in groups.items()]


def _point(target: str, model: str, n_train: int, group: Sequence[Record]) -> CurvePoint:
    mae = [float(main_error(r.scores) or 0.0) for r in group]
    rmse = [float(r.scores["rmse"] or 0.0) for r in group if "rmse" in r.scores]
    return CurvePoint(
        target=target,
        model=model,
        n_train=n_train,
        repeats=len(group),
        mae=float(np.mean(mae)),
        mae_std=float(np.std(mae, ddof=1)) if len(group) > 1 else None,
        rmse=float(np.mean(rmse)) if rmse else None,
        rmse_std=float(np.std(rmse, ddof=1)) if len(rmse) > 1 else None,
        fit_seconds=float(np.mean([r.seconds["represent"] + r.seconds["fit"] for r in group])),
        predict_milliseconds=float(np.mean([r.seconds_per_structure for r in group]) * 1e3),
        scores=_others(group),
    )


def _others(group: Sequence[Record]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in OTHER_SCORES:
        known = [value for r in group if (value := r.scores.get(name)) is not None]
        if known:
            found[name] = float(np.mean(known))
    return found


def best_points(points: Iterable[CurvePoint]) -> dict[str, CurvePoint]:
    """Return the point of least MAE for each target."""
    best: dict[str, CurvePoint] = {}
    for point in points:
        if point.target not in best or point.mae < best[point.target].mae:
            best[point.target] = point
    return best


def largest(records: Iterable[Record]) -> list[Record]:
    """Return the finished trials with the most training structures of each target and model."""
    finished = [record for record in records if record.state == "finished"]
    most: dict[tuple[str, str], int] = defaultdict(int)
    for record in finished:
        key = record.target, record.model
        most[key] = max(most[key], record.n_train)
    return [record for record in finished if record.n_train == most[record.target, record.model]]


@dataclass(frozen=True, kw_only=True)
class IntervalPoint:
    """Intervals of one kind at one training size, averaged over splits.

    Args:
        target: Name of the property.
        model: Name of the candidate.
        n_train: Number of training structures.
        kind: How they were made; see `experiment.intervals`.
        promised: Share of structures whose value they promise to hold.
        held: Share that they hold.
        width: Median width, in the target's unit; None where there were too few to calibrate.
    """

    target: str
    model: str
    n_train: int
    kind: str
    promised: float
    held: float
    width: float | None


def interval_points(records: Iterable[Record]) -> list[IntervalPoint]:
    """Average intervals of finished trials over repeats."""
    groups: dict[tuple[str, str, int, str, float], list[Interval]] = defaultdict(list)
    for record in records:
        for one in record.intervals:
            key = record.target, record.model, record.n_train, one.kind, one.promised
            groups[key].append(one)
    points: list[IntervalPoint] = []
    for (target, model, n_train, kind, promised), many in groups.items():
        widths = [one.width for one in many if one.width is not None]
        points.append(
            IntervalPoint(
                target=target,
                model=model,
                n_train=n_train,
                kind=kind,
                promised=promised,
                held=float(np.mean([one.held for one in many])),
                width=float(np.mean(widths)) if len(widths) == len(many) else None,
            )
        )
    return points
