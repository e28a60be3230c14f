"""The terms of many-body tensor representations: geometry, weighting and grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from atomarium.core.errors import InputError, did_you_mean
from atomarium.represent._kernels import many_body_geometry as geometry
from atomarium.represent._kernels import many_body_weights as weights

#: Number of atoms that each geometry function takes, and the range of its values.
_ORDERS = {
    "atomic_number": 1,
    "unity": 1,
    "count": 1,
    "distance": 2,
    "inverse_distance": 2,
    "inverse_dot": 2,
    "angle": 3,
    "angle_radians": 3,
    "cosine": 3,
    "scaled_cosine": 3,
}
_POSSIBLE = {
    "angle": (0.0, 180.0),
    "angle_radians": (0.0, math.pi),
    "cosine": (-1.0, 1.0),
    "scaled_cosine": (-math.inf, math.inf),
}
#: Weightings that go by the value of the geometry function; the last ones take a length.
_OF_VALUE = ("identity", "square", "root", "inverse")
_OF_VALUE_WITH_LENGTH = ("delta_inverse", "exp_inverse", "exp_inverse_square")
_WITH_LENGTH = {*_OF_VALUE_WITH_LENGTH, "exp_triangle"}
_OF_SIDES = (
    "inverse_sides",
    "inverse_dots",
    "inverse_triangle",
    "inverse_dot_triangle",
    "exp_triangle",
)
_WEIGHTINGS = {
    1: ("unity", "inverse_count"),
    2: ("unity", "exp", "inverse_square", *_OF_VALUE, *_OF_VALUE_WITH_LENGTH),
    3: ("unity", "exp", "smooth_cutoff", *_OF_VALUE, *_OF_VALUE_WITH_LENGTH, *_OF_SIDES),
}
#: Weightings of a triplet that are the same whichever of its atoms stands in the middle.
SYMMETRIC_WEIGHTINGS = ("unity", "exp", "inverse_triangle", "inverse_dot_triangle", "exp_triangle")
_GEOMETRY_CODES = {
    "distance": geometry.DISTANCE,
    "inverse_distance": geometry.INVERSE_DISTANCE,
    "inverse_dot": geometry.INVERSE_DOT,
    "angle": geometry.ANGLE,
    "angle_radians": geometry.RADIANS,
    "cosine": geometry.COSINE,
    "scaled_cosine": geometry.SCALED_COSINE,
}
_WEIGHTING_CODES = {
    "unity": weights.UNITY,
    "exp": weights.EXP,
    "inverse_square": weights.INVERSE_SQUARE,
    "smooth_cutoff": weights.SMOOTH_CUTOFF,
    "inverse_sides": weights.INVERSE_SIDES,
    "inverse_dots": weights.INVERSE_DOTS,
    "inverse_triangle": weights.INVERSE_TRIANGLE,
    "inverse_dot_triangle": weights.INVERSE_DOT_TRIANGLE,
    "exp_triangle": weights.EXP_TRIANGLE,
    "identity": weights.IDENTITY,
    "square": weights.SQUARE,
    "root": weights.ROOT,
    "inverse": weights.INVERSE,
    "delta_inverse": weights.DELTA_INVERSE,
    "exp_inverse": weights.EXP_INVERSE,
    "exp_inverse_square": weights.EXP_INVERSE_SQUARE,
}


@dataclass(frozen=True, kw_only=True)
class MbtrTerm:
    """One function of one, two or three atoms, and the grid that its values are spread on.

    Weightings, of a pair at distance r and of a triplet with distances r₁, r₂ from the atom in
    the middle and r₃ between the others:
    `unity` 1; `exp` exp(-s r), exp(-s (r₁ + r₂ + r₃)); `inverse_square` 1 / r², pairs only;
    `smooth_cutoff` f(r₁) f(r₂), f(r) = 1 + y (r/cutoff)^(y+1) - (y+1) (r/cutoff)^y, triplets only.

    Others go by the value x of the geometry function and a length l in the unit of 1/x or 1/x²:
    `identity` x; `square` x²; `root` √x; `inverse` 1/x, pairs only; `delta_inverse` 1 where
    1/x ≤ l, else 0; `exp_inverse` exp(-1/(x l)); `exp_inverse_square` exp(-1/(x² l)). All but the
    first two are for geometry functions that are not negative. Or they go by the sides of a
    triplet: `inverse_sides` 1/(r₁ r₂); `inverse_dots` 1/(r₁ r₂)²; `inverse_triangle` 1/(r₁ r₂ r₃);
    `inverse_dot_triangle` 1/(r₁ r₂ r₃)²; `exp_triangle` exp(-r₁ r₂ r₃ / l). An element may have
    `inverse_count`, 1 over the number of its atoms. `atomarium.represent.qmmlpack` knows what
    qmmlpack calls them.

    Args:
        geometry: Of one atom `atomic_number`, `unity` (1 for each) and `count` (how many of its
            element there are); of two `distance` (Å), `inverse_distance` (1/Å) and `inverse_dot`
            (1/Å²); of three `angle` (degrees), `angle_radians`, `cosine` and `scaled_cosine`,
            cos θ / (r₁ r₂) (1/Å²), at the atom in the middle.
        start: Where the grid begins, in the unit of the geometry function.
        stop: Where it ends.
        width: Standard deviation of the Gaussians, in the same unit, above 0.
        n_bins: Points of the grid.
        weighting: How much a pair or a triplet counts.
        cutoff: Å. Pairs at this distance and beyond do not count. For `exp` it is where the
            weight falls to the threshold, for a triplet at r₁ + r₂ + r₃ = 2 cutoff. In crystals
            all other weightings need it, too; for triplets it is for r₁ and r₂.
        scale: 1/Å, the s of `exp`, instead of a cutoff.
        threshold: Weight at which `exp` ends, between 0 and 1.
        sharpness: The y of `smooth_cutoff`, at least 1.
        length: The l of weightings that have one, above 0.
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
    length: float | None = None

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
        for name in ("cutoff", "scale", "length"):
            given = getattr(self, name)
            if given is not None and not (math.isfinite(given) and given > 0):
                raise InputError(f"{self.geometry}: {name} must be above 0, got {given}")
        if not 0 < self.threshold < 1:
            raise InputError(
                f"{self.geometry}: threshold must be between 0 and 1, got {self.threshold}"
            )
        if not (math.isfinite(self.sharpness) and self.sharpness >= 1):
            raise InputError(f"{self.geometry}: sharpness must be at least 1, got {self.sharpness}")
        self._check_parameters()
        self._check_range()

    def _check_parameters(self) -> None:
        if self.weighting != "exp" and self.scale is not None:
            raise InputError(f"{self.geometry}: scale belongs to exp, not to {self.weighting}")
        if self.weighting == "exp" and (self.scale is None) == (self.cutoff is None):
            raise InputError(f"{self.geometry}: exp takes either a scale or a cutoff")
        if self.weighting in {"inverse_square", "smooth_cutoff"} and self.cutoff is None:
            raise InputError(f"{self.geometry}: {self.weighting} needs a cutoff")
        if self.weighting in _WITH_LENGTH and self.length is None:
            raise InputError(f"{self.geometry}: {self.weighting} needs a length")
        if self.weighting not in _WITH_LENGTH and self.length is not None:
            known = ", ".join(sorted(_WITH_LENGTH))
            raise InputError(f"{self.geometry}: length belongs to {known}, not to {self.weighting}")
        if self.order == 1 and self.cutoff is not None:
            raise InputError(f"{self.geometry} is of one atom: it has no cutoff")

    def _check_range(self) -> None:
        """Look whether the weight is a number wherever the geometry function can be."""
        refused = {"root", *_OF_VALUE_WITH_LENGTH} - {"exp_inverse_square"}
        if self.possible[0] < 0 and self.weighting in {*refused, "inverse"}:
            raise InputError(f"{self.geometry} can be negative: it cannot have {self.weighting}")
        if self.order == 3 and self.weighting == "inverse":
            raise InputError(f"{self.geometry} can be 0: it cannot have inverse")

    @property
    def order(self) -> int:
        """Number of atoms that the geometry function takes."""
        return _ORDERS[self.geometry]

    @property
    def possible(self) -> tuple[float, float]:
        """Range of the geometry function."""
        return _POSSIBLE.get(self.geometry, (0.0, math.inf))

    @property
    def reach(self) -> float | None:
        """Å. Distance within which neighbors count; without a limit None."""
        if self.scale is None:
            return self.cutoff
        return -math.log(self.threshold) / (self.scale * (self.order - 1))

    def measure(self) -> geometry.Measure:
        """Return the geometry and weighting as kernels take them."""
        reach = self.reach
        ends = self.weighting == "exp" and reach is not None
        limit = (self.order - 1) * reach if ends and reach is not None else math.inf
        return geometry.Measure(
            geometry=_GEOMETRY_CODES[self.geometry],
            weighting=_WEIGHTING_CODES[self.weighting],
            scale=-math.log(self.threshold) / limit if ends else 0.0,
            limit=float(limit),
            cutoff=math.inf if self.cutoff is None else float(self.cutoff),
            sharpness=float(self.sharpness),
            length=1.0 if self.length is None else float(self.length),
        )
