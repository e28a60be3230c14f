"""What a target means is stated, converted or inferred aloud."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.data_spec import TargetSpec
from atomarium.study.targets import settle_target

WATER_AND_HYDROGEN = Structures.from_arrays(
    [8, 1, 1, 1, 1, 8, 1, 1, 1, 1],
    np.arange(30.0).reshape(10, 3),
    offsets=np.array([0, 3, 5, 8, 10]),
)


def dataset(values: list[float], *, name: str = "", **stated: object) -> Dataset:
    """Return two waters and two hydrogens with an energy."""
    target = Target(name="energy", values=np.array(values, dtype=float)[:, None], **stated)  # type: ignore[arg-type]
    return Dataset(
        structures=WATER_AND_HYDROGEN,
        targets={"energy": target},
        provenance=Provenance(name=name),
    )


def test_unit_of_data_without_one_is_what_the_study_says() -> None:
    target, _ = settle_target(dataset([3, 2, 3, 2]), "energy", TargetSpec(unit="kcal/mol"))
    assert target.unit == "kcal/mol"
    assert target.scalar.tolist() == [3, 2, 3, 2]


def test_stated_unit_is_converted() -> None:
    data = dataset([1, 2, 3, 4], unit="Ha", name="catalog")
    target, _ = settle_target(data, "energy", TargetSpec(unit="eV"))
    assert target.scalar[0] == pytest.approx(27.211386245988)


def test_unit_that_does_not_convert_is_refused() -> None:
    data = dataset([1, 2, 3, 4], unit="Ha", name="catalog")
    with pytest.raises(InputError, match=r"targets.energy.unit: .*'Ha' does not convert to 'Å'"):
        settle_target(data, "energy", TargetSpec(unit="Å"))


def test_growth_with_size_is_inferred_and_said() -> None:
    target, notes = settle_target(dataset([3.1, 2.0, 2.9, 2.0]), "energy", TargetSpec())
    assert target.extensive
    assert "taken as extensive (correlation with the number of atoms" in notes[0]
    target, notes = settle_target(dataset([1.0, 1.1, 1.2, 0.9]), "energy", TargetSpec())
    assert not target.extensive
    assert "taken as intensive" in notes[0]


def test_what_is_stated_is_not_inferred() -> None:
    target, notes = settle_target(dataset([3, 2, 3, 2]), "energy", TargetSpec(extensive=False))
    assert not target.extensive
    assert not notes


def test_energy_per_cell_converts_to_per_atom_and_per_cation() -> None:
    data = dataset([6, 4, 6, 4], unit="eV", extensive=True, name="catalog")
    per_atom, _ = settle_target(data, "energy", TargetSpec(per="atom"))
    assert per_atom.scalar.tolist() == [2, 2, 2, 2]
    assert not per_atom.extensive
    per_cation, _ = settle_target(data, "energy", TargetSpec(per="cation"))
    assert per_cation.scalar.tolist() == [3, 2, 3, 2]


def test_gap_is_not_counted_per_atom() -> None:
    data = dataset([6, 4, 6, 4], unit="eV", name="catalog")
    with pytest.raises(InputError, match="does not add up over atoms"):
        settle_target(data, "energy", TargetSpec(per="atom"))


def test_missing_value_is_refused_with_its_structure() -> None:
    with pytest.raises(
        InputError, match=r"not a finite number for 1 of 4 structures, the first is '2'"
    ):
        settle_target(dataset([1, 2, np.nan, 3]), "energy", TargetSpec())


def test_vector_is_refused() -> None:
    data = dataset([1, 2, 3, 4]).with_targets(Target(name="dipole", values=np.zeros((4, 3))))
    with pytest.raises(InputError, match="has 3 values per structure"):
        settle_target(data, "dipole", TargetSpec())


def test_absent_target_gets_a_hint() -> None:
    with pytest.raises(InputError, match=r"no target 'energi'.*did you mean 'energy'"):
        settle_target(dataset([1, 2, 3, 4]), "energi", TargetSpec())
