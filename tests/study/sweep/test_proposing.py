"""Which settings are tried: lists by seed, constraints, branches, what is learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.constraints import Constraint
from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.proposing import Outcome, Proposer
from atomarium.study.sweep.space import sweep_space

TEXT = """
name = "a"
[data]
source = "x"
[targets.gap]
[sweep]
{sweep}
{models}
"""
LINES = """
[models.krr]
representation = { values = [
  { kind = "soap", cutoff = { min = 3.0, max = 6.0 }, n_max = { values = [4, 8] } },
  { kind = "coulomb-matrix" },
] }
model = { kind = "krr", noise = { min = 1e-9, max = 1e-3, log = true }, length_scale = 20.0 }
"""
RIDGE = """
[models.ridge]
model = { kind = "ridge", penalty = { min = 1e-9, max = 1.0, log = true } }
"""
METHODS = ["random", "quasi-random", "tpe", "cma-es", "grid"]


def proposer(sweep: str, *, models: str = LINES, constraints: tuple[str, ...] = ()) -> Proposer:
    study = parse_study(TEXT.format(sweep=sweep, models=models), name="a.toml", folder=Path())
    assert study.spec.sweep is not None
    chosen = tuple(Constraint(text) for text in constraints)
    return Proposer(sweep_space(study), study.spec.sweep, chosen)


def listed(one: Proposer, n: int, loss: Any = lambda _: 1.0) -> list[dict[str, Any]]:
    found = []
    for number in range(n):
        chosen = one.propose(number)
        found.append(one.space.named(chosen))
        one.learn(Outcome(number=number, chosen=chosen, values=(float(loss(found[-1])),)))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_list_and_another_another(method: str):
    lists = [
        listed(proposer(f'method = "{method}"\nruns = 9\nseed = {seed}'), 9) for seed in (4, 4, 5)
    ]
    assert lists[0] == lists[1]
    assert method == "grid" or lists[0] != lists[2]


@pytest.mark.parametrize("method", METHODS)
def test_settings_of_branches_not_taken_are_absent(method: str):
    for one in listed(proposer(f'method = "{method}"\nruns = 12'), 12):
        own = {"cutoff", "n_max"} if one["representation"] == "soap" else set()
        assert set(one) == {"representation", "noise"} | own


@pytest.mark.parametrize("method", METHODS)
def test_constraints_hold_for_every_proposal(method: str):
    texts = ("cutoff * n_max <= 30", "noise < 1e-5 or n_max == 4", "length_scale == 20")
    found = listed(proposer(f'method = "{method}"\nruns = 12', constraints=texts), 12)
    inside = [one for one in found if "cutoff" in one]
    assert inside
    assert all(one["cutoff"] * one["n_max"] <= 30 for one in inside)
    assert all(one["noise"] < 1e-5 or one["n_max"] == 4 for one in inside)


@pytest.mark.parametrize("method", METHODS)
def test_constraints_that_nothing_satisfies_are_said(method: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("atomarium.study.sweep.proposing._MOST_TRIES", 100)
    one = proposer(f'method = "{method}"\nruns = 5', models=RIDGE, constraints=("penalty > 2",))
    with pytest.raises(InputError, match="no settings are found that satisfy 'penalty > 2'"):
        one.propose(0)


def test_constraints_may_speak_of_fixed_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("atomarium.study.sweep.proposing._MOST_TRIES", 100)
    one = proposer("runs = 3", constraints=("length_scale > 50",))
    with pytest.raises(InputError, match="no settings are found"):
        one.propose(0)


def test_a_grid_has_every_combination_once():
    found = listed(proposer('method = "grid"'), 55)
    # 5 cutoffs × 2 n_max × 5 noises of SOAP, and 5 noises of the other.
    assert proposer('method = "grid"').n_proposals == 55
    assert len({tuple(sorted(one.items())) for one in found}) == 55


def test_a_shuffled_grid_has_the_same_combinations_in_another_order():
    plain, shuffled = (
        listed(proposer(f'method = "grid"\n{more}'), 55) for more in ("", "shuffle = true")
    )
    assert plain != shuffled
    key = [tuple(sorted(one.items())) for one in plain]
    assert sorted(key) == sorted(tuple(sorted(one.items())) for one in shuffled)


@pytest.mark.parametrize("method", ["tpe", "cma-es"])
def test_methods_that_learn_come_near_the_best(method: str):
    def loss(named: dict[str, Any]) -> float:
        return (np.log10(named["penalty"]) + 5) ** 2

    found = listed(proposer(f'method = "{method}"\nruns = 40', models=RIDGE), 40, loss)
    late = np.median([loss(one) for one in found[25:]])
    chance = np.median([loss(one) for one in listed(proposer("runs = 40", models=RIDGE), 40)])
    assert late < 0.2 * chance  # of a parabola that is nine wide: less than half the distance


def test_random_numbers_follow_their_distributions():
    found = [one["penalty"] for one in listed(proposer("runs = 400", models=RIDGE), 400)]
    # Uniform in the logarithm: quartiles of 400 draws are off by 0.2 decades.
    quartiles = np.quantile(np.log10(found), [0.25, 0.5, 0.75])
    assert quartiles == pytest.approx([-6.75, -4.5, -2.25], abs=0.6)


def test_quasi_random_settings_are_even():
    found = [
        one["penalty"]
        for one in listed(proposer('method = "quasi-random"\nruns = 64', models=RIDGE), 64)
    ]
    counts, _ = np.histogram(np.log10(found), bins=np.linspace(-9, 0, 17))
    assert counts.min() >= 3  # four each, but for the shift
    assert counts.max() <= 5


def test_what_runs_elsewhere_is_not_proposed_again():
    one = proposer('method = "tpe"\nruns = 40', models=RIDGE)
    listed(one, 15, lambda named: (np.log10(named["penalty"]) + 5) ** 2)
    alone = one.propose(15)
    beside = one.propose(15, running=[alone] * 12)
    assert beside != alone
    assert one.propose(15) == alone  # asking leaves no trace


def test_settings_are_located_by_their_short_names():
    space = proposer("runs = 3").space
    for number in range(6):
        chosen = proposer("runs = 9").propose(number)
        assert space.locate(space.named(chosen)) == chosen
    assert space.locate({"representation": "soap", "noise": 1e-5}) is None
    assert space.locate({"representation": "coulomb-matrix", "noise": 1.0}) is None
    assert space.locate({"representation": "coulomb-matrix", "noise": 1e-5, "cutoff": 4.0}) is None


def test_settings_of_the_same_path_share_a_column():
    models = RIDGE + RIDGE.replace("models.ridge", "models.other").replace("1.0,", "9.0,")
    space = proposer("runs = 3", models=models).space
    assert set(space.columns.values()) == {"model", "penalty"}
    assert space.opened_columns["penalty"].high == 9.0
    assert space.opened_columns["model"].labels == ("ridge", "other")
