"""Choose the rows, or the columns, that say most.

Both work on a matrix as it stands; to choose columns, give its transpose.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float64, Int64
from scipy.linalg import eigh  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from atomarium.core.errors import InputError

_FEW = 1e-12


def farthest_points(
    rows: Float[np.ndarray, "rows width"], n: int, *, first: int = 0
) -> Int64[np.ndarray, "n"]:
    """Choose rows one by one, each the farthest from all chosen before.

    Every row then lies within the distance of the last one chosen of some chosen row, and that
    is at most twice what the best choice of so many rows could do.

    Args:
        rows: What is chosen from.
        n: How many, 1 or above.
        first: Where to begin.

    Raises:
        InputError: n is not between 1 and the number of rows, `first` is not a row, or there are
            fewer different rows than n.

    Source:
        T. F. Gonzalez, Theor. Comput. Sci. 38, 293 (1985).
    """
    _check_number(rows, n)
    if not 0 <= first < len(rows):
        raise InputError(f"first must be a row, 0 to {len(rows) - 1}, got {first}")
    squares = np.einsum("rw,rw->r", rows, rows, dtype=np.float64)
    chosen = np.empty(n, dtype=np.int64)
    chosen[0] = first
    nearest = _squared_distances(rows, squares, first)
    for k in range(1, n):
        farthest = int(np.argmax(nearest))
        if nearest[farthest] <= _FEW * squares.max():
            raise InputError(f"only {k} of {len(rows)} rows differ, {n} were asked for")
        chosen[k] = farthest
        np.minimum(nearest, _squared_distances(rows, squares, farthest), out=nearest)
    return chosen


def _squared_distances(
    rows: Float[np.ndarray, "rows width"], squares: Float64[np.ndarray, "rows"], row: int
) -> Float64[np.ndarray, "rows"]:
    distances = squares + squares[row] - 2.0 * (rows @ rows[row])
    distances[row] = 0.0
    return np.maximum(distances, 0.0)


def cur(rows: Float[np.ndarray, "rows width"], n: int) -> Int64[np.ndarray, "n"]:
    """Choose rows one by one by leverage on the leading singular vector of what is left.

    After each choice the chosen direction is taken out of all rows, so that the next says
    something new.

    Args:
        rows: What is chosen from.
        n: How many, 1 or above.

    Raises:
        InputError: n is not between 1 and the number of rows, or above the rank of the rows.

    Source:
        G. Imbalzano et al., J. Chem. Phys. 148, 241730 (2018), section II.B, with k = 1.
    """
    _check_number(rows, n)
    left = np.array(rows, dtype=np.float64)
    largest = np.square(left).sum(axis=1).max()
    chosen = np.empty(n, dtype=np.int64)
    for k in range(n):
        leverage = np.abs(_leading_left_vector(left))
        leverage[chosen[:k]] = -1.0
        chosen[k] = row = int(np.argmax(leverage))
        direction = left[row].copy()
        square = direction @ direction
        if square <= _FEW * largest:
            raise InputError(f"the rows have rank {k}, {n} were asked for")
        left -= np.outer(left @ direction / square, direction)
    return chosen


def _leading_left_vector(rows: Float64[np.ndarray, "rows width"]) -> Float64[np.ndarray, "rows"]:
    if len(rows) <= rows.shape[1]:
        return _leading_eigenvector(rows @ rows.T)
    leverage = rows @ _leading_eigenvector(rows.T @ rows)
    return leverage / max(float(np.linalg.norm(leverage)), np.finfo(np.float64).tiny)


def _leading_eigenvector(matrix: Float64[np.ndarray, "n n"]) -> Float64[np.ndarray, "n"]:
    last = len(matrix) - 1
    vectors: Float64[np.ndarray, "n one"] = eigh(matrix, subset_by_index=(last, last))[1]  # pyright: ignore[reportUnknownVariableType]
    return vectors[:, 0]  # pyright: ignore[reportUnknownVariableType]


def _check_number(rows: np.ndarray, n: int) -> None:
    if not 1 <= n <= len(rows):
        raise InputError(f"n must be between 1 and the {len(rows)} rows, got {n}")
    if not np.isfinite(rows).all():
        raise InputError("rows must be finite")
