"""What the search reads, and the room for what it finds."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from atomarium.core.compiled import compiled, lean

#: Fractional coordinates are rounded; the distance has the last word.
SLACK = 1e-9
#: Makes no arrays, and becomes part of those that call it.
merged = partial(lean, inline="always")


class Frames(NamedTuple):
    """Structures as the search wants them.

    `positions` and `places` come by axis, then atom. `cells` have a vector along every direction,
    also where a structure does not repeat; `places` are the atoms' coordinates in these vectors;
    `heights` are the distances between opposite faces.
    """

    offsets: np.ndarray
    numbers: np.ndarray
    positions: np.ndarray
    places: np.ndarray
    cells: np.ndarray
    heights: np.ndarray
    periodic: np.ndarray


class Found(NamedTuple):
    """Pairs in the order found, with room for more; `counts` are those of each center."""

    counts: np.ndarray
    neighbors: np.ndarray
    vectors: np.ndarray
    distances: np.ndarray
    shifts: np.ndarray


@compiled
def make_room(n_atoms, n_pairs):
    """Return room for the pairs of so many centers."""
    return Found(
        np.zeros(n_atoms, dtype=np.int64),
        np.empty(n_pairs, dtype=np.int32),
        np.empty((n_pairs, 3)),
        np.empty(n_pairs),
        np.empty((n_pairs, 3), dtype=np.int32),
    )


@compiled
def make_more_room(found, n_pairs):
    """Return the same pairs with room for so many."""
    more = make_room(0, n_pairs)
    for pair in range(len(found.neighbors)):
        more.neighbors[pair] = found.neighbors[pair]
        more.distances[pair] = found.distances[pair]
        for axis in range(3):
            more.vectors[pair, axis] = found.vectors[pair, axis]
            more.shifts[pair, axis] = found.shifts[pair, axis]
    return Found(found.counts, more.neighbors, more.vectors, more.distances, more.shifts)


@merged
def take_if_near(center, other, shift, cell, frames, cutoff, found, n_found):
    """Note a pair if it is near enough and there is room; returns the number of pairs then."""
    x = frames.positions[0, other] - frames.positions[0, center]
    y = frames.positions[1, other] - frames.positions[1, center]
    z = frames.positions[2, other] - frames.positions[2, center]
    a, b, c = shift
    if a != 0 or b != 0 or c != 0:
        x += a * cell[0, 0] + b * cell[1, 0] + c * cell[2, 0]
        y += a * cell[0, 1] + b * cell[1, 1] + c * cell[2, 1]
        z += a * cell[0, 2] + b * cell[1, 2] + c * cell[2, 2]
    elif center == other:
        return n_found
    distance = math.sqrt(x * x + y * y + z * z)
    if distance >= cutoff:
        return n_found
    if n_found >= len(found.neighbors):
        return n_found + 1
    found.neighbors[n_found] = other
    found.distances[n_found] = distance
    found.vectors[n_found, 0] = x
    found.vectors[n_found, 1] = y
    found.vectors[n_found, 2] = z
    found.shifts[n_found, 0] = a
    found.shifts[n_found, 1] = b
    found.shifts[n_found, 2] = c
    return n_found + 1
