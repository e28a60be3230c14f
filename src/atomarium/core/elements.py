"""The chemical elements: symbols and atomic numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex

from atomarium.core.errors import InputError, did_you_mean

#: Symbols by atomic number; number 0 is "X", a place without an element.
SYMBOLS: tuple[str, ...] = tuple(
    """
    X H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se
    Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy
    Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf
    Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
    """.split()  # noqa: SIM905 - a table is read, a list of 119 strings is not
)
NUMBERS: dict[str, int] = {symbol: number for number, symbol in enumerate(SYMBOLS)}


def number_of(symbol: str) -> int:
    """Return the atomic number of a chemical symbol.

    Raises:
        InputError: there is no such element.
    """
    try:
        return NUMBERS[symbol]
    except KeyError:
        message = f"no element {symbol!r}{did_you_mean(symbol, SYMBOLS[1:])}"
        raise InputError(message) from None


def symbols_of(numbers: Iterable[SupportsIndex]) -> str:
    """Return atomic numbers as a readable list: `H (1), Au (79)`."""
    return ", ".join(f"{SYMBOLS[z]} ({z})" for z in numbers)
