"""Maps of elements that trials have left, as the report shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError
from atomarium.core.files import read_object
from atomarium.experiment.record import Record
from atomarium.study.curves import largest

_MAP = "elements.json"


def element_maps(records: Sequence[Record], folder: Path) -> list[dict[str, Any]]:
    """Return the map of each model that has one, at its largest training size, first split.

    Args:
        records: Of all trials.
        folder: The run folder.

    Raises:
        InputError: a map is damaged.
    """
    maps: list[dict[str, Any]] = []
    for record in largest(records):
        path = folder / "trials" / record.id / _MAP
        if record.repeat == 0 and path.is_file():
            about = {
                "model": record.model,
                "target": record.target,
                "n_train": record.n_train,
                "repeat": record.repeat,
                "trial": record.id,
            }
            maps.append({**about, **_read_map(path)})
    return maps


def _read_map(path: Path) -> dict[str, Any]:
    try:
        return read_object(path)
    except ValueError as error:
        advice = "delete the folder of this trial and run the study again"
        raise InputError(f"{path} is damaged: {error}; {advice}") from None
