"""Kinds of radial functions by name, and those that a user gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.represent.radial import (
    REACH,
    Quadrature,
    RadialFunctions,
    RadialIntegrals,
    RadialTable,
    evaluate,
    gaussian_prefactor,
    integrals_of,
    scaled_bessel,
    tabulate,
)
from atomarium.represent.radial_gto import DSCRIBE_GTO, GTO
from atomarium.represent.radial_overlaps import Basis, Space, check_independence, root_of_inverse

#: Points that DScribe integrates polynomials on.
_N_NODES = 100
#: 10 to minus this is what equispaced Gaussians may miss of a Gaussian.
_BASIS_ERROR_EXPONENT = 10.0


@dataclass(frozen=True, kw_only=True)
class CustomBasis:
    """Radial functions of your own, integrated numerically.

    Args:
        functions: From radii (Å) to one row for each function, at least n_max of them; or where
            to import that from, `module:name`, as study files have it.
        orthonormalize: Whether they are made orthonormal, and changed least by it; else they are
            taken as they are.
        finest: Å, above 0. No function changes its course faster than this.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    functions: str | Callable[..., Any]
    orthonormalize: bool = True
    finest: float = 0.2

    def __post_init__(self) -> None:
        if not (math.isfinite(self.finest) and self.finest > 0):
            raise InputError(f"finest must be above 0 Å, got {self.finest}")
        object.__setattr__(self, "functions", _importable(self.functions))
        self.load()

    def load(self) -> RadialFunctions:
        """Return the functions.

        Raises:
            InputError: they cannot be imported.
        """
        if callable(self.functions):
            return self.functions
        module, _, name = self.functions.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise InputError(f"no radial functions {self.functions!r}: {error}") from None

    def as_basis(self) -> Basis:
        """Return the same as a kind of radial functions."""
        return Basis(self._integrals, self._overlaps)

    def _grid(self, space: Space) -> Quadrature:
        functions = self.load()
        extent, longest = space.reach + REACH * space.width, min(self.finest, space.width)
        grid = evaluate(functions, extent=extent, longest=longest)
        values = np.asarray(grid.values, dtype=np.float64)
        if values.ndim != 2 or len(values) < space.n_max or values.shape[1] != len(grid.radii):
            raise InputError(
                f"radial functions must return at least {space.n_max} rows of {len(grid.radii)} "
                f"values, got an array of shape {values.shape}"
            )
        if not np.isfinite(values).all():
            raise InputError("radial functions must be finite at all radii, 0 excepted")
        return grid._replace(values=values[: space.n_max])

    def _overlaps(self, space: Space) -> Float64[np.ndarray, "one functions functions"]:
        grid = self._grid(space)
        return (grid.values * (grid.weights * grid.radii**2) @ grid.values.T)[None]

    def _integrals(self, space: Space) -> RadialIntegrals:
        grid = self._grid(space)
        if self.orthonormalize:
            overlap: np.ndarray = self._overlaps(space)[0]
            mixing = root_of_inverse(np.linalg.inv(overlap))
            grid = grid._replace(values=mixing @ grid.values)
        return integrals_of(grid, l_max=space.l_max, width=space.width)


def _importable(functions: str | Callable[..., Any]) -> str | Callable[..., Any]:
    """Return the place of functions, which can be written to files, where they have one."""
    module, name = getattr(functions, "__module__", None), getattr(functions, "__qualname__", "")
    if module in (None, "__main__"):
        return functions
    found = getattr(import_module(str(module)), name, None)
    return f"{module}:{name}" if found is functions else functions


def polynomial_functions(cutoff: float, n_max: int) -> RadialFunctions:
    """Return orthonormal functions (cutoff − r)^(n + 2), n from 1; 0 beyond the cutoff.

    Args:
        cutoff: Å.
        n_max: Number of functions.

    Source: A. P. Bartók, R. Kondor, G. Csányi, Phys. Rev. B 87, 184115 (2013), eqs. 25 to 28.
    """
    mixing = root_of_inverse(np.linalg.inv(_polynomial_overlap(cutoff, n_max)))
    powers = np.arange(3, n_max + 3)[:, None]

    def functions(radii: Float64[np.ndarray, "radii"]) -> Float64[np.ndarray, "functions radii"]:
        return mixing @ np.maximum(cutoff - radii, 0.0) ** powers

    return functions


def _polynomial_overlap(cutoff: float, n_max: int) -> Float64[np.ndarray, "functions functions"]:
    # One by one: powers of arrays may differ in the last digit, which this matrix magnifies.
    totals = [
        [2 * cutoff ** (7 + i + j) / ((5 + i + j) * (6 + i + j) * (7 + i + j)) for j in numbers]
        for numbers in [range(1, n_max + 1)]
        for i in numbers
    ]
    return np.array(totals)


