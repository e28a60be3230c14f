"""Derivatives of weighted sums of channels with the coefficients that they are made of."""

from __future__ import annotations

from atomarium.represent._kernels.channels import add_multiple
from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import LANES, spread, store


@lean
def pull_channels(n_present, basis, layout, work):
    """Fill the cotangents of the coefficients of columns from those of channels.

    Args:
        n_present: How many channels are present.
        basis: What densities are expanded in.
        layout: What channels are made of.
        work: From `channels` to `coefficients`; columns that are not present are left as they were.
    """
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    expansion, present = work.spectrum.expansion, work.spectrum.present
    for i in range(n_present):
        if layout.summed[present[i]]:
            _spread_functions(work.channels, present[i] * size, basis.n_padded, size)
    for column in range(len(expansion.present)):
        if expansion.present[column]:
            work.coefficients[column * size : (column + 1) * size] = 0.0
            for i in range(n_present):
                factor = layout.mixing[present[i], column]
                if factor != 0.0:
                    start = present[i] * size
                    add_multiple(
                        work.channels, start, factor, work.coefficients, column * size, size
                    )


@lean
def _spread_functions(cotangents, place, n_padded, size):
    """Give each radial function of a harmonic what the sum of them has."""
    for start in range(place, place + size, n_padded):
        number = spread(cotangents[start])
        for n in range(0, n_padded, LANES):
            store(cotangents, start + n, number)
