"""What splits may be stratified or grouped by: size, composition, equal structures, targets, labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.structures import Structures

_BUILT_IN = ("size", "composition", "formula", "structure")
_MOST_STRATA = 50
_FEWEST_IN_STRATUM = 10


def strata_by(dataset: Dataset, by: str) -> Int64[np.ndarray, "structures"]:
    """Number the stratum of each structure.

    Args:
        dataset: At least one structure.
        by: The name of a target, whose values are cut into up to 50 quantiles unless
            they are classes; otherwise as in
            `groups_by`.

    Raises:
        InputError: nothing is called so, or the target has gaps, several components or rows for
            atoms.
    """
    if by in dataset.targets and dataset.targets[by].classes:
        return _numbered(_values(dataset.targets[by]).tolist())
    if by in dataset.targets:
        return quantiles(_values(dataset.targets[by]))
    return groups_by(dataset, by)


def groups_by(dataset: Dataset, by: str) -> Int64[np.ndarray, "structures"]:
    """Number the group of each structure, in order of first appearance.

    Args:
        dataset: At least one structure.
        by: `size` (number of atoms), `composition` (shares of the elements), `formula` (counts of
            the elements), `structure` (equal structures: elements, positions and cells), or the
            name of a label.

    Raises:
        InputError: nothing is called so.
    """
    structures = dataset.structures
    if by == "size":
        return _numbered(structures.sizes.tolist())
    if by == "composition":
        return _numbered(_shares(structures))
    if by == "formula":
        return _numbered(structures.formulas())
    if by == "structure":
        return _numbered(_contents(structures))
    if by in dataset.labels:
        return _numbered(np.asarray(dataset.labels[by]).tolist())
    known = [*_BUILT_IN, *dataset.targets, *dataset.labels]
    if by in dataset.targets:
        raise InputError(f"target {by!r} makes strata, not groups; group by a label or {_BUILT_IN}")
    raise InputError(f"the data cannot be split by {by!r}{did_you_mean(by, known)}")


def quantiles(values: Float64[np.ndarray, "structures"]) -> Int64[np.ndarray, "structures"]:
    """Cut values into equally many in each quantile: up to 50 of them, of 10 values or more."""
    n_strata = max(1, min(_MOST_STRATA, len(values) // _FEWEST_IN_STRATUM))
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return rank * n_strata // max(len(values), 1)


def _values(target: Target) -> Float64[np.ndarray, "structures"]:
    if target.rows != "structures":
        raise InputError(f"target {target.name!r} has rows for atoms; strata need one value each")
    gaps = np.flatnonzero(~np.isfinite(target.scalar))
    if len(gaps):
        given = f"{len(gaps):,} structures (the first is number {gaps[0]}) have no finite value"
        raise InputError(f"target {target.name!r}: {given}; leave them out to stratify by it")
    return target.scalar


def _shares(structures: Structures) -> list[bytes]:
    counts = structures.composition(structures.species).astype(np.int64)
    divisors = np.gcd.reduce(counts, axis=1) if counts.shape[1] else np.ones(len(counts), np.int64)
    return [row.tobytes() for row in counts // np.maximum(divisors, 1)[:, None]]


def _contents(structures: Structures) -> list[tuple[bytes, ...]]:
    # Adding 0 makes -0.0 and 0.0 the same bytes.
    positions, cells = structures.positions + 0.0, structures.cells + 0.0
    return [
        (
            structures.numbers[first:last].tobytes(),
            positions[first:last].tobytes(),
            cells[s].tobytes(),
            structures.periodic[s].tobytes(),
        )
        for s, (first, last) in enumerate(
            zip(structures.offsets[:-1], structures.offsets[1:], strict=True)
        )
    ]


def _numbered(names: Iterable[Hashable]) -> Int64[np.ndarray, "structures"]:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
