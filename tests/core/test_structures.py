from __future__ import annotations

import ase.build
import numpy as np
import pytest
from ase import Atoms
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


def _mixed() -> list[Atoms]:
    """Return a molecule, a crystal, a slab, an atom and a structure without atoms."""
    slab = ase.build.fcc111("Al", size=(1, 1, 3), vacuum=5.0)
    crystal = ase.build.bulk("NaCl", "rocksalt", a=5.64)
    return [ase.build.molecule("CH3CH2OH"), crystal, slab, Atoms("X"), Atoms()]


def _same(one: Structures, other: Structures) -> bool:
    return one.content_hash() == other.content_hash()


def test_ase_round_trip_keeps_every_number():
    for before, after in zip(_mixed(), Structures.from_ase(_mixed()).to_ase(), strict=True):
        np.testing.assert_array_equal(before.numbers, after.numbers)
        np.testing.assert_array_equal(before.positions, after.positions)
        np.testing.assert_array_equal(before.cell, after.cell)
        np.testing.assert_array_equal(before.pbc, after.pbc)


def test_one_atoms_object_is_one_structure():
    water = ase.build.molecule("H2O")
    assert _same(Structures.from_ase(water), Structures.from_ase([water]))


def test_no_atoms_objects_are_no_structures():
    assert len(Structures.from_ase([])) == 0
    assert _same(Structures.concatenate([]), Structures.empty())


def test_what_is_made_into_ase_does_not_share_memory():
    structures = Structures.from_ase(_mixed())
    structures.to_ase()[0].positions[:] = 0
    assert structures.positions[0].any()


def test_concatenating_the_parts_gives_the_whole():
    structures = Structures.from_ase(_mixed())
    assert _same(Structures.concatenate(list(structures)), structures)
    assert _same(Structures.concatenate([structures[:2], structures[2:]]), structures)


@given(st.lists(st.integers(0, 4)))
def test_take_equals_picking_one_by_one(chosen):
    structures = Structures.from_ase(_mixed())
    one_by_one = Structures.concatenate([structures[s] for s in chosen])
    assert _same(structures.take(np.array(chosen, dtype=np.int64)), one_by_one)


@pytest.mark.parametrize(
    "run", [slice(1, 3), slice(None), slice(3, 1), slice(-2, None), slice(None, None, -1)]
)
def test_slices_mean_what_they_mean_for_lists(run):
    structures = Structures.from_ase(_mixed())
    expected = Structures.concatenate([structures[s] for s in range(5)[run]])
    assert _same(structures[run], expected)


def test_runs_share_memory():
    structures = Structures.from_ase(_mixed())
    assert np.shares_memory(structures[1:3].positions, structures.positions)


def test_counting_from_the_end_and_numpy_numbers_work_for_one():
    structures = Structures.from_ase(_mixed())
    assert _same(structures[-5], structures[0])
    assert _same(structures[np.int64(2)], structures[2])


