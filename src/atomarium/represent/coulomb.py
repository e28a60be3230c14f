"""The Coulomb matrix: charges and distances of a molecule as one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core.errors import InputError
from atomarium.core.pairs import SAME_PLACE
from atomarium.core.segments import rows_of_segments
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.represent.matrix_rows import MatrixRows


@dataclass(frozen=True, kw_only=True)
class CoulombMatrix(MatrixRows):
    """Coulomb matrix of a molecule: ½ Z^2.4 on the diagonal, product of charges / r elsewhere.

    One row for each structure, for any elements, padded with zeros. The model's reductions leave
    such rows as they are. With `sorted_l2` a small move of an atom may swap two rows of the
    matrix, so that its entries jump; the eigenspectrum is continuous, but holds less.

    Source: M. Rupp et al., Phys. Rev. Lett. 108, 058301 (2012), eq. 1; for `sorted_l2`
    G. Montavon et al., Adv. Neural Inf. Process. Syst. 25, 440 (2012).

    Args:
        permutation: How the order of atoms is made not to matter: rows and columns by descending
            length, the same after noise was added to the lengths (`random`), eigenvalues by
            descending magnitude, or `none`, the order of the file.
        n_atoms_max: Largest number of atoms; left out, that of the structures settled on.
        triangle: Whether to keep one of each two equal entries instead of the whole matrix.
        length_unit: Of r: `a0` as in the source, or `Å`, as in DScribe. The diagonal stays, so the
            choice weighs pairs against atoms; with `a0` the eigenspectrum learns twice as well.
        sigma: Standard deviation of the noise of `random`, in the unit of the entries, above 0.
        seed: Of the noise of `random`. It is made from the seed and the very coordinates, so one
            structure has one row on every machine; another seed gives another row of it.
    """

    def refuse_others(self, structures: Structures) -> None:
        """Look for crystals.

        Raises:
            InputError: there is one.
        """
        structures.check()
        periodic = np.flatnonzero(structures.periodic.any(axis=1))
        if len(periodic):
            right = "the Coulomb matrix is for molecules; take sine-matrix, ewald-matrix or soap"
            raise InputError(f"structure {periodic[0]} is periodic: {right}")

    def matrices_of(
        self, structures: Structures
    ) -> Callable[[Int64[np.ndarray, "chosen"], int], np.ndarray]:
        """Return what makes the matrices of chosen structures; see `MatrixRows`."""
        per_angstrom = convert(1.0, "Å", self.length_unit)
        positions, nearest = structures.positions * per_angstrom, SAME_PLACE * per_angstrom

        def make_matrices(chosen: Int64[np.ndarray, "chosen"], size: int) -> np.ndarray:
            atoms, _ = rows_of_segments(structures.offsets, chosen)
            return _matrices(
                structures.numbers[atoms].reshape(-1, size),
                positions[atoms].reshape(-1, size, 3),
                nearest,
            )

        return make_matrices


def _matrices(
    numbers: Int32[np.ndarray, "molecules atoms"],
    positions: Float64[np.ndarray, "molecules atoms 3"],
    nearest: float,
) -> Float64[np.ndarray, "molecules atoms atoms"]:
    charges = numbers.astype(np.float64)
    squares = np.zeros((*numbers.shape, numbers.shape[1]))
    for axis in range(3):
        place = positions[:, :, axis]
        apart = place[:, :, None] - place[:, None, :]
        apart *= apart
        squares += apart
    diagonal = np.arange(numbers.shape[1], dtype=np.int64)
    squares[:, diagonal, diagonal] = 1.0
    if squares.min(initial=1.0) < nearest**2:
        squares[squares < nearest**2] = 0.0
    with np.errstate(divide="ignore"):
        matrices = charges[:, :, None] / np.sqrt(squares, out=squares)
    matrices *= charges[:, None, :]
    matrices[:, diagonal, diagonal] = 0.5 * charges**2.4
    return matrices
