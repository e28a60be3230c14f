"""Rows of many-body tensor representations: samples of pairs and triplets, summed in blocks."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core.compiled import compiled
from atomarium.represent._kernels.cutoffs import exponential
from atomarium.represent._kernels.histogram import (
    add_sample,
    make_bins,
    make_sums,
    write_bins,
)
from atomarium.represent._kernels.lean import fused, lean
from atomarium.represent._kernels.many_body import (
    UNIT_LENGTH,
    Work,
    block_factors,
    blocks_of,
    end_block,
    most_neighbors,
    n_present,
    pair_block,
    places_of,
    present_species,
    share_of_pair,
    triplet_block,
)
from atomarium.represent._kernels.many_body_geometry import (
    COSINE,
    SCALED_COSINE,
    Measure,
    angle_from,
    pair_place,
    per_degree,
    triplet_place,
)
from atomarium.represent._kernels.many_body_weights import (
    EXP,
    SMOOTH_CUTOFF,
    pair_weight,
    rest_of_weight,
    side_weight,
)


@compiled
def fill_rows(work: Work, first: int, stop: int, out: np.ndarray) -> None:
    """Write the rows from `first` to `stop`; `out`, for all rows, holds zeros."""
    layout, grid = work.layout, work.grid
    bins = make_bins(grid)
    for row in range(first, stop):
        structure = work.atoms.structure_of_row[row]
        present, counts = present_species(work.atoms, structure, layout.n_species)
        places = places_of(present, layout.n_species)
        blocks = blocks_of(present, layout)
        sums = make_sums(blocks.size, grid)
        if layout.order == 2:
            _add_pairs(row, work, places, sums)
        else:
            _add_triplets(row, work, places, sums)
        factors = block_factors(counts, layout, work.atoms.volumes[structure])
        squares = 0.0
        for block in range(blocks.size):
            write_bins(sums, block, grid, work.cells, bins)
            column = work.column + blocks[block] * grid.n_bins
            for b in range(grid.n_bins):
                value = bins[b] * factors[block]
                squares += value * value
                out[row, column + b] = value
        if layout.normalization == UNIT_LENGTH and squares > 0.0:
            inverse = 1.0 / math.sqrt(squares)
            for block in blocks:
                column = work.column + block * grid.n_bins
                for b in range(grid.n_bins):
                    out[row, column + b] *= inverse


@fused
def _add_pairs(row: int, work: Work, places: np.ndarray, sums: np.ndarray) -> None:
    atoms, local = work.atoms, work.layout.local
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
            weight = part * pair_weight(distance, work.measure)
            place = pair_place(distance, work.measure)
            add_sample(sums, pair_block(own, other, n, local), place, weight, work.grid)


@compiled
def _add_triplets(row: int, work: Work, places: np.ndarray, sums: np.ndarray) -> None:
    atoms, local, measure = work.atoms, work.layout.local, work.measure
    n, most = n_present(places), most_neighbors(row, atoms)
    star = np.empty((8, most))
    others = np.empty(most, np.int64)
    found = np.empty((3, most))
    for center in range(atoms.rows[row], atoms.rows[row + 1]):
        n_neighbors = _load_star(center, work, places, star, others)
        own = places[atoms.species[center]]
        for i in range(n_neighbors):
            _measure_middles(i, n_neighbors, star, measure, found)
            for j in range(i + 1, n_neighbors):
                weight = found[1, j]
                if weight == 0.0:
                    continue
                block = triplet_block(others[i], own, others[j], n, local)
                add_sample(sums, block, found[0, j], weight, work.grid)
                if local:
                    place = _end_place(i, j, star, measure)
                    add_sample(sums, end_block(others[i], others[j], n), place, weight, work.grid)
                    place = _end_place(j, i, star, measure)
                    add_sample(sums, end_block(others[j], others[i], n), place, weight, work.grid)


@lean
def _load_star(
    center: int, work: Work, places: np.ndarray, star: np.ndarray, others: np.ndarray
) -> int:
    """Copy what is known of a center's neighbors: vector, unit vector, distance, weight, species."""
    atoms = work.atoms
    first, stop = atoms.first_pairs[center], atoms.first_pairs[center + 1]
    for i in range(stop - first):
        distance = atoms.distances[first + i]
        for axis in range(3):
            star[axis, i] = atoms.vectors[first + i, axis]
            star[3 + axis, i] = star[axis, i] / distance
        star[6, i] = distance
        star[7, i] = side_weight(distance, work.measure)
        others[i] = places[atoms.species[atoms.neighbors[first + i]]]
    return stop - first


@fused
def _measure_middles(
    i: int, n_neighbors: int, star: np.ndarray, measure: Measure, found: np.ndarray
) -> None:
    """Write places, weights and far sides of the triplets of neighbors i and j > i."""
    # Whole numbers with a sign might count from the end: loops with them are not made vector code.
    start, stop = np.uint64(i + 1), np.uint64(n_neighbors)
    x, y, z = star[0, i], star[1, i], star[2, i]
    ux, uy, uz = star[3, i], star[4, i], star[5, i]
    distance, weight = star[6, i], star[7, i]
    for j in range(start, stop):
        c = math.sqrt((star[0, j] - x) ** 2 + (star[1, j] - y) ** 2 + (star[2, j] - z) ** 2)
        cosine = ux * star[3, j] + uy * star[4, j] + uz * star[5, j]
        found[0, j] = min(1.0, max(-1.0, cosine))
        inside = distance + star[6, j] + c <= measure.limit
        found[1, j] = weight * star[7, j] if inside else 0.0
        found[2, j] = c
    if measure.geometry == SCALED_COSINE:
        for j in range(start, stop):
            found[0, j] /= distance * star[6, j]
    elif measure.geometry != COSINE:
        scale = per_degree(measure)
        for j in range(start, stop):
            apart = (star[3, j] - ux) ** 2 + (star[4, j] - uy) ** 2 + (star[5, j] - uz) ** 2
            together = (star[3, j] + ux) ** 2 + (star[4, j] + uy) ** 2 + (star[5, j] + uz) ** 2
            found[0, j] = scale * angle_from(found[0, j], apart, together)
    if measure.weighting == EXP:
        for j in range(start, stop):
            found[1, j] *= exponential(-measure.scale * found[2, j])
    elif measure.weighting > SMOOTH_CUTOFF:
        for j in range(start, stop):
            found[1, j] *= rest_of_weight(found[0, j], distance, star[6, j], found[2, j], measure)


@lean
def _end_place(i: int, j: int, star: np.ndarray, measure: Measure) -> float:
    """Return the place of the triplet center – neighbor i – neighbor j, whose vertex is i."""
    x, y, z = star[0, i], star[1, i], star[2, i]
    back = (-x, -y, -z)
    return triplet_place(back, (star[0, j] - x, star[1, j] - y, star[2, j] - z), measure)
