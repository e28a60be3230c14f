"""Ridge regression against the normal equations."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.feature_samples import atom_features, smooth_values
from tests.references.krr_reference import fit_ridge

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models.ridge import Ridge


@pytest.mark.parametrize("width", [4, 40], ids=["tall", "wide"])
def test_intensive_fit_solves_the_normal_equations_with_intercept(width: int) -> None:
    features, others = atom_features(25, width), atom_features(5, width, seed=1)
    values = smooth_values(features, extensive=False)
    fitted = Ridge(penalty=0.01).fit(features, values, extensive=False)
    rows = features.mean().values
    shift = 0.01 * np.mean(np.sum((rows - rows.mean(axis=0)) ** 2, axis=1))
    weights, intercept = fit_ridge(rows, values[:, 0], shift, intercept=True)
    expected = others.mean().values @ weights + intercept
    np.testing.assert_allclose(fitted.predict(others)[:, 0], expected, rtol=1e-9)


def test_extensive_fit_solves_the_normal_equations_of_sums() -> None:
    features, others = atom_features(25), atom_features(5, seed=1)
    values = smooth_values(features, extensive=True)
    fitted = Ridge(penalty=0.01).fit(features, values, extensive=True)
    rows = features.sum().values
    center = values.sum() / features.sizes.sum()
    shift = 0.01 * np.mean(np.sum(rows**2, axis=1))
    weights, _ = fit_ridge(rows, values[:, 0] - center * features.sizes, shift, intercept=False)
    expected = others.sum().values @ weights + center * others.sizes
    np.testing.assert_allclose(fitted.predict(others)[:, 0], expected, rtol=1e-9)


@pytest.mark.parametrize("width", [4, 40], ids=["tall", "wide"])
def test_leave_one_out_error_equals_leaving_out_one_by_one(width: int) -> None:
    features = atom_features(20, width)
    values = smooth_values(features, extensive=False)
    fitted = Ridge(penalty=0.1).fit(features, values, extensive=False)
    rows = features.mean().values
    shift = 0.1 * np.mean(np.sum((rows - rows.mean(axis=0)) ** 2, axis=1))
    residuals = []
    for left_out in range(20):
        rest = np.arange(20) != left_out
        weights, intercept = fit_ridge(rows[rest], values[rest, 0], shift, intercept=True)
        residuals.append(values[left_out, 0] - rows[left_out] @ weights - intercept)
    expected = np.mean(np.abs(residuals))
    assert fitted.chosen["leave_one_out_mae"] == pytest.approx(expected, rel=1e-9)


def test_sums_over_elements_find_the_energies_of_the_elements() -> None:
    sizes = np.random.default_rng(0).integers(1, 9, 60)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    which = np.random.default_rng(1).integers(0, 3, offsets[-1])
    features = Features(np.eye(3)[which], "atoms", offsets)
    energies = np.array([-0.5, -38.0, -75.0])
    values = np.add.reduceat(energies[which], offsets[:-1])[:, None]
    fitted = Ridge().fit(features, values, extensive=True)
    found = fitted.predict(Features(np.eye(3), "atoms", np.arange(4)))
    np.testing.assert_allclose(found[:, 0], energies, atol=1e-6)  # a penalty of 2⁻⁴⁰ remains


def test_elements_that_cannot_be_told_apart_share_their_weight() -> None:
    # One H for each F: least squares alone cannot say which weighs what.
    features = Features(np.ones((4, 2)), "structures", 2 * np.arange(5))
    fitted = Ridge(penalty=0.0).fit(features, np.full((4, 1), 3.0), extensive=False)
    assert fitted.predict(features) == pytest.approx(3.0)


def test_nothing_to_learn_is_reported() -> None:
    features = atom_features(6)
    fitted = Ridge().fit(features, np.full((6, 1), 2.0), extensive=False)
    assert "nothing to learn but the mean" in fitted.warnings[0]
    one = Ridge().fit(features.take(np.array([0])), np.array([[2.0]]), extensive=True)
    assert one.predict(features.take(np.array([0]))) == pytest.approx(2.0)
    assert "nothing to learn but the mean" in one.warnings[0]


def test_largest_penalty_is_reported() -> None:
    features = atom_features(30, 3)
    values = np.random.default_rng(8).choice([-1.0, 1.0], (30, 1))
    fitted = Ridge().fit(features, values, extensive=False)
    assert fitted.warnings == ("penalty 64 is the largest of those searched",)


@pytest.mark.parametrize("penalty", [-1.0, float("inf"), "least"])
def test_unfit_penalties_are_refused(penalty: float | str) -> None:
    with pytest.raises(InputError, match="penalty must be 0 or above, or 'auto'"):
        Ridge(penalty=penalty)
