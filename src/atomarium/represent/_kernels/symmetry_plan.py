"""What the loops over neighbors need to know of a set of symmetry functions, as flat arrays.

Functions that are wanted for the same kind of center and the same two kinds of neighbors form a
program. Many functions of a program share a Gaussian (η, shift, cutoff) or a power (λ, ζ), so each
of those is worked out once for each triplet, and a function is a product of the two.

Arrays of records instead of many arrays: passing an array counts its references, which costs more
than the work on a small molecule.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomarium.represent._kernels.lean import merged

#: Kinds of functions of pairs.
PLAIN, GAUSSIAN, WAVE = range(3)
#: Steps that make powers: 1 + λ cos θ, a product of two earlier steps, a power of one.
BASE, PRODUCT, POWER = range(3)
COSINE, CUBED_TANH = range(2)

#: A function of pairs; `cutoff` is the number of a cutoff. Gaussians in a row whose shifts grow by
#: equal `steps` are made one from the other: g(r, s + step) = g(r, s) q(r) factor. `link` tells a
#: single function from the first of a row and from those that follow.
RADIAL = np.dtype(
    [
        ("kind", "i8"),
        ("eta", "f8"),
        ("shift", "f8"),
        ("cutoff", "i8"),
        ("link", "i8"),
        ("step", "f8"),
        ("factor", "f8"),
    ]
)
SINGLE, FIRST_OF_ROW, NEXT_OF_ROW = range(3)
#: Two kinds of neighbors of a kind of center: its program, -1 for none, and its first column.
BLOCK = np.dtype([("program", "i8"), ("column", "i8")])
#: Where Gaussians, steps and products of a program begin and end; sides at the center are below
#: `reach`; if it is `narrow`, so is the third side. `cutoff` is the
#: number of the one that all Gaussians have, -1 if there are several or a Gaussian has a shift.
PROGRAM = np.dtype(
    [
        ("reach", "f8"),
        ("narrow", "i8"),
        ("cutoff", "i8"),
        ("first_gaussian", "i8"),
        ("n_gaussians", "i8"),
        ("first_step", "i8"),
        ("n_steps", "i8"),
        ("first_product", "i8"),
        ("n_products", "i8"),
    ]
)
#: A Gaussian of a triplet; a `wide` one leaves the third side out.
TRIPLET_GAUSSIAN = np.dtype([("eta", "f8"), ("shift", "f8"), ("cutoff", "i8"), ("wide", "i8")])
STEP = np.dtype([("code", "i8"), ("left", "i8"), ("right", "i8"), ("value", "f8")])
#: Gaussian and step, counted within the program, and the factor 2^(1 - ζ).
TRIPLET_PRODUCT = np.dtype([("gaussian", "i8"), ("step", "i8"), ("scale", "f8")])


class Plan(NamedTuple):
    """A set of symmetry functions.

    Args:
        slots: Species slot of each atomic number, -1 for none.
        classes: Center class of each atomic number.
        n_species: Number of species slots.
        cutoffs: Å, ascending.
        cutoff_function: COSINE or CUBED_TANH.
        radials: Functions of pairs; those of center class c begin at `radial_offsets[c]`.
        radial_offsets: See above.
        sum_columns: Column of the sum of each function over neighbors in species slot s around
            class c, -1 for none, from `sum_offsets[c * n_species + s]` on.
        sum_offsets: See above.
        blocks: At (c * n_species + s) * n_species + t, slots s and t ascending.
        columns: Columns of the products of each block, in the order of its program.
        programs: What blocks refer to.
        gaussians: Of all programs, sorted by cutoff within each.
        steps: Of all programs; each is made from earlier ones.
        products: Of all programs, sorted by Gaussian within each.
        n_factors: Gaussians and steps of the program that has most.
    """

    slots: np.ndarray
    classes: np.ndarray
    n_species: int
    cutoffs: np.ndarray
    cutoff_function: int
    radials: np.ndarray
    radial_offsets: np.ndarray
    sum_columns: np.ndarray
    sum_offsets: np.ndarray
    blocks: np.ndarray
    columns: np.ndarray
    programs: np.ndarray
    gaussians: np.ndarray
    steps: np.ndarray
    products: np.ndarray
    n_factors: int


@merged
def block_of(plan, kind, slot, other):
    """Return the block of two kinds of neighbors of a kind of center, slots ascending."""
    return (kind * plan.n_species + slot) * plan.n_species + other


class Neighborhoods(NamedTuple):
    """Pairs sorted by center, neighbor species and distance."""

    numbers: np.ndarray
    offsets: np.ndarray
    neighbors: np.ndarray
    vectors: np.ndarray
    distances: np.ndarray


class Room(NamedTuple):
    """Where one thread works, made once: the loops make no arrays.

    Args:
        near: Rows about neighbors.
        near_flat: The same memory as one row.
        present: What is known of each species that is present.
        values: A row about neighbors.
        forces: Three rows about neighbors, for derivatives.
        rows: Rows about triplets.
        rows_flat: The same memory as one row.
        segments: Blocks of triplets, their beginnings and ends.
    """

    near: np.ndarray
    near_flat: np.ndarray
    present: np.ndarray
    values: np.ndarray
    forces: np.ndarray
    rows: np.ndarray
    rows_flat: np.ndarray
    segments: np.ndarray
