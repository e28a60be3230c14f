"""Manhattan distances between rows."""

from __future__ import annotations

import numba
import numpy as np


# Sums may be taken in any order, so that they run in vector registers.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def fill_manhattan(rows: np.ndarray, others: np.ndarray, out: np.ndarray) -> None:
    """Fill out[i, j] with minus the sum of |rows[i] - others[j]|."""
    for i in range(rows.shape[0]):
        for j in range(others.shape[0]):
            total = 0.0
            for k in range(rows.shape[1]):
                total += abs(rows[i, k] - others[j, k])
            out[i, j] = -total
