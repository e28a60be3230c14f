"""The order of the pairs of one center."""

from __future__ import annotations

import numpy as np

from atomarium.core.compiled import compiled, inlined

#: With more pairs, counting those that come before each costs more than sorting.
_MANY_PAIRS = 300


@compiled
def sort_pairs(found, start, stop, numbers, spacing, spare, keys):
    """Order the pairs of one center by species, then distance, then neighbor, then shift.

    Args:
        found: Where the pairs are.
        start: First pair of the center.
        stop: The pair behind its last.
        numbers: Atomic number of each atom.
        spacing: At least the cutoff.
        spare: Room for the pairs, `counts` included.
        keys: Room for as many numbers.
    """
    n_pairs = stop - start
    # One number that never contradicts the order; where it loses digits, `_precedes` decides.
    for k in range(n_pairs):
        pair = start + k
        spare.neighbors[k] = found.neighbors[pair]
        spare.distances[k] = found.distances[pair]
        for axis in range(3):
            spare.vectors[k, axis] = found.vectors[pair, axis]
            spare.shifts[k, axis] = found.shifts[pair, axis]
        keys[k] = spare.distances[k] + spacing * numbers[spare.neighbors[k]]
    if n_pairs <= _MANY_PAIRS:
        _write_ranks(keys, n_pairs, spare.counts)
    else:
        spare.counts[np.argsort(keys[:n_pairs], kind="mergesort")] = np.arange(n_pairs)
    for k in range(n_pairs):
        place = start + spare.counts[k]
        found.neighbors[place] = spare.neighbors[k]
        found.distances[place] = spare.distances[k]
        for axis in range(3):
            found.vectors[place, axis] = spare.vectors[k, axis]
            found.shifts[place, axis] = spare.shifts[k, axis]
    for k in range(n_pairs):
        keys[spare.counts[k]] = spare.distances[k] + spacing * numbers[spare.neighbors[k]]
    for k in range(start + 1, stop):
        if keys[k - start] > keys[k - start - 1]:
            continue
        i = k
        while i > start and _precedes(i, i - 1, found, numbers):
            _swap(i, i - 1, found)
            i -= 1


@compiled
def _write_ranks(keys, n_keys, ranks):
    """Count for each key how many come before it: no branches, so that it runs in vectors."""
    for k in range(n_keys):
        key, rank = keys[k], 0
        for i in range(k):
            rank += keys[i] <= key
        for i in range(k + 1, n_keys):
            rank += keys[i] < key
        ranks[k] = rank


@compiled
def _swap(a, b, found):
    found.neighbors[a], found.neighbors[b] = found.neighbors[b], found.neighbors[a]
    found.distances[a], found.distances[b] = found.distances[b], found.distances[a]
    for axis in range(3):
        first, second = found.vectors[a, axis], found.vectors[b, axis]
        found.vectors[a, axis], found.vectors[b, axis] = second, first
        one, two = found.shifts[a, axis], found.shifts[b, axis]
        found.shifts[a, axis], found.shifts[b, axis] = two, one


@inlined
def _precedes(a, b, found, numbers):
    first, second = found.neighbors[a], found.neighbors[b]
    if numbers[first] != numbers[second]:
        return numbers[first] < numbers[second]
    if found.distances[a] != found.distances[b]:
        return found.distances[a] < found.distances[b]
    if first != second:
        return first < second
    for axis in range(3):
        if found.shifts[a, axis] != found.shifts[b, axis]:
            return found.shifts[a, axis] < found.shifts[b, axis]
    return False
