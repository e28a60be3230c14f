"""FCHL19: histograms of distances and angles around each atom, weighted by their energies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float64

from atomarium.core.elements import NUMBERS, SYMBOLS
from atomarium.core.errors import InputError
from atomarium.represent._kernels.fchl_plan import Plan
from atomarium.represent._kernels.symmetry_neighbors import NEAR_FADE
from atomarium.represent._kernels.symmetry_plan import COSINE
from atomarium.represent._kernels.vectors import LANES
from atomarium.represent.fchl19_loops import fchl_loops
from atomarium.represent.neighbor_rows import NeighborRows
from atomarium.represent.neighborhoods import Loops
from atomarium.represent.species_columns import ordered_species

#: Grids are padded with points so far away that nothing reaches them.
_FAR = 1e6
#: Parts of Gaussians are powers of e; larger ones would leave the range of numbers.
_LARGEST_EXPONENT = 600.0


@dataclass(frozen=True, kw_only=True)
class Fchl19(NeighborRows):
    """One row for each atom: its distances to each species, its angles to each two species.

    Distances are log-normal functions on a grid, weighted by 1 / rᵈ; triplets are Gaussians of
    the mean distance times cosines and sines of the angle, weighted like their energy of
    dispersion (Axilrod-Teller-Muto). For molecules, crystals and slabs. Columns go by species,
    then grid; then by species a and b ≥ a, then grid, then cosine and sine of each order.

    The element of the atom itself leaves no trace: compare rows of equal elements only, as the
    source does. Where three atoms stand in line, the sines have a kink: they are continuous, and
    derivatives take their slope as 0 there.

    Example:
        >>> from ase.build import molecule
        >>> from atomarium.core.structures import Structures
        >>> from atomarium.represent.fchl19 import Fchl19
        >>> water = Structures.from_ase(molecule("H2O"))
        >>> Fchl19().compute(water).values.shape
        (3, 168)

    Source: A. S. Christensen et al., J. Chem. Phys. 152, 044107 (2020), eqs. 5-13; columns and
    factors as in qmllib 1.2, which knows molecules only.

    Args:
        cutoff: Å, above 0. Of the distances.
        angular_cutoff: Å, above 0. Of both distances from the center in a triplet.
        n_radial: Points of the grid of distances, from cutoff / n_radial to the cutoff.
        n_angular: Points of the grid of mean distances in triplets, likewise.
        n_fourier: How many odd multiples of the angle have a cosine and a sine, from 1 on.
        radial_width: Å², η₂, above 0. Variance of a distance, before the logarithm.
        angular_width: 1/Å², η₃, above 0. Sharpness of the Gaussians.
        zeta: Width of the angular functions; high orders are damped by exp(-(ζ order)² / 2).
        radial_decay: Power of the distance that pairs are divided by.
        angular_decay: Power of the product of distances that triplets are divided by.
        angular_weight: Weight of triplets against pairs.
        species: Symbols of the elements that may occur, kept in the order of atomic numbers;
            settled from data when empty.
        dtype: Precision of the rows; they are computed in float64.
    """

    cutoff: float = 8.0
    angular_cutoff: float = 8.0
    n_radial: int = 24
    n_angular: int = 20
    n_fourier: int = 1
    radial_width: float = 0.32
    angular_width: float = 2.7
    zeta: float = math.pi
    radial_decay: float = 1.8
    angular_decay: float = 0.57
    angular_weight: float = 13.4
    species: tuple[str, ...] = ()
    dtype: str = "float64"

    def __post_init__(self) -> None:
        for name in ("cutoff", "angular_cutoff", "radial_width", "angular_width"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0, got {value}")
        for name in ("zeta", "radial_decay", "angular_decay", "angular_weight"):
            if not math.isfinite(getattr(self, name)):
                raise InputError(f"{name} must be finite, got {getattr(self, name)}")
        for name in ("n_radial", "n_angular", "n_fourier"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.dtype not in {"float64", "float32"}:
            raise InputError(f"dtype must be float64 or float32, got {self.dtype!r}")
        object.__setattr__(self, "species", ordered_species(self.species))

    @property
    def loops(self) -> Loops:
        """The loops that compute rows and their derivatives, once the species are settled."""
        return fchl_loops(self.plan)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        n_species = len(self.species)
        n_triplets = n_species * (n_species + 1) // 2
        return n_species * self.n_radial + n_triplets * self.n_angular * 2 * self.n_fourier

    def column_names(self) -> tuple[str, ...]:
        """Return what each column is, as in `H r=0.333333` or `C O r=0.4 cos 1`."""
        radii, means = self._radii()
        pairs = [f"{a} r={r:.6g}" for a in self.species for r in radii]
        waves = [f"{f} {2 * k + 1}" for k in range(self.n_fourier) for f in ("cos", "sin")]
        twos = combinations_with_replacement(self.species, 2)
        triplets = [f"{a} {b} r={r:.6g} {wave}" for a, b in twos for r in means for wave in waves]
        return (*pairs, *triplets)

    def _radii(self) -> tuple[Float64[np.ndarray, "radial"], Float64[np.ndarray, "angular"]]:
        radii = np.linspace(0.0, self.cutoff, self.n_radial + 1)[1:]
        return radii, np.linspace(0.0, self.angular_cutoff, self.n_angular + 1)[1:]

    @property
    def plan(self) -> Plan:
        """What the loops over neighbors know of settled settings."""
        radii, _ = self._radii()
        n_species = len(self.species)
        slots = np.full(len(SYMBOLS), -1, dtype=np.int64)
        slots[[NUMBERS[symbol] for symbol in self.species]] = np.arange(n_species)
        cutoffs = np.unique([float(self.cutoff), float(self.angular_cutoff)])
        odd = 2.0 * np.arange(self.n_fourier) + 1.0
        starts = np.zeros((n_species, n_species), dtype=np.int64)
        a, b = np.triu_indices(n_species)
        width = self.n_angular * 2 * self.n_fourier
        starts[a, b] = starts[b, a] = n_species * self.n_radial + width * np.arange(len(a))
        spacing = self.angular_cutoff / self.n_angular
        n_padded = self.n_angular + -self.n_angular % LANES
        eight, point = np.divmod(np.arange(n_padded), LANES)
        shared_exponents = self.angular_width * spacing**2 * point * (2 * LANES * eight + point)
        return Plan(
            slots=slots,
            cutoffs=cutoffs,
            cutoff_function=COSINE,
            radial_fade=NEAR_FADE + int(np.searchsorted(cutoffs, self.cutoff)),
            angular_fade=NEAR_FADE + int(np.searchsorted(cutoffs, self.angular_cutoff)),
            reach=float(self.angular_cutoff),
            narrow=0,
            n_radial=self.n_radial,
            log_radii=_padded(np.log(radii)),
            heights=_padded(1 / (math.sqrt(2 * math.pi) * radii)),
            radial_width=float(self.radial_width),
            radial_decay=float(self.radial_decay),
            n_angular=self.n_angular,
            means=np.arange(1, n_padded + 1) * spacing,
            shared=np.exp(-shared_exponents),
            factored=bool(shared_exponents.max() < _LARGEST_EXPONENT),
            angular_width=float(self.angular_width),
            angular_decay=float(self.angular_decay),
            angular_weight=self.angular_weight * math.sqrt(self.angular_width / math.pi),
            orders=2 * np.exp(-0.5 * (self.zeta * odd) ** 2),
            starts=starts,
        )


def _padded(grid: Float64[np.ndarray, "points"]) -> Float64[np.ndarray, "padded"]:
    return np.pad(grid, (0, -len(grid) % LANES), constant_values=_FAR)
