"""The bag of bonds against its formula, and its refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.represent.soap_cases import crystals, molecules

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.bag_of_bonds import BagOfBonds


def _bags_by_hand(molecule: Structures) -> dict[str, list[float]]:
    bags: dict[str, list[float]] = {}
    charges = [int(z) for z in molecule.numbers]
    for z in charges:
        bags.setdefault(SYMBOLS[z], []).append(0.5 * z**2.4)
    for i, j in combinations(range(molecule.n_atoms), 2):
        first, second = sorted([charges[i], charges[j]])
        distance = np.linalg.norm(molecule.positions[i] - molecule.positions[j])
        bag = bags.setdefault(f"{SYMBOLS[first]}-{SYMBOLS[second]}", [])
        bag.append(first * second / float(distance))
    return {name: sorted(bag, reverse=True) for name, bag in bags.items()}


def test_bags_are_the_formula_sorted_and_padded_with_zeros() -> None:
    features = BagOfBonds(length_unit="Å").compute(molecules())
    for row, molecule in zip(features.values, molecules(), strict=True):
        bags = _bags_by_hand(molecule)
        for name, value in zip(features.names, row, strict=True):
            bag, number = name.split()
            inside = bags.get(bag, [])[int(number) - 1 : int(number)]
            # rtol: float64, a handful of operations.
            assert value == pytest.approx(inside[0] if inside else 0.0, rel=1e-14)
        assert np.count_nonzero(row) == sum(len(bag) for bag in bags.values())


def test_qml_puts_the_same_numbers_into_its_bags() -> None:
    water = Structures.from_arrays([8, 1, 1], [[0.0, 0.1, 0.0], [0.9, 0.4, 0.2], [-0.7, 0.7, 0.0]])
    features = BagOfBonds(length_unit="Å").compute(water)
    # qmllib 1.2.0, generate_bob of the same molecule; its order of bags is its own.
    expected = [
        73.51669471981023,
        8.677218312746248,
        8.251369970070346,
        0.6097107608496923,
        0.5,
        0.5,
    ]
    found = np.sort(features.values[0])[::-1]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_lengths_are_in_bohr_unless_told_otherwise() -> None:
    in_bohr = BagOfBonds().compute(molecules())
    in_angstrom = BagOfBonds(length_unit="Å").compute(molecules())
    pairs = np.array(["-" in name for name in in_bohr.names])
    ratio = np.where(pairs, 0.529177210903, 1.0)  # CODATA 2018
    np.testing.assert_allclose(in_bohr.values, in_angstrom.values * ratio, rtol=1e-9)


def test_bags_are_as_large_as_the_structures_fill() -> None:
    settled = BagOfBonds().settle(molecules())
    assert settled.species == ("H", "C", "N", "O")
    full = {bag: n for bag, n in zip(settled.bags, settled.sizes, strict=True) if n}
    # All from the six atoms of methanol but for those with nitrogen, from HCN.
    expected = {"H": 4, "C": 1, "N": 1, "O": 1, "H-H": 6, "H-C": 4, "H-N": 1, "H-O": 4}
    assert full == {**expected, "C-N": 1, "C-O": 1}
    assert settled.compute(molecules()).width == 24


def test_larger_bags_are_refused_with_the_numbers() -> None:
    settled = BagOfBonds().settle(molecules()[1:])
    alcohol = Structures.from_arrays([6, 1, 1], np.eye(3))
    with pytest.raises(InputError, match="structure 1 fills 2 columns of bag H, which has 1"):
        settled.compute(Structures.concatenate([molecules()[1], alcohol]))
    with pytest.raises(InputError, match="the most of all is 2"):
        settled.settle(alcohol)


def test_crystals_are_refused() -> None:
    with pytest.raises(InputError, match="structure 0 is periodic"):
        BagOfBonds().compute(crystals())


def test_two_atoms_in_one_place_are_refused() -> None:
    clash = Structures.from_arrays([1, 1, 8], [[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    with pytest.raises(InputError, match=r"structure 1: two atoms \(H-O\) are in one place"):
        BagOfBonds().compute(Structures.concatenate([molecules()[1], clash]))


def test_place_without_element_is_refused() -> None:
    ghost = Structures.from_arrays([1, 0], [[0, 0, 0], [1, 0, 0]])
    with pytest.raises(InputError, match="structure 0 holds X"):
        BagOfBonds().compute(ghost)


def test_unfit_settings_are_refused() -> None:
    with pytest.raises(InputError, match="'a0' or 'Å', got 'nm'"):
        BagOfBonds(length_unit="nm")
    with pytest.raises(InputError, match="species must differ, got H, H"):
        BagOfBonds(species=("H", "H"))
    with pytest.raises(InputError, match="2 sizes but 5 bags"):
        BagOfBonds(species=("H", "C"), sizes=(1, 2))
    with pytest.raises(InputError, match="order of atomic numbers: H, C"):
        BagOfBonds(species=("C", "H"), sizes=(1, 2, 1, 1, 1))
    with pytest.raises(InputError, match="sizes must be at least 0, got -1"):
        BagOfBonds(species=("H",), sizes=(-1, 0))
    with pytest.raises(InputError, match="no atoms"):
        BagOfBonds().settle(Structures.empty())
