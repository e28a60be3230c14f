"""How sums over features change with positions and strain."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.core.compiled import compiled
from atomarium.represent._kernels.histogram import gather, make_bins, make_sums, read
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.many_body import (
    Work,
    block_factors,
    blocks_of,
    end_block,
    n_present,
    pair_block,
    places_of,
    present_species,
    share_of_pair,
    triplet_block,
)
from atomarium.represent._kernels.many_body_geometry import (
    pair_place,
    pair_place_slope,
    triplet_place_of_sides,
    triplet_place_slopes,
)
from atomarium.represent._kernels.many_body_weights import (
    pair_weight,
    pair_weight_slope,
    triplet_weight_slopes,
)


class Forces(NamedTuple):
    """Sums for the positions of all atoms, and for the strain of one structure."""

    positions: np.ndarray
    strain: np.ndarray


class Pulled(NamedTuple):
    """What is pulled back, and the sums that it is added to.

    Shapes: cotangents (rows, width), positions (atoms, 3), strain (structures, 3, 3), totals
    (structures), which are Σ cotangents · features.
    """

    cotangents: np.ndarray
    positions: np.ndarray
    strain: np.ndarray
    totals: np.ndarray


@compiled
def pull_rows(work: Work, first: int, stop: int, pulled: Pulled) -> None:
    """Add the derivatives of Σ cotangents · features, and the sum, of structures first to stop."""
    for structure in range(first, stop):
        for row in range(work.atoms.first_rows[structure], work.atoms.first_rows[structure + 1]):
            _pull_row(row, work, pulled)


@compiled
def _pull_row(row: int, work: Work, pulled: Pulled) -> None:
    layout, grid = work.layout, work.grid
    structure = work.atoms.structure_of_row[row]
    present, counts = present_species(work.atoms, structure, layout.n_species)
    places = places_of(present, layout.n_species)
    blocks = blocks_of(present, layout)
    factors = block_factors(counts, layout, work.atoms.volumes[structure])
    gathered = make_sums(blocks.size, grid)
    bins = make_bins(grid)
    for block in range(blocks.size):
        first = work.column + blocks[block] * grid.n_bins
        for b in range(grid.n_bins):
            bins[b] = pulled.cotangents[row, first + b] * factors[block]
        gather(bins, block, grid, work.cells, gathered)
    forces = Forces(pulled.positions, pulled.strain[structure])
    if layout.order == 2:
        total = _pull_pairs(row, work, places, gathered, forces)
    else:
        total = _pull_triplets(row, work, places, gathered, forces)
    pulled.totals[structure] += total


@lean
def _pull_pairs(
    row: int, work: Work, places: np.ndarray, gathered: np.ndarray, forces: Forces
) -> float:
    atoms, local, measure = work.atoms, work.layout.local, work.measure
    n, total = n_present(places), 0.0
    for center in range(atoms.rows[row], atoms.rows[row + 1]):
        own = places[atoms.species[center]]
        for pair in range(atoms.first_pairs[center], atoms.first_pairs[center + 1]):
            neighbor = atoms.neighbors[pair]
            other = places[atoms.species[neighbor]]
            part = 1.0 if local else share_of_pair(own, other, center, neighbor)
            if part == 0.0:
                continue
            distance = atoms.distances[pair]
            block = pair_block(own, other, n, local)
            value, slope = read(gathered, block, pair_place(distance, measure), work.grid)
            weight = part * pair_weight(distance, measure)
            change = part * pair_weight_slope(distance, measure) * value
            change += weight * slope * pair_place_slope(distance, measure)
            total += weight * value
            x, y, z = atoms.vectors[pair]
            _push(center, neighbor, (x, y, z), change / distance, forces)
    return total


@lean
def _push(
    tail: int, head: int, vector: tuple[float, float, float], change: float, forces: Forces
) -> None:
    """Add a derivative along the vector from one atom to another; `change` is per length²."""
    for axis in range(3):
        along = change * vector[axis]
        forces.positions[head, axis] += along
        forces.positions[tail, axis] -= along
        for other in range(3):
            forces.strain[axis, other] += along * vector[other]


@lean
def _pull_triplets(
    row: int, work: Work, places: np.ndarray, gathered: np.ndarray, forces: Forces
) -> float:
    atoms, local = work.atoms, work.layout.local
    n, total = n_present(places), 0.0
    for center in range(atoms.rows[row], atoms.rows[row + 1]):
        own = places[atoms.species[center]]
        first, stop = atoms.first_pairs[center], atoms.first_pairs[center + 1]
        for pair in range(first, stop):
            i = atoms.neighbors[pair]
            a = atoms.distances[pair]
            x, y, z = atoms.vectors[pair]
            for second in range(pair + 1, stop):
                j = atoms.neighbors[second]
                b = atoms.distances[second]
                xj, yj, zj = atoms.vectors[second]
                far = (xj - x, yj - y, zj - z)
                c = math.sqrt(far[0] ** 2 + far[1] ** 2 + far[2] ** 2)
                weight, slope_a, slope_b, slope_c = triplet_weight_slopes(a, b, c, work.measure)
                if weight == 0.0:
                    continue
                si, sj = places[atoms.species[i]], places[atoms.species[j]]
                block = triplet_block(si, own, sj, n, local)
                value, da, db, dc = _read_sides(gathered, block, (a, b, c), work)
                if local:
                    block = end_block(si, sj, n)
                    more, to_a, to_c, to_b = _read_sides(gathered, block, (a, c, b), work)
                    value, da, db, dc = value + more, da + to_a, db + to_b, dc + to_c
                    block = end_block(sj, si, n)
                    more, to_b, to_c, to_a = _read_sides(gathered, block, (b, c, a), work)
                    value, da, db, dc = value + more, da + to_a, db + to_b, dc + to_c
                total += weight * value
                change = (slope_a * value + weight * da) / a
                _push(center, i, (x, y, z), change, forces)
                change = (slope_b * value + weight * db) / b
                _push(center, j, (xj, yj, zj), change, forces)
                change = (slope_c * value + weight * dc) / c
                _push(i, j, far, change, forces)
    return total


@lean
def _read_sides(
    gathered: np.ndarray, block: int, sides: tuple[float, float, float], work: Work
) -> tuple[float, float, float, float]:
    """Return what a triplet of weight 1 adds, and its change with each side."""
    a, b, c = sides
    place = triplet_place_of_sides(a, b, c, work.measure)
    value, slope = read(gathered, block, place, work.grid)
    da, db, dc = triplet_place_slopes(a, b, c, work.measure)
    return value, slope * da, slope * db, slope * dc
