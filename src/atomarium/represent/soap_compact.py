"""Rows of SOAP without the blocks of species that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs, run_in_threads
from atomarium.represent._kernels.expansion import Neighborhoods
from atomarium.represent._kernels.spectrum import make_spectrum_workspace
from atomarium.represent.soap_layout import Columns
from atomarium.represent.soap_work import ATOMS_AT_ONCE, checked_pairs
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
    # Kernels take a while to load.
    from atomarium.represent._kernels.compact_rows import count_blocks, fill_compact_rows
    from atomarium.represent._kernels.streams import LINE

    offsets, species = structures.offsets, column_of_atoms(structures, soap.species)
    lengths, block_ids, block_borders = _blocks(columns)
    counts = np.zeros((structures.n_atoms, 2), dtype=np.int64)
    found: dict[int, Neighborhoods] = {}

    def count(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]))
        pairs = checked_pairs(structures[run], plan.fading.end)
        hoods = plan.neighborhoods(pairs, species[atoms])
        found[run.start] = hoods
        present = np.zeros(plan.layout.mixing.shape[1], dtype=np.bool_)
        borders = np.arange(atoms.stop - atoms.start + 1)
        count_blocks(
            hoods, plan.layout, lengths, present, borders, 0, len(borders) - 1, counts[atoms]
        )

    do_runs(count, offsets, ATOMS_AT_ONCE)
    starts = np.concatenate([np.zeros((1, 2), dtype=np.int64), counts.cumsum(axis=0)])
    blocks = np.zeros(int(starts[-1, 0]), dtype=np.int32)
    values = _room(out, int(starts[-1, 1]), soap.dtype)

    lead = values.ctypes.data % LINE // values.itemsize

    def fill(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]))
        hoods, borders = found[run.start], np.arange(atoms.stop - atoms.start + 1)

        def fill_run(first: int, last: int) -> None:
            work = make_spectrum_workspace(plan.basis, plan.layout)
            fill_compact_rows(
                hoods,
                plan.basis,
                plan.layout,
                work,
                borders,
                first,
                last,
                block_ids,
                starts[atoms.start : atoms.stop + 1],
                blocks,
                values,
                lead,
            )

        run_in_threads(fill_run, hoods.offsets)

    do_runs(fill, offsets, ATOMS_AT_ONCE)
    places = np.concatenate([[0], np.cumsum(np.diff(block_borders)[blocks])]).astype(np.int64)
    return CompactFeatures(
        values=values,
        blocks=blocks,
        places=places,
        row_borders=np.ascontiguousarray(starts[:, 0]),
        block_borders=block_borders,
        rows="atoms",
        offsets=offsets,
        numbers=structures.numbers,
    )


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
