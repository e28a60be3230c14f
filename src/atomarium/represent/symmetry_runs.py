"""Symmetry functions and their derivatives of many structures, a run of them at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.errors import InputError
from atomarium.core.pairs import Pairs, find_pairs
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads
from atomarium.represent._kernels.symmetry_neighbors import NEAR_FADE
from atomarium.represent._kernels.symmetry_plan import Neighborhoods, Plan, Room
from atomarium.represent._kernels.symmetry_slopes import FIRST_POWER
from atomarium.represent._kernels.symmetry_triplets import AT_ONCE, ONES

#: Pairs of so many atoms stay in the processor's caches.
_ATOMS_AT_ONCE = 2048
#: Å. Nearer atoms are one atom given twice.
_SAME_PLACE = 1e-6


def fill_values(
    structures: Structures, plan: Plan, out: Float[np.ndarray, "atoms columns"]
) -> None:
    """Fill the functions of every atom into rows that hold zeros.

    Raises:
        InputError: two atoms are in one place, or `find_pairs` finds a fault.
    """
    from atomarium.represent._kernels.symmetry import fill_symmetry_functions

    for run in _runs(structures):
        around, _ = _find_neighborhoods(structures, run, plan)
        rows = out[structures.offsets[run.start] : structures.offsets[run.stop]]
        _run(fill_symmetry_functions, around, plan, rows)


def pull_back(
    structures: Structures, plan: Plan, cotangents: Float[np.ndarray, "atoms columns"]
) -> PulledBack:
    """Return the derivatives of Σ cotangents · functions.

    Raises:
        InputError: as `fill_values`.
    """
    from atomarium.represent._kernels.symmetry_pull import move_atoms, pull_pairs

    positions = np.zeros((structures.n_atoms, 3))
    strain = np.zeros((len(structures), 3, 3))
    for run in _runs(structures):
        around, _ = _find_neighborhoods(structures, run, plan)
        atoms = slice(int(structures.offsets[run.start]), int(structures.offsets[run.stop]))
        # A copy, as numba compiles anew for arrays that may not be written to.
        weights = np.array(cotangents[atoms], dtype=np.float64, order="C")
        slopes = np.zeros((len(around.distances), 3))
        _run(pull_pairs, around, plan, weights, slopes)
        borders = structures.offsets[run.start : run.stop + 1] - structures.offsets[run.start]
        move_atoms(around, borders, slopes, positions[atoms], strain[run])
    return PulledBack(positions, strain)


def gradients(structures: Structures, plan: Plan, n_columns: int) -> Gradients:
    """Return the derivatives of every function with every atom near its center.

    Raises:
        InputError: as `fill_values`.
    """
    from atomarium.represent._kernels.symmetry_gradients import Blocks, fill_gradients

    nothing = np.zeros(0, dtype=np.int64)
    parts = [Gradients(nothing, nothing.copy(), np.zeros((0, 3, n_columns)))]
    for run in _runs(structures):
        around, pairs = _find_neighborhoods(structures, run, plan)
        first_atom = int(structures.offsets[run.start])
        centers, atoms, of_pair, of_center = _list_blocks(pairs)
        blocks = Blocks(of_pair, of_center, np.zeros((len(centers), 3, n_columns)))
        _run(fill_gradients, around, plan, blocks)
        parts.append(Gradients(centers + first_atom, atoms + first_atom, blocks.values))
    # Without the copy that joining takes, for what is often a single large array.
    if len(parts) == 2:
        return parts[1]
    return Gradients(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.atoms for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _run(
    kernel: Callable[..., None],
    around: Neighborhoods,
    plan: Plan,
    *arrays: np.ndarray | tuple[np.ndarray, ...],
) -> None:
    """Call a kernel for all centers, each thread in a room of its own."""
    most = int(np.diff(around.offsets).max(initial=0))

    def work(first: int, last: int) -> None:
        kernel(around, plan, _make_room(plan, most), *arrays, first, last)

    run_in_threads(work, around.offsets)


def _make_room(plan: Plan, most: int) -> Room:
    """Make the arrays that kernels work in, for at most so many neighbors."""
    # Each species is padded to a multiple of eight, and one more neighbor never counts.
    width = (most // 8 + min(plan.n_species, most) + 1) * 8
    near = np.zeros((NEAR_FADE + 2 * len(plan.cutoffs), width))
    rows = np.zeros((FIRST_POWER + 2 * plan.n_factors, AT_ONCE))
    rows[ONES] = 1.0
    return Room(
        near=near,
        near_flat=near.reshape(-1),
        present=np.zeros((plan.n_species, 5), dtype=np.int64),
        values=np.zeros(width),
        forces=np.zeros((3, width)),
        rows=rows,
        rows_flat=rows.reshape(-1),
        segments=np.zeros((AT_ONCE, 3), dtype=np.int64),
    )


def _list_blocks(pairs: Pairs) -> tuple[Int64[np.ndarray, "entries"], ...]:
    """List a center and an atom near it once, the center itself included.

    Returns:
        Center and atom of each block, the block of each pair, that of each center with itself.
    """
    n_atoms = len(pairs.offsets) - 1
    own = np.arange(n_atoms, dtype=np.int64)
    centers = np.concatenate([pairs.centers.astype(np.int64), own])
    atoms = np.concatenate([pairs.neighbors.astype(np.int64), own])
    known, block = np.unique(centers * n_atoms + atoms, return_inverse=True)
    block = block.astype(np.int64)
    n_pairs = len(pairs)
    return known // max(n_atoms, 1), known % max(n_atoms, 1), block[:n_pairs], block[n_pairs:]


def _find_neighborhoods(
    structures: Structures, run: slice, plan: Plan
) -> tuple[Neighborhoods, Pairs]:
    some = structures[run]
    pairs = find_pairs(some, float(plan.cutoffs[-1]))
    _check_apart(pairs, some, run.start)
    around = Neighborhoods(
        numbers=some.numbers,
        offsets=pairs.offsets,
        neighbors=pairs.neighbors,
        vectors=pairs.vectors,
        distances=pairs.distances,
    )
    return around, pairs


def _check_apart(pairs: Pairs, structures: Structures, first: int) -> None:
    if pairs.distances.min(initial=math.inf) > _SAME_PLACE:
        return
    pair = int(pairs.distances.argmin())
    center, neighbor = int(pairs.centers[pair]), int(pairs.neighbors[pair])
    structure = int(structures.structure_of_atom[center])
    start = int(structures.offsets[structure])
    a, b = center - start, neighbor - start
    raise InputError(f"structure {first + structure}: atoms {a} and {b} are in one place")


def _runs(structures: Structures) -> Iterator[slice]:
    """Cut structures into runs of about equally many atoms, at least one structure each."""
    start = 0
    while start < len(structures):
        limit = int(structures.offsets[start]) + _ATOMS_AT_ONCE
        stop = int(np.searchsorted(structures.offsets, limit, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
