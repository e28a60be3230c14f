"""Regression on points: against normal equations, and against regression on all structures."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.feature_samples import atom_features, smooth_values
from tests.references.krr_reference import kernel_of_structures

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models.krr import Krr
from atomarium.models.points import WAYS, farthest_pivots, random_pivots
from atomarium.models.sparse_krr import SparseKrr


@pytest.mark.parametrize("points", WAYS)
def test_few_points_equal_normal_equations(points: str) -> None:
    features, others = atom_features(40), atom_features(9, seed=1)
    values = smooth_values(features, extensive=False, n_targets=2)
    model = SparseKrr(n_points=7, points=points, length_scale=1.5, noise=1e-2)
    fitted = model.fit(features, values, extensive=False)
    chosen = features.take(fitted.points).mean()
    rows, others_rows = features.mean(), others.mean()
    among = kernel_of_structures("gaussian", chosen, chosen, 1.5, same_element=False)
    cross = kernel_of_structures("gaussian", rows, chosen, 1.5, same_element=False)
    centered = values - values.mean(axis=0)
    weights = np.linalg.solve(cross.T @ cross + 1e-2 * among, cross.T @ centered)
    new = kernel_of_structures("gaussian", others_rows, chosen, 1.5, same_element=False)
    expected = new @ weights + values.mean(axis=0)
    assert len(fitted.points) == 7
    # Normal equations square a condition number of about 1e3.
    np.testing.assert_allclose(fitted.predict(others), expected, rtol=1e-8)


@pytest.mark.parametrize("reduce", ["mean", "atoms"])
def test_all_structures_as_points_equal_exact_regression(reduce: str) -> None:
    features, others = atom_features(50), atom_features(9, seed=1)
    values = smooth_values(features, extensive=True)
    settings = {"reduce": reduce, "length_scale": 1.0, "noise": 1e-3}
    exact = Krr(**settings).fit(features, values, extensive=True)
    sparse = SparseKrr(**settings).fit(features, values, extensive=True)
    np.testing.assert_allclose(sparse.predict(others), exact.predict(others), rtol=1e-8)
    np.testing.assert_allclose(sparse.spread(others), exact.spread(others), rtol=1e-6)


def test_noise_has_the_least_error_of_leaving_out() -> None:
    features = atom_features(40)
    values = smooth_values(features, extensive=False)
    fitted = SparseKrr(n_points=10, length_scale=1.0).fit(features, values, extensive=False)
    chosen, rows = features.take(fitted.points).mean(), features.mean()
    among = kernel_of_structures("gaussian", chosen, chosen, 1.0, same_element=False)
    cross = kernel_of_structures("gaussian", rows, chosen, 1.0, same_element=False)
    centered = values[:, 0] - values.mean()

    def error(noise: float) -> float:
        left_out = []
        for i in range(40):
            rest = np.delete(cross, i, axis=0)
            inner = rest.T @ rest + noise * among
            weights = np.linalg.solve(inner, rest.T @ np.delete(centered, i))
            left_out.append(abs(centered[i] - cross[i] @ weights))
        return float(np.mean(left_out))

    assert fitted.errors[0] == pytest.approx(error(fitted.noises[0]), rel=1e-6)
    assert fitted.errors[0] <= 1.002 * min(error(2.0**power) for power in range(-30, 4))


def test_pivots_explain_the_kernel() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    matrix = np.exp(-0.5 * ((rows[:, None] - rows) ** 2).sum(axis=2))
    for chosen, factor in (
        random_pivots(lambda chosen: matrix[:, chosen], np.ones(60), 20, seed=0),
        farthest_pivots(lambda chosen: matrix[:, chosen], np.ones(60), 20),
    ):
        among = matrix[np.ix_(chosen, chosen)]
        expected = matrix[:, chosen] @ np.linalg.solve(among, matrix[chosen])
        # A condition number of about 1e6.
        np.testing.assert_allclose(factor @ factor.T, expected, atol=1e-9)
        assert len(np.unique(chosen)) == 20


def test_copies_are_no_points() -> None:
    features = atom_features(10).take(np.repeat(np.arange(10), 5))
    values = smooth_values(features, extensive=False)
    fitted = SparseKrr(n_points=30, length_scale=1.0).fit(features, values, extensive=False)
    assert len(fitted.points) == 10
    assert np.isfinite(fitted.predict(features)).all()


def test_noise_of_zero_is_solved_with_the_least_there_is() -> None:
    features = atom_features(20)
    values = smooth_values(features, extensive=False)
    model = SparseKrr(n_points=5, length_scale=1.0, noise=0.0)
    assert np.isfinite(model.fit(features, values, extensive=False).predict(features)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": "pivot"}, "did you mean 'pivots'"),
        ({"n_points": 0}, "n_points must be at least 1, got 0"),
    ],
)
def test_unfit_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SparseKrr(**change)  # type: ignore[arg-type]


def test_restoring_with_other_structures_is_refused() -> None:
    features = atom_features(10)
    fitted = SparseKrr().fit(features, smooth_values(features, extensive=False), extensive=False)
    with pytest.raises(InputError, match="10 values but 4 training structures"):
        SparseKrr().restore(fitted.arrays(), atom_features(4))


def test_the_length_scale_is_that_of_the_regression_on_points() -> None:
    # With all structures as points, a length scale half as long is the better one here.
    x = np.random.default_rng(0).random((2500, 3))
    features = Features(x, "structures", np.arange(2501))
    values = np.abs(np.sin(5 * x)).prod(axis=1)[:, None]
    train, test = features.take(np.arange(2000)), features.take(np.arange(2000, 2500))

    def error(length_scale: float | str) -> float:
        model = SparseKrr(n_points=40, length_scale=length_scale)
        fitted = model.fit(train, values[:2000], extensive=False)
        return float(np.abs(fitted.predict(test) - values[2000:]).mean())

    assert error("auto") < 1.03 * min(error(2.0**power) for power in range(-3, 4))


@pytest.mark.parametrize("copies", [1, 2])
def test_points_may_be_explained_to_the_last_digit(copies: int) -> None:
    x = np.tile(np.random.default_rng(0).normal(size=(1500, 4))[:20], (copies, 1))
    features, values = Features(x, "structures", np.arange(len(x) + 1)), np.sin(x[:, :1])
    fitted = SparseKrr(n_points=50, noise=0.0).fit(features, values, extensive=False)
    np.testing.assert_allclose(fitted.predict(features), values, atol=1e-6)
