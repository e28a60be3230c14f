"""Densities of pseudo-elements, their power spectra and kernels, one loop after the other.

Mixes densities before anything is multiplied, where the package mixes products: both must agree.
"""

from __future__ import annotations

import numpy as np

from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap


def mixed_rows(soap: Soap, structures: Structures, couplings: dict[str, np.ndarray]) -> np.ndarray:
    """Return the power spectrum of every atom, all products written out, by J, n, J′, n′, l."""
    settled = soap.settle(structures)
    n_species = len(settled.species)
    shape = (structures.n_atoms, n_species, (soap.l_max + 1) ** 2, soap.n_max)
    coefficients = settled.spherical_expansion(structures).values.reshape(shape)
    n_pseudo = len(next(iter(couplings.values())))
    rows = []
    for atom in range(structures.n_atoms):
        mixed = np.zeros((n_pseudo, *shape[2:]))
        for species, symbol in enumerate(settled.species):
            for pseudo in range(n_pseudo):
                mixed[pseudo] += couplings[symbol][pseudo] * coefficients[atom, species]
        row = []
        for ell in range(soap.l_max + 1):
            part = mixed[:, ell**2 : (ell + 1) ** 2]
            row.append(np.einsum("jmn,kmp->jnkp", part, part) / np.sqrt(2 * ell + 1))
        rows.append(np.stack(row, axis=-1).reshape(-1))
    return np.array(rows)


def structure_kernel(
    rows: np.ndarray, offsets: np.ndarray, *, degree: int, normalize: bool
) -> np.ndarray:
    """Return the average over pairs of atoms of the power of their product, or of their cosine."""
    n_structures = len(offsets) - 1
    kernel = np.zeros((n_structures, n_structures))
    for a in range(n_structures):
        for b in range(n_structures):
            total = 0.0
            for i in range(offsets[a], offsets[a + 1]):
                for j in range(offsets[b], offsets[b + 1]):
                    product = rows[i] @ rows[j]
                    if normalize:
                        product /= np.linalg.norm(rows[i]) * np.linalg.norm(rows[j])
                    total += product**degree
            kernel[a, b] = total / (offsets[a + 1] - offsets[a]) / (offsets[b + 1] - offsets[b])
    return kernel


def ridge_predictions(
    kernel: np.ndarray, values: np.ndarray, train: np.ndarray, others: np.ndarray, noise: float
) -> np.ndarray:
    """Return predictions of others with a centered kernel, by a plain solve."""
    inside = kernel[np.ix_(train, train)]
    between = kernel[np.ix_(others, train)]
    of_train = inside.mean(axis=0)
    centered = inside - of_train - of_train[:, None] + inside.mean()
    cross = between - between.mean(axis=1)[:, None] - of_train + inside.mean()
    center = values[train].mean()
    added = noise * np.trace(centered) / len(train) * np.eye(len(train))
    return cross @ np.linalg.solve(centered + added, values[train] - center) + center
