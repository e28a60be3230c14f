"""Search for pairs of near atoms, compiled: arrays and numbers only.

Atoms of small structures are compared with all others, those of large ones with the atoms in the
bins around them. Either way a center finds its own neighbors, so that runs of centers can be
searched side by side, and the vector of a pair is exactly minus the vector of its reverse.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import get_num_threads

from atomarium.core.compiled import compiled, inlined

#: With fewer atoms, sorting them into bins costs more than it saves: where the nearest image of
#: each is all there is to look at, and where it is not.
_FEW_ATOMS_NEAREST = 400
_FEW_ATOMS = 160
#: Adding and subtracting it rounds to a whole number, and runs in vectors.
_ROUNDING = 1.5 * 2.0**52
#: Fractional coordinates are rounded; the distance has the last word.
_SLACK = 1e-9
#: With more pairs, counting those that come before each costs more than sorting.
_MANY_PAIRS = 300


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


class _Bins(NamedTuple):
    """Atoms of one structure by bin: those of bin b are atoms[starts[b]:starts[b + 1]]."""

    numbers: np.ndarray
    reach: np.ndarray
    bin_of_atom: np.ndarray
    image_of_atom: np.ndarray
    starts: np.ndarray
    atoms: np.ndarray


def count_threads() -> int:
    """Return how many threads compiled code may use; `numba.set_num_threads` limits them."""
    return get_num_threads()


@compiled
def search(frames, cutoff, first, last):
    """Find the pairs of a run of structures.

    Args:
        frames: All structures.
        cutoff: Å. Pairs at exactly this distance are left out.
        first: First structure of the run.
        last: The structure behind the run.
    """
    start, stop = frames.offsets[first], frames.offsets[last]
    found = _make_room(stop - start, 32 * (stop - start) + 64)
    spare, keys = _make_room(64, 64), np.empty(64)
    squares, near = np.empty(64), np.empty(64, dtype=np.int64)
    n_found = 0
    for structure in range(first, last):
        begin, end = frames.offsets[structure], frames.offsets[structure + 1]
        nearest = _is_nearest_enough(structure, frames, cutoff)
        in_bins = end - begin > (_FEW_ATOMS_NEAREST if nearest else _FEW_ATOMS)
        if end - begin > len(squares):
            squares, near = np.empty(end - begin), np.empty(end - begin, dtype=np.int64)
        bins = _sort_into_bins(frames, structure, cutoff, in_bins)
        for center in range(begin, end):
            before = n_found
            if in_bins:
                found, n_found = _search_bins(
                    center, structure, frames, bins, cutoff, found, n_found
                )
            elif nearest:
                n_near = _list_nearest(center, structure, frames, cutoff, squares, near)
                found, n_found = _search_listed(
                    center, structure, frames, cutoff, near[:n_near], found, n_found
                )
            else:
                found, n_found = _search_all(center, structure, frames, cutoff, found, n_found)
            n_pairs = n_found - before
            found.counts[center - start] = n_pairs
            if n_pairs > len(keys):
                spare, keys = _make_room(2 * n_pairs, 2 * n_pairs), np.empty(2 * n_pairs)
            _sort(found, before, n_found, frames.numbers, cutoff, spare, keys)
    return Found(
        found.counts,
        found.neighbors[:n_found],
        found.vectors[:n_found],
        found.distances[:n_found],
        found.shifts[:n_found],
    )


@compiled
def _make_room(n_atoms, n_pairs):
    return Found(
        np.zeros(n_atoms, dtype=np.int64),
        np.empty(n_pairs, dtype=np.int32),
        np.empty((n_pairs, 3)),
        np.empty(n_pairs),
        np.empty((n_pairs, 3), dtype=np.int32),
    )


@compiled
def _make_more_room(found, n_needed):
    room = len(found.neighbors)
    more = _make_room(0, 2 * n_needed)
    more.neighbors[:room] = found.neighbors
    more.vectors[:room] = found.vectors
    more.distances[:room] = found.distances
    more.shifts[:room] = found.shifts
    return Found(found.counts, more.neighbors, more.vectors, more.distances, more.shifts)


@inlined
def _take_if_near(center, other, shift, cell, frames, cutoff, found, n_found):
    """Note a pair if it is near enough; returns the number of pairs then."""
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
    found.neighbors[n_found] = other
    found.distances[n_found] = distance
    found.vectors[n_found, 0] = x
    found.vectors[n_found, 1] = y
    found.vectors[n_found, 2] = z
    found.shifts[n_found, 0] = a
    found.shifts[n_found, 1] = b
    found.shifts[n_found, 2] = c
    return n_found + 1


@compiled
def _is_nearest_enough(structure, frames, cutoff):
    """Tell whether only the nearest image of an atom can be within the cutoff."""
    for axis in range(3):
        if frames.periodic[structure, axis]:
            if cutoff * (1 + _SLACK) > 0.5 * frames.heights[structure, axis]:
                return False
    return True


@compiled
def _list_nearest(center, structure, frames, cutoff, squares, near):
    """List the atoms whose nearest image may be within the cutoff; returns how many."""
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    n_atoms = end - begin
    cell, repeats = frames.cells[structure], frames.periodic[structure].astype(np.float64)
    (x, y, z), (a, b, c) = frames.positions[:, begin:end], frames.places[:, begin:end]
    i = center - begin
    for k in range(n_atoms):
        shift_a = repeats[0] * (_ROUNDING - (_ROUNDING + (a[k] - a[i])))
        shift_b = repeats[1] * (_ROUNDING - (_ROUNDING + (b[k] - b[i])))
        shift_c = repeats[2] * (_ROUNDING - (_ROUNDING + (c[k] - c[i])))
        dx = x[k] - x[i] + shift_a * cell[0, 0] + shift_b * cell[1, 0] + shift_c * cell[2, 0]
        dy = y[k] - y[i] + shift_a * cell[0, 1] + shift_b * cell[1, 1] + shift_c * cell[2, 1]
        dz = z[k] - z[i] + shift_a * cell[0, 2] + shift_b * cell[1, 2] + shift_c * cell[2, 2]
        squares[k] = dx * dx + dy * dy + dz * dz
    limit = cutoff * cutoff * (1 + _SLACK)
    n_near = 0
    for k in range(n_atoms):
        near[n_near] = begin + k
        n_near += squares[k] < limit
    return n_near


@compiled
def _search_listed(center, structure, frames, cutoff, others, found, n_found):
    if n_found + len(others) > len(found.neighbors):
        found = _make_more_room(found, n_found + len(others))
    cell, periodic, places = frames.cells[structure], frames.periodic[structure], frames.places
    for other in others:
        a = round(places[0, center] - places[0, other]) if periodic[0] else 0
        b = round(places[1, center] - places[1, other]) if periodic[1] else 0
        c = round(places[2, center] - places[2, other]) if periodic[2] else 0
        n_found = _take_if_near(center, other, (a, b, c), cell, frames, cutoff, found, n_found)
    return found, n_found


@compiled
def _search_all(center, structure, frames, cutoff, found, n_found):
    cell = frames.cells[structure]
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    lows, highs = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for other in range(begin, end):
        n_images = 1
        for axis in range(3):
            if frames.periodic[structure, axis] and n_images:
                apart = frames.places[axis, other] - frames.places[axis, center]
                reach = cutoff / frames.heights[structure, axis] + _SLACK
                lows[axis] = math.ceil(-reach - apart)
                highs[axis] = math.floor(reach - apart)
                n_images *= max(0, highs[axis] - lows[axis] + 1)
        if n_images == 0:
            continue
        if n_found + n_images > len(found.neighbors):
            found = _make_more_room(found, n_found + n_images)
        for a in range(lows[0], highs[0] + 1):
            for b in range(lows[1], highs[1] + 1):
                for c in range(lows[2], highs[2] + 1):
                    n_found = _take_if_near(
                        center, other, (a, b, c), cell, frames, cutoff, found, n_found
                    )
    return found, n_found


@compiled
def _sort_into_bins(frames, structure, cutoff, wanted):
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    if not wanted:
        end = begin
    n_atoms = end - begin
    numbers, reach = np.ones(3, dtype=np.int64), np.ones(3, dtype=np.int64)
    image_of_atom = np.zeros((n_atoms, 3), dtype=np.int64)
    bin_of_atom = np.zeros((n_atoms, 3), dtype=np.int64)
    most = int(n_atoms ** (1 / 3)) + 1
    for axis in range(3 if n_atoms else 0):
        low, extent = 0.0, 1.0
        if not frames.periodic[structure, axis]:
            low = frames.places[axis, begin:end].min()
            extent = max(frames.places[axis, begin:end].max() - low, 1e-12)
        length = extent * frames.heights[structure, axis]
        # Bins a little longer than the cutoff, so that rounding cannot hide a pair.
        numbers[axis] = max(1, min(most, int(length / (cutoff * (1 + _SLACK)))))
        if frames.periodic[structure, axis]:
            reach[axis] = math.ceil(cutoff * (1 + _SLACK) / (length / numbers[axis]))
        for atom in range(n_atoms):
            place = (frames.places[axis, begin + atom] - low) / extent
            if frames.periodic[structure, axis]:
                image_of_atom[atom, axis] = math.floor(place)
                place -= math.floor(place)
            bin_of_atom[atom, axis] = min(int(place * numbers[axis]), numbers[axis] - 1)
    starts = np.zeros(numbers[0] * numbers[1] * numbers[2] + 1, dtype=np.int64)
    flat = (bin_of_atom[:, 0] * numbers[1] + bin_of_atom[:, 1]) * numbers[2] + bin_of_atom[:, 2]
    for atom in range(n_atoms):
        starts[flat[atom] + 1] += 1
    starts = np.cumsum(starts)
    filled = starts.copy()
    atoms = np.empty(n_atoms, dtype=np.int64)
    for atom in range(n_atoms):
        atoms[filled[flat[atom]]] = atom
        filled[flat[atom]] += 1
    return _Bins(numbers, reach, bin_of_atom, image_of_atom, starts, atoms)


@compiled
def _search_bins(center, structure, frames, bins, cutoff, found, n_found):
    cell, periodic = frames.cells[structure], frames.periodic[structure]
    begin = frames.offsets[structure]
    own_bin, own_image = bins.bin_of_atom[center - begin], bins.image_of_atom[center - begin]
    for a in range(own_bin[0] - bins.reach[0], own_bin[0] + bins.reach[0] + 1):
        bin_a, image_a = _wrap(a, bins.numbers[0], periodic[0])
        for b in range(own_bin[1] - bins.reach[1], own_bin[1] + bins.reach[1] + 1):
            bin_b, image_b = _wrap(b, bins.numbers[1], periodic[1])
            for c in range(own_bin[2] - bins.reach[2], own_bin[2] + bins.reach[2] + 1):
                bin_c, image_c = _wrap(c, bins.numbers[2], periodic[2])
                if bin_a < 0 or bin_b < 0 or bin_c < 0:
                    continue
                flat = (bin_a * bins.numbers[1] + bin_b) * bins.numbers[2] + bin_c
                start, stop = bins.starts[flat], bins.starts[flat + 1]
                if n_found + stop - start > len(found.neighbors):
                    found = _make_more_room(found, n_found + stop - start)
                for k in range(start, stop):
                    other = bins.atoms[k]
                    image = bins.image_of_atom[other]
                    shift = (
                        image_a + own_image[0] - image[0],
                        image_b + own_image[1] - image[1],
                        image_c + own_image[2] - image[2],
                    )
                    n_found = _take_if_near(
                        center, begin + other, shift, cell, frames, cutoff, found, n_found
                    )
    return found, n_found


@inlined
def _wrap(place, n_bins, periodic):
    """Return the bin at a place and the image that it belongs to; −1 outside of everything."""
    if 0 <= place < n_bins:
        return place, 0
    if not periodic:
        return -1, 0
    image = place // n_bins
    return place - image * n_bins, image


@compiled
def _sort(found, start, stop, numbers, spacing, spare, keys):
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
