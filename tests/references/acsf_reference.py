"""Symmetry functions as their formulas read: loops over atoms and images, slow and clear.

Written from J. Behler, J. Chem. Phys. 134, 074106 (2011), eqs. 4–9; pairs of neighbors count once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures
from atomarium.represent.symmetry_columns import Column
from atomarium.represent.symmetry_function import SymmetryFunction


def functions_of_atom(
    columns: Sequence[Column], structure: Structures, atom: int, cutoff_function: str
) -> list[float]:
    """Return the symmetry functions of one atom of a structure."""
    around = {cutoff: _Around(structure, atom, cutoff) for cutoff in {c.cutoff for c in columns}}
    values = []
    for column in columns:
        numbers = sorted(NUMBERS[symbol] for symbol in column.neighbors)
        if column.center and structure.numbers[atom] != NUMBERS[column.center]:
            values.append(0.0)
        elif len(numbers) == 1:
            distances = around[column.cutoff].distances(numbers[0])
            fades = _fade(distances, column.cutoff, cutoff_function)
            values.append(float((_radial(column.function, distances) * fades).sum()))
        else:
            sides, cosines = around[column.cutoff].triangles(numbers)
            fades = _fade(sides, column.cutoff, cutoff_function)
            values.append(_angular(column.function, sides, cosines, fades))
    return values


def _fade(distances: np.ndarray, cutoff: float, cutoff_function: str) -> np.ndarray:
    inside = distances < cutoff
    if cutoff_function == "tanh3":
        return inside * np.tanh(1 - distances / cutoff) ** 3
    return inside * 0.5 * (np.cos(np.pi * distances / cutoff) + 1)


def _radial(one: SymmetryFunction, distances: np.ndarray) -> np.ndarray:
    if one.kind == "G2":
        return np.exp(-one.eta * (distances - one.shift) ** 2)
    return np.cos(one.kappa * distances) if one.kind == "G3" else np.ones_like(distances)


def _angular(
    one: SymmetryFunction, sides: np.ndarray, cosines: np.ndarray, fades: np.ndarray
) -> float:
    counted = slice(3) if one.kind == "G4" else slice(2)
    gaussians = np.exp(-one.eta * ((sides[:, counted] - one.shift) ** 2).sum(axis=1))
    powers = 2 ** (1 - one.zeta) * (1 + one.direction * cosines) ** one.zeta
    return float((powers * gaussians * fades[:, counted].prod(axis=1)).sum())


class _Around:
    """All atoms nearer than a cutoff, images included, and all triangles with two of them."""

    def __init__(self, structure: Structures, atom: int, cutoff: float) -> None:
        repeats = range(-4, 5) if structure.periodic.any() else range(1)
        self.numbers, self.vectors = [], []
        for shift in itertools.product(repeats, repeats, repeats):
            for other in range(structure.n_atoms):
                image = structure.positions[other] + np.array(shift) @ structure.cells[0]
                vector = image - structure.positions[atom]
                if 0 < np.linalg.norm(vector) < cutoff:
                    self.numbers.append(int(structure.numbers[other]))
                    self.vectors.append(vector)

    def distances(self, number: int) -> np.ndarray:
        """Return the distances of the neighbors of an element."""
        chosen = [v for z, v in zip(self.numbers, self.vectors, strict=True) if z == number]
        return np.array([np.linalg.norm(v) for v in chosen])

    def triangles(self, numbers: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return three sides and a cosine for each pair of neighbors of two elements."""
        pairs = [
            (self.vectors[j], self.vectors[k])
            for j, k in itertools.combinations(range(len(self.numbers)), 2)
            if sorted([self.numbers[j], self.numbers[k]]) == numbers
        ]
        first, second = np.array(pairs).reshape(-1, 2, 3).swapaxes(0, 1)
        sides = np.stack([np.linalg.norm(v, axis=1) for v in (first, second, first - second)], 1)
        cosines = (first * second).sum(axis=1) / (sides[:, 0] * sides[:, 1])
        return sides, np.clip(cosines, -1, 1)
