"""Pairs of small structures: every atom is compared with all others."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core._search.room import SLACK, make_more_room, take_if_near
from atomarium.core.compiled import compiled

#: Adding and subtracting it rounds to a whole number, and runs in vectors.
_ROUNDING = 1.5 * 2.0**52


@compiled
def is_nearest_enough(structure, frames, cutoff):
    """Tell whether only the nearest image of an atom can be within the cutoff."""
    for axis in range(3):
        reach = cutoff * (1 + SLACK) / frames.heights[structure, axis]
        if frames.periodic[structure, axis] and reach > 0.5:
            return False
    return True


@compiled
def list_nearest(center, structure, frames, cutoff, squares, near):
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
    limit = cutoff * cutoff * (1 + SLACK)
    n_near = 0
    for k in range(n_atoms):
        near[n_near] = begin + k
        n_near += squares[k] < limit
    return n_near


@compiled
def search_listed(center, structure, frames, cutoff, others, found, n_found):
    if n_found + len(others) > len(found.neighbors):
        found = make_more_room(found, n_found + len(others))
    cell, periodic, places = frames.cells[structure], frames.periodic[structure], frames.places
    for other in others:
        a = round(places[0, center] - places[0, other]) if periodic[0] else 0
        b = round(places[1, center] - places[1, other]) if periodic[1] else 0
        c = round(places[2, center] - places[2, other]) if periodic[2] else 0
        n_found = take_if_near(center, other, (a, b, c), cell, frames, cutoff, found, n_found)
    return found, n_found


@compiled
def search_all(center, structure, frames, cutoff, found, n_found):
    cell = frames.cells[structure]
    begin, end = frames.offsets[structure], frames.offsets[structure + 1]
    lows, highs = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for other in range(begin, end):
        n_images = 1
        for axis in range(3):
            if frames.periodic[structure, axis] and n_images:
                apart = frames.places[axis, other] - frames.places[axis, center]
                reach = cutoff / frames.heights[structure, axis] + SLACK
                lows[axis] = math.ceil(-reach - apart)
                highs[axis] = math.floor(reach - apart)
                n_images *= max(0, highs[axis] - lows[axis] + 1)
        if n_images == 0:
            continue
        if n_found + n_images > len(found.neighbors):
            found = make_more_room(found, n_found + n_images)
        for a in range(lows[0], highs[0] + 1):
            for b in range(lows[1], highs[1] + 1):
                for c in range(lows[2], highs[2] + 1):
                    n_found = take_if_near(
                        center, other, (a, b, c), cell, frames, cutoff, found, n_found
                    )
    return found, n_found
