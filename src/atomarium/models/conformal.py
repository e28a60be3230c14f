"""Intervals that hold the truth as often as promised, whatever the model.

Structures that the model has not seen calibrate it: an interval is as wide as their errors are. If
these and the structures predicted are drawn alike, the promise holds for any model and any number
of structures.

Source: V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World (2005), section
4.1; J. Lei et al., J. Am. Stat. Assoc. 113, 1094 (2018), algorithm 2 and section 5.2 (errors
divided by how uncertain the model is of each structure).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Conformal:
    """What errors of calibration say about errors to come.

    Args:
        ratios: Errors of each target, sorted; absolute, or divided by the spread.
        normalized: Whether they were divided.
    """

    ratios: Float64[np.ndarray, "calibration targets"]
    normalized: bool

    @classmethod
    def calibrate(
        cls,
        predicted: Float64[np.ndarray, "calibration targets"],
        values: Float64[np.ndarray, "values targets"],
        spread: Float64[np.ndarray, "spreads targets"] | None = None,
    ) -> Conformal:
        """Learn from structures that the model has not been trained on.

        Args:
            predicted: By the model.
            values: The truth.
            spread: How uncertain the model is of each; intervals are then wider where it is
                larger. None: all are equally wide.

        Raises:
            InputError: there are none, the shapes differ, or a spread is not above 0.
        """
        if not len(values):
            raise InputError("no structures to calibrate with")
        if predicted.shape != values.shape:
            raise InputError(f"predictions of shape {predicted.shape}, values of {values.shape}")
        errors = np.abs(predicted - values)
        if spread is not None:
            errors = errors / _checked(spread, values.shape)
        if not np.isfinite(errors).all():
            raise InputError("predictions and values to calibrate with must be finite")
        return cls(np.sort(errors, axis=0), normalized=spread is not None)

    def half_width(
        self,
        coverage: float,
        spread: Float64[np.ndarray, "structures targets"] | None = None,
    ) -> Float64[np.ndarray, "structures targets"]:
        """Return by how much predictions and truth differ at most, for a share of structures.

        Args:
            coverage: The share, between 0 and 1. Infinite intervals come back where it needs more
                structures of calibration: 0.9 needs 9, 0.99 needs 99.
            spread: Of the structures predicted, if it was given in calibration; otherwise one row
                comes back, for all structures.

        Raises:
            InputError: coverage is not between 0 and 1, or the spread is missing, given without
                need, or not above 0.
        """
        if not 0 < coverage < 1:
            raise InputError(f"coverage must be between 0 and 1, got {coverage}")
        if (spread is not None) != self.normalized:
            need = "needs" if self.normalized else "must not have"
            raise InputError(f"calibrated so, half_width {need} the spread of the structures")
        n = len(self.ratios)
        # A rounded product such as 0.9 · 10 must not count one structure too many.
        rank = int(np.ceil((n + 1) * coverage - 1e-9))
        quantiles = np.full(self.ratios.shape[1], np.inf) if rank > n else self.ratios[rank - 1]
        if spread is None:
            return quantiles[None, :]
        return quantiles * _checked(spread, (len(spread), len(quantiles)))


def _checked(spread: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if spread.shape != shape:
        raise InputError(f"spread of shape {spread.shape}, expected {shape}")
    if not (spread > 0).all():
        raise InputError("every spread must be above 0")
    return spread
