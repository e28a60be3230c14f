"""Kernel ridge regression against plain linear algebra; what it refuses and reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.feature_samples import atom_features, smooth_values
from tests.references.krr_reference import kernel_of_structures, predict_krr

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models.krr import Krr


@pytest.mark.parametrize("reduce", ["mean", "sum", "atoms", "atoms-same-element"])
@pytest.mark.parametrize("extensive", [True, False])
def test_predictions_equal_plain_linear_algebra(reduce: str, *, extensive: bool) -> None:
    features, others = atom_features(20), atom_features(7, seed=1)
    values = smooth_values(features, extensive=extensive)
    model = Krr(reduce=reduce, length_scale=1.5, noise=1e-3)
    predicted = model.fit(features, values, extensive=extensive).predict(others)

    rows = {"mean": features.mean(), "sum": features.sum()}.get(reduce, features)
    others_rows = {"mean": others.mean(), "sum": others.sum()}.get(reduce, others)
    same = reduce == "atoms-same-element"
    matrix = kernel_of_structures("gaussian", rows, rows, 1.5, same_element=same)
    cross = kernel_of_structures("gaussian", others_rows, rows, 1.5, same_element=same)
    if reduce.startswith("atoms") and not extensive:
        matrix /= features.sizes[:, None] * features.sizes
        cross /= others.sizes[:, None] * features.sizes
    times, others_times = (f.sizes if extensive else np.ones(len(f)) for f in (features, others))
    scale, others_scale = (
        t if reduce == "mean" else np.ones(len(t)) for t in (times, others_times)
    )
    center = values.sum() / times.sum()
    centered = (values[:, 0] - center * times) / scale
    expected = predict_krr(matrix, cross, centered, 1e-3) * others_scale + center * others_times
    np.testing.assert_allclose(predicted[:, 0], expected, rtol=1e-10)  # condition of about 1e4


def test_tuned_model_predicts_unseen_structures() -> None:
    features = atom_features(400, width=3)
    values = smooth_values(features, extensive=False)
    train, test = np.arange(300), np.arange(300, 400)
    for reduce in ("mean", "atoms", "atoms-same-element"):
        fitted = Krr(reduce=reduce).fit(features.take(train), values[train], extensive=False)
        errors = fitted.predict(features.take(test)) - values[test]
        mae = np.mean(np.abs(errors))
        # Averages of rows do not hold all that averages of their functions need.
        assert mae < (0.8 if reduce == "mean" else 0.05) * values.std()
        # The leave-one-out error is an estimate of that of unseen structures.
        assert 0.3 < fitted.chosen["leave_one_out_mae"] / mae < 3


def test_features_reduced_before_give_the_same() -> None:
    features = atom_features(30)
    values = smooth_values(features, extensive=True)
    for reduce in ("mean", "sum"):
        model = Krr(reduce=reduce)
        digest = model.digest(features, extensive=True)
        first = model.fit(features, values, extensive=True).predict(features)
        second = model.fit(digest, values, extensive=True).predict(digest)
        assert np.array_equal(first, second)


def test_rows_of_structures_learn_the_total() -> None:
    rows = Features(np.random.default_rng(0).normal(size=(20, 3)), "structures", 2 * np.arange(21))
    values = rows.values[:, :1] + 5.0
    first = Krr(length_scale=2.0, noise=1e-6).fit(rows, values, extensive=True)
    second = Krr(length_scale=2.0, noise=1e-6).fit(rows, values - 5.0, extensive=True)
    # Equal sizes: taking a constant from the values is taking it from the center.
    np.testing.assert_allclose(first.predict(rows), second.predict(rows) + 5.0, rtol=1e-9)
    assert first.center[0] == pytest.approx(values.sum() / 40)


def test_prediction_in_runs_equals_prediction_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    features, others = atom_features(30), atom_features(11, seed=2)
    values = smooth_values(features, extensive=True)
    fitted = Krr(length_scale=1.0, noise=1e-3).fit(features, values, extensive=True)
    whole = fitted.predict(others)
    monkeypatch.setattr("atomarium.models._kernel_sums._VALUES_AT_ONCE", 90)
    np.testing.assert_allclose(fitted.predict(others), whole, rtol=1e-12)


def test_no_structures_have_no_predictions() -> None:
    features = atom_features(10)
    fitted = Krr().fit(features, smooth_values(features, extensive=True), extensive=True)
    assert fitted.predict(features.take(np.zeros(0, dtype=np.int64))).shape == (0, 1)


def test_what_was_chosen_is_plain_and_numbered() -> None:
    features = atom_features(30)
    one = Krr().fit(features, smooth_values(features, extensive=False), extensive=False)
    assert set(one.chosen) == {"length_scale", "noise", "leave_one_out_mae"}
    assert all(type(value) is float for value in one.chosen.values())
    values = smooth_values(features, extensive=False, n_targets=2)
    two = Krr(kernel="linear").fit(features, values, extensive=False)
    assert set(two.chosen) == {f"{n}_{t}" for n in ("noise", "leave_one_out_mae") for t in (0, 1)}
    given = Krr(length_scale=1.0, noise=0.1).fit(features, values[:, :1], extensive=False)
    assert given.chosen == {"length_scale": 1.0, "noise": 0.1}


def test_equal_values_are_predicted_and_reported() -> None:
    features = atom_features(10)
    values = np.column_stack([np.full(10, 0.1), smooth_values(features, extensive=False)[:, 0]])
    fitted = Krr().fit(features, values, extensive=False)
    np.testing.assert_allclose(fitted.predict(atom_features(5, seed=4))[:, 0], 0.1, rtol=1e-12)
    assert "target 0: all training values are equal" in fitted.warnings[0]


def test_one_structure_gives_its_value_and_says_so() -> None:
    features = atom_features(1)
    fitted = Krr().fit(features, np.array([[3.5]]), extensive=False)
    assert fitted.predict(atom_features(4, seed=1)) == pytest.approx(3.5)
    assert "all training values are equal" in fitted.warnings[0]


def test_equal_features_make_a_kernel_singular_without_noise() -> None:
    features = atom_features(10).mean().take(np.array([0, 1, 2, 3, 1]))
    values = np.arange(5.0)[:, None]
    model = Krr(length_scale=1.0, noise=0.0)
    message = r"singular with noise 0; training structures 1 and 4 have equal features; give"
    with pytest.raises(InputError, match=message):
        model.fit(features, values, extensive=False)
    assert np.isfinite(
        replace(model, noise="auto").fit(features, values, extensive=False).weights
    ).all()


def test_noise_zero_interpolates() -> None:
    features = atom_features(15)
    values = smooth_values(features, extensive=False)
    fitted = Krr(length_scale=0.5, noise=0.0).fit(features, values, extensive=False)
    np.testing.assert_allclose(fitted.predict(features), values, rtol=1e-8)


def test_noise_found_too_small_is_raised_and_reported() -> None:
    features = atom_features(20).mean().take(np.repeat(np.arange(20), 2))
    values = np.repeat(smooth_values(atom_features(20), extensive=False), 2, axis=0)
    model = Krr(length_scale=1.0, noises=(2.0**-66, 2.0**-65), widen=False)
    fitted = model.fit(features, values, extensive=False)
    assert fitted.noises[0] > 1e-17
    assert any("noise raised from" in warning for warning in fitted.warnings)


def test_equal_rows_everywhere_learn_the_mean() -> None:
    features = Features(np.ones((6, 2)), "structures", np.arange(7))
    values = np.array([1.0, 2, 3, 4, 5, 6])[:, None]
    fitted = Krr().fit(features, values, extensive=False)
    assert fitted.predict(features) == pytest.approx(3.5, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kernel": "gausian"}, "did you mean 'gaussian'"),
        ({"reduce": "average"}, "no way to reduce atoms is called 'average'"),
        ({"length_scale": 0.0}, "above 0 or 'auto', got 0.0"),
        ({"length_scale": "long"}, "a number or 'auto', got 'long'"),
        ({"noise": -1.0}, "0 or above, or 'auto', got -1.0"),
        ({"noise": float("nan")}, "got nan"),
        ({"n_tuning": 1}, "n_tuning must be at least 2 or 'auto', got 1"),
        ({"n_tuning": "all"}, "n_tuning must be at least 2 or 'auto', got 'all'"),
    ],
)
def test_unfit_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Krr(**change)  # type: ignore[arg-type]


def test_unfit_features_are_refused() -> None:
    features = atom_features(10)
    values = smooth_values(features, extensive=False)
    with pytest.raises(InputError, match="needs features of atoms"):
        Krr(reduce="atoms").fit(features.mean(), values, extensive=False)
    with pytest.raises(InputError, match="know their elements"):
        Krr(reduce="atoms-same-element").fit(
            replace(features, numbers=None), values, extensive=False
        )
    with pytest.raises(InputError, match="reduced by mean, got sum"):
        Krr(reduce="mean").fit(features.sum(), values, extensive=False)


def test_restoring_with_other_structures_is_refused() -> None:
    features = atom_features(10)
    fitted = Krr().fit(features, smooth_values(features, extensive=False), extensive=False)
    with pytest.raises(InputError, match="10 weights but 4 training structures"):
        Krr().restore(fitted.arrays(), atom_features(4))
