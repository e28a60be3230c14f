from __future__ import annotations

import ase.data
import numpy as np
import pytest

from atomarium.core.elements import NUMBERS, SYMBOLS, number_of, symbols_of
from atomarium.core.errors import InputError


def test_symbols_and_numbers_equal_those_of_ase():
    assert ase.data.chemical_symbols == list(SYMBOLS)
    assert ase.data.atomic_numbers == NUMBERS


def test_numbers_are_found_by_symbol():
    assert (number_of("H"), number_of("Og")) == (1, 118)


@pytest.mark.parametrize(("given", "right"), [("AU", "Au"), ("cl", "Cl"), ("Cll", "Cl")])
def test_misspelled_symbols_are_answered_with_the_right_one(given, right):
    with pytest.raises(InputError, match=f"no element '{given}'; did you mean '{right}'"):
        number_of(given)


def test_lists_of_elements_are_readable():
    assert symbols_of((1, 79)) == "H (1), Au (79)"
    assert symbols_of(np.array([8])) == "O (8)"
    assert symbols_of(()) == ""
