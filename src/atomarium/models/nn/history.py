"""What came of each epoch, as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from atomarium.core.files import parse_object, write_text


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One look at every training structure.

    Args:
        number: Counted from 0.
        train: Loss, and mean absolute error of each target in its own unit, while the weights were
            changing.
        validation: The same on held-out structures, at the end; empty without any.
        learning_rate: Of the last step.
        seconds: On the wall.
        structures: How many were trained on.
    """

    number: int
    train: dict[str, float]
    validation: dict[str, float]
    learning_rate: float
    seconds: float
    structures: int


def write_history(path: Path, epochs: Sequence[Epoch]) -> None:
    """Write a line for each epoch, whole or not at all."""
    write_text(path, "".join(json.dumps(asdict(one)) + "\n" for one in epochs))


def read_history(path: Path) -> list[Epoch]:
    """Return the epochs in a file; none when there is no file."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Epoch(**parse_object(line)) for line in lines]
