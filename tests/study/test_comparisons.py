"""Exponents, paired comparisons and Pareto fronts, against other ways to get them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from atomarium.experiment.record import Record
from atomarium.study.comparisons import comparisons, exponents, pareto_front
from atomarium.study.curves import CurvePoint


def record(model: str, n_train: int, repeat: int, mae: float, state: str = "finished") -> Record:
    """Return a record with an error and little else."""
    return Record(
        id=f"{model}-{n_train}-{repeat}",
        model=model,
        target="energy",
        n_train=n_train,
        repeat=repeat,
        state=state,  # type: ignore[arg-type]
        scores={"mae": mae},
    )


def test_power_laws_give_back_their_exponents() -> None:
    records = [
        record("a", n, repeat, (2.0 + repeat) * n**-0.5)
        for n in (100, 200, 800)
        for repeat in (0, 1)
    ]
    (found,) = exponents(records)
    assert found.exponent == pytest.approx(0.5)
    assert (found.low, found.high) == (pytest.approx(0.5), pytest.approx(0.5))


def test_interval_of_an_exponent_is_that_of_a_mean() -> None:
    slopes = np.array([0.3, 0.4, 0.6])
    records = [record("a", n, k, n**-b) for k, b in enumerate(slopes) for n in (10, 1000)]
    (found,) = exponents(records)
    expected = stats.ttest_1samp(slopes, 0.0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_split_has_no_interval_and_one_size_no_exponent() -> None:
    (found,) = exponents(
        [record("a", 10, 0, 1.0), record("a", 20, 0, 0.5), record("b", 10, 0, 1.0)]
    )
    assert (found.model, found.exponent, found.low) == ("a", pytest.approx(1.0), None)


def test_comparison_is_the_corrected_paired_t_test() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(1.0, 0.1, 10), rng.normal(1.2, 0.1, 10)
    records = [record("a", 80, k, float(x)) for k, x in enumerate(a)]
    records += [record("b", 80, k, float(x)) for k, x in enumerate(b)]
    (found,) = comparisons(records, n_test=20)
    assert (found.better, found.worse, found.repeats) == ("a", "b", 10)
    assert found.difference == pytest.approx((b - a).mean())
    # An uncorrected test has the variance 1 / n instead of 1 / n + n_test / n_train.
    plain = stats.ttest_rel(b, a)
    t = plain.statistic / np.sqrt(1 + 10 * 20 / 80)
    assert found.p == pytest.approx(2 * stats.t.sf(t, 9))
    assert found.low is not None
    assert found.low < found.difference


def test_probabilities_are_corrected_for_the_number_of_comparisons() -> None:
    rng = np.random.default_rng(1)
    records = [
        record(name, 50, k, 1.0 + shift + float(noise))
        for name, shift in (("a", 0.0), ("b", 0.3), ("c", 0.35))
        for k, noise in enumerate(rng.normal(0, 0.02, 6))
    ]
    one = {c.better + c.worse: c.p for c in comparisons(records, n_test=10)}
    alone = {
        pair: comparisons([r for r in records if r.model in pair], n_test=10)[0].p
        for pair in ("ab", "ac", "bc")
    }
    ordered = sorted(alone, key=lambda pair: alone[pair] or 0.0)
    expected = np.minimum(
        np.maximum.accumulate([(3 - i) * (alone[pair] or 0.0) for i, pair in enumerate(ordered)]), 1
    )
    assert [one[pair] for pair in ordered] == pytest.approx(list(expected))


def test_models_are_compared_at_the_largest_size_that_both_have() -> None:
    records = [record("a", 10, 0, 1.0), record("a", 20, 0, 0.1), record("b", 10, 0, 0.5)]
    (found,) = comparisons(records, n_test=5)
    assert (found.n_train, found.better, found.p) == (10, "b", None)
    failed = [record("a", 10, 0, 1.0), record("b", 10, 0, 1.0, state="failed")]
    assert comparisons(failed, n_test=5) == []


def test_front_holds_what_nothing_beats() -> None:
    def point(name: str, seconds: float, mae: float) -> CurvePoint:
        return CurvePoint(
            target="energy",
            model=name,
            n_train=10,
            repeats=1,
            mae=mae,
            mae_std=None,
            rmse=mae,
            rmse_std=None,
            fit_seconds=seconds,
            predict_milliseconds=1.0,
        )

    points = [
        point("a", 1.0, 3.0),
        point("b", 2.0, 4.0),
        point("c", 3.0, 1.0),
        point("d", 3.0, 2.0),
    ]
    assert [one.model for one in pareto_front(points, "fit_seconds")] == ["a", "c"]
