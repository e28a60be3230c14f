"""Correlations and lines of sweeps, against scipy and against laws that data were made by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.study.sweep.made_sweep import draw, made_sweep

from atomarium.core.errors import InputError
from atomarium.study.sweep.runs import Sweep
from atomarium.study.sweep.statistics import Correlation, correlations, regression


def _law(settings, rng) -> float:
    rate = np.log10(settings["learning_rate"]) + 3
    by_batch = 0.004 * settings["batch_size"] - 0.02 * np.log2(settings["epochs"])
    return 0.5 + by_batch + 0.03 * rate**2 + 0.03 * rng.normal()


def _drawn(n: int, *, seed: int = 1) -> list[dict]:
    rng = np.random.default_rng(seed)
    return [draw(rng) for _ in range(n)]


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return made_sweep(_drawn(65), _law)


def _found(sweep: Sweep, kind: str, setting: str, category: str | None = None) -> Correlation:
    (found,) = (
        one
        for one in correlations(sweep, "val_loss")
        if (one.kind, one.setting, one.category) == (kind, setting, category)
    )
    return found


def _columns(sweep: Sweep, name: str) -> tuple[np.ndarray, np.ndarray]:
    x = np.array([run.settings[name] for run in sweep.runs], dtype=float)
    return x, np.array([run.metrics["val_loss"] for run in sweep.runs])


@pytest.mark.parametrize("name", ["batch_size", "epochs", "cutoff"])
def test_pearson_and_spearman_are_those_of_scipy(sweep: Sweep, name: str) -> None:
    x, y = _columns(sweep, name)
    # float64, sums of 65 terms
    assert _found(sweep, "pearson", name).value == pytest.approx(stats.pearsonr(x, y)[0], abs=1e-12)
    expected = stats.spearmanr(x, y)[0]
    assert _found(sweep, "spearman", name).value == pytest.approx(expected, abs=1e-12)


def test_the_logarithm_is_correlated_where_the_study_says_log(sweep: Sweep) -> None:
    x, y = _columns(sweep, "learning_rate")
    found = _found(sweep, "pearson", "learning_rate")
    assert found.log
    assert found.value == pytest.approx(stats.pearsonr(np.log10(x), y)[0], abs=1e-12)


def test_words_are_told_from_all_others(sweep: Sweep) -> None:
    is_step = np.array([run.settings["schedule"] == "step" for run in sweep.runs], dtype=float)
    y = _columns(sweep, "epochs")[1]
    found = _found(sweep, "pearson", "schedule", "step")
    assert found.value == pytest.approx(stats.pearsonr(is_step, y)[0], abs=1e-12)


def test_partial_correlation_is_that_of_what_the_others_leave(sweep: Sweep) -> None:
    x, y = _columns(sweep, "batch_size")
    schedules = [run.settings["schedule"] for run in sweep.runs]
    others = np.column_stack(
        [
            np.ones(len(x)),
            _columns(sweep, "epochs")[0],
            _columns(sweep, "cutoff")[0],
            np.log10(_columns(sweep, "learning_rate")[0]),
            [one == "cosine" for one in schedules],
            [one == "step" for one in schedules],
        ]
    )
    left_x, left_y = (v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (x, y))
    expected = stats.pearsonr(left_x, left_y)[0]
    # Two ways of solving equations of condition < 1e3 in float64.
    assert _found(sweep, "partial", "batch_size").value == pytest.approx(expected, abs=1e-9)


def test_signs_of_the_law_come_out_with_intervals_off_zero(sweep: Sweep) -> None:
    larger, longer = _found(sweep, "partial", "batch_size"), _found(sweep, "partial", "epochs")
    assert larger.low is not None
    assert larger.low > 0
    assert longer.high is not None
    assert longer.high < 0


def test_what_does_nothing_has_an_interval_that_holds_zero_as_often_as_promised() -> None:
    held = []
    for seed in range(60):
        made = made_sweep(_drawn(40, seed=seed), lambda _, rng: rng.normal(), seed=seed)
        found = next(one for one in correlations(made, "val_loss") if one.setting == "cutoff")
        held.append(found.low <= 0 <= found.high)
    # 60 draws of 0.9 have a standard error of 0.04; percentile intervals of 40 runs promise 0.9.
    assert 0.78 <= np.mean(held) <= 1


def test_seeds_of_one_setting_are_no_new_evidence() -> None:
    drawn = _drawn(20)
    once = _found(made_sweep(drawn, _mean_law), "pearson", "batch_size")
    often = _found(made_sweep(drawn, _mean_law, repeats=10), "pearson", "batch_size")
    assert once.low is not None
    assert often.low is not None
    # Ten copies of each run: the same value, and intervals as wide, up to the resampling of 2,000.
    assert often.value == pytest.approx(once.value, abs=1e-12)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.1)


def _mean_law(settings, rng) -> float:
    del rng
    return 0.004 * settings["batch_size"] + 0.05 * settings["cutoff"]


def test_what_other_settings_tell_has_no_partial_correlation() -> None:
    drawn = [one | {"epochs": 5 * one["batch_size"]} for one in _drawn(30)]
    made = made_sweep(drawn, _law)
    assert _found(made, "partial", "epochs").value is None
    assert _found(made, "partial", "cutoff").value is not None
    assert _found(made, "pearson", "epochs").value is not None


def test_as_many_unknowns_as_runs_have_no_partial_correlation() -> None:
    made = made_sweep(_drawn(8), _law)
    assert _found(made, "pearson", "cutoff").value is not None
    assert _found(made, "partial", "cutoff").value is None


def test_a_list_over_two_decades_is_correlated_by_its_logarithm() -> None:
    drawn = [one | {"epochs": 10 ** (k % 3)} for k, one in enumerate(_drawn(30))]
    assert _found(made_sweep(drawn, _law), "pearson", "epochs").log
    assert not _found(made_sweep(drawn, _law), "pearson", "batch_size").log


def test_a_setting_that_does_not_apply_counts_only_where_it_does() -> None:
    drawn = _drawn(40)
    for number, one in enumerate(drawn):
        if number % 2:
            del one["cutoff"]
    found = _found(made_sweep(drawn, _law), "pearson", "cutoff")
    assert found.n == 20


def test_runs_that_failed_or_have_no_number_do_not_count(sweep: Sweep) -> None:
    broken = [
        replace(sweep.runs[0], number=65, state="failed", metrics={}),
        replace(sweep.runs[1], number=66, metrics={"val_loss": float("nan")}),
        replace(sweep.runs[2], number=67, state="pruned"),
    ]
    assert correlations(replace(sweep, runs=(*sweep.runs, *broken)), "val_loss") == correlations(
        sweep, "val_loss"
    )


def test_a_metric_that_nobody_reports_is_refused_with_those_that_are(sweep: Sweep) -> None:
    with pytest.raises(InputError, match="no run reports 'val_los'; did you mean 'val_loss'"):
        correlations(sweep, "val_los")


def test_a_line_is_that_of_scipy_and_says_its_units(sweep: Sweep) -> None:
    line = regression(sweep, "val_mae", "epochs")
    x, y = _columns(sweep, "epochs")
    expected = stats.linregress(x, 3 * y)
    assert line is not None
    assert (line.slope, line.intercept, line.r, line.p, line.slope_error) == pytest.approx(
        (expected.slope, expected.intercept, expected.rvalue, expected.pvalue, expected.stderr)
    )
    assert line.r2 == pytest.approx(expected.rvalue**2)
    assert (line.unit, line.n, line.log) == ("eV per epoch", 65, False)


def test_a_line_through_logarithms_counts_per_decade(sweep: Sweep) -> None:
    line = regression(sweep, "seconds", "learning_rate")
    assert line is not None
    assert line.log
    assert line.unit == "s per decade of learning_rate"
    # All runs took ten seconds: no slope, no correlation, nothing that chance would not do.
    assert (line.slope, line.r, line.p) == (0.0, 0.0, 1.0)


def test_words_and_equal_values_have_no_line(sweep: Sweep) -> None:
    assert regression(sweep, "val_loss", "schedule") is None
    assert regression(sweep, "val_loss", "nothing") is None
    assert regression(made_sweep([_drawn(1)[0]] * 9, _law), "val_loss", "epochs") is None
