"""Pairs of small structures: every atom is compared with all others."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core._search.room import SLACK, merged, take_if_near
from atomarium.core.compiled import lean

#: Adding and subtracting it rounds to a whole number, and runs in vectors.
_ROUNDING = 1.5 * 2.0**52


@lean
def is_nearest_enough(structure, frames, cutoff):
    """Tell whether only the nearest image of an atom can be within the cutoff."""
    for axis in range(3):
        reach = cutoff * (1 + SLACK) / frames.heights[structure, axis]
        if frames.periodic[structure, axis] and reach > 0.5:
            return False
    return True


@lean
def list_nearest(center, structure, frames, cutoff, squares, near):
    """List the atoms whose nearest image may be within the cutoff; returns how many."""
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    cell, periodic = frames.cells[structure], frames.periodic[structure]
    repeat_a = 1.0 if periodic[0] else 0.0
    repeat_b = 1.0 if periodic[1] else 0.0
    repeat_c = 1.0 if periodic[2] else 0.0
    # Not rows taken out before the loop: of those numba does not know that they have no gaps.
    positions, places = frames.positions, frames.places
    x, y, z = positions[0, center], positions[1, center], positions[2, center]
    a, b, c = places[0, center], places[1, center], places[2, center]
    for atom in range(begin, end):
        # Unsigned, as numba looks twice at indices that might count from the end.
        k = np.uint64(atom)
        shift_a = repeat_a * (_ROUNDING - (_ROUNDING + (places[0, k] - a)))
        shift_b = repeat_b * (_ROUNDING - (_ROUNDING + (places[1, k] - b)))
        shift_c = repeat_c * (_ROUNDING - (_ROUNDING + (places[2, k] - c)))
        dx = shift_a * cell[0, 0] + shift_b * cell[1, 0] + shift_c * cell[2, 0]
        dy = shift_a * cell[0, 1] + shift_b * cell[1, 1] + shift_c * cell[2, 1]
        dz = shift_a * cell[0, 2] + shift_b * cell[1, 2] + shift_c * cell[2, 2]
        dx += positions[0, k] - x
        dy += positions[1, k] - y
        dz += positions[2, k] - z
        squares[np.uint64(atom - begin)] = dx * dx + dy * dy + dz * dz
    limit = cutoff * cutoff * (1 + SLACK)
    n_near = 0
    for k in range(end - begin):
        near[n_near] = begin + k
        n_near += squares[k] < limit
    return n_near


@lean
def search_listed(center, structure, frames, cutoff, others, found):
    """Note the nearest images of some atoms; returns the number of pairs then."""
    cell, periodic, places = frames.cells[structure], frames.periodic[structure], frames.places
    n_found = 0
    for other in others:
        a = round(places[0, center] - places[0, other]) if periodic[0] else 0
        b = round(places[1, center] - places[1, other]) if periodic[1] else 0
        c = round(places[2, center] - places[2, other]) if periodic[2] else 0
        n_found = take_if_near(center, other, (a, b, c), cell, frames, cutoff, found, n_found)
    return n_found


@lean
def search_all(center, structure, frames, cutoff, found):
    """Note all images of all atoms; returns the number of pairs then."""
    cell = frames.cells[structure]
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    n_found = 0
    for other in range(begin, end):
        first_a, last_a = _images(center, other, 0, structure, frames, cutoff)
        if last_a < first_a:
            continue
        first_b, last_b = _images(center, other, 1, structure, frames, cutoff)
        if last_b < first_b:
            continue
        first_c, last_c = _images(center, other, 2, structure, frames, cutoff)
        for a in range(first_a, last_a + 1):
            for b in range(first_b, last_b + 1):
                for c in range(first_c, last_c + 1):
                    n_found = take_if_near(
                        center, other, (a, b, c), cell, frames, cutoff, found, n_found
                    )
    return n_found


@merged
def _images(center, other, axis, structure, frames, cutoff):
    """Return the first and last image of an atom that may be near along one axis."""
    if not frames.periodic[structure, axis]:
        return 0, 0
    apart = frames.places[axis, other] - frames.places[axis, center]
    reach = cutoff / frames.heights[structure, axis] + SLACK
    return math.ceil(-reach - apart), math.floor(reach - apart)
