"""Pairs of large structures: atoms are compared with those in the bins around them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from atomarium.core._search.room import SLACK, merged, take_if_near
from atomarium.core.compiled import compiled, lean


class Bins(NamedTuple):
    """Atoms of one structure by bin: those of bin b are atoms[starts[b]:starts[b + 1]]."""

    numbers: np.ndarray
    reach: np.ndarray
    bin_of_atom: np.ndarray
    image_of_atom: np.ndarray
    starts: np.ndarray
    atoms: np.ndarray


@compiled
def sort_into_bins(frames, structure, cutoff, wanted):
    """Return the atoms of one structure by bin, or no atoms where bins are not wanted."""
    n_atoms = frames.offsets[structure + 1] - frames.offsets[structure] if wanted else 0
    bins = Bins(
        np.ones(3, dtype=np.int64),
        np.ones(3, dtype=np.int64),
        np.zeros((n_atoms, 3), dtype=np.int64),
        np.zeros((n_atoms, 3), dtype=np.int64),
        np.zeros(8 * n_atoms + 32, dtype=np.int64),
        np.zeros(n_atoms, dtype=np.int64),
    )
    if n_atoms:
        for axis in range(3):
            _cut(axis, frames, structure, cutoff, bins)
        _fill(bins)
    return bins


@lean
def _cut(axis, frames, structure, cutoff, bins):
    """Choose the bins along one axis, and find that of each atom."""
    begin, n_atoms = frames.offsets[structure], len(bins.atoms)
    periodic = frames.periodic[structure, axis]
    low, extent = 0.0, 1.0
    if not periodic:
        low = high = frames.places[axis, begin]
        for atom in range(begin, begin + n_atoms):
            low, high = min(low, frames.places[axis, atom]), max(high, frames.places[axis, atom])
        extent = max(high - low, 1e-12)
    length = extent * frames.heights[structure, axis]
    # A little longer than the cutoff, so that rounding cannot hide a pair; about one bin for each
    # atom at most.
    reached = cutoff * (1 + SLACK)
    n_bins = max(1, min(int(n_atoms ** (1 / 3)) + 1, int(length / reached)))
    bins.numbers[axis] = n_bins
    if periodic:
        bins.reach[axis] = math.ceil(reached / (length / n_bins))
    for atom in range(n_atoms):
        place = (frames.places[axis, begin + atom] - low) / extent
        if periodic:
            bins.image_of_atom[atom, axis] = math.floor(place)
            place -= math.floor(place)
        bins.bin_of_atom[atom, axis] = min(int(place * n_bins), n_bins - 1)


@lean
def _fill(bins):
    """List the atoms by bin."""
    starts, numbers = bins.starts, bins.numbers
    for atom in range(len(bins.atoms)):
        a, b, c = bins.bin_of_atom[atom]
        # Two places further on, each bin's start is moved while it fills.
        starts[(a * numbers[1] + b) * numbers[2] + c + 2] += 1
    for flat in range(numbers[0] * numbers[1] * numbers[2]):
        starts[flat + 2] += starts[flat + 1]
    for atom in range(len(bins.atoms)):
        a, b, c = bins.bin_of_atom[atom]
        flat = (a * numbers[1] + b) * numbers[2] + c
        bins.atoms[starts[flat + 1]] = atom
        starts[flat + 1] += 1


@lean
def search_bins(center, structure, frames, bins, cutoff, found):
    """Note the atoms of the bins around one atom; returns the number of pairs then."""
    cell, periodic = frames.cells[structure], frames.periodic[structure]
    begin, n_found = frames.offsets[structure], 0
    own_bin, own_image = bins.bin_of_atom[center - begin], bins.image_of_atom[center - begin]
    for a in range(own_bin[0] - bins.reach[0], own_bin[0] + bins.reach[0] + 1):
        bin_a, image_a = _wrap(a, bins.numbers[0], periodic[0])
        for b in range(own_bin[1] - bins.reach[1], own_bin[1] + bins.reach[1] + 1):
            bin_b, image_b = _wrap(b, bins.numbers[1], periodic[1])
            for c in range(own_bin[2] - bins.reach[2], own_bin[2] + bins.reach[2] + 1):
                bin_c, image_c = _wrap(c, bins.numbers[2], periodic[2])
                if bin_a < 0 or bin_b < 0 or bin_c < 0:
                    continue
                flat = (bin_a * bins.numbers[1] + bin_b) * bins.numbers[2] + bin_c
                start, stop = bins.starts[flat], bins.starts[flat + 1]
                for k in range(start, stop):
                    other = bins.atoms[k]
                    image = bins.image_of_atom[other]
                    shift = (
                        image_a + own_image[0] - image[0],
                        image_b + own_image[1] - image[1],
                        image_c + own_image[2] - image[2],
                    )
                    n_found = take_if_near(
                        center, begin + other, shift, cell, frames, cutoff, found, n_found
                    )
    return n_found


@merged
def _wrap(place, n_bins, periodic):
    """Return the bin at a place and the image that it belongs to; −1 outside of everything."""
    if 0 <= place < n_bins:
        return place, 0
    if not periodic:
        return -1, 0
    image = place // n_bins
    return place - image * n_bins, image
