"""Sine and Ewald matrices against their formulas, Madelung's constants and refusals."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import erfc
from tests.represent.soap_cases import crystals, molecules, slab

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.periodic_matrices import EwaldMatrix, SineMatrix

KINDS = (SineMatrix, EwaldMatrix)
every_kind = pytest.mark.parametrize("kind", KINDS)


def _matrix(kind: type[SineMatrix | EwaldMatrix], crystal: Structures, **more: Any) -> np.ndarray:
    settings = kind(permutation="none", triangle=False, length_unit="Å", **more)
    return settings.compute(crystal).values[0].reshape(crystal.n_atoms, crystal.n_atoms)


def _sine_by_hand(crystal: Structures) -> np.ndarray:
    cell, charges = crystal.cells[0], crystal.numbers.astype(float)
    matrix = np.diag(0.5 * charges**2.4)
    for i, j in product(range(crystal.n_atoms), repeat=2):
        if i != j:
            place = (crystal.positions[j] - crystal.positions[i]) @ np.linalg.inv(cell)
            length = np.linalg.norm(np.sin(np.pi * place) ** 2 @ cell)
            matrix[i, j] = charges[i] * charges[j] / length
    return matrix


def _ewald_by_hand(crystal: Structures, split: float, near: int, far: int) -> np.ndarray:
    """Sum plainly over so many cells and waves on each side."""
    cell, charges = crystal.cells[0], crystal.numbers.astype(float)
    volume = abs(np.linalg.det(cell))
    shifts = np.array(list(product(range(-near, near + 1), repeat=3))) @ cell
    waves = np.array([w for w in product(range(-far, far + 1), repeat=3) if any(w)])
    waves = waves @ (2 * np.pi * np.linalg.inv(cell).T)
    squares = (waves**2).sum(axis=1)
    weights = 4 * np.pi / volume * np.exp(-squares / (4 * split**2)) / squares
    matrix = np.zeros((crystal.n_atoms, crystal.n_atoms))
    for i, j in product(range(crystal.n_atoms), repeat=2):
        apart = crystal.positions[j] - crystal.positions[i]
        distances = np.linalg.norm(apart + shifts, axis=1)
        distances = distances[distances > 1e-6]
        total = (erfc(split * distances) / distances).sum() - np.pi / (volume * split**2)
        total += (weights * np.cos(waves @ apart)).sum()
        if i == j:
            total = 0.5 * (total - 2 * split / np.sqrt(np.pi))
        matrix[i, j] = charges[i] * charges[j] * total
    return matrix


@pytest.mark.parametrize("which", [0, 1])
def test_sine_matrix_is_the_formula(which: int) -> None:
    crystal = crystals()[which]
    # rtol: float64, sines of differences from products of sines.
    np.testing.assert_allclose(_matrix(SineMatrix, crystal), _sine_by_hand(crystal), rtol=1e-11)


@pytest.mark.parametrize("split", [0.5, 0.8])
@pytest.mark.parametrize("which", [0, 1])
def test_ewald_matrix_is_the_plain_sum_wherever_the_work_is_split(which: int, split: float) -> None:
    crystal = crystals()[which]
    expected = _ewald_by_hand(crystal, split, near=4, far=10)
    found = _matrix(EwaldMatrix, crystal)
    # atol: entries of about 100, both sums ended at 1e-11.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


# Madelung constants of R. E. Crandall and J. P. Buhler, J. Phys. A 20, 5497 (1987), and
# C. Kittel, Introduction to Solid State Physics: per pair of ions and nearest distance.
@pytest.mark.parametrize(
    ("cell", "partner", "nearest", "constant"),
    [
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [1, 1, 1], 1.0, 1.74756459463318),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.5, 0.5, 0.5], 0.75**0.5, 1.76267477307099),
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [0.5, 0.5, 0.5], 0.75**0.5, 1.63805505338879),
    ],
    ids=["NaCl", "CsCl", "ZnS"],
)
def test_energies_of_ions_are_madelung_constants(
    cell: list[list[int]], partner: list[float], nearest: float, constant: float
) -> None:
    crystal = Structures.from_arrays([11, 17], [[0, 0, 0], partner], cells=np.array(cell) * 1.0)
    charges = np.array([1.0, -1.0]) / crystal.numbers
    energies = np.triu(_matrix(EwaldMatrix, crystal, accuracy=1e-14)) * np.outer(charges, charges)
    assert energies.sum() * nearest == pytest.approx(-constant, rel=1e-13)


def test_triangle_of_ewald_adds_up_to_an_energy_that_grows_with_the_cell() -> None:
    crystal = crystals()[1]
    twice = Structures.from_arrays(
        np.tile(crystal.numbers, 2),
        np.concatenate([crystal.positions, crystal.positions + crystal.cells[0, 1]]),
        cells=crystal.cells[0] * np.array([[1.0], [2.0], [1.0]]),
    )
    energies = [np.triu(_matrix(EwaldMatrix, one)).sum() for one in (crystal, twice)]
    assert energies[1] == pytest.approx(2 * energies[0], rel=1e-10)


@every_kind
def test_lengths_are_in_bohr_unless_told_otherwise(kind: type[SineMatrix | EwaldMatrix]) -> None:
    crystal = crystals()[0]
    in_bohr = kind(permutation="none", triangle=False).compute(crystal).values[0]
    ratio = in_bohr.reshape(4, 4) / _matrix(kind, crystal)
    apart = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(ratio[apart], 0.529177210903, rtol=1e-9)  # CODATA 2018
    np.testing.assert_allclose(
        np.diag(ratio), 1.0 if kind is SineMatrix else 0.529177210903, rtol=1e-9
    )


@every_kind
def test_smaller_crystals_are_padded_with_zeros(kind: type[SineMatrix | EwaldMatrix]) -> None:
    whole = kind(permutation="none", triangle=False).compute(crystals()).values.reshape(2, 4, 4)
    assert not whole[1, 3].any()
    assert not whole[1, :, 3].any()
    assert whole[1, :3, :3].all()


@every_kind
@pytest.mark.parametrize("others", [molecules(), slab()], ids=["molecule", "slab"])
def test_what_is_no_crystal_is_refused(
    kind: type[SineMatrix | EwaldMatrix], others: Structures
) -> None:
    with pytest.raises(InputError, match="structure 0 does not repeat in three directions"):
        kind().settle(others)
    with pytest.raises(InputError, match="take coulomb-matrix for molecules, soap for slabs"):
        kind(n_atoms_max=9).compute(others)


@every_kind
def test_atoms_in_one_place_are_refused_also_across_the_border(
    kind: type[SineMatrix | EwaldMatrix],
) -> None:
    cell = np.array([[4.2, 0.3, 0.1], [0.9, 5.1, 0.4], [-1.7, 0.2, 5.6]])
    place = np.array([0.4, 0.5, 0.6])
    clash = Structures.from_arrays([1, 8], [place, place + cell[0] - 2 * cell[2]], cells=cell)
    both = Structures.concatenate([crystals()[0], clash])
    with pytest.raises(InputError, match=r"structure 1: atoms 0 \(H\) and 1 \(O\) are in one"):
        kind().compute(both)


@every_kind
def test_larger_crystals_are_refused_with_the_numbers(
    kind: type[SineMatrix | EwaldMatrix],
) -> None:
    with pytest.raises(InputError, match="structure 0 has 4 atoms, but n_atoms_max is 3"):
        kind(n_atoms_max=3).compute(crystals())
    with pytest.raises(InputError, match="structure 0 has 4 atoms, but n_atoms_max is 3"):
        kind(n_atoms_max=3).settle(crystals())


@every_kind
def test_unfit_settings_are_refused(kind: type[SineMatrix | EwaldMatrix]) -> None:
    with pytest.raises(InputError, match="did you mean 'eigenspectrum'"):
        kind(permutation="eigenspectra")
    with pytest.raises(InputError, match="'a0' or 'Å', got 'nm'"):
        kind(length_unit="nm")


def test_unfit_accuracy_is_refused() -> None:
    for accuracy in (0.0, 0.5, float("nan")):
        with pytest.raises(InputError, match="accuracy must be above 0 and below"):
            EwaldMatrix(accuracy=accuracy)


def test_cell_with_too_many_images_is_refused() -> None:
    crystal = crystals()[1]
    skewed = crystal.cells[0].copy()
    skewed[0] += 30000 * skewed[1]
    with pytest.raises(InputError, match=r"structure 0: the cell is so long or skewed .* images"):
        EwaldMatrix().compute(replace(crystal, cells=skewed[None]))
