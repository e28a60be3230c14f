"""Sums over the neighbors of each atom, of many structures: a run of them at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.errors import counted_from
from atomarium.core.pairs import Pairs, find_pairs_apart
from atomarium.core.segments import runs_of_segments
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs, run_in_threads
from atomarium.represent._kernels.symmetry_plan import Neighborhoods

#: Pairs of so many atoms stay in the processor's caches.
_ATOMS_AT_ONCE = 2048


@dataclass(frozen=True, kw_only=True)
class Loops:
    """Compiled loops over centers and their neighbors, and what they need.

    Each is called with neighborhoods, plan, room, what it fills, first center and last.

    Args:
        reach: Å. Neighbors beyond it do not count.
        plan: What the loops know of the settings.
        make_room: Makes the arrays that one thread works in, for at most so many neighbors.
        fill: Fills a row for each center.
        pull: Takes cotangents, and fills a slope for each pair.
        differentiate: Fills blocks of derivatives.
    """

    reach: float
    plan: Any
    make_room: Callable[[int], Any]
    fill: Callable[..., None]
    pull: Callable[..., None]
    differentiate: Callable[..., None]

    def run(self, loop: Callable[..., None], around: Neighborhoods, *arrays: Any) -> None:
        """Call a loop for all centers, each thread in a room of its own."""
        most = int(np.diff(around.offsets).max(initial=0))

        def work(first: int, last: int) -> None:
            loop(around, self.plan, self.make_room(most), *arrays, first, last)

        run_in_threads(work, around.offsets)


def fill_values(
    structures: Structures, loops: Loops, out: Float[np.ndarray, "atoms columns"]
) -> None:
    """Fill the functions of every atom into rows that hold zeros.

    Raises:
        InputError: two atoms are in one place, or `find_pairs` finds a fault.
    """

    def fill(run: slice) -> None:
        around, _ = _find_neighborhoods(structures[run], loops.reach)
        rows = out[structures.offsets[run.start] : structures.offsets[run.stop]]
        loops.run(loops.fill, around, rows)

    do_runs(fill, structures.offsets, _ATOMS_AT_ONCE)


def pull_back(
    structures: Structures, loops: Loops, cotangents: Float[np.ndarray, "atoms columns"]
) -> PulledBack:
    """Return the derivatives of Σ cotangents · functions.

    Raises:
        InputError: as `fill_values`, or the cotangents do not have a row for each atom.
    """
    from atomarium.represent._kernels.symmetry_pull import move_atoms

    positions = np.zeros((structures.n_atoms, 3))
    strain = np.zeros((len(structures), 3, 3))

    def pull(run: slice) -> None:
        around, _ = _find_neighborhoods(structures[run], loops.reach)
        atoms = slice(int(structures.offsets[run.start]), int(structures.offsets[run.stop]))
        # A copy, as numba compiles anew for arrays that may not be written to.
        weights = np.array(cotangents[atoms], dtype=np.float64, order="C")
        slopes = np.zeros((len(around.distances), 3))
        loops.run(loops.pull, around, weights, slopes)
        borders = structures.offsets[run.start : run.stop + 1] - structures.offsets[run.start]
        move_atoms(around, borders, slopes, positions[atoms], strain[run])

    do_runs(pull, structures.offsets, _ATOMS_AT_ONCE)
    return PulledBack(positions, strain)


def gradients(structures: Structures, loops: Loops, n_columns: int) -> Gradients:
    """Return the derivatives of every function with every atom near its center.

    Raises:
        InputError: as `fill_values`.
    """
    from atomarium.represent._kernels.symmetry_gradients import Blocks

    nothing = np.zeros(0, dtype=np.int64)
    parts = [Gradients(nothing, nothing.copy(), np.zeros((0, 3, n_columns)))]
    for run in runs_of_segments(structures.offsets, _ATOMS_AT_ONCE):
        with counted_from(run.start):
            around, pairs = _find_neighborhoods(structures[run], loops.reach)
        first_atom = int(structures.offsets[run.start])
        centers, atoms, of_pair, of_center = _list_blocks(pairs)
        blocks = Blocks(of_pair, of_center, np.zeros((len(centers), 3, n_columns)))
        loops.run(loops.differentiate, around, blocks)
        parts.append(Gradients(centers + first_atom, atoms + first_atom, blocks.values))
    # Without the copy that joining takes, for what is often a single large array.
    if len(parts) == 2:
        return parts[1]
    return Gradients(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.atoms for part in parts]),
        np.concatenate([part.values for part in parts]),
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


def _find_neighborhoods(structures: Structures, reach: float) -> tuple[Neighborhoods, Pairs]:
    pairs = find_pairs_apart(structures, reach)
    around = Neighborhoods(
        numbers=structures.numbers,
        offsets=pairs.offsets,
        neighbors=pairs.neighbors,
        vectors=pairs.vectors,
        distances=pairs.distances,
    )
    return around, pairs
