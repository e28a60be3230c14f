"""Radial integrals against their closed form and against scipy; orthonormality; refusals."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
from scipy.special import gamma, hyp1f1, ive, spherical_in

from atomarium.core.errors import InputError
from atomarium.represent.radial import (
    REACH,
    RadialTable,
    evaluate,
    integrals_of,
    scaled_bessel,
    tabulate,
)
from atomarium.represent.radial_bases import (
    check_basis,
    radial_table,
)
from atomarium.represent.radial_gto import gto_functions
from atomarium.represent.radial_overlaps import Space


def gto_table(cutoff: float, n_max: int, l_max: int, width: float) -> RadialTable:
    return radial_table("gto", _space(cutoff, n_max, l_max, width))


def _space(cutoff: float, n_max: int, l_max: int = 3, width: float = 0.5) -> Space:
    return Space(cutoff=cutoff, reach=cutoff, n_max=n_max, l_max=l_max, width=width)


def _closed_form(distance: float, n: int, degree: int, width: float, sigma: float) -> float:
    """Return the radial integral of r^n exp(−r² / 2 sigma²)."""
    a, b = 0.5 / width**2, 0.5 / sigma**2
    half = (n + degree + 3) / 2
    argument = (a * distance) ** 2 / (a + b)
    front = (np.pi / width**2) ** 0.75 * np.exp(-a * distance**2) * (a * distance) ** degree
    ratio = gamma(half) / gamma(degree + 1.5) * (a + b) ** -half
    return front * ratio * hyp1f1(half, degree + 1.5, argument)


def _mixing(cutoff: float, n_max: int) -> np.ndarray:
    """Return what radial functions are made of, from their values at a few radii."""
    radii = np.linspace(0.3, 1.3 * cutoff, n_max)
    return gto_functions(cutoff, n_max)(radii) @ np.linalg.inv(_raw(cutoff, n_max, radii))


def _raw(cutoff: float, n_max: int, radii: np.ndarray) -> np.ndarray:
    sigmas = [cutoff * max(np.sqrt(n), 1) / n_max for n in range(n_max)]
    return np.array([radii**n * np.exp(-0.5 * (radii / s) ** 2) for n, s in enumerate(sigmas)])


@pytest.mark.parametrize(("cutoff", "n_max"), [(5.0, 8), (3.0, 1), (7.5, 12)])
def test_gaussian_type_orbitals_are_orthonormal(cutoff: float, n_max: int) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(400)
    radii, weights = 5 * cutoff * (nodes + 1), 5 * cutoff * weights
    rows = gto_functions(cutoff, n_max)(radii)
    # Lost digits grow with the condition of the overlap, 4e6 for 12 functions.
    overlaps = (rows * weights * radii**2) @ rows.T
    assert overlaps == pytest.approx(np.eye(n_max), abs=1e-9)


@pytest.mark.parametrize(
    ("cutoff", "n_max", "width"), [(5.0, 4, 0.5), (4.0, 5, 0.3), (6.0, 3, 1.0)]
)
def test_table_holds_the_closed_form(cutoff: float, n_max: int, width: float) -> None:
    table = gto_table(cutoff, n_max, 5, width)
    distances = np.concatenate([[0.0], np.random.default_rng(0).uniform(0, cutoff, 50)])
    raw = np.array(
        [
            [
                [
                    _closed_form(d, n, degree, width, cutoff * max(np.sqrt(n), 1) / n_max)
                    for n in range(n_max)
                ]
                for degree in range(6)
            ]
            for d in distances
        ]
    )
    expected = raw @ _mixing(cutoff, n_max).T
    values = table.values(distances)
    assert values[..., :n_max] == pytest.approx(expected, abs=2e-11 * np.abs(expected).max())
    assert not values[..., n_max:].any()


def test_table_is_as_exact_between_its_points_as_on_them() -> None:
    narrow, wide = gto_table(5.0, 8, 6, 0.5), gto_table(5.4, 8, 6, 0.5)
    assert narrow.per_angstrom == wide.per_angstrom
    distances = np.arange(1, 124) / narrow.per_angstrom
    before = narrow.values(np.nextafter(distances, 0))
    after = narrow.values(np.nextafter(distances, 9))
    assert after == pytest.approx(before, abs=1e-13)


def test_any_radial_function_makes_a_table() -> None:
    def functions(radii: np.ndarray) -> np.ndarray:
        return np.array([np.exp(-radii), np.where(radii < 3, (3 - radii) ** 3, 0.0)])

    grid = evaluate(functions, extent=3.0 + REACH * 0.4, longest=0.25)
    integrals = integrals_of(grid, l_max=3, width=0.4)
    table = tabulate(integrals, reach=3.0, width=0.4)
    a = 0.5 / 0.4**2
    for distance in (0.3, 1.7, 2.9):
        for degree in (0, 3):
            for n in (0, 1):

                def integrand(
                    x: float, d: float = distance, ell: int = degree, k: int = n
                ) -> float:
                    shape = functions(np.array([x]))[k, 0]
                    bessel = spherical_in(ell, 2 * a * x * d)
                    return x**2 * shape * np.exp(-a * (x**2 + d**2)) * bessel

                whole = scipy.integrate.quad(integrand, 0, 7, points=[distance, 3.0], epsabs=1e-13)
                expected = 4 * np.pi * (np.pi * 0.4**2) ** -0.75 * whole[0]
                # The second function has a kink in its third derivative.
                assert table.values(np.array([distance]))[0, degree, n] == pytest.approx(
                    expected, rel=1e-7
                )


@pytest.mark.parametrize("l_max", [0, 1, 6, 20])
def test_scaled_bessel_functions_are_those_of_scipy(l_max: int) -> None:
    z = np.concatenate([np.geomspace(1e-3, 5000, 3000), [l_max * (l_max + 1.0) + 1e-9]])
    for degree, row in enumerate(scaled_bessel(z, l_max)):
        expected = np.sqrt(np.pi / (2 * z)) * ive(degree + 0.5, z)
        assert row == pytest.approx(expected, rel=1e-12, abs=1e-60)


def test_scaled_bessel_functions_begin_with_one_and_zeros() -> None:
    assert scaled_bessel(np.array([0.0]), 3)[:, 0].tolist() == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("basis", "most"), [("gto", 18), ("dscribe-gto", 12), ("polynomial", 8), ("equispaced", 30)]
)
def test_dependent_functions_are_refused_with_the_largest_number_that_works(
    basis: str, most: int
) -> None:
    with pytest.raises(InputError, match=f"64 radial functions .* n_max can be {most} at most"):
        check_basis(basis, _space(5.0, 64))
    with pytest.raises(InputError, match=f"n_max can be {most} at most"):
        check_basis(basis, _space(5.0, most + 1))
    check_basis(basis, _space(5.0, most))


def test_tables_are_read_only_and_made_once() -> None:
    table = gto_table(4.5, 3, 2, 0.5)
    assert gto_table(4.5, 3, 2, 0.5) is table
    with pytest.raises(ValueError, match="read-only"):
        table.polynomials[0] = 0.0
