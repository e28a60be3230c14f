"""Each advice comes in the case that it is for, with its numbers, and in no other."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.study.sweep.made_sweep import draw, keep_curves, made_sweep

from atomarium.study.sweep.advice import Advice, advise
from atomarium.study.sweep.runs import Sweep


def _drawn(n: int = 40, *, seed: int = 5) -> list[dict]:
    rng = np.random.default_rng(seed)
    return [draw(rng) for _ in range(n)]


def _inside(settings, rng) -> float:
    """Return a loss that is least in the middle of all ranges."""
    rate = np.log10(settings["learning_rate"]) + 3
    cutoff = settings.get("cutoff", 4.5) - 4.5
    others = abs(settings["epochs"] - 10) / 10 + abs(settings["batch_size"] - 8) / 8
    return 1 + rate**2 + cutoff**2 + others + 0.001 * rng.normal()


def _of_kind(sweep: Sweep, kind: str) -> list[Advice]:
    return [one for one in advise(sweep) if one.kind == kind]


def test_a_random_sweep_of_single_seeds_is_doubted() -> None:
    (found,) = _of_kind(made_sweep(_drawn(), _inside), "one-seed")
    assert "40 settings drawn by method random, each trained with one seed" in found.message
    assert "repeats = 3" in found.action


def test_single_seeds_name_the_settings_whose_sign_is_open() -> None:
    (found,) = _of_kind(made_sweep(_drawn(), lambda _, rng: rng.normal()), "one-seed")
    assert "cutoff" in found.settings
    assert "hold 0" in found.message


@pytest.mark.parametrize(("method", "repeats"), [("random", 2), ("grid", 1)])
def test_several_seeds_or_a_grid_are_not_doubted_for_one_seed(method: str, repeats: int) -> None:
    made = made_sweep(_drawn(), _inside, method=method, repeats=repeats)
    assert not _of_kind(made, "one-seed")


def test_a_method_that_chases_good_results_is_said_to() -> None:
    (found,) = _of_kind(made_sweep(_drawn(), _inside, method="tpe"), "one-seed")
    assert "tpe looks more often where results are good" in found.message


def test_the_best_on_the_edge_of_a_range_or_list_is_told_with_where_to_look() -> None:
    def falling(settings, rng) -> float:
        return -np.log10(settings["learning_rate"]) - 0.01 * settings["epochs"] + 0 * rng.normal()

    drawn = [*_drawn(), {**_drawn(1)[0], "learning_rate": 9.9e-3, "epochs": 40, "cutoff": 4.4}]
    drawn[-1]["batch_size"] = 8
    found = _of_kind(made_sweep(drawn, falling), "edge")
    assert {one.settings for one in found} == {("learning_rate",), ("epochs",)}
    rate = next(one for one in found if one.settings == ("learning_rate",))
    assert "number 40" in rate.message
    assert "0.0099, at the upper end of 0.0001 … 0.01" in rate.message
    assert "to about 0.1" in rate.action


def test_the_lower_end_is_looked_beyond_too() -> None:
    drawn = _drawn()
    drawn[7] |= {"batch_size": 4, "epochs": 10, "cutoff": 4.5, "learning_rate": 1e-3}
    made = made_sweep(drawn, lambda s, _: 0.0 if s == drawn[7] else 1.0)
    (found,) = _of_kind(made, "edge")
    assert "batch_size = 4, at the lower end of 4 … 32" in found.message
    assert "Widen batch_size to about 2 " in found.action


def test_the_largest_is_the_best_where_the_goal_says_so() -> None:
    made = made_sweep(_drawn(), lambda s, _: s["cutoff"], goal="maximize")
    settings = {one.settings for one in _of_kind(made, "edge")}
    assert ("cutoff",) in settings


def test_values_outside_of_the_space_are_no_edge() -> None:
    drawn = _drawn()
    drawn[7] |= {"batch_size": 5, "epochs": 10, "cutoff": 4.5, "learning_rate": 1e-3}
    assert not _of_kind(made_sweep(drawn, lambda s, _: float(s != drawn[7])), "edge")


def test_costs_are_not_advised_on() -> None:
    assert advise(made_sweep(_drawn(), _inside), "seconds") == ()


def test_the_best_inside_is_no_edge() -> None:
    drawn = [*_drawn(), {**_drawn(1)[0], "learning_rate": 1e-3, "epochs": 10, "batch_size": 8}]
    drawn[-1]["cutoff"] = 4.5
    assert not _of_kind(made_sweep(drawn, _inside), "edge")


def test_large_batches_that_still_fall_need_epochs(tmp_path) -> None:
    made = made_sweep(_drawn(), _inside, folder=tmp_path)
    keep_curves(
        made,
        lambda s: [0.05 + np.exp(-k * 8 / s["batch_size"]) for k in range(s["epochs"])],
    )
    (found,) = _of_kind(made, "epochs")
    fell, others = re.findall(r"(\d+)%", found.message)
    assert int(fell) > int(others)
    assert "batch_size of 16 and more" in found.message
    (factor,) = re.findall(r"about ([\d.]+) times as many", found.action)
    logs = np.log([run.settings["batch_size"] for run in made.runs])
    large = logs >= np.log(16)
    # The message has two digits.
    expected = np.exp(logs[large].mean() - logs[~large].mean())
    assert float(factor) == pytest.approx(expected, abs=0.06)


def test_curves_that_have_leveled_off_are_left_alone(tmp_path) -> None:
    made = made_sweep(_drawn(), _inside, folder=tmp_path)
    keep_curves(made, lambda s: [0.01 + np.exp(-5.0 * k) for k in range(s["epochs"])])
    assert not _of_kind(made, "epochs")


def test_settings_that_went_together_are_told() -> None:
    drawn = [one | {"epochs": one["batch_size"]} for one in _drawn()]
    (found,) = _of_kind(made_sweep(drawn, _inside), "confounded")
    assert set(found.settings) == {"epochs", "batch_size"}
    assert "rank correlation 1.00 over 40 runs" in found.message


def test_words_can_go_together_with_numbers() -> None:
    of_word = {"constant": 3.2, "cosine": 5.8, "step": 4.4}
    drawn = _drawn()
    rng = np.random.default_rng(0)
    for one in drawn:
        one["cutoff"] = of_word[one["schedule"]] + 0.1 * rng.normal()
    (found,) = _of_kind(made_sweep(drawn, _inside), "confounded")
    assert set(found.settings) == {"cutoff", "schedule"}


def test_settings_drawn_independently_are_not_confounded() -> None:
    for seed in range(20):
        assert not _of_kind(made_sweep(_drawn(seed=seed), _inside), "confounded")


def test_seeds_that_scatter_more_than_the_best_differ_are_told() -> None:
    made = made_sweep(_drawn(8), lambda s, rng: 0.001 * s["cutoff"] + 0.1 * rng.normal(), repeats=3)
    (found,) = _of_kind(made, "seed-spread")
    differ, scatter = map(float, re.findall(r"(?:differ|scatter) by ([\d.e-]+)", found.message))
    # Two standard errors of the difference of two means of three.
    assert differ < 2 * np.sqrt(2 / 3) * scatter
    # The median of eight standard deviations of three seeds each, which is 17 % low.
    assert scatter == pytest.approx(0.083, rel=0.5)
    assert "the median of 8 settings of 3 or more seeds" in found.message


def test_one_setting_that_diverges_does_not_hide_a_difference() -> None:
    drawn = _drawn(6)

    def law(settings, rng) -> float:
        wild = 50.0 if settings == drawn[5] else 0.01
        return drawn.index(settings) + wild * abs(rng.normal())

    assert not _of_kind(made_sweep(drawn, law, repeats=3), "seed-spread")


def test_settings_that_differ_by_more_than_their_seeds_are_told_apart() -> None:
    made = made_sweep(_drawn(8), _inside, repeats=3)
    assert not _of_kind(made, "seed-spread")


def test_a_handful_of_runs_gets_no_advice() -> None:
    assert advise(made_sweep(_drawn(4), _inside)) == ()
