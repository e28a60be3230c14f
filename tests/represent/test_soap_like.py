"""SOAP in the words of DScribe, featomic and quippy, against their numbers; refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.represent.soap_cases import STRUCTURES, slab
from tests.represent.soap_like_cases import (
    SPECIES,
    dscribe_arguments,
    featomic_arguments,
    quippy_lines,
    some_numbers,
    species_weights,
)

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.represent.soap import Soap

NUMBERS_KEPT = np.load(Path(__file__).parents[1] / "references" / "soap_packages.npz")
every_set = pytest.mark.parametrize("name", STRUCTURES)
#: Relative. Tables are right to 3e-12; overlaps of five polynomials have a condition of 1e7.
TOLERANCE = 1e-8


def _check(rows: np.ndarray, label: str) -> None:
    expected = NUMBERS_KEPT[label]
    np.testing.assert_allclose(
        some_numbers(rows), expected, rtol=0, atol=TOLERANCE * np.abs(expected).max()
    )


def _numbers(name: str) -> list[int]:
    return [NUMBERS[symbol] for symbol in SPECIES[name]]


@every_set
@pytest.mark.parametrize("label", dscribe_arguments())
def test_rows_like_dscribe_are_those_of_dscribe(name: str, label: str) -> None:
    arguments = dscribe_arguments()[label]
    soap = Soap.like("dscribe", species=SPECIES[name], **arguments)
    _check(soap.compute(STRUCTURES[name]()).values, f"dscribe {name} {label}")


@every_set
@pytest.mark.parametrize("label", [one for one in dscribe_arguments() if one[:5] == "gto m"])
def test_rows_with_species_weights_are_those_of_dscribe(name: str, label: str) -> None:
    arguments = dscribe_arguments()[label]
    weights = species_weights(SPECIES[name])
    compression = {**arguments["compression"], "species_weighting": weights}
    arguments = {**arguments, "compression": compression}
    soap = Soap.like("dscribe", species=SPECIES[name], **arguments)
    _check(soap.compute(STRUCTURES[name]()).values, f"dscribe {name} {label} weighted")


@every_set
@pytest.mark.parametrize("label", featomic_arguments())
def test_rows_like_featomic_are_those_of_featomic(name: str, label: str) -> None:
    soap = Soap.like("featomic", species=SPECIES[name], **featomic_arguments()[label])
    _check(soap.compute(STRUCTURES[name]()).values, f"featomic {name} {label}")


@every_set
@pytest.mark.parametrize("label", featomic_arguments())
def test_expansion_coefficients_are_those_of_featomic(name: str, label: str) -> None:
    soap = Soap.like("featomic", species=SPECIES[name], **featomic_arguments()[label])
    _check(soap.spherical_expansion(STRUCTURES[name]()).values, f"expansion {name} {label}")


@every_set
@pytest.mark.parametrize("label", quippy_lines([1]))
def test_rows_like_quippy_are_those_of_quippy(name: str, label: str) -> None:
    soap = Soap.like("quippy", quippy_lines(_numbers(name))[label])
    _check(soap.compute(STRUCTURES[name]()).values, f"quippy {name} {label}")


@pytest.mark.parametrize("rbf", ["gto", "polynomial"])
def test_rows_are_those_of_dscribe_as_installed(rbf: str) -> None:
    pytest.importorskip("dscribe")
    from tests.references.soap_packages import dscribe_rows

    arguments = {"r_cut": 5.0, "n_max": 6, "l_max": 6, "sigma": 0.5, "rbf": rbf}
    expected = dscribe_rows(slab(), SPECIES["slab"], arguments)
    rows = Soap.like("dscribe", species=SPECIES["slab"], **arguments).compute(slab()).values
    np.testing.assert_allclose(rows, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


def test_options_of_quippy_may_be_given_one_by_one() -> None:
    line = "soap cutoff=5 n_max=6 l_max=3 atom_sigma=0.5 n_species=2 species_Z={1 8} average=T"
    options = {"cutoff": 5.0, "n_max": 6, "l_max": 3, "atom_gaussian_width": 0.5}
    given = Soap.like("quippy", **options, species_Z=[8, 1], average=True)
    assert given == Soap.like("quippy", line)


@pytest.mark.parametrize(
    ("package", "options", "arguments", "message"),
    [
        ("dscrib", "", {}, "no package 'dscrib'; did you mean 'dscribe'"),
        ("dscribe", "", {"rcut": 5.0}, "SOAP has no 'rcut'; did you mean 'r_cut'"),
        ("dscribe", "", {"n_max": 5}, "SOAP needs species, l_max"),
        ("dscribe", "soap", {}, "dscribe takes no line of options"),
        ("dscribe", "", {"r_cut": None}, "give the cutoff"),
        ("dscribe", "", {"rbf": "got"}, "no rbf of dscribe 'got'; did you mean 'gto'"),
        ("dscribe", "", {"average": "in"}, "no average of dscribe 'in'"),
        ("dscribe", "", {"r_cut": 1.0}, "dscribe-gto needs a cutoff above 1 Å, got 1.0"),
        ("dscribe", "", {"weighting": {"function": "pow", "r0": 1.0}}, "'pow' needs c, d, m"),
        ("dscribe", "", {"weighting": {"w": 1.0}}, "weighting has no 'w'"),
        ("dscribe", "", {"compression": {"mode": "mu3"}}, "no compression of dscribe 'mu3'"),
        (
            "dscribe",
            "",
            {"weighting": {"function": "pow", "r0": 1.0, "c": 1.0, "d": 0.0, "m": 2.0}},
            "infinite for the atom itself",
        ),
        ("featomic", "", {"cutoff": {"radius": 5.0}}, "needs density, basis"),
        ("quippy", "soap cutoff=5", {}, "needs n_max, l_max, atom_sigma"),
        ("quippy", "soap_turbo cutoff=5", {}, "must be soap, got 'soap_turbo'"),
        ("quippy", "soap cutof=5", {}, "has no 'cutof'; did you mean 'cutoff'"),
        ("quippy", "soap cutoff=x n_max=1 l_max=1 atom_sigma=1", {}, "cutoff cannot be 'x'"),
        (
            "quippy",
            "soap cutoff=5 n_max=6 l_max=3 atom_sigma=0.5 radial_basis=GTO",
            {},
            "'GTO' of quippy is not supported",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    package: str, options: str, arguments: dict[str, Any], message: str
) -> None:
    if (
        package == "dscribe" and arguments.keys() & {"r_cut", "rbf", "average", "weighting"}
    ) or "compression" in arguments:
        arguments = {"species": ["H"], "n_max": 2, "l_max": 1, "r_cut": 4.0, **arguments}
    with pytest.raises(InputError, match=message):
        Soap.like(package, options, **arguments)


def test_radius_of_the_basis_of_featomic_must_be_that_of_the_cutoff() -> None:
    arguments = featomic_arguments()["step"]
    radial = {**arguments["basis"]["radial"], "radius": 6.0}
    with pytest.raises(InputError, match="must be that of its cutoff"):
        Soap.like("featomic", **{**arguments, "basis": {**arguments["basis"], "radial": radial}})


def test_weighting_of_dscribe_says_where_neighbors_end() -> None:
    weighting = {"function": "pow", "r0": 1.1, "c": 1.0, "d": 1.0, "m": 5.0, "threshold": 0.05}
    arguments = {"species": ["H"], "n_max": 2, "l_max": 1, "weighting": weighting}
    assert Soap.like("dscribe", **arguments).cutoff == pytest.approx(1.1 * 19 ** (1 / 5))
