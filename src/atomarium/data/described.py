"""All that a data set says beside its arrays, as plain text that JSON can hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from atomarium.core.dataset import Dataset, Per, Provenance, Target
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Rows

Plain = dict[str, Any]

#: What files say of a target, and of what kind it is.
_OF_TARGETS = {
    "unit": str,
    "per": str,
    "extensive": bool,
    "rows": str,
    "description": str,
    "references": list,
}


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
    """Return the target that `describe_target` described, with these values.

    Raises:
        InputError: something in the description is unknown or of another kind.
    """
    where = f"target {name!r}"
    _check_kinds(where, described, _OF_TARGETS)
    for key, known in (("per", get_args(Per)), ("rows", get_args(Rows))):
        if described.get(key, known[0]) not in known:
            given = described[key]
            raise InputError(f"{where}: {key} cannot be {given!r}{did_you_mean(given, known)}")
    try:
        references = np.array(described.get("references", []), dtype=np.float64).reshape(-1)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{where}: references are not numbers: {error}") from error
    return Target(name=name, values=values, **{**described, "references": references})


def describe_provenance(provenance: Provenance) -> Plain:
    """Return provenance as plain text."""
    return dataclasses.asdict(provenance)


def make_provenance(described: Plain) -> Provenance:
    """Return the provenance that `describe_provenance` described.

    Raises:
        InputError: something in the description is unknown or of another kind.
    """
    kinds = {field.name: str for field in dataclasses.fields(Provenance)}
    _check_kinds("provenance", described, kinds)
    return Provenance(**described)


def _check_kinds(where: str, given: object, kinds: Mapping[str, type]) -> None:
    if not isinstance(given, dict):
        raise InputError(f"{where}: is described by {type(given).__name__}, not by names")
    for key, value in given.items():
        if key not in kinds:
            raise InputError(f"{where}: unknown key {key!r}{did_you_mean(key, kinds)}")
        if not isinstance(value, kinds[key]):
            raise InputError(f"{where}: {key} must be {kinds[key].__name__}, got {value!r}")


def without_default_ids(dataset: Dataset, first: int = 0) -> tuple[str, ...]:
    """Return the ids of a data set, none when they only count on from `first`."""
    counted = all(given == str(s) for s, given in enumerate(dataset.ids, start=first))
    return () if counted else dataset.ids
