"""Power spectra without the blocks of species that are not there."""

from __future__ import annotations

import math

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.spectrum import expand_channels, multiply_channels
from atomarium.represent._kernels.streams import stream


@lean
def count_blocks(hoods, layout, lengths, present, borders, first, last, counts):
    """Count the blocks of a run of rows, and the numbers in them.

    Args:
        hoods: Pairs of all atoms.
        layout: What channels are made of.
        lengths: Of the block of each two channels, 0 where there is none.
        present: Memory for as many columns as the expansion has.
        borders: First atom of each row, and the one behind the last.
        first: First row of the run.
        last: The row behind the run.
        counts: Filled with both, for each row.
    """
    for row in range(first, last):
        present[:] = False
        for atom in range(borders[row], borders[row + 1]):
            present[hoods.column_of_atom[atom]] = True
            for pair in range(hoods.offsets[atom], hoods.offsets[atom + 1]):
                present[hoods.column_of_atom[hoods.neighbors[pair]]] = True
        n_blocks, n_numbers = 0, 0
        for a in range(len(lengths)):
            if not _is_there(a, layout, present):
                continue
            for b in range(len(lengths)):
                if lengths[a, b] > 0 and _is_there(b, layout, present):
                    n_blocks += 1
                    n_numbers += lengths[a, b]
        counts[row, 0] = n_blocks
        counts[row, 1] = n_numbers


@lean
def _is_there(channel, layout, present):
    """Return whether a channel has a column that is there."""
    if layout.plain:
        return present[channel]
    for column in range(len(present)):
        if present[column] and layout.mixing[channel, column] != 0.0:
            return True
    return False


@lean
def fill_compact_rows(
    hoods, basis, layout, work, borders, first, last, starts, block_ids, blocks, out, lead
):
    """Fill a run of rows, one block behind the other.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in.
        layout: Which channels are multiplied, and what products count.
        work: Memory of this thread.
        borders: First atom of each row, and the one behind the last.
        first: First row of the run.
        last: The row behind the run.
        starts: Where the blocks of each row begin in `blocks`, and its numbers in `out`.
        block_ids: Number of the block of each two channels.
        blocks: Filled with the number of each block.
        out: Filled with the numbers of all blocks.
        lead: How many numbers of a line of memory lie before it.
    """
    present = work.present
    for row in range(first, last):
        n_present = expand_channels(hoods, basis, layout, work, borders[row], borders[row + 1])
        block, place = starts[row, 0], starts[row, 1]
        total = 0.0
        for i in range(n_present):
            for j in range(n_present):
                if layout.block_starts[present[i], present[j]] < 0:
                    continue
                n_numbers = multiply_channels(present[i], present[j], basis, layout, work)
                blocks[block] = block_ids[present[i], present[j]]
                stream(work.block, n_numbers, out, place, lead)
                if layout.normalize:
                    for k in range(n_numbers):
                        total += work.block[k] * work.block[k]
                block += 1
                place += n_numbers
        if layout.normalize and total > 0.0:
            factor = 1.0 / math.sqrt(total)
            for k in range(starts[row, 1], place):
                out[k] *= factor
