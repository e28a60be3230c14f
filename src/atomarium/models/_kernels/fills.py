"""Kernel values of measures, written where they belong in one pass."""

from __future__ import annotations

from functools import partial

import numpy as np

from atomarium.core._kernels.exponential import exponential
from atomarium.core.compiled import lean

_fused = partial(lean, fastmath={"contract"})


# Each fills out[row + i, column + j] with a function of measures[i, j]. The array is given whole,
# with the corner of the part to be filled: of a part, LLVM would not know that a row is one run.
@_fused
def fill_exponential(
    measures: np.ndarray, factor: float, out: np.ndarray, row: int, column: int
) -> None:
    """Fill with exp(factor · measure), one at most."""
    for i in range(measures.shape[0]):
        target = out[row + i, column : column + measures.shape[1]]
        for j in range(measures.shape[1]):
            # Rounding may leave the measure of two equal rows a little above zero.
            target[j] = exponential(min(factor * measures[i, j], 0.0))


@_fused
def fill_matern(
    measures: np.ndarray,
    factor: float,
    quadratic: float,
    out: np.ndarray,
    row: int,
    column: int,
) -> None:
    """Fill with (1 + s + quadratic · s²) exp(-s), where s² = -2 · factor · measure."""
    for i in range(measures.shape[0]):
        target = out[row + i, column : column + measures.shape[1]]
        for j in range(measures.shape[1]):
            reach = np.sqrt(max(-2.0 * factor * measures[i, j], 0.0))
            polynomial = 1.0 + reach * (1.0 + reach * quadratic)
            target[j] = polynomial * exponential(-reach)


@_fused
def fill_power(
    measures: np.ndarray,
    factor: float,
    offset: float,
    degree: int,
    out: np.ndarray,
    row: int,
    column: int,
) -> None:
    """Fill with (offset + factor · measure) to a whole power, 1 or above."""
    for i in range(measures.shape[0]):
        target = out[row + i, column : column + measures.shape[1]]
        for j in range(measures.shape[1]):
            target[j] = offset + factor * measures[i, j]
        for _ in range(degree - 1):
            for j in range(measures.shape[1]):
                target[j] *= offset + factor * measures[i, j]
