"""Gaussian-type orbitals as radial functions: those of featomic, and those of DScribe."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
from jaxtyping import Float64
from scipy import linalg  # pyright: ignore[reportMissingTypeStubs]

from atomarium.represent.radial import (
    REACH,
    RadialFunctions,
    RadialIntegrals,
    evaluate,
    gaussian_prefactor,
    integrals_of,
)
from atomarium.represent.radial_overlaps import Basis, Space, root_of_inverse

#: What DScribe's functions have fallen to at their own distance.
_DECAY = 1e-3


def gto_functions(cutoff: float, n_max: int) -> RadialFunctions:
    """Return orthonormal functions r^n exp(−r² / 2 σ_n²), n from 0, mixed as little as possible.

    Args:
        cutoff: Å; σ_n is cutoff · max(√n, 1) / n_max.
        n_max: Number of functions.

    Source: F. Musil et al., J. Chem. Phys. 154, 114109 (2021), eq. 28 and what follows, as
        featomic 0.6 does it; Löwdin's orthonormalization.
    """
    widths, overlap = _gto_overlap(cutoff, n_max)
    eigenvalues, vectors = np.linalg.eigh(overlap)
    mixing = (vectors / np.sqrt(eigenvalues)) @ vectors.T
    scales = _gto_scales(widths)

    def functions(radii: Float64[np.ndarray, "radii"]) -> Float64[np.ndarray, "functions radii"]:
        powers = np.arange(n_max)[:, None]
        raw = radii**powers * np.exp(-0.5 * (radii / widths[:, None]) ** 2)
        return mixing @ (scales[:, None] * raw)

    return functions


def _gto_scales(widths: Float64[np.ndarray, "functions"]) -> Float64[np.ndarray, "functions"]:
    powers = np.arange(len(widths))
    gammas = np.array([math.gamma(n + 1.5) for n in powers])
    return np.sqrt(2 / (widths ** (2 * powers + 3) * gammas))


def _gto_overlap(
    cutoff: float, n_max: int
) -> tuple[Float64[np.ndarray, "functions"], Float64[np.ndarray, "functions functions"]]:
    """Return the widths of the functions, and the overlaps of the normalized functions."""
    powers = np.arange(n_max)
    widths = cutoff * np.maximum(np.sqrt(powers), 1) / n_max
    scales = _gto_scales(widths)
    total = powers[:, None] + powers
    exponents = 0.5 / widths**2
    gammas = np.array([math.gamma(0.5 * (3 + t)) for t in range(2 * n_max)])[total]
    integrals = 0.5 * (exponents[:, None] + exponents) ** (-0.5 * (3 + total)) * gammas
    return widths, scales[:, None] * scales * integrals


def _gto_integrals(space: Space) -> RadialIntegrals:
    # The narrowest function, n = 0 and 1, is as wide as cutoff / n_max.
    grid = evaluate(
        gto_functions(space.cutoff, space.n_max),
        extent=space.reach + REACH * space.width,
        longest=min(space.width, space.cutoff / space.n_max),
    )
    return integrals_of(grid, l_max=space.l_max, width=space.width)


def _gto_overlaps(space: Space) -> Float64[np.ndarray, "one functions functions"]:
    return _gto_overlap(space.cutoff, space.n_max)[1][None]


GTO = Basis(_gto_integrals, _gto_overlaps)


def _dscribe_exponents(space: Space) -> Float64[np.ndarray, "degrees functions"]:
    """Return α of each degree: functions r^l exp(−α r²) are small at distances evenly from 1 Å."""
    distances = np.linspace(1, space.cutoff, space.n_max)
    degrees = np.arange(space.l_max + 1)[:, None]
    return -np.log(_DECAY / distances**degrees) / distances**2


def _dscribe_overlaps(space: Space) -> Float64[np.ndarray, "degrees functions functions"]:
    exponents = _dscribe_exponents(space)
    halves = np.arange(space.l_max + 1)[:, None, None] + 1.5
    gammas = np.array([math.gamma(ell + 1.5) for ell in range(space.l_max + 1)])[:, None, None]
    return 0.5 * gammas * (exponents[:, :, None] + exponents[:, None]) ** -halves


def _dscribe_integrals(space: Space) -> RadialIntegrals:
    """Return the radial integrals of DScribe's functions, which reach to infinity.

    Source: L. Himanen et al., Comput. Phys. Commun. 247, 106949 (2020), section 3.5, as DScribe
        2.1 does it; integrals of products of Gaussians.
    """
    exponents = _dscribe_exponents(space)
    inverse = cast("Any", linalg).inv
    # scipy's inverse as in DScribe: numpy's has other last digits, which small overlaps magnify.
    mixing = [root_of_inverse(inverse(one)) for one in _dscribe_overlaps(space)]
    eta = 0.5 / space.width**2
    prefactor = math.pi**1.5 * gaussian_prefactor(space.width)

    def integrals(
        distances: Float64[np.ndarray, "distances"],
    ) -> Float64[np.ndarray, "distances degrees functions"]:
        out = np.empty((len(distances), space.l_max + 1, space.n_max))
        for degree, alphas in enumerate(exponents):
            sums = alphas + eta
            decay = np.exp(-(alphas * eta / sums) * distances[:, None] ** 2)
            raw = sums ** (-degree - 1.5) * decay * (eta * distances[:, None]) ** degree
            out[:, degree] = raw @ mixing[degree].T
        return prefactor * out

    return integrals


DSCRIBE_GTO = Basis(_dscribe_integrals, _dscribe_overlaps)
