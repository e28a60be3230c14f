"""What may be wrong with atoms and cells."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset
from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.data.blocks import runs_of_structures
from atomarium.data.findings import Finding, Severity, counted, examples

#: Å. Nuclei are never closer.
_ON_TOP = 0.5
#: Bonds are about as long as two covalent radii; much shorter ones are errors or high pressure.
_CLASH = 0.6
_CUTOFF = 3.5
#: Nearest neighbors, in covalent radii, are near 1 in Å, near 1.9 when bohr were taken for Å and
#: near 0.53 when Å were converted once too often.
_TOO_LONG, _TOO_SHORT = 1.5, 0.7
#: Å of empty space along every cell vector that make a molecule in a box.
_VACUUM = 8.0
_ATOMS_AT_A_TIME = 50_000


def check_structures(dataset: Dataset) -> list[Finding]:
    """List what may be wrong with the structures."""
    structures = dataset.structures
    if not len(structures):
        return [
            Finding(
                check="empty",
                severity="error",
                count=0,
                message="there are no structures",
                advice="look at the file; it may have been cut short",
            )
        ]
    return [
        *_check_empty(dataset),
        *_check_distances(dataset),
        *_check_cells(dataset),
    ]


def _check_empty(dataset: Dataset) -> list[Finding]:
    empty = np.flatnonzero(dataset.structures.sizes == 0)
    unknown = np.flatnonzero(dataset.structures.numbers == 0)
    of_unknown = np.unique(dataset.structures.structure_of_atom[unknown])
    return [
        *_finding(dataset, empty, "empty", "error", "has no atoms", "leave them out"),
        *_finding(
            dataset,
            of_unknown,
            "elements",
            "error",
            "has atoms without an element (X)",
            "name the element or leave the structure out",
        ),
    ]


def _check_distances(dataset: Dataset) -> list[Finding]:
    structures = dataset.structures
    absolute, relative = _nearest(structures)
    first = structures.offsets[:-1]
    full = structures.sizes > 0
    closest = np.full(len(structures), np.inf)
    clash = np.full(len(structures), np.inf)
    closest[full] = np.minimum.reduceat(absolute, first[full])
    clash[full] = np.minimum.reduceat(relative, first[full])
    on_top = np.flatnonzero(closest < _ON_TOP)
    clashing = np.flatnonzero((clash < _CLASH) & (closest >= _ON_TOP))
    return [
        *_finding(
            dataset,
            on_top[np.argsort(closest[on_top])],
            "overlap",
            "error",
            f"has atoms closer than {_ON_TOP} Å"
            + (f", at worst {closest[on_top].min():.3f} Å" if len(on_top) else ""),
            "leave them out, or see whether cell and coordinates belong together",
        ),
        *_finding(
            dataset,
            clashing[np.argsort(clash[clashing])],
            "clash",
            "warning",
            f"has atoms closer than {_CLASH:.0%} of a bond length",
            "see whether they are meant (high pressure, collisions)",
        ),
        *_check_unit(relative),
    ]


def _check_unit(relative: Float64[np.ndarray, "atoms"]) -> list[Finding]:
    near = relative[np.isfinite(relative)]
    # Few atoms, or few with a neighbor at all (noble gases), say nothing about the unit.
    if len(near) < max(10, 0.5 * len(relative)):
        return []
    middle = float(np.median(near))
    if _TOO_SHORT <= middle <= _TOO_LONG:
        return []
    guess = "bohr taken for Å" if middle > _TOO_LONG else "Å converted once too often, or nm"
    return [
        Finding(
            check="unit of length",
            severity="error",
            count=len(near),
            message=f"nearest neighbors are {middle:.2f} bond lengths apart: {guess}",
            advice="positions and cells must be in Å",
        )
    ]


def _nearest(
    structures: Structures,
) -> tuple[Float64[np.ndarray, "atoms"], Float64[np.ndarray, "atoms"]]:
    """Return the distance of each atom's nearest neighbor in Å and in sums of covalent radii."""
    from ase.data import covalent_radii

    absolute = np.full(structures.n_atoms, np.inf)
    relative = np.full(structures.n_atoms, np.inf)
    for first, last in runs_of_structures(structures, _ATOMS_AT_A_TIME):
        part = structures[first:last]
        pairs = find_pairs(part, _CUTOFF)
        radii = covalent_radii[part.numbers]
        bonds = radii[pairs.centers] + radii[pairs.neighbors]
        here = slice(structures.offsets[first], structures.offsets[last])
        np.minimum.at(absolute[here], pairs.centers, pairs.distances)
        np.minimum.at(relative[here], pairs.centers, pairs.distances / bonds)
    return absolute, relative


def _check_cells(dataset: Dataset) -> list[Finding]:
    structures = dataset.structures
    with_cell = structures.volumes > 0
    periodic = structures.periodic.any(axis=1)
    vacuum = _empty_space(structures)
    left_handed = np.flatnonzero(np.linalg.det(structures.cells) < 0)
    boxed = np.flatnonzero(structures.periodic.all(axis=1) & (vacuum > _VACUUM))
    filled = with_cell & ~periodic & (vacuum < 0.5 * _VACUUM) & (structures.sizes > 1)
    unused = with_cell & ~periodic & ~filled
    return [
        *_finding(
            dataset,
            np.flatnonzero(filled),
            "periodicity",
            "error",
            "has a cell filled with atoms but no periodicity",
            'crystals need pbc="T T T"',
        ),
        *_finding(
            dataset,
            boxed,
            "vacuum",
            "note",
            f"lies in a periodic cell with more than {_VACUUM:.0f} Å of empty space all around",
            'molecules need no cell; pbc="F F F" is faster',
        ),
        *_finding(
            dataset,
            np.flatnonzero(unused),
            "unused cell",
            "note",
            "has a cell but no periodicity",
            "nothing, if these are molecules in a box",
        ),
        *_finding(
            dataset,
            left_handed,
            "left-handed cell",
            "note",
            "has left-handed cell vectors",
            "nothing here; some codes refuse them",
        ),
    ]


def _empty_space(structures: Structures) -> Float64[np.ndarray, "structures"]:
    """Return, in Å, the smallest gap between the atoms and their images over the three vectors."""
    solid = structures.volumes > 0
    gaps = np.zeros(len(structures))
    cells = np.where(solid[:, None, None], structures.cells, np.eye(3))
    inverse = np.linalg.inv(cells)
    places = np.einsum("ai,aij->aj", structures.positions, inverse[structures.structure_of_atom])
    heights = 1 / np.linalg.norm(inverse, axis=1)
    for s in np.flatnonzero(solid & (structures.sizes > 0)):
        rows = places[structures.offsets[s] : structures.offsets[s + 1]] % 1.0
        rows = np.sort(rows, axis=0)
        around = np.diff(np.concatenate([rows, rows[:1] + 1.0]), axis=0)
        gaps[s] = (around.max(axis=0) * heights[s]).min()
    return gaps


def _finding(
    dataset: Dataset,
    structures: np.ndarray,
    check: str,
    severity: Severity,
    message: str,
    advice: str,
) -> list[Finding]:
    if not len(structures):
        return []
    verb, _, rest = message.partition(" ")
    return [
        Finding(
            check=check,
            severity=severity,
            count=len(structures),
            message=f"{counted(len(structures), 'structure', verb)} {rest}",
            advice=advice,
            examples=examples(dataset, structures),
        )
    ]
