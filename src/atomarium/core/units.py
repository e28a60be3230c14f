"""Units: read their names, convert between them.

A unit is a product of names with whole powers: `kcal/mol/Å`, `a0^3`, `eV Å`, `cal/mol/K`. Inside
the package energies are in eV, lengths in Å, masses in atomic mass units.

Source: CODATA 2018, the values recommended by E. Tiesinga et al., Rev. Mod. Phys. 93, 025010 (2021).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from atomarium.core.errors import InputError, did_you_mean

Dimension = tuple[int, int, int, int, int]
_ENERGY: Dimension = (1, 0, 0, 0, 0)
_LENGTH: Dimension = (0, 1, 0, 0, 0)
_MASS: Dimension = (0, 0, 1, 0, 0)
_CHARGE: Dimension = (0, 0, 0, 1, 0)
_TEMPERATURE: Dimension = (0, 0, 0, 0, 1)
_PURE: Dimension = (0, 0, 0, 0, 0)
# With energy, length and mass as base quantities, time is length · mass^½ / energy^½: not whole.
# Frequencies appear in data only as rotational constants, so they are energies: E = h ν.

_E = 1.602176634e-19
_AVOGADRO = 6.02214076e23
_PLANCK = 6.62607015e-34
_HARTREE = 27.211386245988
_BOHR = 0.529177210903
_CALORIE = 4.184

_UNITS: dict[str, tuple[float, Dimension]] = {
    "eV": (1.0, _ENERGY),
    "meV": (1e-3, _ENERGY),
    "keV": (1e3, _ENERGY),
    "Ha": (_HARTREE, _ENERGY),
    "mHa": (_HARTREE * 1e-3, _ENERGY),
    "Ry": (_HARTREE / 2, _ENERGY),
    "J": (1 / _E, _ENERGY),
    "kJ": (1e3 / _E, _ENERGY),
    "cal": (_CALORIE / _E, _ENERGY),
    "kcal": (1e3 * _CALORIE / _E, _ENERGY),
    "Hz": (_PLANCK / _E, _ENERGY),
    "MHz": (_PLANCK * 1e6 / _E, _ENERGY),
    "GHz": (_PLANCK * 1e9 / _E, _ENERGY),
    "THz": (_PLANCK * 1e12 / _E, _ENERGY),
    "Å": (1.0, _LENGTH),
    "nm": (10.0, _LENGTH),
    "pm": (0.01, _LENGTH),
    "m": (1e10, _LENGTH),
    "cm": (1e8, _LENGTH),
    "a0": (_BOHR, _LENGTH),
    "u": (1.0, _MASS),
    "g": (_AVOGADRO, _MASS),
    "e": (1.0, _CHARGE),
    "K": (1.0, _TEMPERATURE),
    "mol": (_AVOGADRO, _PURE),
    "1": (1.0, _PURE),
}
_GIGAPASCAL = 1e9 / _E * 1e-30
_DERIVED: dict[str, tuple[float, Dimension]] = {
    "D": (1e-21 / 299792458 / _E * 1e10, (0, 1, 0, 1, 0)),
    "Pa": (_GIGAPASCAL * 1e-9, (1, -3, 0, 0, 0)),
    "MPa": (_GIGAPASCAL * 1e-3, (1, -3, 0, 0, 0)),
    "GPa": (_GIGAPASCAL, (1, -3, 0, 0, 0)),
    "kbar": (_GIGAPASCAL * 0.1, (1, -3, 0, 0, 0)),
    "bar": (_GIGAPASCAL * 1e-4, (1, -3, 0, 0, 0)),
}
_ALIASES = {
    "Ang": "Å",
    "Angstrom": "Å",
    "angstrom": "Å",
    "Hartree": "Ha",
    "hartree": "Ha",
    "Eh": "Ha",
    "Bohr": "a0",
    "bohr": "a0",
    "Rydberg": "Ry",
    "Debye": "D",
    "debye": "D",
    "amu": "u",
    "Da": "u",
    "dimensionless": "1",
}
_KNOWN = {**_UNITS, **_DERIVED}
_FACTOR = re.compile(r"1|(?P<name>a0|[^\d\s^/*·-]+)(?:\^?(?P<power>-?\d+))?")
#: What a number may be counted per; written behind the unit: `eV/atom`.
_COUNTED = {
    "atom": "atom",
    "atoms": "atom",
    "cation": "cation",
    "cations": "cation",
    "structure": "structure",
    "molecule": "structure",
    "cell": "structure",
}


def convert(value: float, unit: str, to: str) -> float:
    """Return a value given in one unit in another.

    Raises:
        InputError: a unit is not known, or the two measure different things.
    """
    if unit == to:
        return value
    factor, dimension = parse_unit(unit)
    factor_to, dimension_to = parse_unit(to)
    if dimension != dimension_to:
        raise InputError(f"unit {unit!r} does not convert to {to!r}: they measure different things")
    return value * (factor / factor_to)


def split_per(unit: str) -> tuple[str, str]:
    """Separate `eV/atom` into the unit, `eV`, and what it is counted per, `atom` or empty."""
    head, slash, tail = unit.rpartition("/")
    if slash and tail.strip() in _COUNTED:
        return head.strip(), _COUNTED[tail.strip()]
    return unit.strip(), ""


@lru_cache(maxsize=256)
def parse_unit(unit: str) -> tuple[float, Dimension]:
    """Return a unit as a multiple of eV, Å, u, e, K and the powers of these five.

    Raises:
        InputError: a name in it is not known.
    """
    factor, powers = 1.0, list(_PURE)
    # As people type it: one Å of several in Unicode, a0³, Å⁻¹.
    typed = unicodedata.normalize("NFKC", unit).replace("\N{MINUS SIGN}", "-")
    for sign, word in _signed_words(typed):
        match = _FACTOR.fullmatch(word)
        if match is None:
            raise InputError(f"unit {unit!r}: cannot read {word!r}; write kcal/mol/Å or a0^3")
        name, power = match["name"] or "1", sign * int(match["power"] or 1)
        one, dimension = _look_up(name, unit)
        factor *= one**power
        powers = [p + power * d for p, d in zip(powers, dimension, strict=True)]
    return factor, (powers[0], powers[1], powers[2], powers[3], powers[4])


def _signed_words(unit: str) -> list[tuple[int, str]]:
    numerator, *denominators = unit.strip().split("/")
    words = [(1, word) for word in re.split(r"[\s*·]+", numerator.strip()) if word]
    for denominator in denominators:
        # A slash divides by the one name behind it, as in kJ/mol/Å; what follows multiplies.
        first, *others = re.split(r"[\s*·]+", denominator.strip())
        words += [(-1, first), *((1, word) for word in others)]
    return words


def _look_up(name: str, unit: str) -> tuple[float, Dimension]:
    if name == "A":
        raise InputError(f"unit {unit!r}: 'A' may be ampere or ångström; write 'Å' or 'Ang'")
    name = _ALIASES.get(name, name)
    if name not in _KNOWN:
        known = [*_KNOWN, *_ALIASES]
        raise InputError(f"unit {unit!r}: no unit {name!r}{did_you_mean(name, known)}")
    return _KNOWN[name]
