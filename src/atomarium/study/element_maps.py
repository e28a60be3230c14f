"""Maps of elements that trials have left, as the report shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atomarium.experiment.record import Record
from atomarium.study.curves import largest

_MAP = "elements.json"


def element_maps(records: Sequence[Record], folder: Path) -> list[dict[str, Any]]:
    """Return the map of each model that has one, at its largest training size, first split.

    Args:
        records: Of all trials.
        folder: The run folder.
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
            maps.append({**about, **json.loads(path.read_text(encoding="utf-8"))})
    return maps
