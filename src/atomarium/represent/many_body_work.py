"""Make structures and their pairs ready for the kernels of many-body tensor representations."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from jaxtyping import Int64

from atomarium.core.pairs import Pairs, find_pairs_apart
from atomarium.core.segments import offsets_of, runs_of_segments
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs
from atomarium.represent._kernels.many_body import Atoms, Work

#: So many atoms are worked on at a time; their pairs stay in the processor's caches.
_ATOMS_AT_ONCE = 2048
#: Bytes of a row from which on memory is taken page by page: narrower rows fill most pages.
_WIDE = 1 << 18


def batches(structures: Structures) -> Iterator[tuple[int, Structures]]:
    """Yield runs of structures with the number of the first; no run is much larger than the rest."""
    for run in runs_of_segments(structures.offsets, _ATOMS_AT_ONCE):
        yield run.start, structures[run]


def do_batches(work: Callable[[int, Structures], None], structures: Structures) -> None:
    """Work on such runs, side by side where there are enough of them.

    Args:
        work: Called with the number of the first structure of a run, and the run.
        structures: All of them.
    """
    do_runs(lambda run: work(run.start, structures[run]), structures.offsets, _ATOMS_AT_ONCE)


def pairs_within(structures: Structures, reaches: Sequence[float | None]) -> list[Pairs]:
    """Return the pairs within each distance.

    Args:
        structures: Molecules and crystals.
        reaches: Å; None is for all pairs of a molecule.

    Raises:
        InputError: `find_pairs` finds a fault, or two atoms are in one place.
    """
    wanted = [_extent(structures) if reach is None else reach for reach in reaches]
    pairs = find_pairs_apart(structures, max(wanted))
    return [pairs if reach == max(wanted) else _nearer(pairs, reach) for reach in wanted]


def _extent(structures: Structures) -> float:
    """Return a distance that is longer than any within a molecule."""
    structures.check()
    full = np.flatnonzero(structures.sizes)
    if len(full) == 0:
        return 1.0
    starts = structures.offsets[full]
    highest = np.maximum.reduceat(structures.positions, starts)
    lowest = np.minimum.reduceat(structures.positions, starts)
    return 1.0 + float(np.linalg.norm(highest - lowest, axis=1).max())


def _nearer(pairs: Pairs, reach: float) -> Pairs:
    near = pairs.distances < reach
    counts = offsets_of(near)
    return Pairs(
        centers=pairs.centers[near],
        neighbors=pairs.neighbors[near],
        vectors=pairs.vectors[near],
        distances=pairs.distances[near],
        shifts=pairs.shifts[near],
        offsets=counts[pairs.offsets],
    )


def effort_before(
    work: Work, borders: Int64[np.ndarray, "borders"]
) -> Int64[np.ndarray, "borders"]:
    """Return about how much there is to do for the atoms before each border."""
    n_neighbors = np.diff(work.atoms.first_pairs)
    efforts = 16 + n_neighbors ** (work.layout.order - 1)
    return offsets_of(efforts)[borders]


def zeros_on_demand(shape: tuple[int, int], dtype: type[np.floating]) -> np.ndarray:
    """Return zeros of which only what is written to takes memory, where the system can do so.

    Rows for many elements are wide and mostly empty. Ordinary arrays take memory in pieces of 2 MB
    where pages are huge; here it is 4 kB.
    """
    row_bytes = shape[1] * np.dtype(dtype).itemsize
    if shape[0] == 0 or row_bytes < _WIDE or not hasattr(mmap, "MADV_NOHUGEPAGE"):
        return np.zeros(shape, dtype=dtype)
    memory = mmap.mmap(-1, shape[0] * row_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype=dtype).reshape(shape)


def as_kernels_take(
    structures: Structures,
    pairs: Pairs,
    species: Int64[np.ndarray, "atoms"],
    *,
    local: bool,
) -> Atoms:
    """Return structures and pairs as kernels take them.

    Args:
        structures: The structures.
        pairs: Their pairs.
        species: Of each atom, counted from 0.
        local: Whether a row of the features is about an atom, not a structure.
    """
    n_rows = structures.n_atoms if local else len(structures)
    each = np.arange(n_rows + 1, dtype=np.int64)
    structure_of_row = structures.structure_of_atom if local else each[:-1]
    arrays = {
        "rows": each if local else structures.offsets,
        "first_rows": structures.offsets if local else each,
        "structure_of_row": structure_of_row.astype(np.int64),
        "offsets": structures.offsets,
        "species": species,
        "volumes": structures.volumes,
        "first_pairs": pairs.offsets,
        "neighbors": pairs.neighbors,
        "vectors": pairs.vectors,
        "distances": pairs.distances,
    }
    return Atoms(**{name: settled(array) for name, array in arrays.items()})


def settled(array: np.ndarray) -> np.ndarray:
    """Return a read-only view: kernels are compiled once, for one kind of array."""
    view = np.ascontiguousarray(array).view(np.ndarray)
    view.setflags(write=False)
    return view
