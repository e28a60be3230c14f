"""Pairs of near atoms, slowly: every image that could be near is looked at."""

from __future__ import annotations

import itertools
import math

import numpy as np

from atomarium.core.structures import Structures

Pair = tuple[int, int, tuple[int, int, int]]


def slow_pairs(structures: Structures, cutoff: float) -> dict[Pair, np.ndarray]:
    """Return the vector from center to neighbor by center, neighbor and shift."""
    found = {}
    for structure, one in enumerate(structures):
        first = int(structures.offsets[structure])
        for shift in _shifts(one, cutoff):
            move = np.array(shift) @ one.cells[0]
            vectors = one.positions[None, :] + move - one.positions[:, None]
            near = np.linalg.norm(vectors, axis=2) < cutoff
            for center, neighbor in np.argwhere(near):
                if shift == (0, 0, 0) and center == neighbor:
                    continue
                pair = (first + int(center), first + int(neighbor), shift)
                found[pair] = vectors[center, neighbor]
    return found


def _shifts(one: Structures, cutoff: float) -> itertools.product[tuple[int, int, int]]:
    """List the images within the cutoff of any atom, seen from any other."""
    ranges = []
    for axis in range(3):
        if not one.periodic[0, axis]:
            ranges.append(range(1))
            continue
        others = [k for k in range(3) if k != axis and one.periodic[0, k]]
        along = one.cells[0, axis]
        # What is left of a cell vector when its parts along the other ones are taken away.
        if others:
            plane = np.linalg.qr(one.cells[0, others].T)[0]
            upright = along - plane @ (plane.T @ along)
        else:
            upright = along
        height = np.linalg.norm(upright)
        spread = np.ptp(one.positions @ upright / height) if one.n_atoms else 0.0
        reach = math.ceil((cutoff + spread) / height)
        ranges.append(range(-reach, reach + 1))
    return itertools.product(*ranges)
