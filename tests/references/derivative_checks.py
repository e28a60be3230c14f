"""Derivatives of any representation by central differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from atomarium.core.derivatives import Gradients
from atomarium.core.features import Features
from atomarium.core.segments import segment_sum
from atomarium.core.structures import Structures


class Computes(Protocol):
    """Anything that computes features."""

    def compute(self, structures: Structures) -> Features: ...


def changes_along(
    settings: Computes,
    structures: Structures,
    cotangents: np.ndarray,
    *,
    moves: np.ndarray | None = None,
    strain: np.ndarray | None = None,
    step: float = 3e-6,
) -> np.ndarray:
    """Return the change of Σ cotangents · features of each structure along a direction.

    Args:
        settings: What computes features.
        structures: Any.
        cotangents: Shaped like the features.
        moves: Å. Direction of each atom; none when left out.
        strain: Direction of strain; none when left out.
        step: How far to go along both.
    """
    ends: list[np.ndarray] = []
    for way in (step, -step):
        turn = np.eye(3) if strain is None else np.eye(3) + way * strain
        positions = structures.positions if moves is None else structures.positions + way * moves
        gone = replace(structures, positions=positions @ turn.T, cells=structures.cells @ turn.T)
        features = settings.compute(gone)
        sums = np.sum(cotangents * features.values, axis=1, keepdims=True)
        if features.rows == "atoms":
            sums = segment_sum(sums, structures.offsets)
        ends.append(sums[:, 0])
    return (ends[0] - ends[1]) / (2 * step)


def dense(gradients: Gradients, n_rows: int, n_atoms: int) -> np.ndarray:
    """Return explicit derivatives as rows × atoms × 3 × columns."""
    found = np.zeros((n_rows, n_atoms, *gradients.values.shape[1:]))
    found[gradients.rows, gradients.atoms] = gradients.values
    return found
