"""Variants of SOAP against sums over its own coefficients, written out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.references.soap_reference import slow_coefficients
from tests.represent.soap_cases import STRUCTURES, crystals, molecules
from tests.thread_counts import alone_and_together

from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap
from atomarium.represent.soap_channels import Compression
from atomarium.represent.soap_density import Fading, RadialScaling

SMALL: dict[str, Any] = {"cutoff": 3.5, "n_max": 3, "l_max": 2}
MIXING = {"H": (1.0, 0.2), "C": (0.5, -1.0), "N": (0.1, 0.3), "O": (-0.4, 0.8)}
COMPRESSIONS: dict[str, str | Compression] = {
    "none": "none",
    "crossover": "crossover",
    "mu2": "mu2",
    "mu1nu1": "mu1nu1",
    "weights": Compression(weights={"H": 0.3, "O": 2.0}),
    "mixing": Compression(mixing=MIXING),
    "mixing crossover": Compression(mixing=MIXING, unlike_species=False),
    **{
        f"{radial}{species}": Compression(radial=radial, species=species)
        for radial, species in itertools.product(range(3), range(3))
    },
}
every_compression = pytest.mark.parametrize("label", COMPRESSIONS)


def _coefficients(structures: Structures, **settings: Any) -> np.ndarray:
    """Return coefficients by atom, species, l² + l + m, and n."""
    soap = Soap(**SMALL, **settings).settle(structures)
    rows = soap.spherical_expansion(structures).values
    return rows.reshape(structures.n_atoms, len(soap.species), 9, 3)


def _channels(coefficients: np.ndarray, compression: Compression, side: int) -> np.ndarray:
    """Return coefficients by atom, channel, l² + l + m, and n, as one of two factors."""
    weights = [compression.weights.get(symbol, 1.0) for symbol in ("H", "C", "N", "O")]
    mixed = coefficients * np.array(weights)[:, None, None]
    if compression.mixing:
        mixed = np.einsum("sq,ashn->aqhn", np.array(list(compression.mixing.values())), mixed)
    if compression.species < side:
        mixed = mixed.sum(axis=1, keepdims=True)
    return mixed.sum(axis=3, keepdims=True) if compression.radial < side else mixed


def _kernel(label: str) -> np.ndarray:
    """Return Σ p · p over all products of all channels, none left out."""
    named = {"none": {}, "crossover": {"unlike_species": False}}
    compression = COMPRESSIONS[label]
    if isinstance(compression, str):
        given: dict[str, Any] = {**named, "mu2": {"species": 0}, "mu1nu1": {"species": 1}}
        compression = Compression(**given[compression])
    coefficients = _coefficients(molecules())
    left, right = (_channels(coefficients, compression, side) for side in (1, 2))
    total = np.zeros((len(left), len(left)))
    for ell in range(3):
        one, other = (c[:, :, ell**2 : (ell + 1) ** 2] for c in (left, right))
        products = np.einsum("aqmn,apmk->aqpnk", one, other) / np.sqrt(2 * ell + 1)
        if not compression.unlike_species:
            products = products[:, range(one.shape[1]), range(one.shape[1])]
        flat = products.reshape(len(left), -1)
        total += flat @ flat.T
    return total


@every_compression
def test_dot_product_of_rows_is_the_kernel_over_all_products(label: str) -> None:
    rows = Soap(**SMALL, compression=COMPRESSIONS[label]).compute(molecules()).values
    expected = _kernel(label)
    # Sums of a few thousand float64.
    np.testing.assert_allclose(rows @ rows.T, expected, rtol=0, atol=1e-12 * expected.max())


@every_compression
def test_every_column_has_a_name_of_its_own(label: str) -> None:
    for layout in ("kernel", "featomic", "dscribe", "quippy"):
        soap = Soap(**SMALL, compression=COMPRESSIONS[label], layout=layout).settle(molecules())
        names = tuple(soap.column_names())
        assert len(set(names)) == len(names) == soap.n_columns
        assert soap.compute(molecules()).width == soap.n_columns


def test_names_of_mixtures_and_sums_say_so() -> None:
    soap = Soap(**SMALL, compression=Compression(radial=1, species=1), species=("H", "O"))
    assert soap.column_names()[0] == "H * l=0 n=0 n=*"
    mixed = Soap(**SMALL, compression=Compression(mixing=MIXING), species=("H", "O"))
    assert mixed.column_names()[-1] == "mix1 mix1 l=2 n=2 n=2"
    quippy = Soap(**SMALL, layout="quippy", species=("H", "O"))
    # Quippy goes by (species, n), then by those not behind it, then by l.
    assert tuple(quippy.column_names())[:5] == (
        *(f"H H l={ell} n=0 n=0" for ell in range(3)),
        *(f"H H l={ell} n=0 n=1" for ell in range(2)),
    )
    assert quippy.column_names()[-1] == "constant"


def test_coefficients_are_those_of_quadrature() -> None:
    soap = Soap(**SMALL).settle(crystals())
    expected = np.abs(slow_coefficients(crystals(), soap)) ** 2
    ours = _coefficients(crystals()).reshape(7, len(soap.species), 9, 3).swapaxes(2, 3) ** 2
    for ell in range(3):
        # Real and complex harmonics differ in each m, but not in the sum over all.
        some = slice(ell**2, (ell + 1) ** 2)
        np.testing.assert_allclose(
            ours[..., some].sum(axis=-1),
            expected[..., some].sum(axis=-1),
            rtol=0,
            atol=1e-9 * expected.max(),
        )


def test_radial_spectrum_holds_the_coefficients_of_degree_zero() -> None:
    soap = Soap(**SMALL).settle(molecules())
    spectrum = soap.radial_spectrum(molecules())
    assert tuple(spectrum.names)[:4] == ("H n=0", "H n=1", "H n=2", "C n=0")
    expected = _coefficients(molecules())[:, :, 0].reshape(10, -1)
    np.testing.assert_allclose(spectrum.values, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("normalize", [False, True])
def test_averages_are_those_of_rows_and_of_densities(name: str, normalize: bool) -> None:
    structures, offsets = STRUCTURES[name](), STRUCTURES[name]().offsets
    rows = Soap(**SMALL).compute(structures)
    outer = Soap(**SMALL, average="outer", normalize=normalize).compute(structures)
    expected = rows.mean().values
    if normalize:
        expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    assert outer.rows == "structures"
    np.testing.assert_allclose(outer.values, expected, rtol=0, atol=1e-12 * expected.max())
    coefficients = _coefficients(structures)
    inner = Soap(**SMALL, average="inner").compute(structures).values
    summed = Soap(**SMALL, average="inner-sum").compute(structures).values
    for row, (first, last) in zip(inner, itertools.pairwise(offsets), strict=True):
        mean = coefficients[first:last].mean(axis=0)
        kernel = 0.0
        for ell in range(3):
            part = mean[:, ell**2 : (ell + 1) ** 2]
            kernel += (np.einsum("smn,tmk->stnk", part, part) ** 2).sum() / (2 * ell + 1)
        assert row @ row == pytest.approx(kernel, rel=1e-12)
    sizes = np.diff(offsets)[:, None]
    np.testing.assert_allclose(summed, inner * sizes**2, rtol=1e-12, atol=1e-12 * summed.max())


@pytest.mark.parametrize("average", ["inner", "inner-sum", "outer"])
def test_average_of_a_structure_without_atoms_is_zero(average: str) -> None:
    some = Structures.from_arrays([1, 8], [[0, 0, 0], [1, 0, 0]], offsets=[0, 0, 2])
    values = Soap(**SMALL, average=average, normalize=True).compute(some).values
    assert values.shape[0] == 2
    assert not values[0].any()
    assert np.linalg.norm(values[1]) == pytest.approx(1)


@pytest.mark.parametrize(
    "settings",
    [
        {"basis": "polynomial", "compression": "mu1nu1"},
        {"basis": "equispaced", "layout": "quippy", "normalize": True},
        {"compression": Compression(mixing=MIXING), "average": "outer"},
        {"average": "inner", "basis": "dscribe-gto", "dtype": "float32"},
    ],
    ids=["mu1nu1", "quippy", "mixing", "inner"],
)
def test_number_of_threads_and_size_of_batch_change_no_bit(settings: dict[str, Any]) -> None:
    many = Structures.concatenate([molecules()] * 700)
    soap = Soap(**SMALL, **settings).settle(many)
    alone, together = alone_and_together(lambda: soap.compute(many).values)
    assert alone.dtype == np.dtype(soap.dtype)
    assert np.array_equal(alone, together)
    assert np.array_equal(alone, np.tile(soap.compute(molecules()).values, (700, 1)))


def test_long_rows_are_the_same_as_short_ones() -> None:
    # Rows of more than 16 MB go past the caches.
    many = Structures.concatenate([molecules()] * 120)
    soap = Soap(n_max=9, l_max=6, species=("H", "C", "N", "O", "S"))
    for dtype in ("float64", "float32"):
        settled = replace(soap, dtype=dtype)
        values = settled.compute(many).values
        assert values.nbytes > 2**24
        assert np.array_equal(values, np.tile(settled.compute(molecules()).values, (120, 1)))


@pytest.mark.parametrize(
    "scaling",
    [
        RadialScaling(),
        RadialScaling(kind="willatt", rate=0.7, scale=1.5, exponent=3.0),
        RadialScaling(kind="pow", rate=0.4, scale=1.2, exponent=2.5, amplitude=1.3),
        RadialScaling(kind="poly", scale=3.0, exponent=2.0, amplitude=0.8),
        RadialScaling(kind="exp", rate=0.5, scale=1.1, amplitude=0.6),
        RadialScaling(kind="poly", scale=3.0, exponent=0.0),
    ],
    ids=lambda one: one.kind,
)
def test_slopes_of_weights_are_those_of_differences(scaling: RadialScaling) -> None:
    fading = Fading(end=4.0, width=1.5, scaling=scaling)
    distances, step = np.linspace(0.1, 3.95, 40), 1e-5
    distances = distances[np.abs(distances - 3.0) > 1e-3]
    expected = (fading.weights(distances + step) - fading.weights(distances - step)) / (2 * step)
    np.testing.assert_allclose(fading.slopes(distances), expected, rtol=0, atol=1e-8)
    assert fading.weights(np.array([4.0]))[0] == pytest.approx(0.0, abs=1e-15)
