"""Copies of structures are found, and what they spoil: contradictions, leakage."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

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
from atomarium.data.samples import load_sample
from atomarium.data.twins import ALIKE, SAME, composition_keys, find_twins, fingerprints


def shuffled(structures, seed=3):
    rng = np.random.default_rng(seed)
    order = np.concatenate(
        [rng.permutation(np.arange(a, b)) for a, b in pairwise(structures.offsets)]
    )
    return changed(
        structures, numbers=structures.numbers[order], positions=structures.positions[order]
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
