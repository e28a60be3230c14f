"""Expansion coefficients, written out."""

from __future__ import annotations

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.spectrum import expand_channels


@lean
def fill_coefficients(hoods, basis, layout, work, borders, first, last, out):
    """Fill the coefficients of a run of rows: by channel, l² + l + m, and n.

    Args:
        hoods: Pairs of all atoms.
        basis: What densities are expanded in; rows end at its `l_max`, at most the table's.
        layout: What channels are made of.
        work: Memory of this thread.
        borders: First atom of each row, and the one behind the last.
        first: First row of the run.
        last: The row behind the run.
        out: All rows; must hold zeros, channels that are not present are not written.
    """
    n_harmonics = (basis.l_max + 1) ** 2
    for row in range(first, last):
        n_present = expand_channels(hoods, basis, layout, work, borders[row], borders[row + 1])
        for i in range(n_present):
            channel = work.present[i]
            n_functions = 1 if layout.summed[channel] else layout.n_max
            for harmonic in range(n_harmonics):
                start = (channel * n_harmonics + harmonic) * basis.n_padded
                for n in range(n_functions):
                    out[row, channel, harmonic, n] = work.channels[start + n]
