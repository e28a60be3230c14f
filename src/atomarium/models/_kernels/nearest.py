"""The n-th nearest neighbor of each atom."""

from __future__ import annotations

import numpy as np

from atomarium.core.compiled import compiled


@compiled
def fill_nth_distances(
    distances: np.ndarray, offsets: np.ndarray, nearest: np.ndarray, out: np.ndarray
) -> None:
    """Fill out[i] with the n-th smallest of distances[offsets[i]:offsets[i + 1]].

    Infinite where there are fewer; `nearest` is room for n numbers.
    """
    last = len(nearest) - 1
    for i in range(len(out)):
        nearest[:] = np.inf
        for p in range(offsets[i], offsets[i + 1]):
            distance = distances[p]
            if distance >= nearest[last]:
                continue
            place = last
            while place > 0 and nearest[place - 1] > distance:
                nearest[place] = nearest[place - 1]
                place -= 1
            nearest[place] = distance
        out[i] = nearest[last]
