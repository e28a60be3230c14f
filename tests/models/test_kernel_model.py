"""Sums, blocks, normalization and centering of kernels; folds; spread; solvers; what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.feature_samples import atom_features, smooth_values
from tests.references.krr_reference import kernel_of_structures

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models.krr import Krr


def _rows(rows: np.ndarray) -> Features:
    return Features(rows, "structures", np.arange(len(rows) + 1))


def test_normalized_sums_have_ones_on_their_diagonal() -> None:
    features, others = atom_features(12), atom_features(5, seed=1)
    model = Krr(reduce="atoms", normalize=True)
    kernel = model.structure_kernel(features, extensive=True)
    (among,) = kernel.among(features, [1.3])
    raw = kernel_of_structures("gaussian", features, features, 1.3, same_element=False)
    roots = np.sqrt(np.diag(raw))
    np.testing.assert_allclose(among, raw / roots[:, None] / roots, rtol=1e-12)
    own = np.diag(kernel_of_structures("gaussian", others, others, 1.3, same_element=False))
    cross = kernel_of_structures("gaussian", others, features, 1.3, same_element=False)
    (between,) = kernel.between(others, features, [1.3])
    np.testing.assert_allclose(between, cross / np.sqrt(own)[:, None] / roots, rtol=1e-12)


def test_sum_of_kernels_is_the_weighted_sum() -> None:
    features = atom_features(15).mean()
    model = Krr(blocks=(1, 3), weights=(2.0, 0.5))
    values = smooth_values(atom_features(15), extensive=False)
    kernel, _, _ = model.prepare(features, values, extensive=False)
    expected = np.zeros((15, 15))
    for term, columns, weight in zip(kernel.terms, ([0], [1, 2, 3]), (2.0, 0.5), strict=True):
        part = _rows(features.values[:, columns])
        scale = 0.7 * term.unit
        expected += weight * kernel_of_structures("gaussian", part, part, scale, same_element=False)
    np.testing.assert_allclose(kernel.among(features, [0.7])[0], expected, rtol=1e-12)


def test_weights_leave_out_a_block_that_says_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(150, 8))
    values = np.sin(2 * rows[:, :1])
    fitted = Krr(blocks=(1, 7)).fit(_rows(rows), values, extensive=False)
    assert fitted.chosen["weight_1"] <= fitted.chosen["weight_0"] / 16
    test = rng.normal(size=(100, 8))
    plain = Krr().fit(_rows(rows), values, extensive=False)
    truth = np.sin(2 * test[:, :1])
    errors = [np.abs(one.predict(_rows(test)) - truth).mean() for one in (fitted, plain)]
    assert errors[0] < 0.2 * errors[1]


@pytest.mark.parametrize("extensive", [True, False])
def test_centering_equals_a_large_constant_in_the_kernel(*, extensive: bool) -> None:
    features, others = atom_features(25), atom_features(6, seed=1)
    values = smooth_values(features, extensive=extensive)
    model = Krr(reduce="atoms", centered=True, length_scale=1.0, noise=1e-2)
    predicted = model.fit(features, values, extensive=extensive).predict(others)
    matrix = kernel_of_structures("gaussian", features, features, 1.0, same_element=False)
    cross = kernel_of_structures("gaussian", others, features, 1.0, same_element=False)
    sizes, others_sizes = features.sizes.astype(float), others.sizes.astype(float)
    if not extensive:
        matrix /= sizes[:, None] * sizes
        cross /= others_sizes[:, None] * sizes
        sizes, others_sizes = np.ones(25), np.ones(6)
    shift = 1e-2 * np.diag(matrix).mean()
    # A constant with a prior variance of 1e8 goes all but without penalty.
    inner = matrix + shift * np.eye(25) + 1e8 * np.outer(sizes, sizes)
    expected = (cross + 1e8 * np.outer(others_sizes, sizes)) @ np.linalg.solve(inner, values)
    np.testing.assert_allclose(predicted, expected, rtol=1e-5)


def test_folds_equal_leaving_them_out_one_by_one() -> None:
    features = atom_features(30).mean()
    values = smooth_values(atom_features(30), extensive=False)
    groups = np.arange(30) // 7
    for centered in (False, True):
        model = Krr(length_scale=1.5, noises=(2.0**-7, 2.0**-7), centered=centered, widen=False)
        fitted = model.fit(features, values, extensive=False, groups=groups)
        matrix = kernel_of_structures("gaussian", features, features, 1.5, same_element=False)
        if centered:
            matrix += 1e8
        residuals = np.empty(30)
        middle = values - values.mean()
        for group in range(5):
            out = groups == group
            inner = matrix[np.ix_(~out, ~out)] + 2.0**-7 * np.eye((~out).sum())
            guess = matrix[np.ix_(out, ~out)] @ np.linalg.solve(inner, middle[~out])
            residuals[out] = (middle[out] - guess)[:, 0]
        # A prior variance of 1e8 costs eight digits.
        assert fitted.errors[0] == pytest.approx(np.abs(residuals).mean(), rel=1e-6)


def test_groups_that_are_copies_need_more_noise() -> None:
    features = atom_features(25)
    rng = np.random.default_rng(0)
    values = smooth_values(features, extensive=False) + 0.1 * rng.normal(size=(25, 1))
    copies = np.repeat(np.arange(25), 4)
    rows, values = features.mean().take(copies), values[copies]
    alone = Krr(length_scale=1.0).fit(rows, values, extensive=False)
    grouped = Krr(length_scale=1.0).fit(rows, values, extensive=False, groups=copies)
    assert alone.errors[0] < 1e-3 < grouped.errors[0]


def test_spread_is_that_of_a_gaussian_process() -> None:
    features, others = atom_features(30), atom_features(6, seed=1)
    values = smooth_values(features, extensive=True)
    model = Krr(length_scale=1.0, noise=1e-2)
    fitted = model.fit(features, values, extensive=True)
    rows, others_rows = features.mean(), others.mean()
    matrix = kernel_of_structures("gaussian", rows, rows, 1.0, same_element=False)
    cross = kernel_of_structures("gaussian", others_rows, rows, 1.0, same_element=False)
    inverse = np.linalg.inv(matrix + 1e-2 * np.eye(30))
    learned = values[:, 0] / features.sizes - values.sum() / features.sizes.sum()
    variance = learned @ inverse @ learned / 30
    shares = 1 + 1e-2 - np.einsum("ot,ts,os->o", cross, inverse, cross)
    expected = np.sqrt(variance * shares) * others.sizes
    np.testing.assert_allclose(fitted.spread(others)[:, 0], expected, rtol=1e-9)


def test_spread_beside_a_constant_is_that_of_a_wide_prior() -> None:
    features, others = atom_features(20).mean(), atom_features(6, seed=1).mean()
    values = smooth_values(atom_features(20), extensive=False)
    fitted = Krr(length_scale=0.5, noise=1e-2, centered=True).fit(features, values, extensive=False)
    matrix = 1e3 + kernel_of_structures("gaussian", features, features, 0.5, same_element=False)
    cross = 1e3 + kernel_of_structures("gaussian", others, features, 0.5, same_element=False)
    inverse = np.linalg.inv(matrix + 1e-2 * np.eye(20))
    shares = 1 + 1e3 + 1e-2 - np.einsum("ot,ts,os->o", cross, inverse, cross)
    expected = np.sqrt(fitted.scales[0] * shares)
    np.testing.assert_allclose(fitted.spread(others)[:, 0], expected, rtol=1e-3)


def test_iterations_solve_as_well_as_a_factorization() -> None:
    rng = np.random.default_rng(0)
    rows, others = rng.normal(size=(600, 5)), rng.normal(size=(50, 5))
    values = np.stack([np.sin(rows[:, 0]), rows[:, 1] ** 2], axis=1)
    for centered in (False, True):
        direct, iterative = (
            Krr(length_scale=2.0, noise=1e-3, solver=solver, centered=centered)
            .fit(_rows(rows), values, extensive=False)
            .predict(_rows(others))
            for solver in ("direct", "iterative")
        )
        # Single precision, 7 digits, over a noise of 1e-3.
        np.testing.assert_allclose(iterative, direct, atol=1e-3)


def test_iterations_that_fail_are_reported() -> None:
    rows = np.random.default_rng(0).normal(size=(600, 2))
    model = Krr(length_scale=8.0, noise=0.0, solver="iterative")
    fitted = model.fit(_rows(rows), np.sin(9 * rows[:, :1]), extensive=False)
    assert "of the values unexplained: give a larger noise" in fitted.warnings[0]


def test_search_goes_on_beyond_its_ends_where_it_may() -> None:
    places = np.linspace(0, 10, 60)[:, None]
    values = np.sin(places)
    narrow = {"length_scales": (2.0**-4, 2.0**-3), "noise": 1e-6}
    kept = Krr(widen=False, **narrow).fit(_rows(places), values, extensive=False)
    assert "is the longest of those searched" in kept.warnings[0]
    widened = Krr(**narrow).fit(_rows(places), values, extensive=False)
    assert "beyond the longest of the space given, which was widened" in widened.warnings[0]
    assert widened.errors[0] < 0.2 * kept.errors[0]
    noisy = values + 0.5 * np.random.default_rng(0).normal(size=(60, 1))
    model = Krr(length_scale=1.0, noises=(2.0**-9, 2.0**-8))
    wider = model.fit(_rows(places), noisy, extensive=False)
    assert "beyond the largest of the space given, which was widened" in wider.warnings[0]
    assert wider.noises[0] > 2.0**-8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"degree": 0}, "degree must be at least 1, got 0"),
        ({"n_folds": 1}, "n_folds must be 0 or at least 2, got 1"),
        ({"length_scales": (2.0, 1.0)}, "length_scales must be two numbers"),
        ({"noises": (0.0, 1.0)}, "noises must be two numbers"),
        ({"solver": "itertive"}, "did you mean 'iterative'"),
        ({"blocks": (0, 3)}, "widths of blocks must be at least 1"),
        ({"blocks": (1, 3), "weights": (1.0,)}, "1 weights but 2 kernels in the sum"),
        ({"kernel": "gaussian+linear", "weights": (0.0, 0.0)}, "weights must be 0 or above"),
        ({"weights": "all"}, "a number or 'auto', got 'all'"),
        ({"kernel": "gaussian + laplace"}, "did you mean 'laplacian'"),
    ],
)
def test_unfit_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Krr(**change)  # type: ignore[arg-type]


def test_unfit_blocks_and_groups_are_refused() -> None:
    features = atom_features(9)
    values = smooth_values(features, extensive=False)
    with pytest.raises(InputError, match="3 columns in blocks but 4 features"):
        Krr(blocks=(1, 2)).fit(features, values, extensive=False)
    with pytest.raises(InputError, match=r"groups of shape \(8,\) but 9 structures"):
        Krr().fit(features, values, extensive=False, groups=np.arange(8))
    with pytest.raises(InputError, match="at least 2 groups, got 1"):
        Krr().fit(features, values, extensive=False, groups=np.zeros(9, dtype=np.int64))
