"""A mixing of species learned from structures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

#: Coefficients of so many atoms are kept at once.
_ATOMS_AT_ONCE = 256


def learn_mixing(
    soap: Soap, structures: Structures, n_channels: int
) -> dict[str, tuple[float, ...]]:
    """Return how much of each species goes into each channel, for `Compression(mixing=…)`.

    Channels are the principal components of the species: of all mixtures into so few channels, the
    densities can be restored from these with the least error.

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), section
        "Optimizing the density representation", with the components of the data themselves in
        place of a fitted kernel.

    Args:
        soap: Settings of the densities; their compression is left aside.
        structures: To learn from; at least one atom.
        n_channels: From 1 to the number of species.

    Raises:
        InputError: there are no atoms, or not so many species.
    """
    settled = replace(soap, compression="none").settle(structures)
    n_species = len(settled.species)
    if not structures.n_atoms:
        raise InputError("no atoms to learn a mixing of species from")
    if not 1 <= n_channels <= n_species:
        raise InputError(f"n_channels must be 1 to {n_species}, the species, got {n_channels}")
    covariance = np.zeros((n_species, n_species))
    for start in range(0, len(structures), _ATOMS_AT_ONCE):
        some = structures[start : start + _ATOMS_AT_ONCE]
        rows = settled.spherical_expansion(some).values.reshape(some.n_atoms, n_species, -1)
        covariance += np.einsum("ask,atk->st", rows, rows, optimize=True)
    vectors = np.linalg.eigh(covariance)[1][:, ::-1][:, :n_channels]
    # Of the two directions of a component, that with more of the species is taken.
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1.0, 1.0)
    return {
        symbol: tuple(float(part) for part in row)
        for symbol, row in zip(settled.species, vectors, strict=True)
    }
