from __future__ import annotations

import ase.units
import pytest
import scipy.constants
from hypothesis import given
from hypothesis import strategies as st

from atomarium.core.errors import InputError
from atomarium.core.units import convert, parse_unit, split_per

#: What scipy.constants (CODATA) says one unit is in eV, Å, u, e, K.
_HARTREE = scipy.constants.physical_constants["Hartree energy in eV"][0]
_BOHR = scipy.constants.physical_constants["Bohr radius"][0] * 1e10
_INDEPENDENT = {
    "eV": 1.0,
    "meV": 1e-3,
    "Ha": _HARTREE,
    "Ry": _HARTREE / 2,
    "J": 1 / scipy.constants.e,
    "kJ/mol": 1e3 / scipy.constants.N_A / scipy.constants.e,
    "kcal/mol": 1e3 * scipy.constants.calorie / scipy.constants.N_A / scipy.constants.e,
    "GHz": scipy.constants.h * 1e9 / scipy.constants.e,
    "a0": _BOHR,
    "nm": 10.0,
    "a0^3": _BOHR**3,
    "Ha/a0": _HARTREE / _BOHR,
    "GPa": 1e9 * 1e-30 / scipy.constants.e,
    "kbar": 1e8 * 1e-30 / scipy.constants.e,
    "g/cm^3": scipy.constants.N_A * 1e-24,
    "cal/mol/K": scipy.constants.calorie / scipy.constants.N_A / scipy.constants.e,
    "e Å": 1.0,
    "": 1.0,
    "1": 1.0,
}


@pytest.mark.parametrize("unit", _INDEPENDENT)
def test_factors_equal_those_of_scipy(unit):
    # Revisions of CODATA differ in the 10th digit of a0, and a0³ triples that.
    assert parse_unit(unit)[0] == pytest.approx(_INDEPENDENT[unit], rel=5e-9)


def test_debye_equals_that_of_ase():
    # ASE takes the CODATA of 2014, before e was fixed.
    assert convert(1.0, "D", "e Å") == pytest.approx(ase.units.Debye, rel=1e-7)


@pytest.mark.parametrize(
    "spellings",
    [
        ["kcal/mol/Å", "kcal/mol/Ang", "kcal mol^-1 Å^-1", "kcal·mol-1·Å⁻¹", "kcal*mol^-1/Å"],
        ["a0^3", "a0³", "bohr^3", "Bohr3"],
        ["eV/Å³", "eV/Å^3", "eV Å−3", "eV/\u212b^3", "eV/A\u030a^3"],
        ["Hartree", "hartree", "Eh", "Ha", "1 Ha"],
        ["Debye", "debye", "D"],
    ],
)
def test_spellings_of_one_unit_mean_the_same(spellings):
    assert len({parse_unit(spelling) for spelling in spellings}) == 1


@given(
    st.floats(-1e6, 1e6),
    st.sampled_from(["eV", "meV", "Ha", "kcal/mol", "kJ/mol", "J", "THz"]),
    st.sampled_from(["eV", "Ry", "mHa", "cal/mol", "GHz"]),
)
def test_there_and_back_is_where_it_began(value, unit, other):
    assert convert(convert(value, unit, other), other, unit) == pytest.approx(value, rel=1e-14)


def test_a_unit_to_itself_changes_nothing_even_if_it_is_not_known():
    assert convert(0.1, "points", "points") == 0.1


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ("hartee", "no unit 'hartee'; did you mean 'hartree'"),
        ("A", "ampere or ångström"),
        ("eV/", "cannot read ''"),
        ("eV^x", "cannot read 'eV\\^x'"),
        ("100 eV", "cannot read '100'"),
        ("12", "cannot read '12'"),
        ("eV/atom", "no unit 'atom'"),
    ],
)
def test_units_that_cannot_be_read_are_named(unit, reason):
    with pytest.raises(InputError, match=reason):
        parse_unit(unit)


@pytest.mark.parametrize(("unit", "to"), [("eV", "Å"), ("", "eV"), ("D", "e"), ("GPa", "eV")])
def test_different_things_do_not_convert(unit, to):
    with pytest.raises(InputError, match=f"'{unit}' does not convert to '{to}'"):
        convert(1.0, unit, to)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("eV/atom", ("eV", "atom")),
        ("kcal/mol", ("kcal/mol", "")),
        ("eV / atoms", ("eV", "atom")),
        ("meV/cation", ("meV", "cation")),
        ("eV/cell", ("eV", "structure")),
        ("Ha/molecule", ("Ha", "structure")),
        ("", ("", "")),
    ],
)
def test_what_a_number_is_per_is_separated(unit, expected):
    assert split_per(unit) == expected
