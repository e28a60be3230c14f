"""Find structures that occur more than once, whatever their position, order of atoms or cell.

Two passes keep it cheap. The first compares a few numbers that cost one sum over atoms: how far
the atoms of each element lie from the middle of a molecule, or the volume per atom of a crystal.
Only structures that have a partner there get a fingerprint from their pairs of atoms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.pairs import find_pairs
from atomarium.core.segments import segment_mean
from atomarium.core.structures import Structures
from atomarium.data.blocks import runs_of_structures

_CUTOFF = 5.0
_N_RADIAL = 6
_WIDTH = 4 * 2 * _N_RADIAL
_GOLDEN_ANGLE = 2.399963
_ATOMS_AT_A_TIME = 20_000
#: Fingerprints of copies that were rotated and written with six decimals differ by less.
SAME = 1e-4
#: Random shifts of all atoms by 0.01 Å change a fingerprint by about as much.
ALIKE = 5e-3
#: Å; what shifts of 0.01 Å may change in the numbers of the first pass.
_ROUGH = 0.01
_N_DIRECTIONS = 4
_N_NEIGHBORS = 8


@dataclass(frozen=True, eq=False)
class Twins:
    """Which structures belong together.

    Args:
        group: Number of the group of each structure; one that is alone is a group of its own.
    """

    group: Int64[np.ndarray, "structures"]

    @property
    def counts(self) -> Int64[np.ndarray, "structures"]:
        """How many structures the group of each structure has."""
        return np.bincount(self.group)[self.group] if len(self.group) else self.group

    @property
    def members(self) -> list[Int64[np.ndarray, "members"]]:
        """The structures of each group with more than one, by first member."""
        order = np.argsort(self.group, kind="stable")
        borders = np.flatnonzero(np.diff(self.group[order])) + 1
        groups = [group for group in np.split(order, borders) if len(group) > 1]
        return sorted(groups, key=lambda group: int(group[0]))


def find_twins(structures: Structures) -> tuple[Twins, Twins]:
    """Group the structures that are equal but for rotation, mirror image, order and cell.

    Supercells of one crystal are equal. Structures that are chained by equal ones share a group.

    Args:
        structures: Any.

    Returns:
        Groups of the same structures, and of those that are the same or nearly so.
    """
    kinds = composition_keys(structures)
    rough = _link(_rough_numbers(structures), kinds, _ROUGH)
    candidates = np.flatnonzero(rough.counts > 1)
    prints = np.zeros((len(structures), _WIDTH))
    prints[candidates] = fingerprints(structures.take(candidates))
    # Structures without a candidate partner must not meet: each becomes a kind of its own.
    alone = np.setdiff1d(np.arange(len(structures)), candidates)
    kinds[alone] = len(structures) + np.arange(len(alone))
    return _link(prints, kinds, SAME), _link(prints, kinds, ALIKE)


def composition_keys(structures: Structures) -> Int64[np.ndarray, "structures"]:
    """Number the compositions; crystals by reduced formula, molecules by sum formula."""
    counts = structures.composition(structures.species).astype(np.int64)
    crystal = structures.periodic.any(axis=1)
    divisor = np.gcd.reduce(counts, axis=1) if counts.shape[1] else np.ones(len(counts), np.int64)
    counts //= np.where(crystal, np.maximum(divisor, 1), 1)[:, None]
    rows = np.column_stack([counts, structures.periodic.astype(np.int64)])
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)


def fingerprints(structures: Structures) -> Float64[np.ndarray, "structures width"]:
    """Return numbers that rotation, mirror image, order of atoms and choice of cell leave alone.

    Each atom is described by sums of radial functions over its neighbors, plain and weighted by
    element; a structure is the average of these numbers and of their squares over its atoms,
    plain and weighted by the atom's own element.
    """
    parts = [
        _fingerprints_at_once(structures[first:last])
        for first, last in runs_of_structures(structures, _ATOMS_AT_A_TIME)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, _WIDTH))


def _fingerprints_at_once(structures: Structures) -> Float64[np.ndarray, "structures width"]:
    pairs = find_pairs(structures, _CUTOFF)
    radial = _radial_functions(pairs.distances)
    # The golden angle sets elements as far apart as can be.
    weights = np.cos(_GOLDEN_ANGLE * structures.numbers)
    terms = np.concatenate([radial, radial * weights[pairs.neighbors][:, None]], axis=1)
    of_atoms = np.stack(
        [
            np.bincount(pairs.centers, weights=column, minlength=structures.n_atoms)
            for column in terms.T
        ],
        axis=1,
    )
    squares = of_atoms**2 / _N_RADIAL
    own = weights[:, None]
    rows = np.concatenate([of_atoms, own * of_atoms, squares, own * squares], axis=1)
    return segment_mean(rows, structures.offsets)


def _radial_functions(distances: Float64[np.ndarray, "pairs"]) -> np.ndarray:
    """Return cosines of rising frequency, damped so that nothing jumps at the cutoff."""
    x = np.pi * distances / _CUTOFF
    damping = (0.5 * (1 + np.cos(x))) ** 2
    return np.cos(np.arange(_N_RADIAL) * x[:, None]) * damping[:, None]


def _rough_numbers(structures: Structures) -> Float64[np.ndarray, "structures width"]:
    """Return, in Å, mean distances of each element from the middle, or the size of a cell."""
    middle = segment_mean(structures.positions, structures.offsets)
    shifts = structures.positions - middle[structures.structure_of_atom]
    distances = np.linalg.norm(shifts, axis=1)
    molecule = ~structures.periodic.any(axis=1)
    columns = [
        segment_mean((distances * (structures.numbers == z))[:, None], structures.offsets)[:, 0]
        * molecule
        for z in structures.species
    ]
    volume_per_atom = structures.volumes / np.maximum(structures.sizes, 1)
    crystal = structures.periodic.all(axis=1)
    return np.column_stack([*columns, np.cbrt(volume_per_atom) * crystal])


def _link(
    points: Float64[np.ndarray, "structures width"],
    kinds: Int64[np.ndarray, "structures"],
    tolerance: float,
) -> Twins:
    """Group points of one kind that lie within a tolerance of each other.

    Points are compared with the next few along some random directions. That finds every member
    of a group of copies without comparing all with all.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(points)
    directions = np.random.default_rng(0).normal(size=(points.shape[1], _N_DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    links: list[np.ndarray] = []
    for along in (points @ directions).T:
        order = np.lexsort((along, kinds))
        for step in range(1, _N_NEIGHBORS + 1):
            one, other = order[:-step], order[step:]
            near = kinds[one] == kinds[other]
            near &= np.abs(along[one] - along[other]) <= tolerance
            one, other = one[near], other[near]
            near = np.linalg.norm(points[one] - points[other], axis=1) <= tolerance
            links.append(np.stack([one[near], other[near]]))
    # SciPy before 1.13 finds components of graphs with short indices only.
    ends = np.concatenate([np.zeros((2, 0), dtype=np.int64), *links], axis=1).astype(np.int32)
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n, n))
    return Twins(connected_components(graph, directed=False)[1].astype(np.int64))
