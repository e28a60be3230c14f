"""Species blocks of pairs and triplets, and what every pass over them shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.core.compiled import compiled
from atomarium.represent._kernels.histogram import Cells, Grid
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.many_body_geometry import Measure

PLAIN, UNIT_LENGTH, PER_ATOM, PER_VOLUME = range(4)


class Atoms(NamedTuple):
    """Structures with their pairs, sorted by center, neighbor species and distance.

    `species` counts the settled species from 0. Row r of the features is about the atoms
    `rows[r]` to `rows[r + 1]`; rows `first_rows[s]` to `first_rows[s + 1]` belong to structure s.
    """

    rows: np.ndarray
    first_rows: np.ndarray
    structure_of_row: np.ndarray
    offsets: np.ndarray
    species: np.ndarray
    volumes: np.ndarray
    first_pairs: np.ndarray
    neighbors: np.ndarray
    vectors: np.ndarray
    distances: np.ndarray


class Layout(NamedTuple):
    """Which blocks there are: of pairs or triplets (`order`), with a special center or without."""

    order: int
    local: bool
    n_species: int
    normalization: int


class Work(NamedTuple):
    """One term for many structures; its columns begin at `column` of the features."""

    atoms: Atoms
    measure: Measure
    layout: Layout
    grid: Grid
    cells: Cells
    column: int


@lean
def triangle(a: int, b: int, n: int) -> int:
    """Return the place of (a, b), a ≤ b < n, in an upper triangle."""
    return b + a * n - a * (a + 1) // 2


@lean
def pair_block(a: int, b: int, n: int, local: bool) -> int:
    """Return the block of a pair of species a ≤ b; only b counts where the center is special."""
    return b if local else triangle(a, b, n)


@lean
def triplet_block(a: int, middle: int, b: int, n: int, local: bool) -> int:
    """Return the block of a triplet, a ≤ b; the special center, where there is one, in the middle."""
    return triangle(a, b, n) if local else middle * (n * (n + 1) // 2) + triangle(a, b, n)


@lean
def end_block(middle: int, end: int, n: int) -> int:
    """Return the block of a triplet with the special center at its other end."""
    return n * (n + 1) // 2 + middle * n + end


@lean
def share_of_pair(own: int, other: int, center: int, neighbor: int) -> float:
    """Return how much a directed pair counts: of both directions together, 1.

    An atom and its own image have both directions in the list of that one atom.
    """
    if other < own or (other == own and neighbor < center):
        return 0.0
    return 0.5 if neighbor == center else 1.0


@lean
def n_blocks_of(n: int, layout: Layout) -> int:
    """Return how many blocks n species have."""
    if layout.order == 2:
        return n if layout.local else n * (n + 1) // 2
    return n * (n + 1) // 2 + n * n if layout.local else n * (n * (n + 1) // 2)


@compiled
def present_species(atoms: Atoms, structure: int, n_species: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the species of a structure, ascending, and how many atoms each has."""
    counts = np.zeros(n_species, np.int64)
    for atom in range(atoms.offsets[structure], atoms.offsets[structure + 1]):
        counts[atoms.species[atom]] += 1
    present = np.flatnonzero(counts)
    return present, counts[present]


@lean
def n_present(places: np.ndarray) -> int:
    """Return how many species are present, from their places."""
    most = -1
    for place in places:
        most = max(most, place)
    return most + 1


@lean
def most_neighbors(row: int, atoms: Atoms) -> int:
    """Return the largest number of neighbors that an atom of a row has."""
    most = 0
    for center in range(atoms.rows[row], atoms.rows[row + 1]):
        most = max(most, atoms.first_pairs[center + 1] - atoms.first_pairs[center])
    return most


@compiled
def places_of(present: np.ndarray, n_species: int) -> np.ndarray:
    """Return for every species its place among those present."""
    places = np.zeros(n_species, np.int64)
    for place in range(present.size):
        places[present[place]] = place
    return places


@compiled
def blocks_of(present: np.ndarray, layout: Layout) -> np.ndarray:
    """Return where the blocks of the species present lie among those of all species.

    A special center counts as a species of its own, before the others; its own blocks stay empty.
    """
    n = present.size
    blocks = np.empty(n_blocks_of(n, layout), np.int64)
    shift = 1 if layout.local else 0
    total = layout.n_species + shift
    for a in range(n):
        for b in range(a, n):
            low, high = present[a] + shift, present[b] + shift
            if layout.order == 2:
                wide = high if layout.local else triangle(low, high, total)
                blocks[pair_block(a, b, n, layout.local)] = wide
                continue
            for middle in range(n):
                wide = triplet_block(low, present[middle], high, total, layout.local)
                blocks[triplet_block(a, middle, b, n, layout.local)] = wide
    if layout.order == 3 and layout.local:
        for middle in range(n):
            for end in range(n):
                wide = end_block(present[middle], present[end] + 1, total)
                blocks[end_block(middle, end, n)] = wide
    return blocks


@compiled
def block_factors(counts: np.ndarray, layout: Layout, volume: float) -> np.ndarray:
    """Return what each block is multiplied with."""
    n = counts.size
    factors = np.ones(n_blocks_of(n, layout))
    if layout.normalization == PER_ATOM:
        factors /= max(1, counts.sum())
    if layout.normalization != PER_VOLUME:
        return factors
    for a in range(n):
        for b in range(a, n):
            both = float(counts[a] * counts[b])
            if layout.order == 2:
                same = 0.5 if a == b else 1.0
                factors[pair_block(a, b, n, False)] = volume / (4.0 * np.pi * same * both)
                continue
            for middle in range(n):
                factor = volume / (both * counts[middle])
                factors[triplet_block(a, middle, b, n, False)] = factor
    return factors
