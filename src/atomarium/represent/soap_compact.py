"""Rows of SOAP without the blocks of species that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.compact_features import CompactFeatures, ElementPairs
from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.pairs import find_pairs_apart
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs, run_in_threads
from atomarium.represent._kernels.expansion import Neighborhoods
from atomarium.represent._kernels.spectrum import make_spectrum_workspace
from atomarium.represent.soap_layout import Columns
from atomarium.represent.soap_work import ATOMS_AT_ONCE, Plan
from atomarium.represent.species_columns import column_of_atoms

if TYPE_CHECKING:
    from atomarium.represent.soap import Soap


def compute_compact(
    soap: Soap, structures: Structures, out: Float[np.ndarray, "room"] | None
) -> CompactFeatures:
    """Return a row for each atom.

    Args:
        soap: Settled.
        structures: Any.
        out: Memory to fill; the rows are a view of it.

    Raises:
        InputError: rows are averaged or reordered, an atom is of none of the species, two atoms
            are in one place, `find_pairs` finds a fault, or `out` is too short.
    """
    plan, columns = soap.plan, soap.columns
    if soap.average != "none" or len(columns.order) or columns.constant:
        raise InputError('compact rows need average "none" and a layout other than "quippy"')
    species = column_of_atoms(structures, soap.species)
    lengths, block_ids, block_borders = _blocks(columns)
    counts = np.zeros((structures.n_atoms, 2), dtype=np.int64)
    found = _count(structures, species, plan, lengths, counts)
    starts = np.concatenate([np.zeros((1, 2), dtype=np.int64), counts.cumsum(axis=0)])
    blocks = np.zeros(int(starts[-1, 0]), dtype=np.int32)
    values = _room(out, int(starts[-1, 1]), soap.dtype)
    _fill(structures, found, plan, starts, (block_ids, blocks, values))
    places = offsets_of(np.diff(block_borders)[blocks])
    return CompactFeatures(
        values=values,
        blocks=blocks,
        places=places,
        row_borders=np.ascontiguousarray(starts[:, 0]),
        block_borders=block_borders,
        rows="atoms",
        offsets=structures.offsets,
        numbers=structures.numbers,
        pairs=_element_pairs(soap),
    )


def _element_pairs(soap: Soap) -> ElementPairs | None:
    """Return the elements of each block, unless blocks are something else."""
    channels, n_species = soap.columns.channels, len(soap.species)
    pairs = np.array(channels.pairs, dtype=np.int64).reshape(-1, 2)
    every = len(pairs) == n_species * (n_species + 1) // 2
    if soap.layout != "kernel" or not channels.plain or not every:
        return None
    numbers = np.array([number_of(symbol) for symbol in soap.species], dtype=np.int64)
    return ElementPairs(numbers[pairs], soap.n_max, soap.l_max)


def _count(
    structures: Structures,
    species: Int64[np.ndarray, "atoms"],
    plan: Plan,
    lengths: Int64[np.ndarray, "channels channels"],
    counts: Int64[np.ndarray, "atoms two"],
) -> dict[int, Neighborhoods]:
    """Fill how many blocks and numbers each row has; returns the pairs of runs by first structure."""
    # Kernels take a while to load.
    from atomarium.represent._kernels.compact_rows import count_blocks

    offsets, found = structures.offsets, dict[int, Neighborhoods]()

    def count(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]))
        pairs = find_pairs_apart(structures[run], plan.fading.end)
        hoods = plan.neighborhoods(pairs, species[atoms])
        found[run.start] = hoods
        present = np.zeros(plan.layout.mixing.shape[1], dtype=np.bool_)
        borders, some = np.arange(atoms.stop - atoms.start + 1), counts[atoms]
        count_blocks(hoods, plan.layout, lengths, present, borders, 0, len(some), some)

    do_runs(count, offsets, ATOMS_AT_ONCE)
    return found


def _fill(
    structures: Structures,
    found: dict[int, Neighborhoods],
    plan: Plan,
    starts: Int64[np.ndarray, "borders two"],
    filled: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Fill the numbers of blocks, and the blocks, of all rows."""
    from atomarium.represent._kernels.compact_rows import fill_compact_rows
    from atomarium.represent._kernels.streams import LINE

    offsets, basis, layout = structures.offsets, plan.basis, plan.layout
    values = filled[-1]
    lead = values.ctypes.data % LINE // values.itemsize

    def fill(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]) + 1)
        hoods, some = found[run.start], starts[atoms]
        borders = np.arange(len(some))

        def fill_run(first: int, last: int) -> None:
            work = make_spectrum_workspace(basis, layout)
            fill_compact_rows(hoods, basis, layout, work, borders, first, last, some, *filled, lead)

        run_in_threads(fill_run, hoods.offsets)

    do_runs(fill, offsets, ATOMS_AT_ONCE)


def _blocks(
    columns: Columns,
) -> tuple[
    Int64[np.ndarray, "channels channels"],
    Int64[np.ndarray, "channels channels"],
    Int64[np.ndarray, "borders"],
]:
    """Return length and number of the block of each two channels, and where dense blocks begin."""
    starts = [int(columns.starts[a, b]) for a, b in columns.channels.pairs]
    borders = np.array([*starts, columns.n_columns], dtype=np.int64)
    lengths, numbers = np.zeros_like(columns.starts), np.full_like(columns.starts, -1)
    for k, (a, b) in enumerate(columns.channels.pairs):
        lengths[a, b], numbers[a, b] = borders[k + 1] - borders[k], k
    return lengths, numbers, borders


def _room(
    out: Float[np.ndarray, "room"] | None, n_numbers: int, dtype: str
) -> Float[np.ndarray, "numbers"]:
    if out is None:
        return np.empty(n_numbers, dtype=dtype)
    if out.ndim != 1 or len(out) < n_numbers or not out.flags.c_contiguous:
        raise InputError(
            f"out must be flat with at least {n_numbers} numbers, got an array of {out.shape}"
        )
    return out[:n_numbers]
