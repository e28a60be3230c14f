"""FCHL19 from its formulas, slow and plain, for molecules and crystals."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures
from atomarium.represent.fchl19 import Fchl19


def fchl19_by_hand(settings: Fchl19, structure: Structures, n_images: int = 0) -> np.ndarray:
    """Return the rows of one structure, by settled settings, from so many cells on each side.

    Source: A. S. Christensen et al., J. Chem. Phys. 152, 044107 (2020), eqs. 5-13.
    """
    steps = [
        range(-n_images, n_images + 1) if repeats else range(1) for repeats in structure.periodic[0]
    ]
    shifts = [np.array(step) @ structure.cells[0] for step in product(*steps)]
    species = [NUMBERS[symbol] for symbol in settings.species]
    columns = [species.index(z) for z in structure.numbers.tolist()]
    rows = []
    for center in structure.positions:
        near = [
            (column, place + shift - center)
            for column, place in zip(columns, structure.positions, strict=True)
            for shift in shifts
            if 0
            < np.linalg.norm(place + shift - center)
            < max(settings.cutoff, settings.angular_cutoff)
        ]
        two, three = _pairs(settings, near, len(species)), _triplets(settings, near, len(species))
        rows.append(np.concatenate([two.ravel(), three.ravel()]))
    return np.array(rows)


def _fade(distance: float, cutoff: float) -> float:
    return 0.5 * float(np.cos(np.pi * distance / cutoff)) + 0.5 if distance < cutoff else 0.0


def _pairs(settings: Fchl19, near: list, n_species: int) -> np.ndarray:
    radii = np.linspace(0, settings.cutoff, settings.n_radial + 1)[1:]
    out = np.zeros((n_species, settings.n_radial))
    for column, vector in near:
        r = float(np.linalg.norm(vector))
        spread = settings.radial_width / r**2
        mu, variance = np.log(r / np.sqrt(1 + spread)), np.log(1 + spread)
        shape = np.exp(-((np.log(radii) - mu) ** 2) / (2 * variance))
        shape /= np.sqrt(2 * np.pi * variance) * radii
        out[column] += shape * _fade(r, settings.cutoff) / r**settings.radial_decay
    return out


def _triplets(settings: Fchl19, near: list, n_species: int) -> np.ndarray:
    radii = np.linspace(0, settings.angular_cutoff, settings.n_angular + 1)[1:]
    twos = [(a, b) for a in range(n_species) for b in range(a, n_species)]
    out = np.zeros((len(twos), settings.n_angular, settings.n_fourier, 2))
    odd = 2 * np.arange(settings.n_fourier) + 1
    for (first, a), (second, b) in combinations(near, 2):
        p, q, s = (float(np.linalg.norm(v)) for v in (a, b, b - a))
        fades = _fade(p, settings.angular_cutoff) * _fade(q, settings.angular_cutoff)
        cosines = [(p * p + q * q - s * s) / (2 * p * q)]
        cosines += [(p * p + s * s - q * q) / (2 * p * s), (q * q + s * s - p * p) / (2 * q * s)]
        weight = settings.angular_weight * np.sqrt(settings.angular_width / np.pi) * fades
        weight *= (1 + 3 * np.prod(cosines)) / (p * q * s) ** settings.angular_decay
        gaussians = np.exp(-settings.angular_width * (0.5 * (p + q) - radii) ** 2)
        # The inverse cosine would lose half of the digits near a line.
        angle = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
        waves = np.stack([np.cos(odd * angle), np.sin(odd * angle)], axis=1)
        waves *= 2 * np.exp(-((settings.zeta * odd) ** 2) / 2)[:, None]
        pair = twos.index((min(first, second), max(first, second)))
        out[pair] += weight * gaussians[:, None, None] * waves
    return out
