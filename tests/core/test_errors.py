from __future__ import annotations

from atomarium.core.errors import InputError, did_you_mean


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
