"""Correlations in many samples at once, each of which holds some rows often and others never."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

#: Below this share of its own variance a column is told by the others, up to rounding.
_NOTHING_LEFT = 1e-9
#: Points beyond the number of unknowns, without which a fit says nothing.
_LEAST_FREE = 2

Row = Float64[np.ndarray, "runs"]
Rows = Float64[np.ndarray, "samples runs"]


def linear(y: Row, columns: Sequence[Row], weights: Rows) -> Float64[np.ndarray, "samples columns"]:
    """Return Pearson's correlations of a row with others; NaN where one does not vary.

    Args:
        y: The row.
        columns: The others.
        weights: How often each sample holds each run.
    """
    return np.column_stack([_correlation(y[None], column[None], weights) for column in columns])


def of_ranks(
    y: Row, columns: Sequence[Row], weights: Rows
) -> Float64[np.ndarray, "samples columns"]:
    """Return Spearman's correlations of a row with others; NaN where one does not vary.

    Args:
        y: The row.
        columns: The others.
        weights: How often each sample holds each run.
    """
    ranks = _ranks(y, weights)
    found = [_correlation(ranks, _ranks(column, weights), weights) for column in columns]
    return np.column_stack(found)


def partial(
    y: Row, columns: Sequence[Row], fixed: Sequence[Sequence[Row]], weights: Rows
) -> Float64[np.ndarray, "samples columns"]:
    """Return linear correlations with others held fixed; NaN where these tell the column.

    Args:
        y: The row that is compared with each column.
        columns: The columns.
        fixed: For each of them, what is held fixed.
        weights: How often each sample holds each run.
    """
    found = [
        _partial_of(_covariances(np.array([y, column, *others]), weights))
        for column, others in zip(columns, fixed, strict=True)
    ]
    # Through as many points as there are unknowns goes a plane whatever they are.
    n_points = (weights > 0).sum(axis=1)
    n_unknown = np.array([len(others) + 2 for others in fixed])
    enough = n_points[:, None] >= n_unknown + _LEAST_FREE
    return np.where(enough, np.column_stack(found), np.nan)


def _correlation(
    a: Float64[np.ndarray, "_ runs"], b: Float64[np.ndarray, "_ runs"], weights: Rows
) -> Float64[np.ndarray, "samples"]:
    total = weights.sum(axis=1, keepdims=True)
    a = a - (weights * a).sum(axis=1, keepdims=True) / total
    b = b - (weights * b).sum(axis=1, keepdims=True) / total
    together = (weights * a * b).sum(axis=1)
    product = (weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)
    varies = product > 0
    return np.where(
        varies, np.clip(together / np.sqrt(np.where(varies, product, 1)), -1, 1), np.nan
    )


def _ranks(row: Row, weights: Rows) -> Rows:
    """Return the mean rank of each run among the runs that each sample holds."""
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=np.nan) != 0)
    held = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(held, axis=1) - held + (held + 1) / 2
    place = np.searchsorted(row[order][starts], row)
    return ranks[:, place]


def _covariances(
    rows: Float64[np.ndarray, "rows runs"], weights: Rows
) -> Float64[np.ndarray, "samples rows rows"]:
    """Return the covariances of rows, each in units of its spread over all runs."""
    spread = rows.std(axis=1, keepdims=True)
    rows = (rows - rows.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    total = weights.sum(axis=1)
    means = weights @ rows.T / total[:, None]
    second = np.stack([(weights * row) @ rows.T for row in rows], axis=1) / total[:, None, None]
    return second - means[:, :, None] * means[:, None, :]


def _partial_of(
    covariances: Float64[np.ndarray, "samples rows rows"],
) -> Float64[np.ndarray, "samples"]:
    """Return the correlation of the first two rows given the rest, from what the rest leaves."""
    two, across = covariances[:, :2, :2], covariances[:, :2, 2:]
    inverse = np.linalg.pinv(covariances[:, 2:, 2:], rcond=_NOTHING_LEFT, hermitian=True)
    left = two - across @ inverse @ across.transpose(0, 2, 1)
    variances = np.stack([left[:, 0, 0], left[:, 1, 1]], axis=1)
    told = (variances <= _NOTHING_LEFT * np.stack([two[:, 0, 0], two[:, 1, 1]], axis=1)).any(axis=1)
    scale = np.sqrt(np.where(told, 1, variances[:, 0] * variances[:, 1]))
    return np.where(told, np.nan, np.clip(left[:, 0, 1] / scale, -1, 1))
