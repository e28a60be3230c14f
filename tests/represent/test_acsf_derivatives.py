"""Derivatives of symmetry functions against central differences and each other; refusals."""

from __future__ import annotations

import numpy as np
import pytest
from tests.represent.acsf_cases import SPECIES, crystals, molecules
from tests.represent.acsf_samples import SETTINGS, every_setting, every_structure

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.acsf import SymmetryFunctions


def _moved(structures: Structures, positions: np.ndarray, cells: np.ndarray) -> Structures:
    return Structures.from_arrays(
        structures.numbers,
        positions,
        cells=cells,
        periodic=structures.periodic,
        offsets=structures.offsets,
    )


@every_setting
@every_structure
def test_pull_back_is_the_central_difference(settings, structures):
    some = structures()
    cotangents = np.random.default_rng(0).normal(size=settings.compute(some).values.shape)

    def value(positions: np.ndarray, cells: np.ndarray) -> float:
        rows = settings.compute(_moved(some, positions, cells)).values
        return float((rows * cotangents).sum())

    pulled = settings.pull_back(some, cotangents)
    step = 1e-5
    positions = np.zeros((some.n_atoms, 3))
    for place in np.ndindex(*positions.shape):
        move = np.zeros_like(positions)
        move[place] = step
        up, down = (value(some.positions + sign * move, some.cells) for sign in (1, -1))
        positions[place] = (up - down) / (2 * step)
    strain = np.zeros((len(some), 3, 3))
    for s, a, b in np.ndindex(*strain.shape):
        epsilon = np.zeros((len(some), 3, 3))
        epsilon[s, a, b] = step
        of_atom = epsilon[some.structure_of_atom]
        up, down = (
            value(
                some.positions + sign * np.einsum("iab,ib->ia", of_atom, some.positions),
                some.cells + sign * np.einsum("sab,skb->ska", epsilon, some.cells),
            )
            for sign in (1, -1)
        )
        strain[s, a, b] = (up - down) / (2 * step)
    # The error of a central difference of step 1e-5 is about 1e-10 of the third derivative.
    np.testing.assert_allclose(pulled.positions, positions, atol=1e-6)
    np.testing.assert_allclose(pulled.strain, strain, atol=1e-6)


@every_setting
@every_structure
def test_gradients_contracted_are_the_pull_back(settings, structures):
    some = structures()
    cotangents = np.random.default_rng(0).normal(size=settings.compute(some).values.shape)
    blocks = settings.gradients(some)
    positions = np.zeros((some.n_atoms, 3))
    np.add.at(
        positions, blocks.atoms, np.einsum("bxw,bw->bx", blocks.values, cotangents[blocks.rows])
    )
    pulled = settings.pull_back(some, cotangents)
    np.testing.assert_allclose(positions, pulled.positions, atol=1e-11)  # sums of ~1e3 terms


def test_gradients_are_sorted_and_belong_to_their_atoms():
    settings, some = SETTINGS["cosine"], crystals()
    blocks = settings.gradients(some)
    keys = blocks.rows * some.n_atoms + blocks.atoms
    assert (np.diff(keys) > 0).all()
    row, atom, axis, step = 4, 6, 1, 1e-5
    move = np.zeros((some.n_atoms, 3))
    move[atom, axis] = step
    up, down = (
        settings.compute(_moved(some, some.positions + sign * move, some.cells)).values[row]
        for sign in (1, -1)
    )
    (block,) = np.flatnonzero((blocks.rows == row) & (blocks.atoms == atom))
    np.testing.assert_allclose(blocks.values[block, axis], (up - down) / (2 * step), atol=1e-6)


def test_cotangents_of_another_shape_are_refused():
    settings = SymmetryFunctions(species=SPECIES)
    with pytest.raises(InputError, match=r"cotangents must have shape \(11, "):
        settings.pull_back(molecules(), np.zeros((11, 2)))
