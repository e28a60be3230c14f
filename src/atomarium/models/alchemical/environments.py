"""Kernels between structures that are averages of kernels between their environments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.segments import rows_of_segments, segment_of_row

#: Pairs of environments whose kernels are in memory at once.
_PAIRS_AT_ONCE = 4_000_000
#: Environments that differ by less, relative to their length, are one.
_EQUAL = 1e-9
_GOLDEN = np.uint64(2654435769)


@dataclass(frozen=True, eq=False)
class Environments:
    """Which rows belong to which structure.

    Args:
        offsets: Where the rows of each structure begin.
        shares: How much each counts in the average of its structure.
        degree: Power of the kernel of two environments.
        normalize: Whether that is the power of their cosine.
    """

    offsets: Int64[np.ndarray, "borders"]
    shares: Float64[np.ndarray, "rows"]
    degree: int
    normalize: bool


def distinct(
    features: CompactFeatures, *, degree: int, normalize: bool
) -> tuple[CompactFeatures, Environments]:
    """Return each environment of a structure once, and how often it is there.

    Atoms that a symmetry of a crystal maps on each other have equal environments.

    Args:
        features: Of atoms.
        degree: Power of the kernel of two environments.
        normalize: Whether that is the power of their cosine.
    """
    marks, lengths = _marks(features)
    structures = segment_of_row(features.offsets)
    order = np.lexsort((marks, structures))
    same = np.diff(marks[order]) <= _EQUAL * np.maximum(lengths[order][1:], 1e-300)
    new = np.concatenate([[True], ~(same & (np.diff(structures[order]) == 0))])
    kept = order[new]
    counts = np.diff(np.flatnonzero(np.concatenate([new, [True]])))
    borders = np.searchsorted(structures[kept], np.arange(len(features) + 1)).astype(np.int64)
    shares = counts / features.sizes[structures[kept]]
    return _rows(features, kept, borders), Environments(borders, shares, degree, normalize)


def _marks(
    features: CompactFeatures,
) -> tuple[Float64[np.ndarray, "rows"], Float64[np.ndarray, "rows"]]:
    """Return a number for each row that differs where rows differ, and the length of the row."""
    first_columns = features.block_borders[features.blocks]
    columns = np.arange(len(features.values)) + np.repeat(
        first_columns - features.places[:-1], np.diff(features.places)
    )
    weights = (columns.astype(np.uint64) * _GOLDEN % np.uint64(2**32)).astype(np.float64) / 2**32
    starts = features.places[features.row_borders[:-1]]
    values = features.values.astype(np.float64)
    lengths = np.sqrt(np.add.reduceat(values**2, starts))
    return np.add.reduceat(values * weights, starts), lengths


def _rows(
    features: CompactFeatures,
    rows: Int64[np.ndarray, "chosen"],
    offsets: Int64[np.ndarray, "borders"],
) -> CompactFeatures:
    """Return some rows of atoms, as the atoms of structures with new offsets."""
    one_by_one = np.arange(features.n_rows + 1, dtype=np.int64)
    alone = replace(features, offsets=one_by_one, numbers=None).take(rows)
    return replace(alone, offsets=offsets)


def structure_kernel(
    environments: Environments,
    rows: Any,
    first: Int64[np.ndarray, "first"],
    second: Int64[np.ndarray, "second"],
    support: Any | None = None,
) -> Any:
    """Return the kernel of structures, Σ over environments of shares · (p · p′)^degree.

    Works with arrays of numpy and tensors of torch alike. Kernels of a few structures with all
    others are made at a time; where torch records what it does it keeps them all.

    Args:
        environments: What rows are.
        rows: Power spectra of environments.
        first: Structures.
        second: Others.
        support: Rows of the others, where they differ.
    """
    theirs, _ = rows_of_segments(environments.offsets, second)
    against: Any = rows if support is None else support
    right = _directions(against[theirs], normalize=environments.normalize)

    def products(chosen: Int64[np.ndarray, "rows"]) -> Any:
        return _directions(rows[chosen], normalize=environments.normalize) @ right.T

    return averaged(environments, environments, products, first, second)


def averaged(
    environments: Environments,
    others: Environments,
    products: Callable[[Int64[np.ndarray, "rows"]], Any],
    first: Int64[np.ndarray, "first"],
    second: Int64[np.ndarray, "second"],
) -> Any:
    """Return the kernel of structures from the products of their environments.

    Args:
        environments: Of the first.
        others: Of the second.
        products: Returns the products of the rows chosen with all rows of the second.
        first: Structures.
        second: Others.
    """
    theirs, their_offsets = rows_of_segments(others.offsets, second)
    at_once = max(1, _PAIRS_AT_ONCE // max(1, len(theirs)))
    parts: list[Any] = []
    for start in range(0, len(first), at_once):
        mine, offsets = rows_of_segments(environments.offsets, first[start : start + at_once])
        kernel = products(mine) ** environments.degree
        of_first = _averages(environments.shares[mine], offsets, like=kernel)
        of_second = _averages(others.shares[theirs], their_offsets, like=kernel)
        parts.append((of_first.T @ kernel) @ of_second)
    return _stacked(parts)


def _directions(rows: Any, *, normalize: bool) -> Any:
    if not normalize:
        return rows
    squares = (rows**2).sum(axis=1)
    # Rows of zeros stay zero.
    return rows / ((squares + 1e-300) ** 0.5)[:, None]


def _averages(
    shares: Float64[np.ndarray, "rows"], offsets: Int64[np.ndarray, "borders"], *, like: Any
) -> Any:
    """Return the matrix that turns kernels of environments into those of structures."""
    matrix = np.zeros((len(shares), len(offsets) - 1))
    matrix[np.arange(len(shares)), segment_of_row(offsets)] = shares
    return matrix if isinstance(like, np.ndarray) else like.new_tensor(matrix)


def _stacked(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import torch

    return torch.concatenate(parts)
