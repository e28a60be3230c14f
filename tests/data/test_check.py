"""Each thing that spoils a benchmark is found, and clean data are left in peace."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.check import check
from atomarium.data.findings import counted
from atomarium.data.samples import load_sample
from atomarium.data.twins import ALIKE, SAME, composition_keys, find_twins, fingerprints


def rotation(seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]


def changed(structures, **changes):
    arrays = {
        name: getattr(structures, name)
        for name in ("numbers", "positions", "cells", "periodic", "offsets")
    }
    return Structures(**{**arrays, **changes})


def molecules(n=60):
    return load_sample("qm9-sample").structures[:n]


def crystals(n=40):
    return load_sample("mp-elastic").structures[:n]


def dataset(structures, **targets):
    made = {
        name: values if isinstance(values, Target) else Target(name=name, values=values[:, None])
        for name, values in targets.items()
    }
    return Dataset(structures=structures, targets=made)


def found(data, *, what=None):
    return {finding.check: finding for finding in check(data) if what in {None, finding.check}}


def normal(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


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


def twice(structures, copy):
    return Structures.concatenate([structures, copy])


def shuffled(structures, seed=3):
    rng = np.random.default_rng(seed)
    order = np.concatenate(
        [rng.permutation(np.arange(a, b)) for a, b in pairwise(structures.offsets)]
    )
    return changed(
        structures, numbers=structures.numbers[order], positions=structures.positions[order]
    )


def moved(structures, seed=4):
    turn = rotation(seed)
    return changed(
        structures,
        positions=structures.positions @ turn + [3.0, -2.0, 1.0],
        cells=structures.cells @ turn,
    )


@pytest.mark.parametrize("structures", [molecules(), crystals()], ids=["molecules", "crystals"])
def test_copies_are_found_however_turned_shifted_mirrored_or_ordered(structures):
    n = len(structures)
    copies = shuffled(moved(structures))
    copies = changed(copies, positions=np.round(copies.positions, 6))
    same, _ = find_twins(twice(structures, copies))
    assert [group.tolist() for group in same.members] == [[s, s + n] for s in range(n)]


def test_another_cell_of_the_same_crystal_is_a_copy():
    one = crystals(1)
    skew = np.array([[1, 0, 0], [2, 1, 0], [0, -1, 1]])
    other = changed(one, cells=skew @ one.cells)
    double = Structures.from_arrays(
        np.tile(one.numbers, 2),
        np.concatenate([one.positions, one.positions + one.cells[0, 0]]),
        cells=one.cells * np.array([2, 1, 1])[:, None],
    )
    same, _ = find_twins(Structures.concatenate([one, other, double]))
    assert [group.tolist() for group in same.members] == [[0, 1, 2]]


def test_swapped_elements_are_no_copy():
    salt = np.diag([4.0, 4.0, 4.0])
    places = [[0, 0, 0], [2, 2, 2.3]]
    pair = [Structures.from_arrays(z, places, cells=salt) for z in ([11, 17], [17, 11], [19, 17])]
    same, _ = find_twins(Structures.concatenate(pair))
    # The first two are each other's mirror images.
    assert [group.tolist() for group in same.members] == [[0, 1]]


def test_a_chain_is_no_ring_of_the_same_formula():
    keys = composition_keys(molecules(200))
    same, _ = find_twins(molecules(200))
    assert len(np.unique(keys)) < 200
    assert same.members == []


def test_slightly_shifted_atoms_are_near_not_equal():
    rng = np.random.default_rng(0)
    shifted = crystals().positions + rng.normal(scale=1e-3, size=crystals().positions.shape)
    both = twice(crystals(), changed(crystals(), positions=shifted))
    same, alike = find_twins(both)
    assert len(alike.members) > len(same.members)
    assert "near duplicates" in found(dataset(both))


def test_strongly_shifted_atoms_are_no_twins():
    rng = np.random.default_rng(0)
    shifted = molecules().positions + rng.normal(scale=0.1, size=molecules().positions.shape)
    _, alike = find_twins(twice(molecules(), changed(molecules(), positions=shifted)))
    assert alike.members == []


def test_many_copies_are_one_group():
    many = Structures.concatenate([moved(molecules(2), seed) for seed in range(50)])
    same, _ = find_twins(many)
    assert sorted(len(group) for group in same.members) == [50, 50]
    assert same.counts.tolist() == [50] * 100


def test_fingerprints_do_not_depend_on_the_batch():
    alone = np.concatenate([fingerprints(one) for one in crystals(5)])
    np.testing.assert_allclose(fingerprints(crystals(5)), alone, rtol=1e-12)
    assert fingerprints(Structures.empty()).shape == (0, alone.shape[1])
    assert SAME < ALIKE


def test_twins_with_other_values_are_contradictions():
    both = twice(molecules(), molecules())
    values = np.concatenate([normal(60), normal(60)])
    assert "contradictions" not in found(dataset(both, gap=values))
    values[3] += 2.0
    finding = found(dataset(both, gap=values))["contradictions"]
    assert (finding.count, finding.examples) == (1, ("3 = 63",))
    assert "by up to 2" in finding.message


def test_supercells_do_not_contradict_each_other():
    one = crystals(6)
    copies = [
        Structures.from_arrays(
            np.tile(s.numbers, 2),
            np.concatenate([s.positions, s.positions + s.cells[0, 2]]),
            cells=s.cells * np.array([1, 1, 2])[:, None],
        )
        for s in one
    ]
    energy = normal(6) * one.sizes
    target = Target(name="e", values=np.concatenate([energy, 2 * energy])[:, None], extensive=True)
    findings = found(dataset(Structures.concatenate([one, *copies]), e=target))
    assert findings["duplicates"].count == 12
    assert "contradictions" not in findings


def test_equal_values_of_one_composition_are_suspicious():
    keys = composition_keys(load_sample("qm9-sample").structures)
    isomers = np.flatnonzero(keys == np.bincount(keys).argmax())[:50]
    values = normal(50)
    values[7] = values[3]
    finding = found(dataset(load_sample("qm9-sample").structures.take(isomers), gap=values))
    assert finding["equal values"].examples == ("3 = 7",)


def test_twins_across_a_given_split_are_leakage():
    both = twice(molecules(), moved(molecules()[:3]))
    split = np.array(["train"] * 60 + ["test"] * 3)
    data = replace(dataset(both), labels={"split": split})
    finding = found(data)["leakage"]
    assert finding.severity == "error"
    assert "3 in test, 3 in train" in finding.message
    split[60:] = "train"
    assert "leakage" not in found(replace(data, labels={"split": split}))


def test_every_given_split_is_looked_at_but_not_what_it_leaves_unused():
    both = twice(molecules(), moved(molecules()[:3]))
    split = np.array(["train"] * 60 + ["unused", "unused", "test"])
    data = replace(dataset(both), labels={"split_02": split, "splitting": split})
    leaks = [finding for finding in check(data) if finding.check == "leakage"]
    assert [finding.examples for finding in leaks] == [("2 = 62",)]
    assert "label split_02" in leaks[0].message


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


def test_nmd18_holds_the_contradictions_known_from_the_competition(real_data):
    from atomarium.data.formats import read

    data = read(real_data / "nmd18.extxyz.xz")
    learned = ("formation_energy_per_cation", "band_gap")
    data = replace(
        data,
        ids=tuple(map(str, range(len(data)))),
        targets={name: data.target(name) for name in learned},
    )
    findings = [f for f in check(data) if f.check in {"duplicates", "leakage", "contradictions"}]
    # Participants found that rows 308 and 2154, 531 and 1379, 2333 and 2370 have one geometry.
    pairs = {"307 = 2153", "530 = 1378", "2332 = 2369"}
    worst = next(f for f in findings if f.check == "contradictions")
    assert set(worst.examples) == pairs
    assert any(f.check == "leakage" for f in findings)
    duplicates = next(f for f in findings if f.check == "duplicates")
    assert 200 < duplicates.count < 250


def test_the_perovskites_energies_per_cell_are_found(real_data):
    from atomarium.data.formats import read

    findings = check(read(real_data / "cs182_mp_perovskites.extxyz.gz"))
    scaling = [f for f in findings if f.check == "scales with size"]
    assert [f.message.split()[0] for f in scaling] == ["energy_total"]
    assert sum(f.check == "missing values" for f in findings) >= 1
