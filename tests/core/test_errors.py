from __future__ import annotations

import pytest

from atomarium.core.errors import InputError, counted_from, did_you_mean


def test_what_a_user_gave_wrong_is_a_value_error():
    assert issubclass(InputError, ValueError)


def test_close_names_are_offered_whatever_their_case():
    assert (
        did_you_mean("ENERGI", ["gap", "energy"]) == "; did you mean 'energy'? known: energy, gap"
    )
    assert did_you_mean("soap", ["Soap"]) == "; did you mean 'Soap'? known: Soap"


def test_far_names_are_not_offered_but_all_are_listed():
    assert did_you_mean("mass", ["gap", "energy"]) == "; known: energy, gap"


def test_nothing_known_is_said():
    assert did_you_mean("mass", []) == "; known: none"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("structure 3: the cell has no volume", "structure 13: the cell has no volume"),
        ("structure 0, atom 2: no element 200", "structure 10, atom 2: no element 200"),
        ("cutoff must be above 0 Å", "cutoff must be above 0 Å"),
    ],
)
def test_structures_of_a_run_are_counted_from_the_first_of_all(given: str, expected: str) -> None:
    with pytest.raises(InputError) as caught, counted_from(10):
        raise InputError(given)
    assert str(caught.value) == expected
