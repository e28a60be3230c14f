"""Sums and means over the rows that offsets cut out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import ArrayLike

from atomarium.core.errors import InputError


def segment_sum(
    rows: Float64[np.ndarray, "rows width"], offsets: Int64[np.ndarray, "borders"]
) -> Float64[np.ndarray, "borders-1 width"]:
    """Sum rows[offsets[s]:offsets[s + 1]] for every s; an empty segment gives zeros."""
    out = np.zeros((len(offsets) - 1, rows.shape[1]))
    full = np.flatnonzero(np.diff(offsets))
    if len(full):
        # reduceat would return the next row, not zero, for an empty segment.
        out[full] = np.add.reduceat(rows, offsets[full], axis=0)
    return out


def segment_mean(
    rows: Float64[np.ndarray, "rows width"], offsets: Int64[np.ndarray, "borders"]
) -> Float64[np.ndarray, "borders-1 width"]:
    """Average rows[offsets[s]:offsets[s + 1]] for every s; an empty segment gives zeros."""
    lengths = np.maximum(np.diff(offsets), 1)
    return segment_sum(rows, offsets) / lengths[:, None]


def segment_of_row(offsets: Int64[np.ndarray, "borders"]) -> Int64[np.ndarray, "rows"]:
    """Return for every row the number of the segment that it lies in."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def offsets_of(lengths: Sequence[int] | np.ndarray) -> Int64[np.ndarray, "borders"]:
    """Return where each of some segments begins, one behind the other, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def rows_of_segments(
    offsets: Int64[np.ndarray, "borders"], segments: Int64[np.ndarray, "chosen"]
) -> tuple[Int64[np.ndarray, "rows"], Int64[np.ndarray, "chosen+1"]]:
    """Return the rows of the chosen segments, in the order chosen, and their new offsets."""
    segments = as_indices(segments, len(offsets) - 1)
    starts = offsets[segments]
    lengths = offsets[segments + 1] - starts
    new_offsets = offsets_of(lengths)
    rows = np.arange(new_offsets[-1], dtype=np.int64)
    return rows + np.repeat(starts - new_offsets[:-1], lengths), new_offsets


def runs_of_segments(offsets: Int64[np.ndarray, "borders"], n_rows: int) -> Iterator[slice]:
    """Cut segments into runs of up to so many rows, or of one segment that has more."""
    start, n_segments = 0, len(offsets) - 1
    while start < n_segments:
        behind = int(np.searchsorted(offsets, int(offsets[start]) + n_rows, side="right"))
        stop = max(behind - 1, start + 1)
        yield slice(start, stop)
        start = stop


def as_indices(chosen: ArrayLike, n_segments: int) -> Int64[np.ndarray, "chosen"]:
    """Return a choice of segments as an array of whole numbers.

    Args:
        chosen: From 0 up to the number of segments, in any order. Counting from the end is
            refused: with offsets, the start of one segment would meet the end of another.
        n_segments: How many there are.

    Raises:
        InputError: the choice is a mask, not a row of whole numbers, or reaches outside.
    """
    indices = np.asarray(chosen)
    if indices.dtype == bool:
        raise InputError("choose by number, not by a mask: np.flatnonzero(mask)")
    if indices.shape == (0,):
        return np.zeros(0, dtype=np.int64)
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise InputError(
            f"choose by a row of whole numbers, got {indices.dtype} of shape {indices.shape}"
        )
    wrong = indices[(indices < 0) | (indices >= n_segments)]
    if len(wrong):
        raise InputError(f"no number {wrong[0]}: there are {n_segments}, counted from 0")
    return indices.astype(np.int64)
