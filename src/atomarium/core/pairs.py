"""Which atoms are near which, for many structures at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures


@dataclass(frozen=True, eq=False)
class Pairs:
    """Directed pairs of atoms, sorted by center, then neighbor species, then distance; read-only.

    Args:
        centers: Atom that a pair starts from, counted over all structures.
        neighbors: Atom that it leads to; equals the center for an atom's own periodic image.
        vectors: Å, from center to neighbor.
        distances: Å.
        shifts: Cell vectors to add to the neighbor's position.
        offsets: Where the pairs of each atom begin.
    """

    centers: Int32[np.ndarray, "pairs"]
    neighbors: Int32[np.ndarray, "pairs"]
    vectors: Float64[np.ndarray, "pairs 3"]
    distances: Float64[np.ndarray, "pairs"]
    shifts: Int32[np.ndarray, "pairs 3"]
    offsets: Int64[np.ndarray, "borders"]

    def __post_init__(self) -> None:
        for name in ("centers", "neighbors", "vectors", "distances", "shifts", "offsets"):
            getattr(self, name).setflags(write=False)

    def __len__(self) -> int:
        return len(self.centers)


def find_pairs(structures: Structures, cutoff: float) -> Pairs:
    """List every pair of atoms closer than a cutoff, periodic images included.

    Pairs are directed (i, j and j, i both occur). An atom may neighbor its own image, never
    itself.

    Args:
        structures: Any mix of molecules, slabs and crystals.
        cutoff: Å, above 0. Pairs at exactly this distance are left out.

    Raises:
        InputError: cutoff is not above 0, or a structure fails `Structures.check`.
    """
    if not (np.isfinite(cutoff) and cutoff > 0):
        raise InputError(f"cutoff must be above 0 Å, got {cutoff}")
    structures.check()
    from vesin import NeighborList

    search = NeighborList(cutoff=cutoff, full_list=True)
    found = [
        search.compute(one.positions, one.cells[0], one.periodic[0], quantities="PSdD")
        for one in structures
    ]
    lengths = [len(distances) for _, _, distances, _ in found]
    first_atom = np.repeat(structures.offsets[:-1], lengths)
    ends = _joined([pair for pair, _, _, _ in found], 2).astype(np.int64) + first_atom[:, None]
    shifts = _joined([shift for _, shift, _, _ in found], 3).astype(np.int32)
    distances = _joined([distance[:, None] for _, _, distance, _ in found], 1)[:, 0]
    vectors = _joined([vector for _, _, _, vector in found], 3)
    near = distances < cutoff
    ends, shifts, distances, vectors = ends[near], shifts[near], distances[near], vectors[near]
    # Ties (equal species and distance) are broken by neighbor and shift, so that the order does
    # not depend on the search.
    order = np.lexsort(
        (*shifts.T[::-1], ends[:, 1], distances, structures.numbers[ends[:, 1]], ends[:, 0])
    )
    counts = np.bincount(ends[:, 0], minlength=structures.n_atoms)
    return Pairs(
        centers=ends[order, 0].astype(np.int32),
        neighbors=ends[order, 1].astype(np.int32),
        vectors=vectors[order],
        distances=distances[order],
        shifts=shifts[order],
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def _joined(parts: list[np.ndarray], width: int) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros((0, width))
