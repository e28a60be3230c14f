"""The Coulomb matrix against its formula, symmetries and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import matrix_rows
from atomarium.represent.coulomb import CoulombMatrix

PERMUTATIONS = ("sorted_l2", "eigenspectrum", "none")


def _molecules(sizes: tuple[int, ...] = (3, 1, 5, 3), seed: int = 0) -> Structures:
    rng = np.random.default_rng(seed)
    n_atoms = sum(sizes)
    return Structures.from_arrays(
        rng.choice([1, 6, 8], n_atoms),
        rng.normal(scale=2.0, size=(n_atoms, 3)),
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
    )


def _matrix_by_hand(molecule: Structures, length_unit: float = 1 / 0.529177210903) -> np.ndarray:
    n_atoms = molecule.n_atoms
    matrix = np.zeros((n_atoms, n_atoms))
    for i in range(n_atoms):
        for j in range(n_atoms):
            zi, zj = int(molecule.numbers[i]), int(molecule.numbers[j])
            distance = length_unit * np.linalg.norm(molecule.positions[i] - molecule.positions[j])
            matrix[i, j] = 0.5 * zi**2.4 if i == j else zi * zj / distance
    return matrix


def test_whole_matrix_is_the_formula_padded_with_zeros() -> None:
    molecules = _molecules()
    rows = CoulombMatrix(permutation="none", triangle=False).compute(molecules).values
    for row, molecule in zip(rows, molecules, strict=True):
        size = molecule.n_atoms
        padded = row.reshape(5, 5)
        # rtol: float64, a handful of operations.
        np.testing.assert_allclose(padded[:size, :size], _matrix_by_hand(molecule), rtol=1e-14)
        assert not padded[size:].any()
        assert not padded[:, size:].any()


def test_lengths_may_be_in_angstrom() -> None:
    (molecule,) = _molecules((4,))
    coulomb = CoulombMatrix(permutation="none", triangle=False, length_unit="Å")
    row = coulomb.compute(molecule).values[0]
    np.testing.assert_allclose(row.reshape(4, 4), _matrix_by_hand(molecule, 1.0), rtol=1e-14)


def test_triangle_holds_each_entry_once() -> None:
    molecules = _molecules()
    whole = CoulombMatrix(permutation="sorted_l2", triangle=False).compute(molecules).values
    rows = CoulombMatrix(permutation="sorted_l2", triangle=True).compute(molecules).values
    assert np.array_equal(rows, whole.reshape(-1, 5, 5)[:, *np.triu_indices(5)])


def test_sorted_rows_have_falling_lengths() -> None:
    molecules = _molecules()
    rows = CoulombMatrix(permutation="sorted_l2", triangle=False).compute(molecules).values
    lengths = np.linalg.norm(rows.reshape(-1, 5, 5), axis=2)
    assert np.all(np.diff(lengths, axis=1) <= 1e-12)  # float64, lengths of about 100


def test_eigenspectrum_is_that_of_the_formula() -> None:
    molecules = _molecules()
    rows = CoulombMatrix(permutation="eigenspectrum").compute(molecules).values
    for row, molecule in zip(rows, molecules, strict=True):
        expected = np.linalg.eigvals(_matrix_by_hand(molecule)).real
        expected = expected[np.argsort(-np.abs(expected))]
        np.testing.assert_allclose(row[: molecule.n_atoms], expected, rtol=1e-10)
        assert not row[molecule.n_atoms :].any()
        assert np.all(np.diff(np.abs(row)) <= 0)


@pytest.mark.parametrize("permutation", ["sorted_l2", "eigenspectrum"])
def test_order_of_atoms_turns_and_shifts_do_not_matter(permutation: str) -> None:
    (molecule,) = _molecules((7,))
    rng = np.random.default_rng(1)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    order = rng.permutation(7)
    moved = Structures.from_arrays(molecule.numbers[order], molecule.positions[order] @ turn + 3.0)
    coulomb = CoulombMatrix(permutation=permutation)
    first, second = coulomb.compute(molecule).values, coulomb.compute(moved).values
    np.testing.assert_allclose(first, second, rtol=1e-10)


def test_noise_shuffles_rows_that_are_nearly_as_long() -> None:
    (molecule,) = _molecules((9,))
    matrix = CoulombMatrix(permutation="none", triangle=False).compute(molecule).values
    lengths = np.linalg.norm(matrix.reshape(9, 9), axis=1)
    rows = []
    for seed in range(20):
        noisy = CoulombMatrix(permutation="random", sigma=5.0, seed=seed, triangle=False)
        row = noisy.compute(molecule).values
        found = np.linalg.norm(row.reshape(9, 9), axis=1)
        np.testing.assert_allclose(np.sort(found), np.sort(lengths), rtol=1e-12)
        rows.append(row)
    assert len(np.unique(np.round(np.concatenate(rows), 9), axis=0)) > 5


def test_little_noise_leaves_rows_sorted() -> None:
    molecules = _molecules()
    noisy = CoulombMatrix(permutation="random", sigma=1e-9).compute(molecules).values
    assert np.array_equal(noisy, CoulombMatrix().compute(molecules).values)


def test_noise_is_normal_and_the_same_on_every_machine() -> None:
    settings = CoulombMatrix(permutation="random", sigma=2.0, seed=3)
    places = np.arange(6000.0).reshape(-1, 3)
    noise = matrix_rows._noise(settings, Structures.from_arrays(np.ones(2000), places))
    assert abs(noise.mean()) < 0.2  # four standard errors
    assert noise.std() == pytest.approx(2.0, rel=0.07)
    # Written down when this was made.
    np.testing.assert_allclose(
        noise[:3], [-2.1395090051077474, 2.2989811188329496, -2.0293042591071324], rtol=1e-12
    )


@pytest.mark.parametrize("permutation", [*PERMUTATIONS, "random"])
def test_batch_equals_one_by_one(permutation: str) -> None:
    molecules = _molecules((3, 1, 5, 3, 5, 5))
    coulomb = CoulombMatrix(permutation=permutation, n_atoms_max=6)
    together = coulomb.compute(molecules).values
    for row, molecule in zip(together, molecules, strict=True):
        assert np.array_equal(row, coulomb.compute(molecule).values[0])


def test_empty_structure_keeps_its_place() -> None:
    molecules = _molecules((3, 0, 2))
    features = CoulombMatrix().compute(molecules)
    assert features.values.shape == (3, 6)
    assert not features.values[1].any()


def test_settling_takes_the_largest_molecule_and_keeps_what_was_given() -> None:
    assert CoulombMatrix().settle(_molecules()).n_atoms_max == 5
    assert CoulombMatrix(n_atoms_max=9).settle(_molecules()).n_atoms_max == 9


def test_larger_molecule_is_refused_with_the_numbers() -> None:
    with pytest.raises(InputError, match=r"structure 2 has 5 atoms, but n_atoms_max is 4"):
        CoulombMatrix(n_atoms_max=4).compute(_molecules())
    with pytest.raises(InputError, match="5 atoms"):
        CoulombMatrix(n_atoms_max=4).settle(_molecules())


def test_crystal_is_refused() -> None:
    crystal = Structures.from_arrays([3], np.zeros((1, 3)), cells=np.eye(3) * 4)
    with pytest.raises(InputError, match="structure 0 is periodic"):
        CoulombMatrix().compute(crystal)


def test_two_atoms_in_one_place_are_refused() -> None:
    clash = Structures.from_arrays([1, 1, 8], [[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    both = Structures.concatenate([_molecules((3,)), clash])
    with pytest.raises(InputError, match=r"structure 1: atoms 1 \(H\) and 2 \(O\)"):
        CoulombMatrix().compute(both)


def test_place_without_element_is_refused() -> None:
    ghost = Structures.from_arrays([1, 0], [[0, 0, 0], [1, 0, 0]])
    with pytest.raises(InputError, match="structure 0 holds X"):
        CoulombMatrix().compute(ghost)


def test_unfit_settings_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'sorted_l2'"):
        CoulombMatrix(permutation="sorted-l2")
    with pytest.raises(InputError, match="'a0' or 'Å', got 'nm'"):
        CoulombMatrix(length_unit="nm")
    with pytest.raises(InputError, match="n_atoms_max must be at least 1, got 0"):
        CoulombMatrix(n_atoms_max=0)
    with pytest.raises(InputError, match="sigma must be above 0, got 0"):
        CoulombMatrix(sigma=0.0)
    with pytest.raises(InputError, match="seed must be at least 0, got -1"):
        CoulombMatrix(seed=-1)
    with pytest.raises(InputError, match="no atoms"):
        CoulombMatrix().settle(Structures.empty())
