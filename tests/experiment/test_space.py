"""What study files may leave open."""

from __future__ import annotations

from typing import Any

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.open_settings import read_space
from atomarium.experiment.space import (
    Choice,
    Normal,
    Range,
    default,
    fill,
    has_open,
    open_settings,
    probes,
)

PLAIN = {
    "representation": {
        "values": [
            {"kind": "soap", "cutoff": {"min": 3.0, "max": 6.0}, "n_max": {"min": 4, "max": 8}},
            {"kind": "coulomb-matrix"},
        ]
    },
    "model": {"kind": "krr", "noise": {"min": 1e-9, "max": 1e-3, "log": True}},
    "baseline": "none",
}


def test_settings_of_a_branch_count_only_where_it_is_taken() -> None:
    space = read_space(PLAIN)
    assert list(open_settings(space)) == [
        "representation",
        "representation[soap].cutoff",
        "representation[soap].n_max",
        "model.noise",
    ]
    asked: list[str] = []

    def second(name: str, one: Any) -> Any:
        asked.append(name)
        return 1 if isinstance(one, Choice) else one.probes[0]

    filled = fill(space, second)
    assert asked == ["representation", "model.noise"]
    assert filled["representation"] == {"kind": "coulomb-matrix"}
    assert filled["model"]["noise"] == pytest.approx(1e-6)


def test_closed_settings_stay_as_they_are() -> None:
    plain = {"kind": "soap", "species": ["H", "C"], "scaling": {"kind": "willatt", "rate": 1.0}}
    assert read_space(plain) == plain
    assert not has_open(read_space(plain))


def test_probes_visit_every_value_and_both_ends() -> None:
    seen = list(probes(read_space(PLAIN)))
    cutoffs = {one["representation"].get("cutoff") for _, one in seen}
    assert cutoffs == {3.0, 4.5, 6.0, None}
    assert {one["representation"].get("n_max") for _, one in seen} == {4, 6, 8, None}


def test_equal_kinds_in_a_choice_are_told_apart() -> None:
    space = read_space({"values": [{"kind": "soap", "l_max": 2}, {"kind": "soap", "l_max": 4}]})
    assert space.labels == ("soap-0", "soap-1")


@pytest.mark.parametrize(
    ("one", "value", "allowed"),
    [
        (Range(low=1, high=9, whole=True), 4.4, 4),
        (Range(low=0.0, high=1.0, step=0.3), 1.0, 0.9),
        (Range(low=0.5, high=2.0), 7.0, 2.0),
    ],
)
def test_numbers_outside_go_to_the_nearest_allowed(
    one: Range, value: float, allowed: float
) -> None:
    assert one.number(value) == pytest.approx(allowed)


def test_normal_numbers_have_mean_and_spread() -> None:
    one = Normal(mean=2.0, std=3.0)
    assert one.at(0.5) == pytest.approx(2.0)
    assert one.at(0.841344746) == pytest.approx(5.0)
    assert Normal(mean=0.0, std=1.0, log=True).at(0.5) == pytest.approx(1.0)


def test_default_is_the_first_value_or_the_middle() -> None:
    assert default("", Choice(("a", "b"))) == 0
    assert default("", Range(low=1.0, high=100.0, log=True)) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"min": 3, "max": 1}, "min must be at most max, got 3 and 1"),
        ({"min": 0.0, "max": 1.0, "log": True}, "needs min above 0"),
        ({"min": 0.1, "max": 1.0, "step": 0}, "step must be above 0"),
        ({"min": 0.1, "max": 1.0, "step": 0.1, "log": True}, "exclude each other"),
        ({"min": 0.1, "max": 1.0, "stepp": 0.1}, "unknown key 'stepp'; did you mean 'step'"),
        ({"min": "a", "max": 1.0}, "min must be a number, got 'a'"),
        ({"min": True, "max": 2}, "min must be a number, got True"),
        ({"min": 1, "max": 2, "log": 1}, "log must be true or false, got 1"),
        ({"values": []}, "values is empty"),
        ({"values": 3}, "values must be a list, got 3"),
        ({"mean": 0.0, "std": 0.0}, "std above 0"),
    ],
)
def test_senseless_ranges_are_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_space({"model": {"noise": table}})
