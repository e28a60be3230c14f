"""The terms of many-body tensor representations: geometry, weighting and grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from atomarium.core.errors import InputError, did_you_mean
from atomarium.represent._kernels import many_body_geometry as codes

#: Number of atoms that each geometry function takes, and the range of its values.
_ORDERS = {"atomic_number": 1, "distance": 2, "inverse_distance": 2, "angle": 3, "cosine": 3}
_POSSIBLE = {
    "atomic_number": (0.0, math.inf),
    "distance": (0.0, math.inf),
    "inverse_distance": (0.0, math.inf),
    "angle": (0.0, 180.0),
    "cosine": (-1.0, 1.0),
}
_WEIGHTINGS = {
    1: ("unity",),
    2: ("unity", "exp", "inverse_square"),
    3: ("unity", "exp", "smooth_cutoff"),
}
_GEOMETRY_CODES = {
    "distance": codes.DISTANCE,
    "inverse_distance": codes.INVERSE_DISTANCE,
    "angle": codes.ANGLE,
    "cosine": codes.COSINE,
}
_WEIGHTING_CODES = {
    "unity": codes.UNITY,
    "exp": codes.EXP,
    "inverse_square": codes.INVERSE_SQUARE,
    "smooth_cutoff": codes.SMOOTH_CUTOFF,
}


@dataclass(frozen=True, kw_only=True)
class MbtrTerm:
    """One function of one, two or three atoms, and the grid that its values are spread on.

    Weightings, of a pair at distance r and of a triplet with distances r₁, r₂ from the atom in
    the middle and r₃ between the others:
    `unity` 1; `exp` exp(-s r), exp(-s (r₁ + r₂ + r₃)); `inverse_square` 1 / r², pairs only;
    `smooth_cutoff` f(r₁) f(r₂), f(r) = 1 + y (r/cutoff)^(y+1) - (y+1) (r/cutoff)^y, triplets only.

    Args:
        geometry: Of one atom `atomic_number`; of two `distance` (Å) and `inverse_distance` (1/Å);
            of three `angle` (degrees) and `cosine`, at the atom in the middle.
        start: Where the grid begins, in the unit of the geometry function.
        stop: Where it ends.
        width: Standard deviation of the Gaussians, in the same unit, above 0.
        n_bins: Points of the grid.
        weighting: How much a pair or a triplet counts.
        cutoff: Å. Pairs at this distance and beyond do not count. For `exp` it is where the
            weight falls to the threshold, for a triplet at r₁ + r₂ + r₃ = 2 cutoff. Pairs may
            have it with `unity`, too.
        scale: 1/Å, the s of `exp`, instead of a cutoff.
        threshold: Weight at which `exp` ends, between 0 and 1.
        sharpness: The y of `smooth_cutoff`, at least 1.
    """

    # Unknown keys in files are errors; what reads them looks here.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    geometry: str
    start: float
    stop: float
    width: float
    n_bins: int = 100
    weighting: str = "unity"
    cutoff: float | None = None
    scale: float | None = None
    threshold: float = 1e-3
    sharpness: float = 2.0

    def __post_init__(self) -> None:
        if self.geometry not in _ORDERS:
            raise InputError(f"no geometry {self.geometry!r}{did_you_mean(self.geometry, _ORDERS)}")
        self._check_grid()
        self._check_weighting()

    def _check_grid(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.stop)) or self.start >= self.stop:
            raise InputError(
                f"{self.geometry}: start must be below stop, got {self.start} and {self.stop}"
            )
        if not (math.isfinite(self.width) and self.width > 0):
            raise InputError(f"{self.geometry}: width must be above 0, got {self.width}")
        if self.n_bins < 1:
            raise InputError(f"{self.geometry}: n_bins must be at least 1, got {self.n_bins}")

    def _check_weighting(self) -> None:
        known = _WEIGHTINGS[self.order]
        if self.weighting not in known:
            hint = did_you_mean(self.weighting, known)
            raise InputError(f"{self.geometry} has no weighting {self.weighting!r}{hint}")
        for name in ("cutoff", "scale"):
            given = getattr(self, name)
            if given is not None and not (math.isfinite(given) and given > 0):
                raise InputError(f"{self.geometry}: {name} must be above 0, got {given}")
        if not 0 < self.threshold < 1:
            raise InputError(
                f"{self.geometry}: threshold must be between 0 and 1, got {self.threshold}"
            )
        if not (math.isfinite(self.sharpness) and self.sharpness >= 1):
            raise InputError(f"{self.geometry}: sharpness must be at least 1, got {self.sharpness}")
        if self.weighting != "exp" and self.scale is not None:
            raise InputError(f"{self.geometry}: scale belongs to exp, not to {self.weighting}")
        if self.weighting == "exp" and (self.scale is None) == (self.cutoff is None):
            raise InputError(f"{self.geometry}: exp takes either a scale or a cutoff")
        if self.weighting in {"inverse_square", "smooth_cutoff"} and self.cutoff is None:
            raise InputError(f"{self.geometry}: {self.weighting} needs a cutoff")
        if self.weighting == "unity" and self.cutoff is not None and self.order != 2:
            raise InputError(f"{self.geometry}: with unity only pairs can have a cutoff")

    @property
    def order(self) -> int:
        """Number of atoms that the geometry function takes."""
        return _ORDERS[self.geometry]

    @property
    def possible(self) -> tuple[float, float]:
        """Range of the geometry function."""
        return _POSSIBLE[self.geometry]

    @property
    def reach(self) -> float | None:
        """Å. Distance within which neighbors count; without a limit None."""
        if self.scale is None:
            return self.cutoff
        return -math.log(self.threshold) / (self.scale * (self.order - 1))

    def measure(self) -> codes.Measure:
        """Return the geometry and weighting as kernels take them."""
        reach = self.reach
        ends = self.weighting == "exp" and reach is not None
        limit = (self.order - 1) * reach if ends and reach is not None else math.inf
        return codes.Measure(
            geometry=_GEOMETRY_CODES[self.geometry],
            weighting=_WEIGHTING_CODES[self.weighting],
            scale=-math.log(self.threshold) / limit if ends else 0.0,
            limit=float(limit),
            cutoff=math.inf if self.cutoff is None else float(self.cutoff),
            sharpness=float(self.sharpness),
        )
