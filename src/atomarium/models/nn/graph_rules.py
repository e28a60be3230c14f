"""Which atoms are joined by an edge: all within a cutoff, the nearest few, or the nearest shells."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.hashing import hash_settings
from atomarium.core.pairs import Pairs, find_pairs
from atomarium.core.structures import Structures
from atomarium.models._kernels.nearest import fill_nth_distances
from atomarium.models.nn.choices import check_count, check_length
from atomarium.models.nn.graphs import Graphs

#: Pairs of so many atoms are looked at together: within 8 Å of a crystal, a few hundred each.
_ATOMS_AT_ONCE = 4096
#: Changes with what a rule makes, so that graphs kept in files are made anew.
_VERSION = 1
#: Å. Distances that differ by less are equal; noise in coordinates of 1e-7 Å does not matter.
_SAME_DISTANCE = 1e-5


@dataclass(frozen=True, kw_only=True)
class CutoffGraph:
    """Join atoms that are closer than a cutoff.

    Args:
        cutoff: Å, above 0.
        fade: Å, 0 to the cutoff. Just before the cutoff, edges count less and less, as a cosine.
        mutual: Whether each pair gives one edge for both directions.
    """

    cutoff: float = 5.0
    fade: float = 0.0
    mutual: bool = True

    def __post_init__(self) -> None:
        check_length("cutoff", self.cutoff)
        if not 0 <= self.fade <= self.cutoff:
            raise InputError(
                f"fade must be between 0 and the cutoff, {self.cutoff} Å, got {self.fade}"
            )

    def join(self, structures: Structures) -> Graphs:
        """Return the graphs of some structures."""
        pairs = find_pairs(structures, self.cutoff)
        weights = None
        if self.fade > 0:
            weights = _faded((pairs.distances - (self.cutoff - self.fade)) / self.fade)
        return Graphs.from_pairs(structures, pairs, mutual=self.mutual, weights=weights)


@dataclass(frozen=True, kw_only=True)
class ShellGraph:
    """Join each atom with its nearest neighbors and all that are about as near.

    A neighbor counts by its distance alone: in full up to the distance of the n-th nearest, from
    there less and less, as a cosine, and not at all `fade` beyond. So a shell of neighbors at
    equal distance is never cut, no choice among equals is made, and what a network predicts is the
    same for every description of a crystal and changes continuously with its atoms. Where fewer
    than n lie within the radius, neighbors fade just before it.

    Args:
        n_neighbors: How many nearest neighbors count in full at least, 1 to 1000.
        radius: Å, above `fade`. Neighbors at this distance or beyond do not count.
        fade: Å, above 0. How much farther than the n-th a neighbor may be to count at all.
    """

    n_neighbors: int = 12
    radius: float = 8.0
    fade: float = 0.3

    def __post_init__(self) -> None:
        check_count("n_neighbors", self.n_neighbors, 1, 1000)
        check_length("fade", self.fade)
        if not (math.isfinite(self.radius) and self.radius > self.fade):
            raise InputError(f"radius must be above fade, {self.fade} Å, got {self.radius}")

    def join(self, structures: Structures) -> Graphs:
        """Return the graphs of some structures."""
        pairs = find_pairs(structures, self.radius)
        full = np.minimum(_nth_distances(pairs, self.n_neighbors), self.radius - self.fade)
        beyond = (pairs.distances - full[pairs.centers]) / self.fade
        near = np.flatnonzero(beyond < 1)
        return Graphs.from_pairs(
            structures, _chosen_pairs(pairs, near), mutual=False, weights=_faded(beyond[near])
        )


@dataclass(frozen=True, kw_only=True)
class NearestGraph:
    """Join each atom with exactly n nearest neighbors, as the original CGCNN does.

    This cuts through shells of equal distance, so that what a network predicts depends on how a
    crystal is described; it is here for weights that were trained this way. Of neighbors at equal
    distance, to 1e-5 Å, the lighter come first, then those that come first in the structure, then
    those of smaller shifts. Where fewer than n lie within the radius, edges to the structure's
    first atom, 1 Å beyond the radius, fill up.

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), and its program.

    Args:
        n_neighbors: Edges of each atom, 1 to 1000.
        radius: Å, above 0.
    """

    n_neighbors: int = 12
    radius: float = 8.0

    def __post_init__(self) -> None:
        check_count("n_neighbors", self.n_neighbors, 1, 1000)
        check_length("radius", self.radius)

    def join(self, structures: Structures) -> Graphs:
        """Return the graphs of some structures."""
        pairs = find_pairs(structures, self.radius)
        nth = _nth_distances(pairs, self.n_neighbors)[pairs.centers]
        candidates = _chosen_pairs(pairs, np.flatnonzero(pairs.distances < nth + _SAME_DISTANCE))
        return self._filled(structures, _first_of_each(candidates, structures, self.n_neighbors))

    def _filled(self, structures: Structures, pairs: Pairs) -> Graphs:
        """Give every atom as many edges as the others."""
        n_edges = structures.n_atoms * self.n_neighbors
        places = np.arange(len(pairs)) - pairs.offsets[pairs.centers]
        rows = pairs.centers.astype(np.int64) * self.n_neighbors + places
        neighbors = np.zeros(n_edges, dtype=np.int32)
        neighbors[rows] = (
            pairs.neighbors - structures.offsets[:-1][structures.structure_of_atom[pairs.centers]]
        )
        vectors = np.tile([self.radius + 1, 0.0, 0.0], (n_edges, 1))
        vectors[rows] = pairs.vectors
        within = np.arange(structures.n_atoms) - np.repeat(
            structures.offsets[:-1], structures.sizes
        )
        return Graphs(
            numbers=structures.numbers,
            positions=structures.positions,
            cells=structures.cells,
            offsets=structures.offsets,
            centers=np.repeat(within, self.n_neighbors).astype(np.int32),
            neighbors=neighbors,
            vectors=vectors,
            weights=np.ones(n_edges),
            edge_offsets=structures.offsets * self.n_neighbors,
            mutual=False,
        )


GraphRule = CutoffGraph | ShellGraph | NearestGraph


def build_graphs(
    structures: Structures,
    rule: GraphRule,
    *,
    folder: Path | str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Graphs:
    """Join the atoms of many structures by a rule, once for a whole data set.

    Args:
        structures: Molecules, crystals, slabs in any mix.
        rule: Which atoms are joined.
        folder: Where graphs are kept under the hash of structures and rule; when they are there
            already they are read instead. Nothing is kept when left out.
        on_progress: Told how many of how many structures are done.

    Raises:
        InputError: `find_pairs` finds a fault.
    """
    path = None if folder is None else Path(folder) / f"{_name_of(structures, rule)}.npz"
    if path is not None and path.is_file():
        return Graphs.load(path)
    parts: list[Graphs] = []
    borders = _borders_of_runs(structures)
    for start, stop in pairwise(borders):
        parts.append(rule.join(structures[start:stop]))
        if on_progress is not None:
            on_progress(stop, len(structures))
    graphs = Graphs.concatenate(parts)
    if path is not None:
        graphs.save(path)
    return graphs


def _faded(beyond: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
    """Return 1 up to 0, ½ (1 + cos πx) from there to 1."""
    return 0.5 + 0.5 * np.cos(np.pi * np.clip(beyond, 0, 1))


def _name_of(structures: Structures, rule: GraphRule) -> str:
    settings = {"rule": type(rule).__name__, "version": _VERSION, **dataclasses.asdict(rule)}
    return hash_settings([structures.content_hash(), settings])


def _borders_of_runs(structures: Structures) -> list[int]:
    wanted = np.arange(0, structures.n_atoms, _ATOMS_AT_ONCE)[1:]
    inner = np.unique(np.searchsorted(structures.offsets, wanted))
    inner = inner[(inner > 0) & (inner < len(structures))]
    return [0, *(int(border) for border in inner), len(structures)]


def _nth_distances(pairs: Pairs, n: int) -> Float64[np.ndarray, "atoms"]:
    """Return the distance of the n-th nearest neighbor of each atom; infinite if there is none."""
    nth = np.empty(len(pairs.offsets) - 1)
    fill_nth_distances(pairs.distances, pairs.offsets, np.empty(n), nth)
    return nth


def _chosen_pairs(pairs: Pairs, chosen: Int64[np.ndarray, "chosen"]) -> Pairs:
    """Return pairs in the order chosen, which is sorted by center."""
    centers = pairs.centers[chosen]
    return Pairs(
        centers=centers,
        neighbors=pairs.neighbors[chosen],
        vectors=pairs.vectors[chosen],
        distances=pairs.distances[chosen],
        shifts=pairs.shifts[chosen],
        offsets=np.searchsorted(centers, np.arange(len(pairs.offsets))).astype(np.int64),
    )


def _first_of_each(pairs: Pairs, structures: Structures, n: int) -> Pairs:
    """Keep the n nearest pairs of each center; among equal distances as `NearestGraph` says."""
    nth = _nth_distances(pairs, n)[pairs.centers]
    # All that are nearer than the n-th come first, then its shell.
    tied = pairs.distances > nth - _SAME_DISTANCE
    species = structures.numbers[pairs.neighbors]
    shifts = pairs.shifts.T
    order = np.lexsort((*shifts[::-1], pairs.neighbors, species, tied, pairs.centers))
    rank = np.arange(len(pairs)) - pairs.offsets[pairs.centers]
    return _chosen_pairs(pairs, order[rank < n])
