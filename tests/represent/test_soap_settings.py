"""Radial functions and mixings of a user in SOAP; settings that are refused; study files."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.represent.soap_cases import molecules

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.settings import CandidateSpec, make_candidate
from atomarium.represent import REPRESENTATIONS
from atomarium.represent.radial_bases import CustomBasis
from atomarium.represent.radial_gto import gto_functions
from atomarium.represent.soap import Soap
from atomarium.represent.soap_channels import Compression
from atomarium.represent.soap_density import RadialScaling
from atomarium.represent.soap_layout import GapSettings
from atomarium.represent.soap_mixing import learn_mixing

SMALL: dict[str, Any] = {"cutoff": 3.5, "n_max": 3, "l_max": 2}


def test_functions_of_a_user_give_the_rows_of_the_same_basis() -> None:
    def functions(radii: np.ndarray) -> np.ndarray:
        return gto_functions(4.0, 5)(radii)

    settings = {"cutoff": 4.0, "n_max": 5, "l_max": 3}
    expected = Soap(**settings).compute(molecules()).values
    for basis in (
        CustomBasis(functions=functions, orthonormalize=False),
        CustomBasis(functions=functions),
    ):
        rows = Soap(**settings, basis=basis).compute(molecules()).values
        # The functions are orthonormal up to infinity, here up to the end of the grid.
        tolerance = 1e-3 if basis.orthonormalize else 1e-10
        np.testing.assert_allclose(rows, expected, rtol=0, atol=tolerance * np.abs(expected).max())


def shells(radii: np.ndarray) -> np.ndarray:
    """Return Gaussians in four shells."""
    return np.exp(-2 * (radii - np.arange(1.0, 5.0)[:, None]) ** 2)


def test_functions_that_can_be_imported_are_kept_by_name() -> None:
    basis = CustomBasis(functions=shells)
    assert basis.functions == f"{__name__}:shells"
    soap = Soap(**{**SMALL, "n_max": 4}, basis=basis)
    settings = REPRESENTATIONS.describe(soap)
    assert settings["basis"]["functions"] == f"{__name__}:shells"
    assert soap.compute(molecules()).values.any()


def test_weights_of_learned_mixing_are_principal_components() -> None:
    mixing = learn_mixing(Soap(**SMALL), molecules(), 4)
    matrix = np.array(list(mixing.values()))
    assert tuple(mixing) == ("H", "C", "N", "O")
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(4), atol=1e-12)
    # With as many channels as species, nothing is lost: the kernel over all products stays.
    mixed = Soap(**SMALL, compression=Compression(mixing=mixing)).compute(molecules()).values
    plain = Soap(**SMALL).compute(molecules()).values
    np.testing.assert_allclose(
        mixed @ mixed.T, plain @ plain.T, rtol=0, atol=1e-11 * plain.max() ** 2
    )
    one = learn_mixing(Soap(**SMALL), molecules(), 1)
    assert np.array_equal(np.array(list(one.values()))[:, 0], matrix[:, 0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Soap(compression="mu3"), "no compression 'mu3'; did you mean 'mu2'"),
        (lambda: Soap(average="inne"), "no average 'inne'; did you mean 'inner'"),
        (lambda: Soap(padding=-1.0), "padding must be at least 0, got -1.0"),
        (lambda: Soap(basis="dscribe-gto", cutoff=0.9, cutoff_width=0.0), "above 1 Å, got 0.9"),
        (lambda: RadialScaling(kind="wilat"), "no scaling 'wilat'; did you mean 'willatt'"),
        (lambda: RadialScaling(scale=0.0), "scale must be above 0 Å, got 0.0"),
        (lambda: RadialScaling(rate=-1.0), "rate must be at least 0, got -1.0"),
        (lambda: RadialScaling(kind="pow", rate=0.0).at_center(), "infinite for the atom itself"),
        (lambda: RadialScaling().reach(0.01), "'none' never falls below 0.01"),
        (lambda: GapSettings(constant=float("nan")), "constant must be finite, got nan"),
        (lambda: Compression(radial=3), "radial must be 0, 1 or 2, got 3"),
        (lambda: Compression(unlike_species=False, species=1), "does not go with"),
        (lambda: Compression(mixing={"H": (1.0,), "O": (1.0, 2.0)}), "equally many .* got 1, 2"),
        (lambda: Compression(weights={"H": float("inf")}), "must be finite"),
        (lambda: Compression(weights={"Hx": 1.0}), "no element 'Hx'"),
        (
            lambda: Soap(compression=Compression(mixing={"H": (1.0,)})).compute(molecules()),
            "mixing says nothing about C",
        ),
        (lambda: CustomBasis(functions="nowhere:f"), "no radial functions 'nowhere:f'"),
        (lambda: CustomBasis(functions=np.sin, finest=0.0), "finest must be above 0 Å, got 0.0"),
        (lambda: Soap(basis=CustomBasis(functions=np.sin)), "at least 8 rows"),
        (
            lambda: Soap(n_max=1, basis=CustomBasis(functions=lambda r: r[None] * np.nan)),
            "must be finite at all radii",
        ),
        (
            lambda: Soap(
                n_max=3, basis=CustomBasis(functions=lambda r: np.exp(-r) * np.ones((3, 1)))
            ),
            "3 radial functions are linearly dependent .* n_max can be 1 at most",
        ),
        (lambda: learn_mixing(Soap(**SMALL), molecules(), 5), "n_channels must be 1 to 4"),
        (lambda: learn_mixing(Soap(**SMALL), Structures.empty(), 1), "no atoms"),
    ],
)
def test_settings_out_of_range_are_refused(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def _from_text(settings: dict[str, Any]) -> Soap:
    representation = {"kind": "soap", **settings}
    spec = CandidateSpec(representation=representation, model={"kind": "ridge"})
    made = make_candidate(spec).representation
    assert isinstance(made, Soap)
    return made


@pytest.mark.parametrize(
    "settings",
    [
        {"basis": "polynomial", "compression": "mu2", "average": "outer"},
        {"scaling": {"kind": "willatt", "rate": 1, "scale": 2, "exponent": 4}},
        {"compression": {"radial": 1, "weights": {"H": 0.5}}},
        {"compression": {"mixing": {"H": [1.0, 0.5], "O": [0, 1]}, "unlike_species": False}},
        {"layout": "quippy", "gap": {"diagonal": True, "constant": 0.1}},
        {"n_max": 4, "basis": {"functions": f"{__name__}:shells", "finest": 0.3}},
    ],
    ids=" ".join,
)
def test_settings_are_written_to_text_and_read_again(settings: dict[str, Any]) -> None:
    soap = _from_text(settings)
    plain = json.loads(json.dumps(REPRESENTATIONS.describe(soap)))
    assert plain.pop("kind") == "soap"
    assert _from_text(plain) == soap


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scaling": {"kin": "willatt"}}, "representation.scaling: .* 'kin'"),
        ({"compression": {"speces": 1}}, "representation.compression: .*'speces'"),
        ({"compression": {"species": 7}}, "representation.compression: species must be 0, 1 or 2"),
        ({"basis": {"functions": "nowhere:f"}}, "representation.basis: no radial functions"),
        ({"averag": "inner"}, "soap has no setting 'averag'; did you mean 'average'"),
    ],
)
def test_wrong_settings_in_text_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        _from_text(settings)
