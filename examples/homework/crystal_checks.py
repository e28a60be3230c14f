"""What the autograder asks in the parts on crystals, graphs and encodings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from math import comb
from typing import Any

import numpy as np
from checking import TOLERANCE, Wrong, as_numbers, chosen_of, exercise, is_near, need_near

from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.models.nn.atom_tables import alike_elements, bit_table
from atomarium.models.nn.element_data import ELEMENT_DATA


def rock_salt(length: float = 5.64) -> Structures:
    """Return the cubic cell of NaCl, 8 atoms."""
    sodium = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    places = np.concatenate([sodium, (sodium + 0.5) % 1]) * length
    return Structures.from_arrays([11] * 4 + [17] * 4, places, cells=np.eye(3) * length)


def askew_crystal() -> Structures:
    """Return a crystal with no right angle and no symmetry."""
    return Structures.from_arrays(
        [6, 8, 14],
        [[0.1, 0.2, 0.3], [1.4, 1.1, 0.9], [2.2, 0.4, 1.8]],
        cells=[[3.1, 0, 0], [1.2, 2.9, 0], [-0.8, 0.7, 3.3]],
    )


def changed_crystals() -> dict[str, Structures]:
    """Return rock salt as it is under "as it is", and after each change of exercise 1.1."""
    salt = rock_salt()
    turn = np.linalg.qr(np.array([[1.0, 2, 0], [0, 1, 1], [3, 0, 1]]))[0]
    order = np.array([4, 0, 6, 2, 1, 7, 3, 5])
    above = salt.positions + salt.cells[0, 2]
    tall = salt.cells[0] * np.array([[1.0], [1], [2]])
    at, cell, of = salt.positions, salt.cells[0], salt.numbers
    changed = {
        "as it is": (of, at, cell),
        "moved": (of, at + np.array([0.3, 1.1, 0.7]), cell),
        "turned": (of, at @ turn, cell @ turn),
        "mirrored": (of, at * [1, 1, -1], cell * [1, 1, -1]),
        "renumbered": (of[order], at[order], cell),
        "swapped": (28 - of, at, cell),
        "twice the cell": (np.tile(of, 2), np.concatenate([at, above]), tall),
        "stretched": (of, at * 1.02, cell * 1.02),
    }
    return {
        name: Structures.from_arrays(numbers, places, cells=cells)
        for name, (numbers, places, cells) in changed.items()
    }


def surroundings(structure: Structures, radius: float = 6.0) -> Counter[tuple[Any, ...]]:
    """Count the atoms that are alike: same element, same elements at the same distances."""
    pairs = find_pairs(structure, radius)
    alike: Counter[tuple[Any, ...]] = Counter()
    for atom, number in enumerate(structure.numbers):
        own = slice(*pairs.offsets[atom : atom + 2])
        seen = zip(structure.numbers[pairs.neighbors[own]], pairs.distances[own], strict=True)
        near = sorted((round(float(d), 3), int(z)) for z, d in seen)
        alike[int(number), tuple(near)] += 1
    return alike


@exercise("1.1", "what an energy must not depend on", 2)
def look_at_invariance(per_atom: Any, per_cell: Any) -> None:
    """Compare sets of changes with what happens to the surroundings of the atoms."""
    crystals = changed_crystals()
    before = surroundings(crystals.pop("as it is"))
    n_before = before.total()
    keeps_cell, keeps_atom = set(), set()
    for name, crystal in crystals.items():
        after = surroundings(crystal)
        ratio = after.total() / n_before
        if after == before:
            keeps_cell.add(name)
        if all(count == ratio * before[kind] for kind, count in after.items()):
            keeps_atom.add(name)
    for given, right, what in (
        (per_atom, keeps_atom, "the energy per atom"),
        (per_cell, keeps_cell, "the energy per cell"),
    ):
        n_wrong = len(chosen_of(given, set(crystals), what) ^ right)
        if n_wrong:
            verb = "is" if n_wrong == 1 else "are"
            raise Wrong(f"{what}: of {len(crystals)} changes, {n_wrong} {verb} on the wrong side")


@exercise("1.2", "how many neighbors there are")
def look_at_density(n_within: Any) -> None:
    """Compare with the density times the volume of the sphere, and with a count."""
    counted = len(find_pairs(rock_salt(), 8.0)) / 8
    given = float(as_numbers(n_within, "the number of atoms", ()))
    if not 0.85 * counted < given < 1.15 * counted:
        size = "small" if given < counted else "large"
        raise Wrong(f"{given:.4g} is too {size}. It is a volume times a number of atoms per volume")


@exercise("1.3", "what sharing weights saves", 2)
def look_at_weights(
    dense: Callable[[int, int], int], convolution: Callable[[int, int], int]
) -> None:
    """Count the weights of real layers."""
    for n_atoms, width in ((1, 1), (8, 64), (20, 3)):
        rows = n_atoms * width
        need_near(
            dense(n_atoms, width),
            rows * rows + rows,
            f"for {n_atoms} atoms of {width} numbers each, the dense layer has another number of "
            "weights. Mind that every output has a bias",
        )
    for width, n_gaussians in ((1, 1), (64, 41), (5, 7)):
        one_matrix = (2 * width + n_gaussians) * width + width
        given = as_numbers(convolution(width, n_gaussians), "the number of weights", ())
        if is_near(given, np.float64(one_matrix)):
            raise Wrong("the convolution of equation 5 has more than one matrix")
        need_near(
            given,
            2 * one_matrix,
            f"for rows of {width} numbers and {n_gaussians} Gaussians, equation 5 has another "
            "number of weights. How long is z? Are there biases?",
        )


def crystals_of_exercise() -> tuple[tuple[str, Structures, float], ...]:
    """Return crystals on which listing neighbors is easy, needs own images, and is askew."""
    small = Structures.from_arrays(
        [11, 17],
        [[0, 0, 0], [2.82, 2.82, 2.82]],
        cells=[[0, 2.82, 2.82], [2.82, 0, 2.82], [2.82, 2.82, 0]],
    )
    return (
        ("the cubic cell of NaCl", rock_salt(), 4.5),
        ("the smallest cell of NaCl, two atoms", small, 4.5),
        ("a crystal with no right angle", askew_crystal(), 5.0),
    )


@exercise("2.1", "neighbors in a crystal", 3)
def look_at_neighbors(neighbors_of: Callable[..., Iterable[Any]]) -> None:
    """Compare lists of neighbors, in any order, with those of the package."""
    for what, crystal, radius in crystals_of_exercise():
        answer = neighbors_of(crystal.cells[0], crystal.positions, radius)
        if answer is None:
            raise Wrong("the function returns nothing. Is a `return` missing?")
        rows = as_numbers(list(answer), "the list of edges")
        if rows.ndim != 2 or rows.shape[1] != 3:
            raise Wrong("each edge should be three numbers: center, neighbor, distance")
        _compare_edges(rows, crystal, radius, what)


def _compare_edges(rows: np.ndarray, crystal: Structures, radius: float, what: str) -> None:
    pairs = find_pairs(crystal, radius)
    right = np.stack([pairs.centers, pairs.neighbors, pairs.distances], axis=1)
    if (rows[:, 2] < TOLERANCE).any():
        raise Wrong(f"{what}: an atom is listed at distance zero from itself")
    if (rows[:, 2] > radius + TOLERANCE).any():
        raise Wrong(f"{what}: a neighbor is farther away than the radius")
    if 2 * len(rows) == len(right):
        raise Wrong(f"{what}: you list half of the edges. Each leads there and back")
    own = rows[:, 0] == rows[:, 1]
    if not own.any() and (right[:, 0] == right[:, 1]).any():
        raise Wrong(f"{what}: no atom has its own image as neighbor, yet some are near enough")
    if len(rows) != len(right):
        kind = "few" if len(rows) < len(right) else "many"
        raise Wrong(f"{what}: {len(rows)} edges within {radius} Å are too {kind}")
    if not is_near(_sorted(rows), _sorted(right)):
        raise Wrong(f"{what}: the number of edges is right, their atoms or distances are not")


def _sorted(rows: np.ndarray) -> np.ndarray:
    return rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]


@exercise("2.2", "shells of neighbors", 2)
def look_at_shells(shells_of: Callable[[np.ndarray], Any]) -> None:
    """Give distances out of order and with rounding errors."""
    rng = np.random.default_rng(0)
    for shells in ([(2.82, 6), (3.988, 12), (4.885, 8)], [(1.5, 1)], [(2.0, 2), (2.2, 1)]):
        exact = np.concatenate([np.full(count, distance) for distance, count in shells])
        noisy = rng.permutation(exact + 1e-9 * rng.standard_normal(len(exact)))
        answer = shells_of(noisy)
        rows = as_numbers(None if answer is None else list(answer), "the list of shells")
        if rows.ndim != 2 or rows.shape[1] != 2:
            raise Wrong("each shell should be two numbers: distance, number of neighbors")
        if len(rows) > len(shells):
            raise Wrong("there are too many shells: distances that differ by 1e-9 Å are equal")
        rows = rows[np.argsort(rows[:, 0])]
        if not is_near(rows, np.array(shells, dtype=np.float64)):
            raise Wrong(
                f"for {len(noisy)} neighbors in {len(shells)} shells, the list is not right"
            )


@exercise("2.3", "the twelve nearest neighbors")
def look_at_twelve(n_taken: Any, n_choices: Any) -> None:
    """Compare with the shells of rock salt."""
    first, second = (round(count / 8) for count in np.diff([0, *_counts_up_to(3.5, 4.5)]))
    taken = as_numbers(n_taken, "the number that is taken", ())
    if taken != 12 - first:
        raise Wrong(f"{taken:g} atoms of the second shell are not what is missing to twelve")
    if as_numbers(n_choices, "the number of choices", ()) != comb(second, 12 - first):
        raise Wrong("count the ways to take so many of the atoms of the second shell")


def _counts_up_to(*radii: float) -> list[int]:
    return [len(find_pairs(rock_salt(), radius)) for radius in radii]


@exercise("3.1", "numbers as bits", 2)
def look_at_bits(one_hot: Callable[..., Any]) -> None:
    """Compare with the electronegativities of the published table."""
    table, values = bit_table(), ELEMENT_DATA.electronegativities
    for number in (3, 11, 17, 26, 55, 9, 8, 82):
        given = as_numbers(one_hot(float(values[number]), 0.5, 4.0, 10), "the row of bits", (10,))
        if given.sum() != 1 or set(given) - {0.0, 1.0}:
            raise Wrong(f"{values[number]}: exactly one bit should be 1, all others 0")
        need_near(given, table[number, 26:36], f"{values[number]}: the wrong bit is 1")
    given = as_numbers(one_hot(2.0, 0.0, 4.0, 4), "the row of bits", (4,))
    need_near(given, [0, 1, 0, 0], "a value on a border belongs to the bin below it")


@exercise("3.2", "elements that look alike")
def look_at_twins(groups: Any) -> None:
    """Compare groups of elements, in any order."""
    if groups is None or groups is ...:
        raise Wrong("there is nothing to look at yet")
    given = {frozenset(int(z) for z in group) for group in groups}
    right = {frozenset(group) for group in alike_elements(bit_table(), range(1, 101))}
    if any(len(group) < 2 for group in given):
        raise Wrong("a group needs two elements at least")
    if given != right:
        n_found = len(given & right)
        raise Wrong(f"{n_found} of your {len(given)} groups are right, and there are {len(right)}")


@exercise("3.3", "distances as Gaussians", 2)
def look_at_gaussians(expand: Callable[..., Any]) -> None:
    """Compare with the formula, number by number."""
    for radius, step, n in ((8.0, 0.2, 41), (4.0, 0.5, 9)):
        distances = np.array([0.0, 1.0, 2.82, 2.9, 3.99])
        centers = step * np.arange(n)
        right = [[np.exp(-(((d - c) / step) ** 2)) for c in centers] for d in distances]
        given = as_numbers(expand(distances, radius, step), "the table of Gaussians")
        if given.shape != (5, n):
            raise Wrong(
                f"for 5 distances, {radius} Å and steps of {step} Å: {given.shape} is not "
                "the right shape. The first Gaussian is at 0, the last at the radius"
            )
        if is_near(given, np.sqrt(right)):
            raise Wrong("the Gaussians are too wide: look at what the square is divided by")
        need_near(given, right, "heights are right at most where distance and center are equal")
