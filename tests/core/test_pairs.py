"""Pairs against a search over all images; their order; refusals."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.references.pairs_reference import slow_pairs
from tests.thread_counts import alone_and_together

from atomarium.core.errors import InputError
from atomarium.core.pairs import Pairs, find_pairs, find_pairs_apart
from atomarium.core.structures import Structures

CUBE = np.eye(3) * 6.0
TRICLINIC = np.array([[5.2, 0.3, 0.1], [1.9, 6.1, 0.4], [-2.7, 0.2, 7.0]])
#: A cell vector leans so far that the nearest image is not the one next door.
SKEWED = np.array([[4.0, 0.0, 0.0], [9.5, 4.2, 0.0], [0.7, -7.9, 5.0]])


def _random(n_atoms: int, cell: np.ndarray | None, periodic: tuple[bool, bool, bool]) -> Structures:
    """Place atoms of three elements in and outside of a cell, far outside when they are few."""
    rng = np.random.default_rng(n_atoms)
    spread = 3 if n_atoms < 100 else 1.2
    box = np.eye(3) * 7.0 if cell is None else cell
    return Structures.from_arrays(
        rng.choice([1, 8, 14], n_atoms),
        (rng.random((n_atoms, 3)) - 0.4) * spread @ box,
        cells=np.zeros((3, 3)) if cell is None else cell,
        periodic=np.array(periodic),
    )


BULK, SLAB, WIRE, MOLECULE = (True,) * 3, (True, False, True), (False, False, True), (False,) * 3
SETS = {
    "molecule": _random(9, None, MOLECULE),
    "one atom in a small cell": _random(1, CUBE / 4, BULK),
    "cube": _random(12, CUBE, BULK),
    "wide cube, nearest images": _random(60, CUBE * 2, BULK),
    "triclinic": _random(7, TRICLINIC, BULK),
    "skewed": _random(5, SKEWED, BULK),
    "slab": _random(10, TRICLINIC, SLAB),
    "wire": _random(10, SKEWED, WIRE),
    "cell without repeats": _random(30, CUBE, MOLECULE),
    "bins in a cell smaller than the cutoff": _random(170, CUBE, BULK),
    "bins": _random(420, TRICLINIC * 4, BULK),
    "bins in a slab": _random(420, SKEWED * 3, SLAB),
    "bins without a cell": _random(420, None, MOLECULE),
}


def _as_dict(pairs: Pairs) -> dict[tuple[int, int, tuple[int, ...]], np.ndarray]:
    ends = zip(
        pairs.centers.tolist(), pairs.neighbors.tolist(), map(tuple, pairs.shifts.tolist()),
        strict=True,
    )  # fmt: skip
    return dict(zip(ends, pairs.vectors, strict=True))


def _same(a: Pairs, b: Pairs) -> bool:
    return all(
        np.array_equal(x, y) for x, y in zip(vars(a).values(), vars(b).values(), strict=True)
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("cutoff", [2.0, 4.5])
def test_pairs_are_those_of_a_search_over_all_images(name: str, cutoff: float) -> None:
    expected = slow_pairs(SETS[name], cutoff)
    found = _as_dict(find_pairs(SETS[name], cutoff))
    assert found.keys() == expected.keys()
    assert len(found) > 0
    # Positions up to 60 Å, rounded twice.
    vectors = [expected[pair] for pair in found]
    np.testing.assert_allclose(list(found.values()), vectors, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", SETS)
def test_pairs_are_sorted_by_center_species_distance_neighbor_shift(name: str) -> None:
    structures, pairs = SETS[name], find_pairs(SETS[name], 4.5)
    keys = list(
        zip(
            pairs.centers.tolist(),
            structures.numbers[pairs.neighbors].tolist(),
            pairs.distances.tolist(),
            pairs.neighbors.tolist(),
            map(tuple, pairs.shifts.tolist()),
            strict=True,
        )
    )
    assert keys == sorted(keys)
    assert np.array_equal(np.repeat(np.arange(structures.n_atoms), np.diff(pairs.offsets)),
                          pairs.centers)  # fmt: skip


def test_ties_are_sorted_by_neighbor_then_shift() -> None:
    simple = Structures.from_arrays([14], np.zeros((1, 3)), cells=CUBE / 2)
    pairs = find_pairs(simple, 3.1)
    assert pairs.distances == pytest.approx(np.full(6, 3.0))
    assert [tuple(shift) for shift in pairs.shifts] == sorted(map(tuple, pairs.shifts))


def test_more_pairs_than_are_ranked_are_sorted_too() -> None:
    structures = _random(6, CUBE / 2, BULK)
    pairs = find_pairs(structures, 9.0)
    assert np.diff(pairs.offsets).min() > 300
    for start, stop in pairwise(pairs.offsets):
        numbers = structures.numbers[pairs.neighbors[start:stop]]
        assert np.all(np.diff(numbers) >= 0)
        assert np.all(np.diff(pairs.distances[start:stop])[np.diff(numbers) == 0] >= 0)


@pytest.mark.parametrize("name", SETS)
def test_reverse_of_every_pair_is_there_with_exactly_minus_its_vector(name: str) -> None:
    found = _as_dict(find_pairs(SETS[name], 4.5))
    for (center, neighbor, shift), vector in found.items():
        reverse = found[neighbor, center, tuple(-step for step in shift)]
        assert np.array_equal(reverse, -vector)


def test_pairs_at_exactly_the_cutoff_are_left_out() -> None:
    chain = Structures.from_arrays([1, 1, 1], [[0, 0, 0], [2, 0, 0], [3.5, 0, 0]])
    assert find_pairs(chain, 2.0).distances.tolist() == [1.5, 1.5]
    assert len(find_pairs(chain, np.nextafter(2.0, 3.0))) == 4


def test_vectors_lead_to_the_shifted_neighbor() -> None:
    slab = SETS["slab"]
    pairs = find_pairs(slab, 4.5)
    ends = slab.positions[pairs.neighbors] + pairs.shifts @ slab.cells[0]
    assert pairs.vectors == pytest.approx(ends - slab.positions[pairs.centers], abs=1e-13)
    assert pairs.distances == pytest.approx(np.linalg.norm(pairs.vectors, axis=1))
    assert not pairs.shifts[:, 1].any()


def test_batch_equals_one_by_one() -> None:
    batch = Structures.concatenate([*SETS.values(), Structures.from_arrays([2], np.zeros((1, 3)))])
    together = find_pairs(batch, 4.0)
    for structure, one in enumerate(batch):
        alone, atoms = find_pairs(one, 4.0), batch.offsets[structure : structure + 2]
        start, stop = together.offsets[atoms[0]], together.offsets[atoms[1]]
        assert np.array_equal(together.neighbors[start:stop] - atoms[0], alone.neighbors)
        assert np.array_equal(together.vectors[start:stop], alone.vectors)
        assert np.array_equal(together.shifts[start:stop], alone.shifts)


def test_number_of_threads_changes_nothing() -> None:
    batch = Structures.concatenate(SETS.values())
    alone, together = alone_and_together(lambda: find_pairs(batch, 4.0))
    assert _same(together, alone)


def test_structures_without_atoms_or_neighbors_have_no_pairs() -> None:
    lonely = Structures.from_arrays([1, 1], [[0, 0, 0], [9, 0, 0]], offsets=[0, 0, 1, 1, 2])
    pairs = find_pairs(lonely, 5.0)
    assert len(pairs) == 0
    assert pairs.offsets.tolist() == [0, 0, 0]
    assert len(find_pairs(Structures.empty(), 5.0)) == 0


def test_two_atoms_in_one_place_are_a_pair_without_length() -> None:
    twice = Structures.from_arrays([1, 2], np.zeros((2, 3)))
    assert find_pairs(twice, 1.0).distances.tolist() == [0.0, 0.0]


def test_atoms_in_one_place_are_refused_where_they_cannot_be_used() -> None:
    near = [[0, 0, 0], [1, 1, 1], [1, 1, 1 + 9e-7]]
    some = Structures.from_arrays([1, 1, 1, 1], [[0, 0, 0], *near], offsets=[0, 1, 4])
    with pytest.raises(InputError, match="structure 1: atoms 1 and 2 are in one place"):
        find_pairs_apart(some, 2.0)
    apart = replace(some, positions=some.positions * 2)
    pairs = find_pairs_apart(apart, 4.0)
    assert np.array_equal(pairs.vectors, find_pairs(apart, 4.0).vectors)


def test_pairs_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        find_pairs(SETS["molecule"], 3.0).distances[0] = 0.0


@pytest.mark.parametrize("cutoff", [0.0, -1.0, float("nan"), float("inf")])
def test_cutoff_must_be_above_zero(cutoff: float) -> None:
    with pytest.raises(InputError, match="cutoff must be above 0 Å"):
        find_pairs(SETS["molecule"], cutoff)


def test_cell_with_millions_of_images_is_refused() -> None:
    flat = Structures.from_arrays([1], np.zeros((1, 3)), cells=np.diag([1e-4, 0.02, 5.0]))
    with pytest.raises(InputError, match=r"structure 0: the cell is so small or skewed .*reduced"):
        find_pairs(flat, 5.0)


def test_position_that_is_not_finite_is_refused() -> None:
    broken = Structures(
        numbers=np.array([1], dtype=np.int32),
        positions=np.full((1, 3), np.nan),
        cells=np.zeros((1, 3, 3)),
        periodic=np.zeros((1, 3), dtype=bool),
        offsets=np.array([0, 1]),
    )
    with pytest.raises(InputError, match="not finite"):
        find_pairs(broken, 5.0)
