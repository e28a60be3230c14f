"""How each feature changes with the position of each atom."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.core.compiled import compiled
from atomarium.represent._kernels.histogram import draw, make_bins
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


class Blocks(NamedTuple):
    """First column of every block of the species present, and what it is multiplied with."""

    columns: np.ndarray
    factors: np.ndarray


class Sheet(NamedTuple):
    """Where derivatives are written: the slot of each moved atom in `out`.

    `bins` and `slopes` are what one sample adds, and its change; `summed` is room for both.
    """

    slots: np.ndarray
    bins: np.ndarray
    slopes: np.ndarray
    summed: np.ndarray
    out: np.ndarray


class Side(NamedTuple):
    """The line from one atom to another."""

    tail: int
    head: int
    length: float
    x: float
    y: float
    z: float


class Moves(NamedTuple):
    """Which atoms a row depends on: slots first_slots[r] to first_slots[r + 1] belong to row r.

    Shapes: atoms (slots), values (slots, 3, width).
    """

    first_slots: np.ndarray
    atoms: np.ndarray
    values: np.ndarray


@compiled
def fill_gradients(work: Work, first: int, stop: int, moves: Moves) -> None:
    """Write the derivatives of rows first to stop with the atoms they depend on, over zeros."""
    for row in range(first, stop):
        _fill_row(row, work, moves)


@compiled
def _fill_row(row: int, work: Work, moves: Moves) -> None:
    layout, n_bins = work.layout, work.grid.n_bins
    structure = work.atoms.structure_of_row[row]
    present, counts = present_species(work.atoms, structure, layout.n_species)
    places = places_of(present, layout.n_species)
    factors = block_factors(counts, layout, work.atoms.volumes[structure])
    blocks = Blocks(work.column + blocks_of(present, layout) * n_bins, factors)
    slots = np.zeros(work.atoms.species.size, np.int64)
    for slot in range(moves.first_slots[row], moves.first_slots[row + 1]):
        slots[moves.atoms[slot]] = slot
    bins, slopes, summed = make_bins(work.grid), make_bins(work.grid), make_bins(work.grid)
    sheet = Sheet(slots, bins, slopes, summed, moves.values)
    if layout.order == 2:
        _fill_pairs(row, work, places, blocks, sheet)
    else:
        _fill_triplets(row, work, places, blocks, sheet)


@lean
def _fill_pairs(row: int, work: Work, places: np.ndarray, blocks: Blocks, sheet: Sheet) -> None:
    atoms, local, measure = work.atoms, work.layout.local, work.measure
    n = n_present(places)
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
            part *= blocks.factors[block]
            place = pair_place(distance, measure)
            first, reach = draw(place, work.grid, work.cells, sheet.bins, sheet.slopes)
            of_bins = part * pair_weight_slope(distance, measure)
            of_slopes = part * pair_weight(distance, measure) * pair_place_slope(distance, measure)
            x, y, z = atoms.vectors[pair]
            side = Side(center, neighbor, distance, x, y, z)
            _stamp(side, (of_bins, of_slopes), blocks.columns[block] + first, reach, sheet)


@lean
def _stamp(side: Side, change: tuple[float, float], column: int, reach: int, sheet: Sheet) -> None:
    """Add what one sample does to the bins from `column` on when atoms move along a side.

    `change` is that of the weight and of the place with the length of the side.
    """
    # An image moves with its atom: their distance stays.
    if side.tail == side.head:
        return
    bins, slopes, summed = sheet.bins, sheet.slopes, sheet.summed
    for b in range(reach):
        summed[b] = (change[0] * bins[b] + change[1] * slopes[b]) / side.length
    tail, head = sheet.slots[side.tail], sheet.slots[side.head]
    vector = (side.x, side.y, side.z)
    for axis in range(3):
        along = vector[axis]
        for b in range(reach):
            sheet.out[head, axis, column + b] += along * summed[b]
            sheet.out[tail, axis, column + b] -= along * summed[b]


@lean
def _fill_triplets(row: int, work: Work, places: np.ndarray, blocks: Blocks, sheet: Sheet) -> None:
    atoms, local = work.atoms, work.layout.local
    n = n_present(places)
    for center in range(atoms.rows[row], atoms.rows[row + 1]):
        own = places[atoms.species[center]]
        first, stop = atoms.first_pairs[center], atoms.first_pairs[center + 1]
        for pair in range(first, stop):
            i = atoms.neighbors[pair]
            si = places[atoms.species[i]]
            x, y, z = atoms.vectors[pair]
            to_i = Side(center, i, atoms.distances[pair], x, y, z)
            for second in range(pair + 1, stop):
                j = atoms.neighbors[second]
                sj = places[atoms.species[j]]
                x, y, z = atoms.vectors[second]
                to_j = Side(center, j, atoms.distances[second], x, y, z)
                dx, dy, dz = to_j.x - to_i.x, to_j.y - to_i.y, to_j.z - to_i.z
                length = math.sqrt(dx * dx + dy * dy + dz * dz)
                between = Side(i, j, length, dx, dy, dz)
                block = triplet_block(si, own, sj, n, local)
                _fill_triplet((to_i, to_j, between), block, work, blocks, sheet)
                if local:
                    block = end_block(si, sj, n)
                    _fill_triplet((to_i, between, to_j), block, work, blocks, sheet)
                    block = end_block(sj, si, n)
                    _fill_triplet((to_j, between, to_i), block, work, blocks, sheet)


@lean
def _fill_triplet(
    sides: tuple[Side, Side, Side], block: int, work: Work, blocks: Blocks, sheet: Sheet
) -> None:
    """Add the triplet whose vertex is where the first two sides meet."""
    a, b, c = sides[0].length, sides[1].length, sides[2].length
    weight, weight_a, weight_b, weight_c = triplet_weight_slopes(a, b, c, work.measure)
    if weight == 0.0:
        return
    place = triplet_place_of_sides(a, b, c, work.measure)
    place_a, place_b, place_c = triplet_place_slopes(a, b, c, work.measure)
    first, reach = draw(place, work.grid, work.cells, sheet.bins, sheet.slopes)
    column, factor = blocks.columns[block] + first, blocks.factors[block]
    weight *= factor
    _stamp(sides[0], (factor * weight_a, weight * place_a), column, reach, sheet)
    _stamp(sides[1], (factor * weight_b, weight * place_b), column, reach, sheet)
    _stamp(sides[2], (factor * weight_c, weight * place_c), column, reach, sheet)
