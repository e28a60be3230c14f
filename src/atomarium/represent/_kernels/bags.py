"""Products of charges over distances, put into one bag for each pair of elements."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core.compiled import compiled


@compiled
def fill_bags(charges, columns, positions, offsets, starts, nearest, out):
    """Fill the rows of molecules; bags are sorted and large enough.

    Args:
        charges: Of the atoms.
        columns: Which species each atom is.
        positions: Unit of length as wanted.
        offsets: Where the atoms of each molecule begin.
        starts: Where the bag of each two species begins; in the last column, that of the atoms
            of one species.
        nearest: Atoms nearer than this are in one place.
        out: Zeros, one row for each molecule; infinite where two atoms are in one place.
    """
    filled = np.empty(out.shape[1], dtype=np.int64)
    for molecule in range(len(offsets) - 1):
        filled[:] = 0
        row = out[molecule]
        for i in range(offsets[molecule], offsets[molecule + 1]):
            start = starts[columns[i], -1]
            row[start + filled[start]] = 0.5 * charges[i] ** 2.4
            filled[start] += 1
            for j in range(offsets[molecule], i):
                start = starts[columns[i], columns[j]]
                square = 0.0
                for axis in range(3):
                    square += (positions[i, axis] - positions[j, axis]) ** 2
                distance = math.sqrt(square) if square >= nearest * nearest else 0.0
                row[start + filled[start]] = charges[i] * charges[j] / distance
                filled[start] += 1
        for start in range(out.shape[1]):
            if filled[start] > 1:
                bag = row[start : start + filled[start]]
                bag[:] = -np.sort(-bag)
