"""Which structures train and which test: the same on every machine, for ever.

Orders come from integers alone (the generator splitmix64 and stable sorting), never from numpy's
generators, whose streams may change with its version.

Source: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, 453 (2014), figure 17 with the mixing
constants of variant 13, as in java.util.SplittableRandom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, UInt64

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError, did_you_mean
from atomarium.data.strata import groups_by, strata_by

#: A number of structures, or a share of them when below 1.
Share = int | float
_KINDS = ("random", "stratified", "grouped", "k-fold", "leave-group-out")
_NEED_BY = ("stratified", "grouped", "leave-group-out")
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class Split:
    """Training structures, in the order in which nested sets grow, and test structures.

    Args:
        train: Every set of n training structures is the first n of these.
        test: Never among the training structures.
    """

    train: Int64[np.ndarray, "train"]
    test: Int64[np.ndarray, "test"]

    def __post_init__(self) -> None:
        if not len(self.train) or not len(self.test):
            given = f"{len(self.train)} to train and {len(self.test)} to test"
            raise InputError(f"a split needs structures on both sides, got {given}")
        together = np.concatenate([self.train, self.test])
        if together.min() < 0 or len(np.unique(together)) != len(together):
            raise InputError("a structure may be in a split once; one is twice or below 0")
        self.train.setflags(write=False)
        self.test.setflags(write=False)

    def training(self, n_train: int) -> Int64[np.ndarray, "n_train"]:
        """Return the training set of a size; it holds every smaller one.

        Raises:
            InputError: the size is below 1 or above the number of structures left for training.
        """
        if not 1 <= n_train <= len(self.train):
            left = f"{len(self.train):,} structures are left beside {len(self.test):,} for testing"
            raise InputError(f"training size {n_train:,} does not fit: {left}")
        return self.train[:n_train]


def make_splits(
    dataset: Dataset,
    *,
    kind: str = "random",
    by: str = "",
    test: Share = 0.2,
    repeats: int = 1,
    seed: int = 0,
) -> tuple[Split, ...]:
    """Draw independent splits of a data set.

    Args:
        dataset: At least two structures.
        kind: `random`; `stratified`, which gives every part, and every nested training set, its
            share of each stratum; `grouped`, which keeps a group on one side; `k-fold`, which
            tests every structure once, in as many parts as there are repeats; `leave-group-out`,
            which tests one group after the other.
        by: What strata or groups are made of, as data.strata reads it: `size`, `composition`,
            `formula`, `structure`, the name of a target or of a label. Empty when random; folds
            are stratified by it, if given.
        test: Number of test structures, or their share when below 1. Groups do not always add up
            to it: then the test part is smaller. Not for `k-fold` and `leave-group-out`.
        repeats: How many splits; at most as many as there are groups to leave out.
        seed: 0 or above. Another seed, other splits.

    Raises:
        InputError: the data hold too few structures or groups for such a split, `by` is missing,
            unknown or of no use to the kind, or a target to stratify by has gaps.
    """
    if kind not in _KINDS:
        raise InputError(f"no kind of split {kind!r}{did_you_mean(kind, _KINDS)}")
    if (kind == "random" and by) or (kind in _NEED_BY and not by):
        right = "nothing to split by" if kind == "random" else "`by`, such as by = 'composition'"
        raise InputError(f"a {kind} split takes {right}, got by = {by!r}")
    if repeats < 1:
        raise InputError(f"repeats must be at least 1, got {repeats}")
    if kind == "k-fold":
        strata = strata_by(dataset, by) if by else np.zeros(len(dataset), dtype=np.int64)
        return make_folds(strata, repeats, seed=seed)
    if kind == "leave-group-out":
        return leave_group_out(groups_by(dataset, by), repeats, seed=seed)
    n_test = _number_of_tests(len(dataset), test)
    seeds = [int(s) for s in _splitmix(seed, repeats)]
    if kind == "random":
        return tuple(split_random(len(dataset), n_test=n_test, seed=s) for s in seeds)
    if kind == "stratified":
        strata = strata_by(dataset, by)
        return tuple(split_stratified(strata, n_test=n_test, seed=s) for s in seeds)
    groups = groups_by(dataset, by)
    return tuple(split_grouped(groups, n_test=n_test, seed=s) for s in seeds)


def split_random(n_structures: int, *, n_test: int, seed: int) -> Split:
    """Draw test structures evenly; the order of the rest is random.

    Raises:
        InputError: nothing would be left to train or to test with.
    """
    _check_sizes(n_structures, n_test)
    order = random_order(n_structures, seed)
    return Split(order[n_test:], order[:n_test])


def split_stratified(strata: Int64[np.ndarray, "structures"], *, n_test: int, seed: int) -> Split:
    """Draw from every stratum its share, for the test part and for each nested training set.

    Any run of the order holds of a stratum what its share asks for, give or take one or two.

    Args:
        strata: A number for each structure, 0 or above; equal numbers are one stratum.
        n_test: Number of test structures.
        seed: 0 or above.

    Raises:
        InputError: nothing would be left to train or to test with.
    """
    _check_sizes(len(strata), n_test)
    order = _spread_order(strata, seed)
    return Split(order[n_test:], order[:n_test])


def _spread_order(
    strata: Int64[np.ndarray, "structures"], seed: int
) -> Int64[np.ndarray, "structures"]:
    """Return an order any run of which holds of each stratum its share."""
    shuffled = random_order(len(strata), seed)
    order = shuffled[np.argsort(strata[shuffled], kind="stable")]
    _, codes = np.unique(strata[order], return_inverse=True)
    sizes = np.bincount(codes)
    rank = np.arange(len(strata)) - (np.cumsum(sizes) - sizes)[codes]
    # (rank + fraction) / size runs from 0 to 1 in each stratum: sorting by it spreads them evenly.
    fraction = (_splitmix(seed + 1, len(strata)) >> np.uint64(32)).astype(np.int64)
    place = ((rank << 32) + fraction) // sizes[codes]
    return order[np.argsort(place, kind="stable")]


def split_grouped(groups: Int64[np.ndarray, "structures"], *, n_test: int, seed: int) -> Split:
    """Draw whole groups for the test part, as long as they fit; the rest trains in random order.

    Args:
        groups: A number for each structure; equal numbers are one group.
        n_test: Number of test structures at most. Larger groups always train.
        seed: 0 or above.

    Raises:
        InputError: there is one group only, every group is larger than the test part, or nothing
            would be left to train with.
    """
    _check_sizes(len(groups), n_test)
    _, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes)
    if len(sizes) == 1:
        raise InputError(f"all {len(groups):,} structures are one group: nothing to test with")
    chosen, free = np.zeros(len(sizes), dtype=bool), n_test
    for group in random_order(len(sizes), seed):
        if sizes[group] <= free:
            chosen[group] = True
            free -= sizes[group]
    if not chosen.any():
        smallest = f"the smallest of {len(sizes)} groups has {sizes.min():,} structures"
        raise InputError(f"{n_test:,} test structures hold no whole group: {smallest}")
    order = random_order(len(groups), seed + 1)
    tests = chosen[codes[order]]
    return Split(order[~tests], order[tests])


def make_folds(
    strata: Int64[np.ndarray, "structures"],
    n_folds: int,
    *,
    seed: int,
    groups: Int64[np.ndarray, "structures"] | None = None,
) -> tuple[Split, ...]:
    """Cut structures into parts and return each as the test part of a split.

    Args:
        strata: A number for each structure; every part holds of each stratum its share.
        n_folds: Number of parts, at least 2.
        seed: 0 or above.
        groups: A number for each structure; a group stays in one part, and strata do not count.

    Raises:
        InputError: there are fewer structures or groups than parts.
    """
    units = np.arange(len(strata)) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_units = int(units.max(initial=-1)) + 1
    if not 2 <= n_folds <= n_units:
        of = "structures" if groups is None else "groups"
        raise InputError(f"{n_folds} folds do not fit: between 2 and {n_units:,} {of}")
    order = _spread_order(strata, seed) if groups is None else random_order(len(strata), seed)
    fold_of_unit = np.empty(n_units, dtype=np.int64)
    if groups is None:
        fold_of_unit[order] = np.arange(n_units) * n_folds // n_units
    else:
        _deal(np.bincount(units), random_order(n_units, seed), fold_of_unit, n_folds)
    fold = fold_of_unit[units[order]]
    return tuple(Split(order[fold != k], order[fold == k]) for k in range(n_folds))


def _deal(
    sizes: Int64[np.ndarray, "units"],
    order: Int64[np.ndarray, "units"],
    fold_of_unit: Int64[np.ndarray, "units"],
    n_folds: int,
) -> None:
    """Put each group, large ones first, into the part that is smallest so far."""
    filled = np.zeros(n_folds, dtype=np.int64)
    for unit in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of_unit[unit] = int(filled.argmin())
        filled[fold_of_unit[unit]] += sizes[unit]


def leave_group_out(
    groups: Int64[np.ndarray, "structures"], repeats: int, *, seed: int
) -> tuple[Split, ...]:
    """Test one group after the other, each trained on all others.

    Args:
        groups: A number for each structure.
        repeats: How many groups are left out, one at a time: the first ones.
        seed: Of the order in which training structures are taken.

    Raises:
        InputError: there are fewer groups than repeats, or one only.
    """
    _, codes = np.unique(groups, return_inverse=True)
    n_groups = int(codes.max(initial=-1)) + 1
    if n_groups < 2 or repeats > n_groups:
        raise InputError(f"{n_groups} groups cannot be left out {repeats} times, one at a time")
    order = random_order(len(groups), seed)
    mine = codes[order]
    return tuple(Split(order[mine != k], order[mine == k]) for k in range(repeats))


def random_order(length: int, seed: int) -> Int64[np.ndarray, "length"]:
    """Return the numbers below `length` in an order that the seed alone decides.

    Raises:
        InputError: the seed is not between 0 and 2⁶⁴.
    """
    return np.argsort(_splitmix(seed, length), kind="stable").astype(np.int64)


def _splitmix(seed: int, length: int) -> UInt64[np.ndarray, "length"]:
    if not 0 <= seed < 2**64:
        raise InputError(f"a seed must be between 0 and 2⁶⁴, got {seed}")
    # Neighboring seeds would give shifted copies of one stream; mixing parts them.
    start = _mixed(np.array([seed], dtype=np.uint64))
    return _mixed(start + np.arange(1, length + 1, dtype=np.uint64) * _STEP)


def _mixed(state: UInt64[np.ndarray, "length"]) -> UInt64[np.ndarray, "length"]:
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def _number_of_tests(n_structures: int, test: Share) -> int:
    if test <= 0 or (test > 1 and test != int(test)):
        raise InputError(f"test must be a whole number, or a share between 0 and 1, got {test}")
    return max(1, round(test * n_structures)) if test < 1 else int(test)


def _check_sizes(n_structures: int, n_test: int) -> None:
    if n_structures < 2:
        raise InputError(f"{n_structures} structures cannot be split; at least 2 are needed")
    if not 1 <= n_test < n_structures:
        right = f"between 1 and {n_structures - 1:,} of {n_structures:,} structures may test"
        raise InputError(f"{n_test:,} test structures do not fit: {right}")
