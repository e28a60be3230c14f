"""The order of the pairs of one center."""

from __future__ import annotations

import math

from atomarium.core._search.eights import EIGHT, count_before
from atomarium.core._search.room import merged
from atomarium.core.compiled import lean

#: M. Ciura, Lect. Notes Comput. Sci. 2138, 106 (2001), and three more of the same growth.
_GAPS = (7983, 3548, 1577, 701, 301, 132, 57, 23, 10, 4, 1)


@lean
def fill_keys(spare, n_pairs, numbers, spacing, keys):
    """Give each pair of one center a number that never contradicts their order.

    Args:
        spare: The pairs.
        n_pairs: How many there are.
        numbers: Atomic number of each atom.
        spacing: At least the cutoff.
        keys: Filled.
    """
    for k in range(n_pairs):
        keys[k] = spare.distances[k] + spacing * numbers[spare.neighbors[k]]


@lean
def put_in_order(found, start, n_pairs, numbers, spacing, spare, keys):
    """Copy the pairs of one center in order: species, then distance, then neighbor, then shift.

    Args:
        found: Where the pairs go.
        start: Where the first goes.
        n_pairs: How many there are.
        numbers: Atomic number of each atom.
        spacing: At least the cutoff.
        spare: The pairs; `counts` holds the rank of each.
        keys: Room for as many numbers.
    """
    stop = start + n_pairs
    for k in range(n_pairs):
        rank = spare.counts[k]
        keys[rank] = spare.distances[k] + spacing * numbers[spare.neighbors[k]]
        found.neighbors[start + rank] = spare.neighbors[k]
        found.distances[start + rank] = spare.distances[k]
        for axis in range(3):
            found.vectors[start + rank, axis] = spare.vectors[k, axis]
            found.shifts[start + rank, axis] = spare.shifts[k, axis]
    for k in range(start + 1, stop):
        # Equal keys have lost digits.
        if keys[k - start] > keys[k - start - 1]:
            continue
        i = k
        while i > start and _precedes(i, i - 1, found, numbers):
            _swap(i, i - 1, found)
            i -= 1


@lean
def write_ranks(keys, n_keys, ranks):
    """Count for each key how many come before it: no branches, eight at a time.

    Behind the keys there is room for seven more numbers, which is spoilt.
    """
    end = (n_keys + EIGHT - 1) // EIGHT * EIGHT
    for k in range(n_keys, end):
        keys[k] = math.inf
    for k in range(n_keys):
        key, rank = keys[k], 0
        own = k // EIGHT * EIGHT
        for begin in range(0, own, EIGHT):
            rank += count_before(keys, begin, key, EIGHT)
        rank += count_before(keys, own, key, k - own)
        for begin in range(own + EIGHT, end, EIGHT):
            rank += count_before(keys, begin, key, 0)
        ranks[k] = rank


@lean
def write_ranks_of_many(keys, n_keys, order, ranks):
    """Do the same by Shell's method, which is faster when there are many; spoils the keys."""
    for k in range(n_keys):
        order[k] = k
    for gap in _GAPS:
        for start in range(gap, n_keys):
            key, moved, k = keys[start], order[start], start
            while k >= gap and keys[k - gap] > key:
                keys[k], order[k] = keys[k - gap], order[k - gap]
                k -= gap
            keys[k], order[k] = key, moved
    for rank in range(n_keys):
        ranks[order[rank]] = rank


@lean
def _swap(a, b, found):
    found.neighbors[a], found.neighbors[b] = found.neighbors[b], found.neighbors[a]
    found.distances[a], found.distances[b] = found.distances[b], found.distances[a]
    for axis in range(3):
        first, second = found.vectors[a, axis], found.vectors[b, axis]
        found.vectors[a, axis], found.vectors[b, axis] = second, first
        one, two = found.shifts[a, axis], found.shifts[b, axis]
        found.shifts[a, axis], found.shifts[b, axis] = two, one


@merged
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
