"""What chosen runs say of the structures that they were not trained on."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.study.sweep.runs import RUNS

#: Structures of one run; more are thinned evenly.
_MOST = 3000


def prediction_entries(
    folder: Path, numbers: Sequence[int], target: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return references and predictions of runs; runs that have kept none are left out.

    Args:
        folder: The run folder of the sweep.
        numbers: Of the runs.
        target: Its name and unit.
    """
    name, unit = target
    entries: list[dict[str, Any]] = []
    for number in numbers:
        pair = _read(folder / RUNS / f"{number:05d}" / "predictions.npz")
        if pair is not None:
            reference, prediction = pair
            numeric = {"reference": reference, "prediction": prediction}
            entries.append({"number": number, "target": name, "unit": unit, **numeric})
    return entries


def _read(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return reference and prediction, or None of a run that has none, or not yet."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _thinned(arrays["reference"]), _thinned(arrays["prediction"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _thinned(values: np.ndarray) -> np.ndarray:
    rows = values.reshape(len(values), -1)[:, 0].astype(np.float32)
    if len(rows) <= _MOST:
        return rows
    return rows[np.round(np.linspace(0, len(rows) - 1, _MOST)).astype(int)]
