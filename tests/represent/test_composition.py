"""Composition: what it counts, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.composition import Composition


def _water_and_oxygen() -> Structures:
    return Structures.from_arrays(
        [8, 1, 1, 8, 8], np.arange(15.0).reshape(5, 3), offsets=np.array([0, 3, 3, 5])
    )


def test_each_atom_has_a_one_in_the_column_of_its_element() -> None:
    features = Composition().compute(_water_and_oxygen())
    assert features.names == ("H", "O")
    assert features.rows == "atoms"
    assert features.values.tolist() == [[0, 1], [1, 0], [1, 0], [0, 1], [0, 1]]


def test_sums_count_atoms_and_means_are_concentrations() -> None:
    features = Composition().compute(_water_and_oxygen())
    assert features.sum().values.tolist() == [[2, 1], [0, 0], [0, 2]]
    assert features.mean().values[0] == pytest.approx([2 / 3, 1 / 3])


def test_declared_species_that_are_not_there_have_a_column() -> None:
    features = Composition(species=("H", "C", "O")).compute(_water_and_oxygen())
    assert features.values.sum(axis=0).tolist() == [2, 0, 3]


def test_species_that_are_not_declared_are_refused_by_name() -> None:
    with pytest.raises(
        InputError, match=r"structure 0 holds O \(8\), which is not among the species H, C"
    ):
        Composition(species=("H", "C")).compute(_water_and_oxygen())


@pytest.mark.parametrize(
    ("species", "message"),
    [(("H", "H"), "species must differ, got H, H"), (("Hx",), "no element 'Hx'")],
)
def test_wrong_species_are_refused(species: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Composition(species=species)
