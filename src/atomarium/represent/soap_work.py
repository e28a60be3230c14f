"""From structures to rows of SOAP: runs of structures, their pairs, compiled loops."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.features import Features
from atomarium.core.pairs import Pairs, find_pairs_apart
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs, run_in_threads
from atomarium.represent._kernels.expansion import Basis, Neighborhoods
from atomarium.represent._kernels.harmonics import recursion_factors
from atomarium.represent._kernels.spectrum import Layout, fill_rows, make_spectrum_workspace
from atomarium.represent._kernels.streams import LINE
from atomarium.represent.radial import RadialTable
from atomarium.represent.soap_density import Fading
from atomarium.represent.soap_layout import Columns

#: Pairs of so many atoms stay in the processor's caches.
ATOMS_AT_ONCE = 2048
#: Bytes. What is larger is written past the caches, which could not hold it anyway.
CACHE = 1 << 24


class Plan(NamedTuple):
    """What settled settings of SOAP come to.

    Args:
        basis: What densities are expanded in.
        layout: What is multiplied, and where products go.
        fading: How much a neighbor counts by its distance.
        species_weights: How much each species counts.
        together: Whether all species are expanded in one column.
    """

    basis: Basis
    layout: Layout
    fading: Fading
    species_weights: Float64[np.ndarray, "species"]
    together: bool

    def neighborhoods(self, pairs: Pairs, species: Int64[np.ndarray, "atoms"]) -> Neighborhoods:
        """Return pairs as compiled loops take them.

        Args:
            pairs: Of some atoms.
            species: Of each of these atoms, which it is.
        """
        center_weights = self.species_weights[species]
        return Neighborhoods(
            offsets=pairs.offsets,
            neighbors=pairs.neighbors,
            vectors=pairs.vectors,
            distances=pairs.distances,
            weights=self._of_pairs(self.fading.weights(pairs.distances), pairs, center_weights),
            center_weights=center_weights,
            column_of_atom=np.zeros_like(species) if self.together else species,
        )

    def weight_slopes(
        self, pairs: Pairs, species: Int64[np.ndarray, "atoms"]
    ) -> Float64[np.ndarray, "pairs"]:
        """Return the change of each pair's weight with its distance, 1/Å."""
        slopes = self.fading.slopes(pairs.distances)
        return self._of_pairs(slopes, pairs, self.species_weights[species])

    def _of_pairs(
        self,
        factors: Float64[np.ndarray, "pairs"],
        pairs: Pairs,
        weight_of_atom: Float64[np.ndarray, "atoms"],
    ) -> Float64[np.ndarray, "pairs"]:
        if (self.species_weights == 1).all():
            return factors
        return factors * weight_of_atom[pairs.neighbors]


def make_basis(table: RadialTable, center_weight: float, *, center_in_all: bool) -> Basis:
    """Return what densities are expanded in.

    Args:
        table: Radial integrals.
        center_weight: Of the Gaussian of the atom itself.
        center_in_all: Whether that is in the densities of all species, not just of its own.
    """
    # The atom itself is a neighbor at no distance: only degree 0 is left, Y is 1 / √4π.
    middle = table.values(np.zeros(1))[0, 0] * (center_weight / math.sqrt(4 * math.pi))
    l_max = table.polynomials.shape[2] - 1
    return Basis(
        l_max=l_max,
        n_padded=len(middle),
        table=table.polynomials.reshape(-1),
        steps_per_unit=table.per_angstrom,
        factors=recursion_factors(l_max),
        middle=middle,
        middle_everywhere=center_in_all,
    )


def compute_rows(
    structures: Structures,
    species: Int64[np.ndarray, "atoms"],
    plan: Plan,
    *,
    per_structure: bool,
    out: Float[np.ndarray, "rows columns"],
) -> None:
    """Fill the rows of all structures.

    Args:
        structures: Any.
        species: Which species each atom is.
        plan: What settings come to.
        per_structure: Whether densities are averaged over each structure, for one row of it;
            else there is a row for each atom.
        out: Must hold zeros.

    Raises:
        InputError: two atoms are in one place, or `find_pairs` finds a fault.
    """
    offsets = structures.offsets

    def fill(run: slice) -> None:
        first, last = int(offsets[run.start]), int(offsets[run.stop])
        pairs = find_pairs_apart(structures[run], plan.fading.end)
        hoods = plan.neighborhoods(pairs, species[first:last])
        if per_structure:
            borders, rows = offsets[run.start : run.stop + 1] - first, out[run]
        else:
            borders, rows = np.arange(last - first + 1), out[first:last]
        _fill(hoods, plan, borders, rows, stream=out.nbytes > CACHE)

    do_runs(fill, offsets, ATOMS_AT_ONCE)


def expand(
    structures: Structures,
    species: Int64[np.ndarray, "atoms"],
    plan: Plan,
    columns: Columns,
) -> Features:
    """Return the expansion coefficients of each atom's densities.

    Args:
        structures: Any.
        species: Which species each atom is.
        plan: What settings come to.
        columns: Of the power spectrum; says what channels there are.

    Raises:
        InputError: two atoms are in one place, or `find_pairs` finds a fault.
    """
    # Kernels take a while to load.
    from atomarium.represent._kernels.coefficients import fill_coefficients

    offsets, l_max = structures.offsets, plan.basis.l_max
    summed = columns.channels.summed
    n_functions = 1 if len(summed) and summed.all() else plan.layout.n_max
    shape = (structures.n_atoms, len(summed), (l_max + 1) ** 2, n_functions)
    values = np.zeros(shape)

    def fill(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]))
        pairs = find_pairs_apart(structures[run], plan.fading.end)
        hoods = plan.neighborhoods(pairs, species[atoms])
        borders = np.arange(atoms.stop - atoms.start + 1)

        def fill_run(first: int, last: int) -> None:
            work = make_spectrum_workspace(plan.basis, plan.layout)
            fill_coefficients(
                hoods, plan.basis, plan.layout, work, borders, first, last, values[atoms]
            )

        run_in_threads(fill_run, hoods.offsets)

    do_runs(fill, offsets, ATOMS_AT_ONCE)
    names = tuple(
        f"{channel} l={ell} m={m} n={n}"
        for channel in columns.channels.names
        for ell in range(l_max + 1)
        for m in range(-ell, ell + 1)
        for n in range(n_functions)
    )
    flat = values.reshape(structures.n_atoms, math.prod(shape[1:]))
    return Features(flat, "atoms", offsets, names=names, numbers=structures.numbers)


def _fill(
    hoods: Neighborhoods,
    plan: Plan,
    borders: Int64[np.ndarray, "borders"],
    out: Float[np.ndarray, "rows columns"],
    *,
    stream: bool,
) -> None:
    flat, width = out.reshape(-1), out.shape[1]
    lead = flat.ctypes.data % LINE // flat.itemsize if stream else -1

    def fill_run(first: int, last: int) -> None:
        work = make_spectrum_workspace(plan.basis, plan.layout)
        fill_rows(hoods, plan.basis, plan.layout, work, borders, first, last, width, flat, lead)

    run_in_threads(fill_run, hoods.offsets[borders])
