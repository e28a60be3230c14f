"""Splits as files, tied to the structures that they split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.files import write_json
from atomarium.core.own_files import read_own
from atomarium.data.splits import Split

_FORMAT, _VERSION = "atomarium-splits", 1


def save_splits(path: Path | str, splits: Sequence[Split], dataset: Dataset) -> None:
    """Write splits of a data set as JSON."""
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "structures": len(dataset),
        "content": dataset.structures.content_hash(),
        "splits": [{"train": s.train.tolist(), "test": s.test.tolist()} for s in splits],
    }
    write_json(path, content)


def load_splits(path: Path | str, dataset: Dataset) -> tuple[Split, ...]:
    """Read splits of a data set.

    Raises:
        InputError: the file is missing, damaged, of another version or of other structures.
    """
    content = read_own(path, _FORMAT, _VERSION)
    if content.get("content") != dataset.structures.content_hash():
        given = f"{content.get('structures')} structures that are not the {len(dataset)} given"
        raise InputError(f"{path} splits other data: {given}")
    try:
        splits = tuple(
            Split(np.array(s["train"], dtype=np.int64), np.array(s["test"], dtype=np.int64))
            for s in content["splits"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}") from None
    if any(max(s.train.max(), s.test.max()) >= len(dataset) for s in splits):
        raise InputError(f"{path} is damaged: it counts beyond {len(dataset)} structures")
    return splits
