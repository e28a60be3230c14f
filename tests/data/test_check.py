"""Each thing that spoils a benchmark is found, and clean data are left in peace."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from tests.data.check_samples import (
    changed,
    crystals,
    dataset,
    found,
    molecules,
    moved,
    normal,
    twice,
)

from atomarium.core.dataset import Target
from atomarium.core.structures import Structures
from atomarium.data.check import check
from atomarium.data.findings import counted
from atomarium.data.samples import load_sample


def test_clean_data_give_no_findings():
    assert check(dataset(molecules(), gap=normal(60))) == []
    assert check(dataset(crystals(), gap=normal(40))) == []


def test_an_empty_set_is_an_error():
    assert check(dataset(Structures.empty()))[0].check == "empty"


def test_a_structure_without_atoms_is_an_error():
    empty = Structures.from_arrays([6, 1], [[0, 0, 0], [0, 0, 1.1]], offsets=[0, 2, 2])
    finding = found(dataset(empty))["empty"]
    assert (finding.severity, finding.count, finding.examples) == ("error", 1, ("1",))


def test_an_atom_without_an_element_is_an_error():
    numbers = molecules().numbers.copy()
    numbers[0] = 0
    assert found(dataset(changed(molecules(), numbers=numbers)))["elements"].examples == ("0",)


def test_atoms_on_top_of_each_other_are_an_error():
    positions = molecules().positions.copy()
    positions[1] = positions[0] + [0.1, 0, 0]
    finding = found(dataset(changed(molecules(), positions=positions)))["overlap"]
    assert finding.severity == "error"
    assert finding.examples == ("0",)
    assert "0.100 Å" in finding.message


def test_atoms_on_top_of_their_images_are_an_error():
    crystal = Structures.from_arrays([29], [[0, 0, 0]], cells=np.diag([0.3, 4.0, 4.0]))
    assert "overlap" in found(dataset(crystal))


def test_atoms_too_close_for_their_elements_are_a_clash():
    pair = Structures.from_arrays([55, 55], [[0, 0, 0], [0, 0, 1.5]])
    assert "clash" in found(dataset(pair))
    assert "clash" not in found(dataset(Structures.from_arrays([1, 1], [[0, 0, 0], [0, 0, 0.7]])))


@pytest.mark.parametrize(("factor", "guess"), [(1 / 0.529177, "bohr"), (0.1, "nm")])
def test_lengths_in_another_unit_are_an_error(factor, guess):
    finding = found(dataset(changed(molecules(), positions=molecules().positions * factor)))
    assert guess in finding["unit of length"].message


def test_a_crystal_that_does_not_repeat_is_an_error():
    solid = changed(crystals(), periodic=np.zeros((40, 3), dtype=bool))
    assert found(dataset(solid))["periodicity"].count > 30


def test_a_molecule_in_a_box_is_noted():
    cells = np.tile(np.eye(3) * 30, (60, 1, 1))
    boxed = changed(molecules(), cells=cells, periodic=np.ones((60, 3), dtype=bool))
    assert found(dataset(boxed))["vacuum"].severity == "note"
    unused = found(dataset(changed(molecules(), cells=cells)))
    assert list(unused) == ["unused cell"]


def test_a_slab_is_no_molecule_in_a_box():
    slab = Structures.from_arrays([29], [[0, 0, 0]], cells=np.diag([2.5, 2.5, 30.0]))
    assert "vacuum" not in found(dataset(slab))


def test_a_left_handed_cell_is_noted():
    cells = crystals().cells.copy()
    cells[3] = cells[3][[1, 0, 2]]
    finding = found(dataset(changed(crystals(), cells=cells)))["left-handed cell"]
    assert (finding.count, finding.examples) == (1, ("3",))


def test_ids_that_stand_for_two_structures_are_found():
    data = replace(dataset(molecules()), ids=("a", "a", *map(str, range(58))))
    assert found(data)["ids"].examples == ("a",)


def test_missing_and_infinite_values_are_found():
    values = normal(60)
    values[[4, 7]] = np.nan
    finding = found(dataset(molecules(), gap=values))["missing values"]
    assert (finding.severity, finding.count) == ("warning", 2)
    values[4] = np.inf
    assert found(dataset(molecules(), gap=values))["missing values"].severity == "error"


def test_missing_forces_are_counted_by_structure():
    forces = np.zeros((molecules().n_atoms, 3))
    forces[:2] = np.nan
    target = Target(name="forces", values=forces, rows="atoms", per="atom")
    assert found(dataset(molecules(), forces=target))["missing values"].examples == ("0",)


def test_a_constant_target_is_an_error():
    assert found(dataset(molecules(), gap=np.ones(60)))["constant target"].severity == "error"


def test_a_value_far_off_is_found():
    values = normal(60)
    values[11] = 50.0
    finding = found(dataset(molecules(), gap=values))["outliers"]
    assert (finding.count, finding.examples) == (1, ("11",))


def test_a_value_far_off_is_found_among_energies_of_cells():
    data = load_sample("qm9-sample")
    energy = data.target("u0").scalar.copy()
    energy[100] += 5.0
    # 5 Ha are nothing beside the spread of total energies, much beside what atoms explain.
    target = replace(data.target("u0"), values=energy[:, None])
    finding = found(replace(data, targets={"u0": target}))["outliers"]
    assert finding.examples[0] == data.ids[100]


def test_many_values_far_off_are_a_wide_spread():
    values = np.exp(3 * normal(60))
    assert found(dataset(molecules(), x=values))["wide spread"].severity == "note"


def test_a_total_energy_declared_intensive_is_found():
    data = load_sample("qm9-sample")
    wrong = replace(data.target("u0_atomization"), extensive=False)
    finding = found(replace(data, targets={"u0_atomization": wrong}))["scales with size"]
    assert "extensive = true" in finding.advice
    assert "correlation with the number of atoms -0.9" in finding.message
    # What averaging over atoms costs is told beside what adding up and what energies per atom cost.
    assert "mean pooling" in finding.message
    told = [float(one) for one in re.findall(r"by ([0-9.]+) eV", finding.message)]
    assert told[0] > 3 * told[1] > 9 * told[2] > 0


def test_rare_classes_are_found_and_common_ones_are_not():
    numbers = np.repeat([0.0, 1.0, 2.0], [40, 17, 3])
    target = Target(name="x", values=numbers[:, None], classes=("a", "b", "c"))
    finding = found(replace(dataset(molecules()), targets={"x": target}))["rare classes"]
    assert "c (3)" in finding.message
    assert "b" not in finding.message.split("of ")[-1]


def test_an_energy_per_atom_declared_extensive_is_found():
    data = load_sample("qm9-sample")
    values = data.target("u0").values / data.structures.sizes[:, None]
    wrong = replace(data.target("u0"), values=values)
    finding = found(replace(data, targets={"u0": wrong}))["does not scale"]
    assert "extensive = false" in finding.advice


@pytest.mark.parametrize("name", ["qm9-sample", "mp-elastic"])
def test_what_the_packaged_sets_declare_is_believed(name):
    assert not {"scales with size", "does not scale"} & set(found(load_sample(name)))


def test_errors_come_before_warnings_and_notes():
    both = twice(molecules(), moved(molecules()))
    data = dataset(both, gap=np.ones(120))
    order = [finding.severity for finding in check(data)]
    assert order == sorted(order, key=["error", "warning", "note"].index)


def test_counts_agree_with_their_verbs():
    assert counted(1, "structure", "has") == "1 structure has"
    assert counted(3, "value", "lies") == "3 values lie"
    assert counted(2, "id", "stands") == "2 ids stand"
    assert counted(0, "group") == "0 groups"


def test_the_perovskites_energies_per_cell_are_found(real_data):
    from atomarium.data.formats import read

    findings = check(read(real_data / "cs182_mp_perovskites.extxyz.gz"))
    scaling = [f for f in findings if f.check == "scales with size"]
    assert [f.message.split()[0] for f in scaling] == ["energy_total"]
    assert sum(f.check == "missing values" for f in findings) >= 1
