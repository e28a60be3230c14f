"""SOAP by numerical quadrature, slowly: no expansion of anything is done by hand.

The neighbor density of an atom is evaluated on a grid of radii and directions, multiplied by radial
functions and spherical harmonics, and summed up. Radial functions are orthonormalized with their
overlaps, on a longer grid of radii.
"""

from __future__ import annotations

import itertools

import numpy as np
import scipy.linalg
from tests.references.pairs_reference import slow_pairs

from atomarium.core.elements import SYMBOLS
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

try:
    from scipy.special import sph_harm_y
except ImportError:  # before SciPy 1.15, where angles were called the other way round
    from scipy.special import sph_harm

    def sph_harm_y(ell, m, polar, azimuth):
        return sph_harm(m, ell, azimuth, polar)


def slow_soap(structures: Structures, soap: Soap) -> np.ndarray:
    """Return rows in the layout "featomic", for settled species."""
    coefficients = slow_coefficients(structures, soap)
    rows = []
    for atom in coefficients:
        row = []
        for a, b in itertools.combinations_with_replacement(range(len(atom)), 2):
            for ell in range(soap.l_max + 1):
                harmonics = slice(ell**2, (ell + 1) ** 2)
                products = (atom[a][:, harmonics] @ atom[b][:, harmonics].conj().T).real
                factor = (-1) ** ell / np.sqrt(2 * ell + 1) * (1 if a == b else np.sqrt(2))
                row.append(factor * products.ravel())
        rows.append(np.concatenate(row))
    return np.array(rows)


def slow_coefficients(structures: Structures, soap: Soap) -> np.ndarray:
    """Return the complex coefficients by atom, species, n and l² + l + m."""
    radii, radial_weights = _grid(soap.cutoff + 8 * soap.width, 90)
    directions, direction_weights = _direction_grid()
    functions = _radial_functions(soap, radii)
    harmonics = _harmonics(soap.l_max, directions)
    grid = radii[:, None, None] * directions
    densities = _densities(structures, soap, grid)
    return np.einsum(
        "asrd,nr,hd->asnh",
        densities,
        functions * radial_weights * radii**2,
        harmonics.conj() * direction_weights,
        optimize=True,
    )


def _densities(structures: Structures, soap: Soap, grid: np.ndarray) -> np.ndarray:
    """Return the density of each species around each atom on the grid."""
    column = [soap.species.index(SYMBOLS[z]) for z in structures.numbers]
    out = np.zeros((structures.n_atoms, len(soap.species), *grid.shape[:2]))

    def gaussian(place: np.ndarray) -> np.ndarray:
        squared = ((grid - place) ** 2).sum(axis=-1)
        return np.exp(-squared / (2 * soap.width**2)) / (np.pi * soap.width**2) ** 0.75

    for atom in range(structures.n_atoms):
        out[atom, column[atom]] += soap.center_weight * gaussian(np.zeros(3))
    for (center, neighbor, _), vector in slow_pairs(structures, soap.cutoff).items():
        fade = _fade(float(np.linalg.norm(vector)), soap)
        out[center, column[neighbor]] += fade * gaussian(vector)
    return out


def _fade(distance: float, soap: Soap) -> float:
    before = soap.cutoff - distance
    if before >= soap.cutoff_width:
        return 1.0
    return 0.5 * (1 - np.cos(np.pi * before / soap.cutoff_width))


def _radial_functions(soap: Soap, radii: np.ndarray) -> np.ndarray:
    def raw(radii: np.ndarray) -> np.ndarray:
        rows = []
        for n in range(soap.n_max):
            width = soap.cutoff * max(np.sqrt(n), 1) / soap.n_max
            rows.append(radii**n * np.exp(-(radii**2) / (2 * width**2)))
        return np.array(rows)

    # Overlaps reach beyond what the neighbor density needs.
    far, weights = _grid(20 * soap.cutoff, 800)
    lengths = np.sqrt((raw(far) ** 2 * weights * far**2).sum(axis=1, keepdims=True))
    overlap = (raw(far) / lengths * weights * far**2) @ (raw(far) / lengths).T
    return np.linalg.inv(scipy.linalg.sqrtm(overlap)) @ (raw(radii) / lengths)


def _grid(extent: float, n_nodes: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    return 0.5 * extent * (nodes + 1), 0.5 * extent * weights


def _direction_grid() -> tuple[np.ndarray, np.ndarray]:
    """Return directions and weights that are exact up to degree 79."""
    cosines, weights = np.polynomial.legendre.leggauss(40)
    azimuths = np.arange(80) * (2 * np.pi / 80)
    sines = np.sqrt(1 - cosines**2)
    directions = np.stack(
        [
            np.outer(sines, np.cos(azimuths)),
            np.outer(sines, np.sin(azimuths)),
            np.outer(cosines, np.ones(80)),
        ],
        axis=-1,
    )
    return directions.reshape(-1, 3), np.repeat(weights, 80) * (2 * np.pi / 80)


def _harmonics(l_max: int, directions: np.ndarray) -> np.ndarray:
    polar = np.arccos(directions[:, 2])
    azimuth = np.arctan2(directions[:, 1], directions[:, 0])
    return np.array(
        [
            sph_harm_y(ell, m, polar, azimuth)
            for ell in range(l_max + 1)
            for m in range(-ell, ell + 1)
        ]
    )
