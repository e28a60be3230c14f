"""The Coulomb matrix for crystals: by sines that repeat with the cell, or by Ewald's sum."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.pairs import SAME_PLACE
from atomarium.core.segments import rows_of_segments
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.represent._kernels.ewald import add_far, add_near
from atomarium.represent.matrix_rows import MatrixRows

#: Cells or waves that one pair of atoms may be summed over.
_MOST_IMAGES = 1e6


@dataclass(frozen=True, kw_only=True)
class SineMatrix(MatrixRows):
    """Sine matrix of a crystal: like the Coulomb matrix, with a length that repeats with the cell.

    Off the diagonal Z Z' / |B Σ_k e_k sin²(π e_k·B⁻¹(r' - r))|, with the cell vectors in B. It is
    quick and continuous, but its lengths are no distances, and another choice of the same cell
    gives another matrix. One row for each structure, for any elements, padded with zeros.

    Source: F. Faber et al., Int. J. Quantum Chem. 115, 1094 (2015), eq. 24.

    Args:
        permutation: How the order of atoms is made not to matter: rows and columns by descending
            length, the same after noise was added to the lengths (`random`), eigenvalues by
            descending magnitude, or `none`, the order of the file.
        n_atoms_max: Largest number of atoms; left out, that of the structures settled on.
        triangle: Whether to keep one of each two equal entries instead of the whole matrix.
        length_unit: Of the lengths: `a0`, or `Å`, as in DScribe. The diagonal ½ Z^2.4 stays.
        sigma: Standard deviation of the noise of `random`, in the unit of the entries, above 0.
        seed: Of the noise of `random`, which is made from it and the very coordinates.
    """

    def refuse_others(self, structures: Structures) -> None:
        """Look for structures that do not repeat in three directions; `InputError` if there is one."""
        _check_crystals(structures, "sine")

    def matrices_of(
        self, structures: Structures
    ) -> Callable[[Int64[np.ndarray, "chosen"], int], np.ndarray]:
        """Return what makes the matrices of chosen structures; see `MatrixRows`."""
        per_angstrom = convert(1.0, "Å", self.length_unit)
        cells, nearest = structures.cells * per_angstrom, SAME_PLACE * per_angstrom
        places = _places(structures)

        def make_matrices(chosen: Int64[np.ndarray, "chosen"], size: int) -> np.ndarray:
            atoms, _ = rows_of_segments(structures.offsets, chosen)
            charges = structures.numbers[atoms].reshape(-1, size).astype(np.float64)
            some = places[atoms].reshape(-1, size, 3)
            return _sine_matrices(charges, some, cells[chosen], nearest)

        return make_matrices


@dataclass(frozen=True, kw_only=True)
class EwaldMatrix(MatrixRows):
    """Ewald sum matrix of a crystal: electrostatic energies of its bare nuclei, pair by pair.

    Entry i, j is the energy per cell between i and j and all images, each nucleus in a uniform
    background that makes it neutral; on the diagonal that between i and its own images. The sum
    of the upper triangle is the energy of the crystal. One row for each structure, for any
    elements, padded with zeros.

    Source: F. Faber et al., Int. J. Quantum Chem. 115, 1094 (2015), eqs. 19-23; the terms of self
    and background are those of DScribe 2.1, with which the triangle adds up to the energy and no
    entry depends on how the two sums share the work.

    Args:
        permutation: How the order of atoms is made not to matter: rows and columns by descending
            length, the same after noise was added to the lengths (`random`), eigenvalues by
            descending magnitude, or `none`, the order of the file.
        n_atoms_max: Largest number of atoms; left out, that of the structures settled on.
        triangle: Whether to keep one of each two equal entries instead of the whole matrix.
        length_unit: Of the lengths: `a0`, or `Å`, as in DScribe. It scales all entries alike.
        accuracy: Where both sums end, relative to their first terms; above 0, below 0.1.
        sigma: Standard deviation of the noise of `random`, in the unit of the entries, above 0.
        seed: Of the noise of `random`, which is made from it and the very coordinates.
    """

    accuracy: float = 1e-11

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.accuracy < 0.1:
            raise InputError(f"accuracy must be above 0 and below 0.1, got {self.accuracy}")

    def refuse_others(self, structures: Structures) -> None:
        """Look for structures that do not repeat in three directions; `InputError` if there is one."""
        _check_crystals(structures, "Ewald")

    def matrices_of(
        self, structures: Structures
    ) -> Callable[[Int64[np.ndarray, "chosen"], int], np.ndarray]:
        """Return what makes the matrices of chosen structures; see `MatrixRows`.

        Raises:
            InputError: a cell is so skewed that a pair of atoms has more than a million images to
                sum, once matrices are made.
        """
        per_length = convert(1.0, self.length_unit, "Å")
        places = _places(structures)

        def make_matrices(chosen: Int64[np.ndarray, "chosen"], size: int) -> np.ndarray:
            matrices = np.zeros((len(chosen), size, size))
            for matrix, structure in zip(matrices, chosen, strict=True):
                atoms = slice(*structures.offsets[structure : structure + 2])
                sums = _plan(structures.cells[structure], size, self.accuracy)
                if sums.images > _MOST_IMAGES:
                    _refuse_cell(int(structure), sums.images)
                charges = structures.numbers[atoms].astype(np.float64)
                sums.fill(charges, places[atoms], matrix)
            return matrices * per_length

        return make_matrices


def _places(structures: Structures) -> Float64[np.ndarray, "atoms 3"]:
    """Return positions in units of the cell vectors."""
    inverses = np.linalg.inv(structures.cells)[structures.structure_of_atom]
    return np.einsum("ai,aik->ak", structures.positions, inverses)


def _sine_matrices(
    charges: Float64[np.ndarray, "crystals atoms"],
    places: Float64[np.ndarray, "crystals atoms 3"],
    cells: Float64[np.ndarray, "crystals 3 3"],
    nearest: float,
) -> Float64[np.ndarray, "crystals atoms atoms"]:
    sines, cosines = np.sin(np.pi * places), np.cos(np.pi * places)
    n_atoms = charges.shape[1]
    vectors = np.zeros((3, len(charges), n_atoms, n_atoms))
    apart = np.zeros((len(charges), n_atoms, n_atoms), dtype=bool)
    smallest = np.pi * nearest * np.linalg.norm(np.linalg.inv(cells), axis=1)
    for axis in range(3):
        s, c = sines[:, :, axis], cosines[:, :, axis]
        # The sine of a difference, without a sine for each pair.
        wave = s[:, None, :] * c[:, :, None] - c[:, None, :] * s[:, :, None]
        wave *= wave
        apart |= wave >= smallest[:, axis, None, None] ** 2
        for direction in range(3):
            vectors[direction] += cells[:, axis, direction, None, None] * wave
    lengths = np.sqrt(vectors[0] ** 2 + vectors[1] ** 2 + vectors[2] ** 2)
    lengths[~apart] = 0.0
    diagonal = np.arange(n_atoms, dtype=np.int64)
    lengths[:, diagonal, diagonal] = 1.0
    with np.errstate(divide="ignore"):
        matrices = charges[:, :, None] * charges[:, None, :] / lengths
    matrices[:, diagonal, diagonal] = 0.5 * charges**2.4
    return matrices


@dataclass(frozen=True, eq=False)
class _Sums:
    """What Ewald's two sums of one crystal run over."""

    cell: Float64[np.ndarray, "3 3"]
    reciprocal: Float64[np.ndarray, "3 3"]
    split: float
    near: float
    far: float
    cells_away: Int64[np.ndarray, "3"]
    waves_away: Int64[np.ndarray, "3"]
    images: float

    def fill(
        self,
        charges: Float64[np.ndarray, "atoms"],
        places: Float64[np.ndarray, "atoms 3"],
        out: Float64[np.ndarray, "atoms atoms"],
    ) -> None:
        """Fill a matrix of zeros, per Å."""
        ends = (self.near, self.cells_away, SAME_PLACE)
        add_near(charges, places, self.cell, self.split, *ends, out)
        add_far(charges, places, self.reciprocal, self.split, self.far, self.waves_away, out)
        lower = np.tril_indices(len(charges), -1)
        out[lower] = out.T[lower]


