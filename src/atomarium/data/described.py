"""All that a data set says beside its arrays, as plain text that JSON can hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError

Plain = dict[str, Any]


def describe_target(target: Target) -> Plain:
    """Return what is known of a target, without its values."""
    return {
        "unit": target.unit,
        "per": target.per,
        "extensive": target.extensive,
        "rows": target.rows,
        "description": target.description,
        # JSON has no NaN.
        "references": [None if np.isnan(one) else float(one) for one in target.references],
    }


def make_target(name: str, described: Plain, values: np.ndarray) -> Target:
    """Return the target that `describe_target` described, with these values."""
    references = np.array(described["references"], dtype=np.float64)
    return Target(name=name, values=values, **{**described, "references": references})


def describe_provenance(provenance: Provenance) -> Plain:
    """Return provenance as plain text."""
    return dataclasses.asdict(provenance)


def checked_version(found: Mapping[str, Any], where: object, kind: str, version: int) -> None:
    """Make sure that a file of ours is of the kind and version that this code reads.

    Raises:
        InputError: it is another kind of file, or a version that we do not know.
    """
    if found.get("format") != kind:
        raise InputError(f"{where}: not a file of the format {kind!r}")
    if found.get("version") != version:
        given = found.get("version")
        raise InputError(
            f"{where}: version {given!r} of the format {kind!r}, this atomarium reads {version}; "
            "read it with the version that wrote it and write it again"
        )


def without_default_ids(dataset: Dataset, first: int = 0) -> tuple[str, ...]:
    """Return the ids of a data set, none when they only count on from `first`."""
    counted = all(given == str(s) for s, given in enumerate(dataset.ids, start=first))
    return () if counted else dataset.ids
