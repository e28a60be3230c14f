"""Splits as files, tied to the structures that they split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.files import parse_json, write_json
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
    try:
        content = parse_json(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise InputError(f"{path} does not hold splits of atomarium")
    if content.get("version") != _VERSION:
        given = content.get("version")
        raise InputError(f"{path}: splits of version {given}, this program reads {_VERSION}")
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