def _plan(cell: Float64[np.ndarray, "3 3"], n_atoms: int, accuracy: float) -> _Sums:
    reciprocal = 2 * np.pi * np.linalg.inv(cell).T
    volume = abs(float(np.linalg.det(cell)))
    # Both sums then take about as long: R. A. Jackson and C. R. A. Catlow, Mol. Simul. 1 (1988).
    split = math.sqrt(math.pi) * (n_atoms / volume**2) ** (1 / 6)
    reach = math.sqrt(-math.log(accuracy))
    near, far = reach / split, 2 * split * reach
    # Faces of the cell are 2π over the length of a reciprocal vector apart, and the other way;
    # half a cell more, since a pair may be as far apart before it is shifted.
    cells_away = np.floor(near * np.linalg.norm(reciprocal, axis=1) / (2 * np.pi) + 0.5)
    waves_away = np.floor(far * np.linalg.norm(cell, axis=1) / (2 * np.pi))
    return _Sums(
        np.ascontiguousarray(cell),
        np.ascontiguousarray(reciprocal),
        split=split,
        near=near,
        far=far,
        cells_away=cells_away.astype(np.int64),
        waves_away=waves_away.astype(np.int64),
        images=max(_n_points(cells_away), _n_points(waves_away)),
    )


def _refuse_cell(structure: int, images: float) -> None:
    raise InputError(
        f"structure {structure}: the cell is so long or skewed that a pair of atoms has "
        f"{images:.1e} images to sum; give the reduced cell or a larger accuracy"
    )


def _check_crystals(structures: Structures, name: str) -> None:
    structures.check()
    others = np.flatnonzero(~structures.periodic.all(axis=1))
    if len(others):
        right = f"the {name} matrix is for crystals; take coulomb-matrix for molecules"
        where = f"structure {others[0]} does not repeat in three directions"
        raise InputError(f"{where}: {right}, soap for slabs")


def _n_points(away: Float64[np.ndarray, "3"]) -> float:
    """Count the points of a lattice up to so many away along each vector, both ways."""
    x, y, z = (2.0 * float(n) + 1.0 for n in away)
    return x * y * z
