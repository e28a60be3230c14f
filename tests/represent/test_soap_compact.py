"""Compact rows of SOAP against its dense rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.represent.soap_cases import STRUCTURES, crystals, molecules

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap
from atomarium.represent.soap_channels import Compression

SETTINGS: dict[str, dict[str, Any]] = {
    "kernel": {"n_max": 8},
    "odd": {"n_max": 3, "l_max": 2, "normalize": True},
    "featomic": {"n_max": 9, "l_max": 2, "layout": "featomic"},
    "mu1nu1": {"n_max": 3, "compression": "mu1nu1"},
    "crossover": {"n_max": 3, "compression": "crossover", "dtype": "float32"},
    "mixing": {
        "n_max": 2,
        "compression": Compression(
            mixing={
                symbol: (1.0, float(symbol == "H")) for symbol in ("H", "C", "N", "O", "Si", "Sr")
            }
        ),
    },
}


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("label", SETTINGS)
def test_compact_rows_are_the_dense_ones(name: str, label: str) -> None:
    structures = STRUCTURES[name]()
    species = ("H", "C", "N", "O", "Si", "Sr")
    soap = Soap(**SETTINGS[label], species=species)
    dense, compact = soap.compute(structures), soap.compute_compact(structures)
    assert compact.width == soap.n_columns
    # Sums may be taken in another order.
    last_digit = np.finfo(soap.dtype).eps * np.abs(dense.values).max()
    np.testing.assert_allclose(compact.to_dense().values, dense.values, rtol=0, atol=5 * last_digit)
    kernel = dense.values.astype(np.float64) @ dense.values.T
    tolerance = 1e-12 if soap.dtype == "float64" else 1e-5
    products = compact.products(compact)
    np.testing.assert_allclose(products, kernel, rtol=0, atol=tolerance * kernel.max())


def test_species_that_are_declared_and_not_there_take_no_room() -> None:
    few = Soap(n_max=3).settle(crystals())
    many = Soap(n_max=3, species=("H", "He", "Li", "O", "F", "Si", "Sr", "Zr"))
    short, long = few.compute_compact(crystals()), many.compute_compact(crystals())
    assert np.array_equal(short.values, long.values)
    assert long.width > 5 * short.width


def test_rows_go_into_memory_that_is_given() -> None:
    soap = Soap(n_max=3).settle(molecules())
    expected = soap.compute_compact(molecules()).values
    room = np.full(len(expected) + 5, 7.0)
    features = soap.compute_compact(molecules(), out=room)
    assert np.shares_memory(features.values, room)
    assert np.array_equal(features.values, expected)
    assert np.array_equal(room[len(expected) :], np.full(5, 7.0))
    with pytest.raises(InputError, match=f"at least {len(expected)} numbers, got an array of"):
        soap.compute_compact(molecules(), out=np.zeros(3))


def test_structures_without_atoms_keep_their_place() -> None:
    some = Structures.from_arrays([1, 8], [[0, 0, 0], [1, 0, 0]], offsets=[0, 0, 1, 1, 2, 2])
    compact = Soap(n_max=2, l_max=1).compute_compact(some)
    assert compact.sizes.tolist() == [0, 1, 0, 1, 0]
    assert not compact.sum().to_dense().values[[0, 2, 4]].any()
    assert Soap().compute_compact(Structures.empty()).n_rows == 0


@pytest.mark.parametrize("settings", [{"average": "inner"}, {"layout": "quippy"}])
def test_rows_that_are_averaged_or_reordered_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match='average "none"'):
        Soap(**settings).compute_compact(molecules())