def _polynomial_overlaps(space: Space) -> Float64[np.ndarray, "one functions functions"]:
    return _polynomial_overlap(space.cutoff, space.n_max)[None]


def _polynomial_integrals(space: Space) -> RadialIntegrals:
    # More nodes than DScribe has where those would not resolve the Gaussian.
    n_nodes = max(_N_NODES, math.ceil(4 * space.cutoff / space.width))
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    radii, weights = 0.5 * space.cutoff * (nodes + 1), 0.5 * space.cutoff * weights
    values = polynomial_functions(space.cutoff, space.n_max)(radii)
    grid = Quadrature(radii, weights, values)
    return integrals_of(grid, l_max=space.l_max, width=space.width)


def _equispaced_centers(space: Space) -> Float64[np.ndarray, "functions"]:
    extent = space.cutoff + space.width * math.sqrt(2 * _BASIS_ERROR_EXPONENT * math.log(10))
    return np.arange(space.n_max) * (extent / space.n_max)


def _equispaced_overlaps(space: Space) -> Float64[np.ndarray, "two functions functions"]:
    """Return what Gaussians have in common at their centers, and as functions in space."""
    centers, a = _equispaced_centers(space), 0.5 / space.width**2
    apart, total = centers[:, None] - centers, centers[:, None] + centers
    squares = centers[:, None] ** 2 + centers**2
    near = a * np.exp(-0.5 * a * apart**2) * math.sqrt(math.pi)
    erf = np.vectorize(math.erf)(math.sqrt(a / 2) * total)
    near *= (1 + a * total**2) * (1 + erf)
    far = math.sqrt(2) * a**1.5 * total * np.exp(-a * squares)
    return np.stack([np.exp(-a * apart**2), (near + far) / math.sqrt(128 * a**5)])


def _equispaced_integrals(space: Space) -> RadialIntegrals:
    """Return the coefficients of Gaussians in evenly spaced shells, in GAP's way.

    Source: A. P. Bartók, G. Csányi, Int. J. Quantum Chem. 115, 1051 (2015), section "Smooth
        overlap of atomic positions", as quippy 0.10 does it; times 4π and the prefactor of the
        Gaussian, which quippy leaves out.
    """
    centers, exponent = _equispaced_centers(space), 0.5 / space.width**2
    covariance, overlap = (np.array(one) for one in _equispaced_overlaps(space))
    mixing: np.ndarray = np.linalg.solve(covariance, np.linalg.cholesky(overlap))
    prefactor = 4 * math.pi * gaussian_prefactor(space.width)

    def integrals(
        distances: Float64[np.ndarray, "distances"],
    ) -> Float64[np.ndarray, "distances degrees functions"]:
        near = np.exp(-exponent * (distances[:, None] - centers) ** 2)
        bessel = scaled_bessel(2 * exponent * distances[:, None] * centers, space.l_max)
        return prefactor * np.einsum("db,ldb,bn->dln", near, bessel, mixing, optimize=True)

    return integrals


BASES = MappingProxyType(
    {
        "gto": GTO,
        "dscribe-gto": DSCRIBE_GTO,
        "polynomial": Basis(_polynomial_integrals, _polynomial_overlaps),
        "equispaced": Basis(_equispaced_integrals, _equispaced_overlaps),
    }
)


def basis_named(basis: str | CustomBasis) -> Basis:
    """Return a kind of radial functions.

    Raises:
        InputError: there is none of this name.
    """
    if isinstance(basis, CustomBasis):
        return basis.as_basis()
    if basis not in BASES:
        raise InputError(f"no basis {basis!r}{did_you_mean(str(basis), BASES)}")
    return BASES[basis]


def check_basis(basis: str | CustomBasis, space: Space) -> None:
    """Do nothing when radial functions fit the cutoff and can be told apart.

    Raises:
        InputError: there is no such basis, or they cannot.
    """
    if basis == "dscribe-gto" and space.cutoff <= 1:
        raise InputError(f"dscribe-gto needs a cutoff above 1 Å, got {space.cutoff}")
    check_independence(basis_named(basis), space)


@lru_cache(maxsize=32)
def radial_table(basis: str | CustomBasis, space: Space) -> RadialTable:
    """Return the radial integrals of a basis.

    Raises:
        InputError: functions of a user are not as they must be.
    """
    integrals = basis_named(basis).integrals(space)
    return tabulate(integrals, reach=space.reach, width=space.width)
