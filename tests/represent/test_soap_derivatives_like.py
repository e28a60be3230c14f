"""Derivatives of SOAP in the words of DScribe, featomic and quippy, against their numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.represent.soap_cases import STRUCTURES
from tests.represent.soap_like_cases import (
    SPECIES,
    dscribe_arguments,
    featomic_arguments,
    quippy_lines,
    random_cotangents,
)

from atomarium.core.derivatives import PulledBack
from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

KEPT = np.load(Path(__file__).parents[1] / "references" / "soap_package_derivatives.npz")
#: Relative. Slopes of the tabulated radial integrals are right to 1e-9.
TOLERANCE = 1e-8
every_set = pytest.mark.parametrize("name", STRUCTURES)


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < TOLERANCE * np.abs(expected).max()


def pulled_by(soap: Soap, structures: Structures) -> PulledBack:
    return soap.pull_back(structures, random_cotangents(soap, structures))


@every_set
@pytest.mark.parametrize("label", featomic_arguments())
def test_derivatives_are_those_of_featomic(name: str, label: str) -> None:
    soap = Soap.like("featomic", species=SPECIES[name], **featomic_arguments()[label])
    pulled = pulled_by(soap, STRUCTURES[name]())
    assert_close(pulled.positions, KEPT[f"featomic {name} {label}"])
    assert_close(pulled.strain, KEPT[f"featomic strain {name} {label}"])


@every_set
@pytest.mark.parametrize("label", quippy_lines([1]))
def test_derivatives_are_those_of_quippy(name: str, label: str) -> None:
    line = quippy_lines([NUMBERS[symbol] for symbol in SPECIES[name]])[label]
    pulled = pulled_by(Soap.like("quippy", line), STRUCTURES[name]())
    assert_close(pulled.positions, KEPT[f"quippy {name} {label}"])


@pytest.mark.parametrize("label", ["gto off off", "gto large"])
def test_derivatives_are_those_of_dscribe(label: str) -> None:
    arguments = dscribe_arguments()[label]
    soap = Soap.like("dscribe", species=SPECIES["molecules"], **arguments)
    pulled = pulled_by(soap, STRUCTURES["molecules"]())
    assert_close(pulled.positions, KEPT[f"dscribe {label}"])