@pytest.mark.parametrize("index", [5, -6])
def test_a_structure_that_is_not_there_is_refused(index):
    with pytest.raises(IndexError, match="of 5"):
        Structures.from_ase(_mixed())[index]


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (np.array([0, -1]), "no number -1: there are 5"),
        (np.array([0, 5]), "no number 5: there are 5"),
        (np.array([[0]]), r"shape \(1, 1\)"),
        (np.array([0.0]), "float64"),
        (np.array([True, False, True, False, False]), "flatnonzero"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_choices_that_would_be_misread_are_refused(chosen, reason):
    with pytest.raises(InputError, match=reason):
        Structures.from_ase(_mixed()).take(chosen)


def test_counts_species_and_sizes():
    structures = Structures.from_ase(_mixed())
    assert structures.species == (0, 1, 6, 8, 11, 13, 17)
    assert structures.sizes.tolist() == [9, 2, 3, 1, 0]
    assert structures.n_atoms == 15
    assert structures.structure_of_atom.tolist() == [0] * 9 + [1] * 2 + [2] * 3 + [3]


def test_composition_equals_counting_with_ase():
    structures = Structures.from_ase(_mixed())
    species = (1, 6, 8, 13, 79)
    expected = [[(atoms.numbers == z).sum() for z in species] for atoms in _mixed()]
    np.testing.assert_array_equal(structures.composition(species), expected)


def test_formulas_follow_hill():
    # E. A. Hill, J. Am. Chem. Soc. 22, 478 (1900): C, H, then alphabetical; all so without C.
    expected = ["C2H6O", "H2O", "ClH", "CO2", "H3N", "C60"]
    many = [ase.build.molecule(name) for name in ["CH3CH2OH", "H2O", "HCl", "CO2", "NH3", "C60"]]
    assert Structures.from_ase(many).formulas() == expected
    assert Structures.empty().formulas() == []


def test_volumes_equal_those_of_ase():
    crystals = [ase.build.bulk("Si"), ase.build.bulk("Mg"), ase.build.molecule("H2O")]
    volumes = Structures.from_ase(crystals).volumes
    # float64 determinants of 3 × 3
    expected = [crystals[0].get_volume(), crystals[1].get_volume(), 0.0]
    np.testing.assert_allclose(volumes, expected, rtol=1e-13)


def test_data_are_read_only_and_apart_from_what_was_given():
    positions = np.zeros((2, 3))
    structures = Structures.from_arrays([1, 8], positions)
    positions[0] = 7
    assert not structures.positions.any()
    for name in ("numbers", "positions", "cells", "periodic", "offsets"):
        assert not getattr(structures, name).flags.writeable, name


def test_cells_make_structures_periodic_along_the_vectors_they_have():
    cell = np.diag([3.0, 4.0, 0.0])
    structures = Structures.from_arrays([6], [[0, 0, 0]], cells=cell)
    assert structures.periodic.tolist() == [[True, True, False]]
    given = Structures.from_arrays([6], [[0, 0, 0]], cells=cell, periodic=[True, False, False])
    assert given.periodic.tolist() == [[True, False, False]]


def test_one_row_of_periodic_holds_for_every_structure():
    structures = Structures.from_arrays(
        [6, 6],
        np.zeros((2, 3)),
        cells=np.stack([np.eye(3)] * 2),
        periodic=[True, True, False],
        offsets=[0, 1, 2],
    )
    assert structures.periodic.tolist() == [[True, True, False]] * 2


def test_hashes_tell_structures_apart():
    carbon = Structures.from_arrays([6], [[0, 0, 0]])
    others = [
        Structures.from_arrays([7], [[0, 0, 0]]),
        Structures.from_arrays([6], [[0, 0, 1e-15]]),
        Structures.from_arrays([6], [[0, 0, 0]], cells=np.eye(3)),
        Structures.from_arrays([6], [[0, 0, 0]], cells=np.eye(3), periodic=[True, True, False]),
        Structures.from_arrays([6], [[0, 0, 0]], offsets=[0, 0, 1]),
        Structures.empty(),
    ]
    hashes = [structures.content_hash() for structures in [carbon, *others]]
    assert len(set(hashes)) == len(hashes)


FLAT = {"cells": np.array([[1.0, 2, 3], [2, 4, 6], [0, 0, 1]])}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"numbers": [6.5, 1]}, "numbers must be a row of whole numbers"),
        ({"numbers": ["C", "H"]}, "numbers must be a row of whole numbers"),
        ({"numbers": [[6, 1]]}, "numbers must be a row of whole numbers"),
        ({"numbers": [6, 119]}, "structure 0, atom 1: no element 119"),
        ({"numbers": [-1, 6]}, "structure 0, atom 0: no element -1"),
        ({"positions": np.zeros((3, 2))}, r"positions must have shape \(2, 3\), got \(3, 2\)"),
        ({"positions": [[0, 0, 0], [0, np.nan, 0]]}, "structure 0, atom 1: position .* not finite"),
        ({"cells": np.ones(9)}, r"cells must have shape \(1, 3, 3\)"),
        ({"cells": np.full((3, 3), np.inf), "periodic": [False] * 3}, "cell is not finite"),
        ({"periodic": [True, False, False]}, "structure 0: periodic along a cell vector of length"),
        ({"periodic": [True, False]}, r"periodic must have shape \(1, 3\)"),
        (FLAT, "structure 0: the cell has no volume"),
        ({**FLAT, "periodic": [True, True, False]}, "structure 0: the cell has no volume"),
        ({"offsets": [0, 1]}, "offsets must run from 0 to 2 atoms"),
        ({"offsets": [0, 2, 1, 2]}, "offsets must not decrease"),
        ({"offsets": []}, "offsets must run from 0 to 2 atoms"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_structures_that_cannot_be_are_refused(given, reason):
    arguments = {"numbers": [6, 1], "positions": np.zeros((2, 3)), **given}
    numbers, positions = arguments.pop("numbers"), arguments.pop("positions")
    with pytest.raises(InputError, match=reason):
        Structures.from_arrays(numbers, positions, **arguments)


def test_flat_cells_that_do_not_repeat_in_their_plane_are_fine():
    Structures.from_arrays([6], [[0, 0, 0]], **FLAT, periodic=[True, False, True])


def test_small_and_slanted_cells_have_a_volume():
    slanted = np.array([[1e-3, 0, 0], [5e-3, 1e-4, 0], [0, 0, 1e3]])
    assert len(Structures.from_arrays([6], [[0, 0, 0]], cells=slanted)) == 1


def test_shapes_in_signatures_are_checked_while_testing():
    with pytest.raises(TypeCheckError):
        Structures(
            numbers=np.zeros(1, dtype=np.int32),
            positions=np.zeros((1, 2)),
            cells=np.zeros((1, 3, 3)),
            periodic=np.zeros((1, 3), dtype=bool),
            offsets=np.array([0, 1]),
        )
