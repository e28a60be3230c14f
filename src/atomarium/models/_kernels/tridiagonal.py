"""Tridiagonal matrices T, shifted along the diagonal and inverted.

All work on T + s = L D Lᵀ, where L has ones on its diagonal and one number below each.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from atomarium.core.compiled import lean

_fused = partial(lean, fastmath={"contract"})
#: Columns that are worked off together: enough for vector registers, few enough to stay in them.
_LANES = 32


@_fused
def factorize(
    diagonal: np.ndarray,
    beside: np.ndarray,
    shift: float,
    least: float,
    below: np.ndarray,
    inverses: np.ndarray,
) -> bool:
    """Fill `below` with what stands below the ones of L and `inverses` with 1 / D.

    Returns:
        Whether every number in D is above `least`; otherwise neither is whole.
    """
    pivot = diagonal[0] + shift
    for k in range(len(diagonal)):
        if not pivot > least:
            return False
        inverses[k] = 1.0 / pivot
        if k + 1 < len(diagonal):
            below[k] = beside[k] * inverses[k]
            pivot = diagonal[k + 1] + shift - below[k] * beside[k]
    return True


@_fused
def solve_columns(below: np.ndarray, inverses: np.ndarray, values: np.ndarray) -> None:
    """Replace values, a column for each right-hand side, by (T + s)⁻¹ values."""
    n_rows, n_columns = values.shape
    for k in range(1, n_rows):
        for column in range(n_columns):
            values[k, column] -= below[k - 1] * values[k - 1, column]
    for column in range(n_columns):
        values[n_rows - 1, column] *= inverses[n_rows - 1]
    for k in range(n_rows - 2, -1, -1):
        for column in range(n_columns):
            scaled = values[k, column] * inverses[k]
            values[k, column] = scaled - below[k] * values[k + 1, column]


@_fused
def fill_halves(
    below: np.ndarray, inverses: np.ndarray, rotation: np.ndarray, out: np.ndarray
) -> None:
    """Fill out with D^-½ L⁻¹ Qᵀ, whose columns times one another give Q (T + s)⁻¹ Qᵀ.

    Args:
        below: Of L.
        inverses: 1 / D.
        rotation: Qᵀ.
        out: As large.
    """
    n_rows, n_columns = rotation.shape
    for k in range(n_rows):
        for column in range(n_columns):
            out[k, column] = rotation[k, column]
        if k:
            for column in range(n_columns):
                out[k, column] -= below[k - 1] * out[k - 1, column]
    for k in range(n_rows):
        root = np.sqrt(inverses[k])
        for column in range(n_columns):
            out[k, column] *= root


@_fused
def fill_inverse_diagonal(
    below: np.ndarray, inverses: np.ndarray, rotation: np.ndarray, work: np.ndarray, out: np.ndarray
) -> None:
    """Fill out with the diagonal of Q (T + s)⁻¹ Qᵀ.

    Args:
        below: Of L.
        inverses: 1 / D.
        rotation: Qᵀ.
        work: Room for 64 numbers.
        out: One number for each row of Q.
    """
    n_rows, n_columns = rotation.shape
    row, total = work[:_LANES], work[_LANES : 2 * _LANES]
    for start in range(0, n_columns, _LANES):
        width = min(_LANES, n_columns - start)
        for lane in range(_LANES):
            row[lane], total[lane] = 0.0, 0.0
        for k in range(n_rows):
            factor = below[k - 1] if k else 0.0
            weight = inverses[k]
            source = rotation[k, start : start + width]
            if width == _LANES:
                for lane in range(_LANES):
                    value = source[lane] - factor * row[lane]
                    row[lane] = value
                    total[lane] += value * value * weight
            else:
                for lane in range(width):
                    value = source[lane] - factor * row[lane]
                    row[lane] = value
                    total[lane] += value * value * weight
        for lane in range(width):
            out[start + lane] = total[lane]
