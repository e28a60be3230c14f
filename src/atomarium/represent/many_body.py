"""Terms of many-body tensor representations, computed for many structures.

What `Mbtr` and `LocalMbtr` share: a row for each structure, or for each atom as a special center.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from jaxtyping import Float, Int64

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads
from atomarium.represent._kernels.many_body import (
    PER_ATOM,
    PER_VOLUME,
    PLAIN,
    UNIT_LENGTH,
    Layout,
    Work,
)
from atomarium.represent.many_body_work import (
    as_kernels_take,
    do_batches,
    effort_before,
    pairs_within,
    zeros_on_demand,
)
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.smearing import bin_edges, bin_values, make_cells
from atomarium.represent.species_columns import column_of_atoms

_NORMALIZATIONS = {
    "none": PLAIN,
    "l2": UNIT_LENGTH,
    "n_atoms": PER_ATOM,
    "valle_oganov": PER_VOLUME,
}


@dataclass(frozen=True, kw_only=True)
class ManyBody:
    """Settled settings of a many-body tensor representation.

    Args:
        terms: Their columns follow one another.
        species: Symbols, by ascending atomic number.
        binning: See `Mbtr`.
        normalization: See `Mbtr`.
        local: Whether a row stands for an atom, which then is a species of its own.
    """

    terms: tuple[MbtrTerm, ...]
    species: tuple[str, ...]
    binning: str
    normalization: str
    local: bool

    @cached_property
    def columns(self) -> Int64[np.ndarray, "borders"]:
        """Where the columns of each term begin, and their number at the end."""
        n = len(self.species)
        if self.local:
            n_blocks = {2: n + 1, 3: (n + 1) * (3 * n + 2) // 2}
        else:
            n_blocks = {1: n, 2: n * (n + 1) // 2, 3: n * n * (n + 1) // 2}
        widths = [n_blocks[term.order] * term.n_bins for term in self.terms]
        return offsets_of(widths)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.columns[-1])

    def n_rows(self, structures: Structures) -> int:
        """Return how many rows the features of structures have."""
        return structures.n_atoms if self.local else len(structures)

    def names(self) -> tuple[str, ...]:
        """Return the name of each column: the geometry, the species and the place on the axis.

        A second term of the same geometry is called `distance#2`.
        """
        names: list[str] = []
        geometries = [term.geometry for term in self.terms]
        for number, term in enumerate(self.terms):
            again = geometries[:number].count(term.geometry)
            geometry = f"{term.geometry}#{again + 1}" if again else term.geometry
            edges = bin_edges(term.start, term.stop, term.n_bins, self.binning)
            places = [f"{place:.6g}" for place in 0.5 * (edges[1:] + edges[:-1])]
            for block in self._blocks(term.order):
                names += [f"{geometry} {block} {place}" for place in places]
        return tuple(names)

    def _blocks(self, order: int) -> list[str]:
        """Return the species of each block, in the order of the columns."""
        if order == 1:
            return list(self.species)
        known = ["X", *self.species] if self.local else self.species
        ordered = [(a, b) for i, a in enumerate(known) for b in known[i:]]
        if order == 2:
            return [f"X-{a}" for a in known] if self.local else [f"{a}-{b}" for a, b in ordered]
        middles = ["X"] if self.local else self.species
        blocks = [f"{a}-{middle}-{b}" for middle in middles for a, b in ordered]
        if self.local:
            blocks += [f"X-{middle}-{end}" for middle in self.species for end in known]
        return blocks

    def values(
        self, structures: Structures, dtype: type[np.floating] = np.float64
    ) -> Float[np.ndarray, "rows width"]:
        """Return the features.

        Raises:
            InputError: as `check`, `find_pairs` finds a fault, or two atoms are in one place.
        """
        self.check(structures)
        rows = zeros_on_demand((self.n_rows(structures), self.width), dtype)

        def fill(first: int, part: Structures) -> None:
            start = int(structures.offsets[first]) if self.local else first
            mine = rows[start : start + self.n_rows(part)]
            self._fill_single_atoms(part, mine)
            for work in self.work(part):
                run_in_threads(partial(_fill, work, mine), effort_before(work, work.atoms.rows))

        do_batches(fill, structures)
        return rows

    def _fill_single_atoms(self, structures: Structures, rows: np.ndarray) -> None:
        counts = structures.composition(NUMBERS[symbol] for symbol in self.species)
        for term, first in zip(self.terms, self.columns[:-1], strict=True):
            if term.order != 1:
                continue
            edges = bin_edges(term.start, term.stop, term.n_bins, self.binning)
            places = {
                "atomic_number": np.array([[float(NUMBERS[symbol]) for symbol in self.species]]),
                "unity": np.ones((1, len(self.species))),
                "count": counts,
            }[term.geometry]
            bins = bin_values(edges, places.reshape(-1), term.width, self.binning)
            weights = counts if term.weighting == "unity" else np.sign(counts)
            blocks = weights[:, :, None] * bins.reshape(*places.shape, term.n_bins)
            if self.normalization == "n_atoms":
                blocks /= np.maximum(structures.sizes, 1)[:, None, None]
            if self.normalization == "l2":
                lengths = np.sqrt(np.sum(blocks**2, axis=(1, 2), keepdims=True))
                blocks /= np.where(lengths > 0, lengths, 1.0)
            width = len(self.species) * term.n_bins
            rows[:, first : first + width] = blocks.reshape(len(rows), width)

    def work(self, structures: Structures) -> Iterator[Work]:
        """Yield what kernels need, one term of pairs or triplets after the other.

        Args:
            structures: A run of structures.

        Raises:
            InputError: `find_pairs` finds a fault, or two atoms are in one place.
        """
        chosen = [t for t, term in enumerate(self.terms) if term.order > 1]
        if not chosen:
            return
        species = column_of_atoms(structures, self.species)
        all_pairs = pairs_within(structures, [self.terms[t].reach for t in chosen])
        for t, pairs in zip(chosen, all_pairs, strict=True):
            term = self.terms[t]
            bins = (term.start, term.stop, term.n_bins)
            grid, cells = make_cells(bins, term.width, self.binning, term.possible)
            yield Work(
                atoms=as_kernels_take(structures, pairs, species, local=self.local),
                measure=term.measure(),
                layout=Layout(
                    order=term.order,
                    local=self.local,
                    n_species=len(self.species),
                    normalization=_NORMALIZATIONS[self.normalization],
                ),
                grid=grid,
                cells=cells,
                column=int(self.columns[t]),
            )

    def check(self, structures: Structures) -> None:
        """Look whether the structures can be represented.

        Raises:
            InputError: `Structures.check` finds a fault, they hold another species, are periodic
                while a term has no cutoff, or have no volume to normalize by.
        """
        structures.check()
        column_of_atoms(structures, self.species)
        endless = [term for term in self.terms if term.order > 1 and term.reach is None]
        periodic = np.flatnonzero(structures.periodic.any(axis=1))
        if endless and len(periodic):
            right = "unity without a cutoff counts every pair; take exp, or give a cutoff"
            raise InputError(f"structure {periodic[0]} is periodic, {endless[0].geometry}: {right}")
        if self.normalization == "valle_oganov":
            open_space = ~structures.periodic.any(axis=1) | (structures.volumes == 0)
            if open_space.any():
                which = int(np.flatnonzero(open_space)[0])
                raise InputError(f"structure {which} has no volume: valle_oganov is for crystals")


def _fill(work: Work, rows: np.ndarray, first: int, stop: int) -> None:
    from atomarium.represent._kernels.many_body_values import fill_rows

    fill_rows(work, first, stop, rows)
