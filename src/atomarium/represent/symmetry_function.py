"""One symmetry function, and schemes that make many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError, did_you_mean

Kind = Literal["G1", "G2", "G3", "G4", "G5"]
RadialScheme = Literal["centered", "shifted"]

#: Settings that each kind has, besides cutoff, center and neighbors.
_SETTINGS = {
    "G1": (),
    "G2": ("eta", "shift"),
    "G3": ("kappa",),
    "G4": ("eta", "shift", "zeta", "direction"),
    "G5": ("eta", "shift", "zeta", "direction"),
}
_DEFAULTS = {"eta": 0.0, "shift": 0.0, "kappa": 0.0, "zeta": 1.0, "direction": 1.0}
#: What dscribe's parameters are here.
_DSCRIBE: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "g2_params": ("G2", ("eta", "shift")),
    "g3_params": ("G3", ("kappa",)),
    "g4_params": ("G4", ("eta", "zeta", "direction")),
    "g5_params": ("G5", ("eta", "zeta", "direction")),
}
#: Å. Where the grids of the schemes begin, and how far before the cutoff they end.
_RADIAL_START, _ANGULAR_START, _MARGIN = 0.5, 1.5, 1.0


@dataclass(frozen=True, kw_only=True)
class SymmetryFunction:
    """One function of the neighbors of an atom i.

    With f the cutoff function, sums over neighbors j, or over pairs of neighbors j, k, each pair
    once, and θ the angle at i between j and k::

        G1  Σ f(r_ij)
        G2  Σ exp(-η (r_ij - shift)²) f(r_ij)
        G3  Σ cos(κ r_ij) f(r_ij)
        G4  2^(1-ζ) Σ (1 + λ cos θ)^ζ exp(-η (r_ij² + r_ik² + r_jk²)) f(r_ij) f(r_ik) f(r_jk)
        G5  the same without r_jk

    Where G4 and G5 have a shift, it is subtracted from each distance before squaring.

    Source: J. Behler, J. Chem. Phys. 134, 074106 (2011), eqs. 5–9, with lengths in Å, and pairs
    of neighbors once, as programs do, not twice. Shifts of G4 and G5: A. Singraber et al., J.
    Chem. Theory Comput. 15, 1827 (2019).

    Args:
        kind: G1 to G3 are functions of distances, G4 and G5 of angles.
        eta: 1/Å², at least 0.
        shift: Å.
        kappa: 1/Å, of G3.
        zeta: At least 1; whole numbers are faster.
        direction: The λ of the formula, from -1 to 1.
        cutoff: Å; that of the set when left out.
        center: Symbol of the only element that has this function; every element when empty.
        neighbors: Symbols of the neighbors that count, one for G1 to G3, two for G4 and G5; when
            empty there is a function for every element, or pair of elements.
    """

    # Unknown keys in files are errors; what reads them looks here.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    kind: Kind
    eta: float = _DEFAULTS["eta"]
    shift: float = _DEFAULTS["shift"]
    kappa: float = _DEFAULTS["kappa"]
    zeta: float = _DEFAULTS["zeta"]
    direction: float = _DEFAULTS["direction"]
    cutoff: float | None = None
    center: str = ""
    neighbors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in _SETTINGS:
            hint = did_you_mean(str(self.kind), _SETTINGS)
            raise InputError(f"no symmetry function {self.kind!r}{hint}")
        self._check_numbers()
        for symbol in (*self.neighbors, *filter(None, [self.center])):
            number_of(symbol)
        if self.neighbors and len(self.neighbors) != self.n_neighbors:
            wanted = "one neighbor" if self.n_neighbors == 1 else "two neighbors"
            raise InputError(f"{self.kind} takes {wanted}, got {', '.join(self.neighbors)}")

    def _check_numbers(self) -> None:
        for name, default in _DEFAULTS.items():
            given = getattr(self, name)
            if name not in _SETTINGS[self.kind] and given != default:
                has = ", ".join(_SETTINGS[self.kind]) or "none of its own"
                raise InputError(f"{self.kind} has no {name}; its settings: {has}")
            if not math.isfinite(given):
                raise InputError(f"{self.kind}: {name} must be a finite number, got {given}")
        if self.eta < 0:
            raise InputError(f"{self.kind}: eta must be at least 0 1/Å², got {self.eta}")
        if self.zeta < 1:
            raise InputError(f"{self.kind}: zeta must be at least 1, got {self.zeta}")
        if abs(self.direction) > 1:
            raise InputError(f"{self.kind}: direction must be from -1 to 1, got {self.direction}")
        if self.cutoff is not None and not (math.isfinite(self.cutoff) and self.cutoff > 0):
            raise InputError(f"{self.kind}: cutoff must be above 0 Å, got {self.cutoff}")

    @property
    def n_neighbors(self) -> int:
        """Number of neighbors that it is a function of."""
        return 2 if self.kind in {"G4", "G5"} else 1

    def describe(self) -> str:
        """Return kind and settings in a few words: `G2 eta=0.5 shift=2`."""
        words = [f"{name}={getattr(self, name):.6g}" for name in _SETTINGS[self.kind]]
        if self.cutoff is not None:
            words.append(f"cutoff={self.cutoff:.6g}")
        return " ".join([self.kind, *words])


def radial_functions(scheme: RadialScheme, n: int, cutoff: float) -> Iterator[SymmetryFunction]:
    """Yield G2 functions whose widths, or shifts, lie on a grid from 0.5 Å to 1 Å below the cutoff.

    `centered` Gaussians sit on the atom and fall to e^-½ at the points of the grid; `shifted` ones
    sit at its points and are as wide as they are apart.

    Source: M. Gastegger et al., J. Chem. Phys. 148, 241709 (2018), sec. II.

    Args:
        scheme: Which.
        n: At least 2.
        cutoff: Å, above 1.5.

    Raises:
        InputError: the numbers are too small.
    """
    if n < 2:
        raise InputError(f"a radial scheme needs at least 2 functions, got {n}")
    grid = _grid(_RADIAL_START, n, cutoff)
    for place in grid:
        if scheme == "centered":
            yield SymmetryFunction(kind="G2", eta=0.5 / place**2)
        else:
            yield SymmetryFunction(kind="G2", eta=0.5 / (grid[1] - grid[0]) ** 2, shift=place)


def angular_functions(n: int, zetas: Iterable[float], cutoff: float) -> Iterator[SymmetryFunction]:
    """Yield G4 functions for each of n widths, each ζ, and λ = 1 and -1.

    Widths lie on a grid from 1 Å below the cutoff to 1.5 Å; one alone is the first of these.

    Source: widths as in the centered scheme of M. Gastegger et al., J. Chem. Phys. 148, 241709
    (2018), but from a bond length on, as three distances enter; λ and ζ as J. Behler, Int. J.
    Quantum Chem. 115, 1032 (2015) recommends.

    Args:
        n: Number of widths.
        zetas: Each at least 1.
        cutoff: Å, above 2.5.

    Raises:
        InputError: the cutoff or a zeta is too small.
    """
    for place in reversed(_grid(_ANGULAR_START, n, cutoff)):
        for zeta in zetas:
            for direction in (1.0, -1.0):
                yield SymmetryFunction(
                    kind="G4", eta=0.5 / place**2, zeta=zeta, direction=direction
                )


def dscribe_functions(
    parameters: Mapping[str, ArrayLike | None],
) -> Iterator[SymmetryFunction]:
    """Yield the functions of dscribe's ACSF, G1 first, which it always has.

    Args:
        parameters: g2_params (η, shift), g3_params κ, g4_params and g5_params (η, ζ, λ).

    Raises:
        InputError: an unknown parameter, or a wrong number of values.
    """
    unknown = sorted(set(parameters) - set(_DSCRIBE))
    if unknown:
        raise InputError(f"no parameter {unknown[0]!r}{did_you_mean(unknown[0], _DSCRIBE)}")
    yield SymmetryFunction(kind="G1")
    for name, (kind, settings) in _DSCRIBE.items():
        given = parameters.get(name)
        if given is None:
            continue
        table = np.array(given, dtype=np.float64)
        rows = table[..., None] if kind == "G3" else table
        if rows.ndim != 2 or rows.shape[1] != len(settings):
            wanted = ", ".join(settings)
            raise InputError(f"{name} has rows of {wanted}, got shape {table.shape}")
        for row in rows.tolist():
            chosen: dict[str, Any] = dict(zip(settings, row, strict=True))
            yield SymmetryFunction(kind=kind, **chosen)


def _grid(start: float, n: int, cutoff: float) -> list[float]:
    stop = cutoff - _MARGIN
    if stop <= start:
        raise InputError(f"the scheme needs a cutoff above {start + _MARGIN} Å, got {cutoff}")
    if n == 1:
        return [stop]
    return [start + i * (stop - start) / (n - 1) for i in range(n)]
