"""Channels: expansion coefficients of several species mixed, radial functions summed up."""

from __future__ import annotations

from atomarium.represent._kernels.lean import lean
from atomarium.represent._kernels.vectors import LANES, load, multiply_add, spread, store


@lean
def mix_channels(basis, layout, work):
    """Fill the coefficients of channels from those of columns; returns how many channels there are.

    Args:
        basis: What densities are expanded in.
        layout: What channels are made of.
        work: Coefficients go into `channels`, and into `present` which of them there are.
    """
    size = (basis.l_max + 1) ** 2 * basis.n_padded
    n_present = 0
    for channel in range(len(layout.mixing)):
        there = False
        for column in range(layout.mixing.shape[1]):
            factor = layout.mixing[channel, column]
            if factor == 0.0 or not work.expansion.present[column]:
                continue
            if not there:
                there = True
                work.channels[channel * size : (channel + 1) * size] = 0.0
            add_multiple(
                work.expansion.coefficients,
                column * size,
                factor,
                work.channels,
                channel * size,
                size,
            )
        if there:
            work.present[n_present] = channel
            n_present += 1
            if layout.summed[channel]:
                _sum_functions(work.channels, channel * size, basis.n_padded, size)
    return n_present


@lean
def add_multiple(source, start, factor, out, place, count):
    """Add so many numbers, a multiple of eight, times a factor."""
    many = spread(factor)
    for k in range(0, count, LANES):
        numbers = multiply_add(many, load(source, start + k), load(out, place + k))
        store(out, place + k, numbers)


@lean
def _sum_functions(coefficients, place, n_padded, size):
    """Put the sum of the radial functions of each harmonic in the place of the first."""
    for start in range(place, place + size, n_padded):
        total = 0.0
        for n in range(n_padded):
            total += coefficients[start + n]
            coefficients[start + n] = 0.0
        coefficients[start] = total
