"""How much each neighbor counts in a density: it fades at the cutoff, and with its distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError, did_you_mean

_KINDS = ("none", "willatt", "poly", "pow", "exp")


@dataclass(frozen=True, kw_only=True)
class RadialScaling:
    """How the density of a neighbor shrinks with its distance r, x = r / scale.

    "none": 1. "willatt": amplitude · rate / (rate + x^exponent). "poly":
    amplitude · (1 + 2 x³ − 3 x²)^exponent, 0 from scale on. "pow": amplitude / (rate + x^exponent).
    "exp": amplitude / (rate + exp(−x)), as DScribe has it: with this sign it grows with distance,
    from amplitude / (rate + 1) to amplitude / rate; what shrinks would need exp(x).

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), eq. 6;
        "poly": M. A. Caro, Phys. Rev. B 100, 024112 (2019); the others: documentation of DScribe.

    Args:
        kind: Which formula.
        rate: At least 0; DScribe calls it d.
        scale: Å, above 0; DScribe calls it r0.
        exponent: At least 0; DScribe calls it m.
        amplitude: At least 0; DScribe calls it c.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: str = "none"
    rate: float = 1.0
    scale: float = 2.0
    exponent: float = 4.0
    amplitude: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise InputError(f"no scaling {self.kind!r}{did_you_mean(str(self.kind), _KINDS)}")
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise InputError(f"scale must be above 0 Å, got {self.scale}")
        for name in ("rate", "exponent", "amplitude"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name} must be at least 0, got {value}")

    def factors(self, distances: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
        """Return the factor at each distance."""
        x = distances / self.scale
        if self.kind == "none":
            return np.ones(len(x))
        if self.kind == "poly":
            inside = np.minimum(x, 1.0)
            return self.amplitude * (1 + inside**2 * (2 * inside - 3)) ** self.exponent
        if self.kind == "exp":
            return self.amplitude / (self.rate + np.exp(-x))
        return self._numerator / (self.rate + x**self.exponent)

    def at_center(self) -> float:
        """Return the factor at no distance.

        Raises:
            InputError: it is infinite.
        """
        if self.kind == "pow" and self.rate == 0 and self.exponent > 0:
            raise InputError("pow scaling is infinite for the atom itself; give its weight")
        return float(self.factors(np.zeros(1))[0])

    def slopes(self, distances: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
        """Return the change of the factor with distance, 1/Å, at each distance above 0."""
        x = distances / self.scale
        if self.kind == "none" or (self.exponent == 0 and self.kind != "exp"):
            return np.zeros(len(x))
        if self.kind == "poly":
            inside = np.minimum(x, 1.0)
            inner = np.maximum(1 + inside**2 * (2 * inside - 3), 0.0)
            # At the end, where 0 ** negative would be infinite, the other factor is 0.
            powers = np.where(
                inside < 1, np.where(inside < 1, inner, 1.0) ** (self.exponent - 1), 0
            )
            slope = self.exponent * powers * 6 * inside * (inside - 1)
            return self.amplitude * slope / self.scale
        if self.kind == "exp":
            decay = np.exp(-x)
            return self.amplitude * decay / (self.rate + decay) ** 2 / self.scale
        slope = self.exponent * x ** (self.exponent - 1)
        return -self._numerator * slope / (self.rate + x**self.exponent) ** 2 / self.scale

    def reach(self, threshold: float) -> float:
        """Return the distance, Å, from which on the factor is below a threshold.

        "exp" is taken to shrink, as DScribe takes it.

        Raises:
            InputError: it never is.
        """
        if self.kind == "poly":
            return self.scale
        excess = self._numerator / threshold - self.rate if threshold > 0 else 0.0
        if self.kind == "exp" and excess > 1:
            return self.scale * math.log(excess)
        if self.kind in ("pow", "willatt") and excess > 0 and self.exponent > 0:
            return self.scale * excess ** (1 / self.exponent)
        raise InputError(f"scaling {self.kind!r} never falls below {threshold}; give the cutoff")

    @property
    def _numerator(self) -> float:
        return self.amplitude * (self.rate if self.kind == "willatt" else 1.0)


#: Neighbors near and far count the same.
NO_SCALING = RadialScaling()


@dataclass(frozen=True, kw_only=True)
class Fading:
    """How much a neighbor counts by its distance: fading at the cutoff times radial scaling.

    Args:
        end: Å. Where neighbors end to count.
        width: Å. Length of the cosine before the end.
        scaling: What they are multiplied by in addition.
    """

    end: float
    width: float
    scaling: RadialScaling

    def weights(self, distances: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
        """Return f(r) of each distance."""
        weights = self.scaling.factors(distances)
        fading, phase = self._phases(distances)
        weights[fading] *= 0.5 * (1 + np.cos(phase))
        return weights

    def slopes(self, distances: Float64[np.ndarray, "pairs"]) -> Float64[np.ndarray, "pairs"]:
        """Return f′(r), 1/Å, of each distance above 0."""
        slopes = self.scaling.slopes(distances)
        fading, phase = self._phases(distances)
        if len(fading):
            factors = self.scaling.factors(distances[fading])
            slopes[fading] *= 0.5 * (1 + np.cos(phase))
            slopes[fading] -= factors * np.sin(phase) * (0.5 * math.pi / self.width)
        return slopes

    def _phases(
        self, distances: Float64[np.ndarray, "pairs"]
    ) -> tuple[np.ndarray, Float64[np.ndarray, "fading"]]:
        """Return which pairs lie where neighbors fade, and how far they have, 0 to π."""
        start = self.end - self.width
        fading = np.flatnonzero(distances > start) if self.width > 0 else np.zeros(0, np.int64)
        return fading, (distances[fading] - start) * (math.pi / max(self.width, 1e-300))
