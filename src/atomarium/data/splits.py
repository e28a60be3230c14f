"""Which structures train and which test: the same on every machine, for ever.

Orders come from integers alone (the generator splitmix64 and stable sorting), never from numpy's
generators, whose streams may change with its version.

Source: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, 453 (2014), figure 17 with the mixing
constants of variant 13, as in java.util.SplittableRandom.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt64

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import write_json
from atomarium.data.strata import groups_by, strata_by

#: A number of structures, or a share of them when below 1.
Share = int | float
_KINDS = ("random", "stratified", "grouped")
_FORMAT, _VERSION = "atomarium-splits", 1
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
            share of each stratum; `grouped`, which keeps a group on one side.
        by: What strata or groups are made of, as data.strata reads it: `size`, `composition`,
            `formula`, `structure`, the name of a target or of a label. Empty when random.
        test: Number of test structures, or their share when below 1. Groups do not always add up
            to it: then the test part is smaller.
        repeats: How many splits.
        seed: 0 or above. Another seed, other splits.

    Raises:
        InputError: the data hold too few structures or groups for such a split, `by` is missing,
            unknown or of no use to the kind, or a target to stratify by has gaps.
    """
    if kind not in _KINDS:
        raise InputError(f"no kind of split {kind!r}{did_you_mean(kind, _KINDS)}")
    if (kind == "random") != (not by):
        right = "nothing to split by" if kind == "random" else "`by`, such as by = 'composition'"
        raise InputError(f"a {kind} split takes {right}, got by = {by!r}")
    if repeats < 1:
        raise InputError(f"repeats must be at least 1, got {repeats}")
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
    shuffled = random_order(len(strata), seed)
    order = shuffled[np.argsort(strata[shuffled], kind="stable")]
    _, codes = np.unique(strata[order], return_inverse=True)
    sizes = np.bincount(codes)
    rank = np.arange(len(strata)) - (np.cumsum(sizes) - sizes)[codes]
    # (rank + fraction) / size runs from 0 to 1 in each stratum: sorting by it spreads them evenly.
    fraction = (_splitmix(seed + 1, len(strata)) >> np.uint64(32)).astype(np.int64)
    place = ((rank << 32) + fraction) // sizes[codes]
    order = order[np.argsort(place, kind="stable")]
    return Split(order[n_test:], order[:n_test])


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


def save_splits(path: Path | str, splits: Sequence[Split], dataset: Dataset) -> None:
    """Write splits of a data set as JSON."""
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "structures": len(dataset),
        "content": dataset.structures.content_hash(),
        "splits": [{"train": s.train.tolist(), "test": s.test.tolist()} for s in splits],
    }
    write_json(path, content)


def load_splits(path: Path | str, dataset: Dataset) -> tuple[Split, ...]:
    """Read splits of a data set.

    Raises:
        InputError: the file is missing, damaged, of another version or of other structures.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise InputError(f"{path} does not hold splits of atomarium")
    if content.get("version") != _VERSION:
        given = content.get("version")
        raise InputError(f"{path}: splits of version {given}, this program reads {_VERSION}")
    if content.get("content") != dataset.structures.content_hash():
        given = f"{content.get('structures')} structures that are not the {len(dataset)} given"
        raise InputError(f"{path} splits other data: {given}")
    try:
        splits = tuple(
            Split(np.array(s["train"], dtype=np.int64), np.array(s["test"], dtype=np.int64))
            for s in content["splits"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}") from None
    if any(max(s.train.max(), s.test.max()) >= len(dataset) for s in splits):
        raise InputError(f"{path} is damaged: it counts beyond {len(dataset)} structures")
    return splits
