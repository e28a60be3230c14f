"""The pairs of a run of structures."""

from __future__ import annotations

import numpy as np

from atomarium.core._search.bins import search_bins, sort_into_bins
from atomarium.core._search.eights import EIGHT
from atomarium.core._search.near import (
    is_nearest_enough,
    list_nearest,
    search_all,
    search_listed,
)
from atomarium.core._search.order import (
    fill_keys,
    put_in_order,
    write_ranks,
    write_ranks_of_many,
)
from atomarium.core._search.room import Found, make_more_room, make_room
from atomarium.core.compiled import compiled

#: With fewer atoms, sorting them into bins costs more than it saves: where the nearest image of
#: each is all there is to look at, and where it is not.
_FEW_ATOMS_NEAREST = 1200
_FEW_ATOMS = 160
#: With more pairs, counting those that come before each costs more than sorting.
_FEW_PAIRS = 300


@compiled
def search(frames, cutoff, first, last):
    """Find the pairs of a run of atoms.

    Args:
        frames: All structures.
        cutoff: Å. Pairs at exactly this distance are left out.
        first: First atom of the run.
        last: The atom behind the run.
    """
    found = make_room(last - first, 32 * (last - first) + 64)
    spare, keys, order = make_room(64, 64), np.empty(72), np.empty(64, dtype=np.int64)
    squares, near = np.empty(64), np.empty(64, dtype=np.int64)
    n_found = 0
    for structure in range(len(frames.offsets) - 1):
        begin, end = frames.offsets[structure], frames.offsets[structure + 1]
        if end <= first or begin >= last:
            continue
        nearest = is_nearest_enough(structure, frames, cutoff)
        in_bins = end - begin > (_FEW_ATOMS_NEAREST if nearest else _FEW_ATOMS)
        if end - begin > len(squares):
            squares, near = np.empty(end - begin), np.empty(end - begin, dtype=np.int64)
        bins = sort_into_bins(frames, structure, cutoff, in_bins)
        for center in range(max(begin, first), min(end, last)):
            while True:
                if in_bins:
                    n_pairs = search_bins(center, structure, frames, bins, cutoff, spare)
                elif nearest:
                    n_near = list_nearest(center, structure, frames, cutoff, squares, near)
                    n_pairs = search_listed(center, structure, frames, cutoff, near[:n_near], spare)
                else:
                    n_pairs = search_all(center, structure, frames, cutoff, spare)
                if n_pairs <= len(order):
                    break
                spare, keys = make_room(2 * n_pairs, 2 * n_pairs), np.empty(2 * n_pairs + EIGHT)
                order = np.empty(2 * n_pairs, dtype=np.int64)
            if n_found + n_pairs > len(found.neighbors):
                found = make_more_room(found, 2 * (n_found + n_pairs))
            fill_keys(spare, n_pairs, frames.numbers, cutoff, keys)
            if n_pairs <= _FEW_PAIRS:
                write_ranks(keys, n_pairs, spare.counts)
            else:
                write_ranks_of_many(keys, n_pairs, order, spare.counts)
            put_in_order(found, n_found, n_pairs, frames.numbers, cutoff, spare, keys)
            found.counts[center - first] = n_pairs
            n_found += n_pairs
    return Found(
        found.counts,
        found.neighbors[:n_found],
        found.vectors[:n_found],
        found.distances[:n_found],
        found.shifts[:n_found],
    )
