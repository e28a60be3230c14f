"""How features change when atoms move or the cell is strained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.errors import InputError


@dataclass(frozen=True, eq=False)
class PulledBack:
    """Derivatives of a weighted sum of features, f = Σ cotangents · features; read-only.

    Args:
        positions: Change of f with the position of each atom, 1/Å; an atom's periodic images
            move with it.
        strain: Change of f with strain ε, when r → (1 + ε) r moves atoms and cell vectors;
            entry [s, a, b] is for ε_ab. Molecules can be strained too.
    """

    positions: Float64[np.ndarray, "atoms 3"]
    strain: Float64[np.ndarray, "structures 3 3"]

    def __post_init__(self) -> None:
        self.positions.setflags(write=False)
        self.strain.setflags(write=False)


def check_cotangents(cotangents: np.ndarray, shape: tuple[int, int]) -> None:
    """Look whether cotangents belong to features.

    Raises:
        InputError: they have another shape.
    """
    if cotangents.shape != shape:
        raise InputError(f"cotangents must have shape {shape}, got {cotangents.shape}")


@dataclass(frozen=True, eq=False)
class Gradients:
    """Explicit derivatives of features, one block for each (row, moved atom); read-only.

    Blocks are sorted by row, then atom; pairs without a block have derivative zero.

    Args:
        rows: Row of the features.
        atoms: Atom that moves, counted over all structures.
        values: 1/Å; change of every column with each coordinate of the atom.
    """

    rows: Int64[np.ndarray, "blocks"]
    atoms: Int64[np.ndarray, "blocks"]
    values: Float[np.ndarray, "blocks 3 width"]

    def __post_init__(self) -> None:
        if not len(self.rows) == len(self.atoms) == len(self.values):
            raise InputError(
                f"{len(self.rows)} rows, {len(self.atoms)} atoms, {len(self.values)} blocks"
            )
        for array in (self.rows, self.atoms, self.values):
            array.setflags(write=False)
