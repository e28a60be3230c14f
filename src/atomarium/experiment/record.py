"""A finished trial as a folder, whole or absent."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypedDict, cast

import numpy as np
import tomli_w
from jaxtyping import Float64, Int64
from pydantic import TypeAdapter, ValidationError

from atomarium.core.files import write_json, write_text
from atomarium.experiment.intervals import Interval
from atomarium.experiment.machine import machine, peak_memory, versions
from atomarium.experiment.saved_model import SavedModel, save_model
from atomarium.experiment.trial import Result, Trial
from atomarium.models.nn.history import write_history

_PART = ".part-"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is kept of a trial.

    Args:
        id: Names its folder.
        model: Name of the candidate.
        target: Name of the property.
        n_train: Number of training structures.
        repeat: Number of the split.
        state: Whether it came to an end.
        scores: On the test structures; empty when failed.
        seconds: CPU seconds by step.
        seconds_per_structure: CPU seconds to represent and predict one structure.
        chosen: What tuning settled.
        warnings: What a user should know.
        intervals: How often intervals hold the truth, if they were asked for.
        memory: Bytes: most that the process has held so far.
        error: Why it failed.
    """

    id: str
    model: str
    target: str
    n_train: int
    repeat: int
    state: Literal["finished", "failed"]
    scores: dict[str, float | None] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    seconds_per_structure: float = 0.0
    chosen: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()
    memory: int | None = None
    error: str | None = None


_RECORD = TypeAdapter(Record)


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictions:
    """Predictions of one trial.

    Args:
        structures: Which structures of the data set.
        split: "train" or "test" for each.
        reference: What the data say.
        prediction: What the model says.
    """

    structures: Int64[np.ndarray, "rows"]
    split: np.ndarray
    reference: Float64[np.ndarray, "rows"]
    prediction: Float64[np.ndarray, "rows"]


def keep_result(
    trials: Path, trial: Trial, result: Result, *, per_structure: float, cite: tuple[str, ...]
) -> Record:
    """Write a finished trial; the folder appears at once and whole.

    Args:
        trials: Folder of all trials.
        trial: What was done.
        result: What came out.
        per_structure: CPU seconds to represent one structure.
        cite: What to cite.
    """
    record = Record(
        **_names(trial),
        state="finished",
        scores=dict(result.scores.plain()),
        seconds={"represent": per_structure * trial.n_train, **result.seconds},
        seconds_per_structure=per_structure + result.seconds["predict"] / len(trial.scored_on),
        chosen={
            **({} if result.run is None else result.run.settings),
            **result.fitted.fitted.chosen,
        },
        warnings=result.fitted.fitted.warnings,
        intervals=result.intervals,
        memory=peak_memory(),
    )
    model = SavedModel(
        target=trial.target.name,
        unit=trial.target.unit,
        per=trial.target.per,
        fitted=result.fitted,
        scores=record.scores,
        cite=cite,
        classes=trial.target.classes,
    )
    with _folder(trials, trial, record) as folder:
        _write_predictions(folder / "predictions.npz", trial, result)
        if result.runs:
            text = "".join(json.dumps(asdict(run)) + "\n" for run in result.runs)
            write_text(folder / "runs.jsonl", text)
        epochs = getattr(result.fitted.fitted, "epochs", ())
        if epochs:
            write_history(folder / "history.jsonl", epochs)
        files: dict[str, str] = getattr(result.fitted.fitted, "files", dict)()
        for name, text in files.items():
            write_text(folder / name, text)
        save_model(folder / "model", model)
    return record


def _write_predictions(path: Path, trial: Trial, result: Result) -> None:
    values = trial.target.scalar
    train = trial.train[trial.goal.known[trial.train]]
    arrays: dict[str, Any] = {
        "train": train,
        "test": trial.scored_on,
        "train_prediction": result.train_prediction,
        "test_prediction": result.prediction,
        "train_reference": values[train],
        "test_reference": values[trial.scored_on],
    }
    if result.preferences is not None:
        arrays["test_preferences"] = result.preferences
    np.savez_compressed(path, **arrays)


def keep_failure(trials: Path, trial: Trial, error: str) -> Record:
    """Write a failed trial; it is tried again when the study runs again."""
    record = Record(**_names(trial), state="failed", error=error)
    with _folder(trials, trial, record):
        return record


class _Names(TypedDict):
    id: str
    model: str
    target: str
    n_train: int
    repeat: int


def _names(trial: Trial) -> _Names:
    return {
        "id": trial.id,
        "model": trial.model,
        "target": trial.target.name,
        "n_train": trial.n_train,
        "repeat": trial.repeat,
    }


@contextmanager
def _folder(trials: Path, trial: Trial, record: Record) -> Generator[Path]:
    """Yield a folder that takes its place among the trials when the block succeeds."""
    trials.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{_PART}{trial.id}-", dir=trials))
    try:
        settings: dict[str, Any] = without_none(trial.settings)
        write_text(part / "spec.toml", tomli_w.dumps(settings))
        write_json(
            part / "result.json",
            {
                **asdict(record),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "versions": versions(),
                "machine": machine(),
            },
        )
        yield part
        part.chmod(0o755)
        shutil.rmtree(trials / trial.id, ignore_errors=True)  # of an earlier failure
        part.replace(trials / trial.id)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def without_none(settings: object) -> Any:
    """Leave out what TOML cannot say."""
    if isinstance(settings, dict):
        known = cast("dict[str, object]", settings)
        return {key: without_none(one) for key, one in known.items() if one is not None}
    if isinstance(settings, list | tuple):
        return [without_none(one) for one in cast("Sequence[object]", settings)]
    return settings


def read_record(folder: Path) -> Record | None:
    """Return the record in a trial's folder, or None when there is none that can be read."""
    try:
        return _RECORD.validate_json((folder / "result.json").read_bytes())
    except (OSError, ValidationError):
        return None


def read_predictions(folder: Path) -> Predictions:
    """Return the predictions in a finished trial's folder, training structures first."""
    with np.load(folder / "predictions.npz", allow_pickle=False) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    sizes = [len(parts["train"]), len(parts["test"])]
    return Predictions(
        structures=np.concatenate([parts["train"], parts["test"]]),
        split=np.repeat(["train", "test"], sizes),
        reference=np.concatenate([parts["train_reference"], parts["test_reference"]]),
        prediction=np.concatenate([parts["train_prediction"], parts["test_prediction"]]),
    )


def remove_halves(trials: Path) -> None:
    """Remove what a killed process left half-written."""
    for part in trials.glob(f"{_PART}*"):
        shutil.rmtree(part, ignore_errors=True)
