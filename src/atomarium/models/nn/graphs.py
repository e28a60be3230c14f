"""Graphs of many structures in flat arrays: who is whose neighbor, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.hashing import hash_arrays
from atomarium.core.pairs import Pairs
from atomarium.core.segments import as_indices, offsets_of, rows_of_segments
from atomarium.core.structures import Structures

_FIELDS = (
    "numbers",
    "positions",
    "cells",
    "offsets",
    "centers",
    "neighbors",
    "vectors",
    "weights",
    "edge_offsets",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Graphs:
    """Structures with their edges, one after the other; read-only.

    Atoms of structure s are rows offsets[s]:offsets[s + 1], its edges are rows
    edge_offsets[s]:edge_offsets[s + 1], sorted by center. Edges count atoms within their
    structure, so that graphs are cut out and joined without looking at them.

    Args:
        numbers: Atomic number of each atom.
        positions: Å.
        cells: Å, one cell vector per row; zeros where there is no cell.
        offsets: Where the atoms of each structure begin.
        centers: Atom that an edge starts from, counted within its structure.
        neighbors: Atom that it leads to; equals the center for an atom's own periodic image.
        vectors: Å, from center to neighbor.
        weights: How much an edge counts, 0 to 1.
        edge_offsets: Where the edges of each structure begin.
        mutual: Whether each edge stands for both directions, so that half of them are kept.
    """

    numbers: Int32[np.ndarray, "atoms"]
    positions: Float64[np.ndarray, "atoms 3"]
    cells: Float64[np.ndarray, "structures 3 3"]
    offsets: Int64[np.ndarray, "structures+1"]
    centers: Int32[np.ndarray, "edges"]
    neighbors: Int32[np.ndarray, "edges"]
    vectors: Float64[np.ndarray, "edges 3"]
    weights: Float64[np.ndarray, "edges"]
    edge_offsets: Int64[np.ndarray, "structures+1"]
    mutual: bool

    def __post_init__(self) -> None:
        for name in _FIELDS:
            getattr(self, name).setflags(write=False)

    @classmethod
    def from_pairs(
        cls,
        structures: Structures,
        pairs: Pairs,
        *,
        mutual: bool,
        weights: Float64[np.ndarray, "pairs"] | None = None,
    ) -> Graphs:
        """Take the edges from pairs of the same structures.

        Args:
            structures: Whose pairs they are.
            pairs: Every pair in both directions.
            mutual: Whether to keep one of the two directions for both.
            weights: How much each pair counts; 1 when left out.
        """
        counts = np.ones(len(pairs)) if weights is None else weights
        kept = _one_of_two(pairs) if mutual else slice(None)
        centers, neighbors = pairs.centers[kept], pairs.neighbors[kept]
        firsts = np.repeat(structures.offsets[:-1], structures.sizes).astype(np.int32)
        first_of_edge = firsts[centers]
        return cls(
            numbers=structures.numbers,
            positions=structures.positions,
            cells=structures.cells,
            offsets=structures.offsets,
            centers=centers - first_of_edge,
            neighbors=neighbors - first_of_edge,
            vectors=pairs.vectors[kept],
            weights=counts[kept],
            edge_offsets=np.searchsorted(centers, structures.offsets).astype(np.int64),
            mutual=mutual,
        )

    @classmethod
    def concatenate(cls, parts: Iterable[Graphs]) -> Graphs:
        """Join graphs in the order given.

        Raises:
            InputError: there is none, or some keep one direction of each edge and others both.
        """
        many = list(parts)
        if len({part.mutual for part in many}) != 1:
            raise InputError("join at least one graph, all made by the same rule")
        joined = {
            name: np.concatenate([getattr(part, name) for part in many])
            for name in _FIELDS
            if not name.endswith("offsets")
        }
        lengths = {
            name: np.concatenate([np.diff(getattr(part, name)) for part in many])
            for name in ("offsets", "edge_offsets")
        }
        borders = {name: offsets_of(counts) for name, counts in lengths.items()}
        return cls(**joined, **borders, mutual=many[0].mutual)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_atoms(self) -> int:
        """Atoms of all structures together."""
        return len(self.numbers)

    @property
    def n_edges(self) -> int:
        """Edges of all structures together; of mutual ones, each counts once."""
        return len(self.centers)

    @property
    def sizes(self) -> Int64[np.ndarray, "structures"]:
        """Atoms of each structure."""
        return np.diff(self.offsets)

    def take(self, indices: Int64[np.ndarray, "chosen"]) -> Graphs:
        """Return the graphs of the chosen structures in the order chosen.

        Raises:
            InputError: an index is not that of a structure.
        """
        indices = as_indices(indices, len(self))
        atoms, offsets = rows_of_segments(self.offsets, indices)
        edges, edge_offsets = rows_of_segments(self.edge_offsets, indices)
        return Graphs(
            numbers=self.numbers[atoms],
            positions=self.positions[atoms],
            cells=self.cells[indices],
            offsets=offsets,
            centers=self.centers[edges],
            neighbors=self.neighbors[edges],
            vectors=self.vectors[edges],
            weights=self.weights[edges],
            edge_offsets=edge_offsets,
            mutual=self.mutual,
        )

    def content_hash(self) -> str:
        """Return a name that equals only for equal graphs."""
        return hash_arrays(*(getattr(self, name) for name in _FIELDS), np.array(self.mutual))

    def save(self, path: Path | str) -> None:
        """Write all arrays into one `.npz` file, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _FIELDS}
        with written_atomically(path) as part, part.open("wb") as stream:
            np.savez(stream, mutual=np.array(self.mutual), **arrays)

    @classmethod
    def load(cls, path: Path | str) -> Graphs:
        """Read what `save` wrote.

        Raises:
            InputError: the file holds something else.
        """
        with np.load(path, allow_pickle=False) as arrays:
            missing = {*_FIELDS, "mutual"} - set(arrays)
            if missing:
                raise InputError(f"{path} holds no graphs: {', '.join(sorted(missing))} missing")
            return cls(**{name: arrays[name] for name in _FIELDS}, mutual=bool(arrays["mutual"]))


def _one_of_two(pairs: Pairs) -> np.ndarray:
    """Mark one of each two pairs that are each other's reverse."""
    onward = pairs.neighbors > pairs.centers
    own = np.flatnonzero(pairs.neighbors == pairs.centers)
    if len(own):
        # Of an atom's own images, those whose first shift that is not zero is positive.
        shifts = pairs.shifts[own]
        leading = shifts[np.arange(len(own)), (shifts != 0).argmax(axis=1)]
        onward[own] = leading > 0
    return onward
