"""Electrostatic energies of pairs of atoms in a crystal, by Ewald's two quick sums."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core.compiled import compiled


@compiled
def add_near(charges, places, cell, split, cutoff, reach, nearest, out):
    """Add the screened sum over near images to the upper triangle; 1 / Å.

    Args:
        charges: Of the atoms.
        places: In units of the cell vectors, any cell.
        cell: Å, one vector per row.
        split: Where the two sums share the work, 1 / Å.
        cutoff: Å. Images farther away do not count.
        reach: How many cells away, along each vector, an image within the cutoff may be.
        nearest: Å. Atoms nearer than this are in one place.
        out: The matrix; infinite where two atoms are in one place.
    """
    n_atoms = len(charges)
    for i in range(n_atoms):
        for j in range(i, n_atoms):
            apart = places[j] - places[i]
            apart -= np.floor(apart + 0.5)
            total = 0.0
            for h in range(-reach[0], reach[0] + 1):
                for k in range(-reach[1], reach[1] + 1):
                    for m in range(-reach[2], reach[2] + 1):
                        if i == j and h == 0 and k == 0 and m == 0:
                            continue
                        a, b, c = apart[0] + h, apart[1] + k, apart[2] + m
                        x = a * cell[0, 0] + b * cell[1, 0] + c * cell[2, 0]
                        y = a * cell[0, 1] + b * cell[1, 1] + c * cell[2, 1]
                        z = a * cell[0, 2] + b * cell[1, 2] + c * cell[2, 2]
                        square = x * x + y * y + z * z
                        if square < nearest * nearest:
                            total = np.inf
                        elif square < cutoff * cutoff:
                            distance = math.sqrt(square)
                            total += math.erfc(split * distance) / distance
            share = 0.5 if i == j else 1.0
            out[i, j] += share * charges[i] * charges[j] * total


@compiled
def add_far(charges, places, reciprocal, split, cutoff, reach, out):
    """Add the sum over waves and the background to the upper triangle; 1 / Å.

    Args:
        charges: Of the atoms.
        places: In units of the cell vectors.
        reciprocal: 1 / Å, times 2π, one vector per row.
        split: Where the two sums share the work, 1 / Å.
        cutoff: 1 / Å. Shorter waves do not count.
        reach: How many steps along each reciprocal vector a wave within the cutoff may be.
        out: The matrix.
    """
    n_atoms = len(charges)
    volume = 8.0 * math.pi**3 / abs(np.linalg.det(reciprocal))
    sums = np.full((n_atoms, n_atoms), -math.pi / (volume * split * split))
    cosines, sines = np.empty(n_atoms), np.empty(n_atoms)
    # A wave and its opposite are equal: half of all, each twice.
    for h in range(reach[0] + 1):
        for k in range(-reach[1] if h > 0 else 0, reach[1] + 1):
            for m in range(-reach[2] if h > 0 or k > 0 else 1, reach[2] + 1):
                x = h * reciprocal[0, 0] + k * reciprocal[1, 0] + m * reciprocal[2, 0]
                y = h * reciprocal[0, 1] + k * reciprocal[1, 1] + m * reciprocal[2, 1]
                z = h * reciprocal[0, 2] + k * reciprocal[1, 2] + m * reciprocal[2, 2]
                square = x * x + y * y + z * z
                if square > cutoff * cutoff:
                    continue
                weight = 8.0 * math.pi / volume / square
                weight *= math.exp(-square / (4.0 * split * split))
                for i in range(n_atoms):
                    turns = h * places[i, 0] + k * places[i, 1] + m * places[i, 2]
                    angle = 2.0 * math.pi * (turns - math.floor(turns))
                    cosines[i], sines[i] = math.cos(angle), math.sin(angle)
                for i in range(n_atoms):
                    for j in range(i, n_atoms):
                        sums[i, j] += weight * (cosines[i] * cosines[j] + sines[i] * sines[j])
    for i in range(n_atoms):
        sums[i, i] = 0.5 * sums[i, i] - split / math.sqrt(math.pi)
        for j in range(i, n_atoms):
            out[i, j] += charges[i] * charges[j] * sums[i, j]
