"""Which atoms are near which, for many structures at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core._search.room import Found, Frames
from atomarium.core._search.search import search
from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads

_MOST_IMAGES = 1e6
#: Å. Nearer atoms are one atom given twice.
SAME_PLACE = 1e-6


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
    itself. Pairs of one center, species and distance are ordered by neighbor, then by shift.

    Args:
        structures: Any mix of molecules, slabs and crystals.
        cutoff: Å, above 0. Pairs at exactly this distance are left out.

    Raises:
        InputError: cutoff is not above 0, a structure fails `Structures.check`, or a cell is so
            small or skewed that an atom has more than a million images to look at.
    """
    if not (np.isfinite(cutoff) and cutoff > 0):
        raise InputError(f"cutoff must be above 0 Å, got {cutoff}")
    structures.check()
    frames = _make_frames(structures)
    _check_images(frames, cutoff)

    def search_run(first: int, last: int) -> Found:
        return search(frames, cutoff, first, last)

    found = run_in_threads(search_run, np.arange(structures.n_atoms + 1))
    counts = np.concatenate([part.counts for part in found])
    return Pairs(
        centers=np.repeat(np.arange(structures.n_atoms, dtype=np.int32), counts),
        neighbors=_joined([part.neighbors for part in found]),
        vectors=_joined([part.vectors for part in found]),
        distances=_joined([part.distances for part in found]),
        shifts=_joined([part.shifts for part in found]),
        offsets=offsets_of(counts),
    )


def find_pairs_apart(structures: Structures, cutoff: float) -> Pairs:
    """List pairs as `find_pairs` does, unless two atoms are in one place.

    Raises:
        InputError: two atoms, or an atom and the image of another, are nearer than 1e-6 Å, or
            `find_pairs` finds a fault.
    """
    pairs = find_pairs(structures, cutoff)
    if pairs.distances.min(initial=np.inf) < SAME_PLACE:
        pair = int(pairs.distances.argmin())
        structure = int(structures.structure_of_atom[pairs.centers[pair]])
        ends = np.array([pairs.centers[pair], pairs.neighbors[pair]])
        a, b = np.sort(ends - structures.offsets[structure])
        raise InputError(f"structure {structure}: atoms {a} and {b} are in one place")
    return pairs


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _make_frames(structures: Structures) -> Frames:
    cells = np.tile(np.eye(3), (len(structures), 1, 1))
    repeats = structures.periodic.any(axis=1)
    cells[repeats] = np.where(structures.periodic[repeats, :, None], structures.cells[repeats], 0.0)
    for structure in np.flatnonzero(repeats & ~structures.periodic.all(axis=1)):
        periodic = structures.periodic[structure]
        # The right singular vectors of zero singular values stand upright on all cell vectors.
        upright = np.linalg.svd(cells[structure][periodic])[2][periodic.sum() :]
        cells[structure][~periodic] = upright
    inverses = cells.copy()
    inverses[repeats] = np.linalg.inv(cells[repeats])
    positions = np.ascontiguousarray(structures.positions.T)
    places = positions
    if repeats.any():
        of_atom = inverses[structures.structure_of_atom]
        places = np.einsum("ai,aik->ka", structures.positions, of_atom)
        places = np.ascontiguousarray(places)
    with np.errstate(divide="ignore"):  # faces of cells beyond 1e150 Å are infinitely far apart
        heights = 1 / np.linalg.norm(inverses, axis=1)
    return Frames(
        offsets=structures.offsets,
        numbers=structures.numbers,
        positions=positions,
        places=places,
        cells=cells,
        heights=heights,
        periodic=structures.periodic,
    )


def _check_images(frames: Frames, cutoff: float) -> None:
    reach = np.where(frames.periodic, cutoff / frames.heights, 0.0)
    images = (2 * reach + 1).prod(axis=1)
    wrong = np.flatnonzero(images > _MOST_IMAGES)
    if len(wrong):
        worst = wrong[0]
        heights = ", ".join(f"{h:.3g}" for h in frames.heights[worst][frames.periodic[worst]])
        raise InputError(
            f"structure {worst}: the cell is so small or skewed that each atom has "
            f"{images[worst]:.1e} images to look at (its faces are {heights} Å apart, the cutoff "
            f"is {cutoff} Å); give the reduced cell or a smaller cutoff"
        )
