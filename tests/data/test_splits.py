"""Splits: sizes, nesting, strata, groups, files; equal everywhere."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.split_files import load_splits, save_splits
from atomarium.data.splits import (
    Split,
    leave_group_out,
    make_folds,
    make_splits,
    random_order,
    split_grouped,
    split_random,
    split_stratified,
)


def _dataset(n_structures: int = 200) -> Dataset:
    """Chains of 1–8 atoms of helium or neon, with a label and a target."""
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 9, n_structures)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    numbers = rng.choice([2, 10], offsets[-1])
    structures = Structures.from_arrays(numbers, rng.normal(size=(offsets[-1], 3)), offsets=offsets)
    energy = Target(name="energy", values=rng.normal(size=(n_structures, 1)), unit="eV")
    lattice = np.array(["cubic", "hexagonal", "triclinic"])[rng.integers(0, 3, n_structures)]
    return Dataset(structures=structures, targets={"energy": energy}, labels={"lattice": lattice})


def _splitmix_of_integers(seed: int, length: int) -> list[int]:
    """Return the stream in Python's own integers, an implementation apart from numpy's."""
    full = 2**64

    def mixed(state: int) -> int:
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % full
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB % full
        return state ^ (state >> 31)

    start = mixed(seed)
    return [mixed((start + k * 0x9E3779B97F4A7C15) % full) for k in range(1, length + 1)]


def test_order_is_that_of_plain_integers() -> None:
    for seed in (0, 1, 12345, 2**64 - 1):
        keys = _splitmix_of_integers(seed, 1000)
        expected = sorted(range(1000), key=keys.__getitem__)
        assert random_order(1000, seed).tolist() == expected


def test_order_is_pinned_for_all_time() -> None:
    # Worked out with the plain-integer stream above; a change would change published splits.
    assert random_order(8, 0).tolist() == [2, 4, 6, 5, 1, 7, 0, 3]
    assert random_order(8, 7).tolist() == [1, 5, 6, 0, 7, 4, 3, 2]


def test_seeds_next_to_each_other_are_unrelated() -> None:
    first, second = random_order(1000, 3), random_order(1000, 4)
    assert np.mean(first == second) < 0.01
    assert np.mean(first[:-1] == second[1:]) < 0.01


def test_random_order_is_even() -> None:
    # Where number 0 lands in 3,000 orders of 10; chi-squared with 9 degrees, 99.9 % below 27.9.
    places = [int(np.flatnonzero(random_order(10, seed) == 0)[0]) for seed in range(3000)]
    counts = np.bincount(places, minlength=10)
    assert np.sum((counts - 300) ** 2 / 300) < 27.9


def test_split_covers_everything_once_and_sets_are_nested() -> None:
    split = split_random(100, n_test=30, seed=1)
    assert sorted(np.concatenate([split.train, split.test])) == list(range(100))
    assert len(split.test) == 30
    assert split.training(20).tolist() == split.training(70)[:20].tolist()


def test_repeats_differ_and_seed_repeats_them() -> None:
    dataset = _dataset()
    first = make_splits(dataset, test=40, repeats=3, seed=5)
    again = make_splits(dataset, test=40, repeats=3, seed=5)
    longer = make_splits(dataset, test=40, repeats=5, seed=5)
    for one, other, more in zip(first, again, longer, strict=False):
        assert np.array_equal(one.train, other.train)
        assert np.array_equal(one.test, more.test)
    assert not np.array_equal(first[0].test, first[1].test)


def test_share_of_test_structures_is_rounded() -> None:
    (split,) = make_splits(_dataset(10), test=0.29)
    assert len(split.test) == 3


@pytest.mark.parametrize("by", ["energy", "size", "composition", "lattice"])
def test_every_nested_set_holds_its_share_of_each_stratum(by: str) -> None:
    dataset = _dataset()
    (split,) = make_splits(dataset, kind="stratified", by=by, test=50, seed=2)
    names = {
        "energy": np.argsort(np.argsort(dataset.target("energy").scalar)) * 20 // 200,
        "size": dataset.structures.sizes,
        "composition": np.round(
            dataset.structures.composition([2])[:, 0] / dataset.structures.sizes, 9
        ),
        "lattice": dataset.labels["lattice"],
    }[by]
    for part in (split.test, split.training(30), split.training(90), split.train):
        for name in np.unique(names):
            share = np.mean(names == name) * len(part)
            assert abs(np.sum(names[part] == name) - share) <= 2


def test_stratified_draws_are_random_within_a_stratum() -> None:
    strata = np.repeat([0, 1], 20)
    drawn = [split_stratified(strata, n_test=10, seed=seed).test for seed in range(400)]
    counts = np.bincount(np.concatenate(drawn), minlength=40)
    # 100 expected, standard deviation 8.7: six of them.
    assert np.all(np.abs(counts - 100) < 52)


@pytest.mark.parametrize("by", ["formula", "lattice", "size"])
def test_groups_stay_on_one_side(by: str) -> None:
    dataset = _dataset()
    names = {
        "formula": np.array(dataset.structures.formulas()),
        "lattice": dataset.labels["lattice"],
        "size": dataset.structures.sizes,
    }[by]
    for split in make_splits(dataset, kind="grouped", by=by, test=90, repeats=4):
        assert not set(names[split.train]) & set(names[split.test])
        assert len(split.test) <= 90
        assert len(split.train) + len(split.test) == 200


def test_equal_structures_are_one_group_and_nearly_equal_ones_are_not() -> None:
    one = _dataset(1).structures
    moved = replace(one, positions=one.positions + 1e-9)
    signed = replace(one, positions=np.where(one.positions == 0, -0.0, one.positions))
    dataset = Dataset(structures=Structures.concatenate([one, moved, one, signed]))
    (split,) = make_splits(dataset, kind="grouped", by="structure", test=1)
    assert split.test.tolist() == [1]


def test_larger_training_size_says_how_many_are_left() -> None:
    split = split_random(2000, n_test=200, seed=0)
    with pytest.raises(InputError, match=r"5,000 does not fit: 1,800 .* 200 for testing"):
        split.training(5000)
    with pytest.raises(InputError, match="training size 0"):
        split.training(0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "stratified", "by": "enregy"}, "did you mean 'energy'"),
        ({"kind": "stratified"}, "takes `by`"),
        ({"kind": "random", "by": "size"}, "takes nothing"),
        ({"kind": "shuffled", "by": "size"}, "known: grouped, k-fold, leave-group-out, random"),
        ({"kind": "grouped", "by": "energy"}, "makes strata, not groups"),
        ({"kind": "grouped", "by": "lattice", "test": 2}, "smallest of 3 groups"),
        ({"test": 200}, "between 1 and 199 of 200"),
        ({"test": 3.5}, "whole number"),
        ({"test": 0}, "whole number"),
        ({"repeats": 0}, "repeats"),
        ({"seed": -1}, "seed"),
    ],
)
def test_unfit_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_splits(_dataset(), **change)  # type: ignore[arg-type]


def test_one_structure_cannot_be_split() -> None:
    with pytest.raises(InputError, match="1 structures cannot be split"):
        make_splits(_dataset(1), test=0.5)


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(InputError, match="one group"):
        split_grouped(np.zeros(9, dtype=np.int64), n_test=3, seed=0)


def test_gaps_in_the_stratifying_target_are_refused() -> None:
    dataset = _dataset()
    values = dataset.target("energy").values.copy()
    values[[17, 30]] = np.nan
    broken = dataset.with_targets(Target(name="energy", values=values))
    with pytest.raises(InputError, match=r"2 structures .*number 17"):
        make_splits(broken, kind="stratified", by="energy")


def test_target_of_atoms_cannot_stratify() -> None:
    dataset = _dataset()
    charges = Target(
        name="charge", values=np.zeros((dataset.structures.n_atoms, 1)), per="atom", rows="atoms"
    )
    with pytest.raises(InputError, match="rows for atoms"):
        make_splits(dataset.with_targets(charges), kind="stratified", by="charge")


def test_split_refuses_a_structure_on_both_sides() -> None:
    with pytest.raises(InputError, match="twice"):
        Split(np.array([0, 1]), np.array([1]))
    with pytest.raises(InputError, match="both sides"):
        Split(np.array([0, 1]), np.zeros(0, dtype=np.int64))


def test_file_gives_the_same_splits(tmp_path) -> None:
    dataset = _dataset()
    splits = make_splits(dataset, test=40, repeats=2)
    save_splits(tmp_path / "splits.json", splits, dataset)
    for one, other in zip(splits, load_splits(tmp_path / "splits.json", dataset), strict=True):
        assert np.array_equal(one.train, other.train)
        assert np.array_equal(one.test, other.test)


def test_unfit_files_are_refused(tmp_path) -> None:
    dataset, path = _dataset(), tmp_path / "splits.json"
    save_splits(path, make_splits(dataset), dataset)
    good = json.loads(path.read_text())
    with pytest.raises(InputError, match="other data"):
        load_splits(path, _dataset(199))
    with pytest.raises(InputError, match="cannot be opened"):
        load_splits(tmp_path / "none.json", dataset)
    beyond = {**good, "splits": [{"train": [500], "test": [1]}]}
    for content, message in [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON: it is nested too deeply"),
        (json.dumps({}), "not a file of the format 'atomarium-splits'"),
        (json.dumps({**good, "version": 9}), "version 9"),
        (json.dumps({**good, "splits": [{"train": [1]}]}), "damaged: 'test'"),
        (json.dumps(beyond), "beyond 200"),
    ]:
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            load_splits(path, dataset)


def test_folds_test_every_structure_once() -> None:
    dataset = _dataset(50)
    splits = make_splits(dataset, kind="k-fold", repeats=4, seed=3)
    assert sorted(np.concatenate([one.test for one in splits])) == list(range(50))
    assert {len(one.test) for one in splits} == {12, 13}


def test_folds_of_groups_keep_each_on_one_side_and_are_about_equal() -> None:
    groups = np.repeat(np.arange(10), np.arange(1, 11))
    folds = make_folds(np.zeros(55, dtype=np.int64), 3, seed=0, groups=groups)
    assert sorted(np.concatenate([one.test for one in folds])) == list(range(55))
    for one in folds:
        assert not set(groups[one.train]) & set(groups[one.test])
        assert 17 <= len(one.test) <= 20


def test_more_folds_than_structures_are_refused() -> None:
    with pytest.raises(InputError, match="5 folds do not fit: between 2 and 4 structures"):
        make_folds(np.zeros(4, dtype=np.int64), 5, seed=0)


def test_leave_group_out_tests_one_group_after_the_other() -> None:
    groups = np.array([7, 7, 3, 5, 3, 7])
    splits = leave_group_out(groups, 3, seed=1)
    assert [set(groups[one.test]) for one in splits] == [{3}, {5}, {7}]
    assert all(len(one.train) + len(one.test) == 6 for one in splits)
    with pytest.raises(InputError, match="3 groups cannot be left out 4 times"):
        leave_group_out(groups, 4, seed=1)
