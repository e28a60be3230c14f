"""Maps agree with slow and plain versions of their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.explore import embed as module
from atomarium.explore.embed import embed, kernel_pca, pca, pcovr

RNG = np.random.default_rng(3)


def _same_up_to_sign(one: np.ndarray, other: np.ndarray, atol: float) -> None:
    signs = np.sign((one * other).sum(axis=0))
    np.testing.assert_allclose(one, other * signs, atol=atol)


@pytest.mark.parametrize("shape", [(40, 7), (7, 40)])
def test_pca_is_that_of_the_singular_value_decomposition(shape: tuple[int, int]) -> None:
    rows = RNG.normal(size=shape) * np.arange(1, shape[1] + 1) + 5
    places, shares = pca(rows, 3)
    left, singular, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    # Squares of singular values lose half of the digits.
    _same_up_to_sign(places, left[:, :3] * singular[:3], atol=1e-7 * singular[0])
    np.testing.assert_allclose(shares, singular[:3] ** 2 / (singular**2).sum(), rtol=1e-9)
    assert (places[np.abs(places).argmax(axis=0), range(3)] > 0).all()


def test_pca_of_less_than_was_asked_for_is_zero_there() -> None:
    line = np.outer(np.arange(5.0), [1, 2])
    places, shares = pca(line, 3)
    assert (places[:, 1:] == 0).all()
    np.testing.assert_allclose(shares, [1, 0, 0])
    assert (pca(np.ones((4, 2)), 2)[0] == 0).all()


def test_kernel_pca_is_pca_of_all_products_of_two() -> None:
    rows = RNG.normal(size=(30, 4))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    products = np.einsum("ni,nj->nij", unit, unit).reshape(30, -1)
    _same_up_to_sign(kernel_pca(rows, 3), pca(products, 3)[0], atol=1e-7)  # squares, see above


def test_landmarks_give_nearly_the_same_map(monkeypatch) -> None:
    rows = RNG.normal(size=(400, 5)) * [4, 2, 1, 0.5, 0.1]
    whole = kernel_pca(rows, 2)
    monkeypatch.setattr(module, "_LANDMARKS", 200)
    some = kernel_pca(rows, 2)
    for k in range(2):
        assert abs(np.corrcoef(whole[:, k], some[:, k])[0, 1]) > 0.98  # another 200 of 400


@pytest.mark.parametrize("mixing", [0.0, 0.5, 1.0])
def test_pcovr_is_that_of_the_modified_gram_matrix(mixing: float) -> None:
    """Helfrecht et al., eq. 13: eigenvectors of a Gram matrix of all rows."""
    rows, noise = RNG.normal(size=(60, 6)) * [5, 3, 1, 1, 1, 1], RNG.normal(size=60) * 0.1
    target = rows[:, 4] + noise
    x = rows - rows.mean(axis=0)
    x *= np.sqrt(60) / np.linalg.norm(x)
    y = target - target.mean()
    y *= np.sqrt(60) / np.linalg.norm(y)
    weights = np.linalg.solve(x.T @ x + 1e-6 * 60 * np.eye(6), x.T @ y)
    gram = mixing * x @ x.T + (1 - mixing) * np.outer(x @ weights, x @ weights)
    values, vectors = np.linalg.eigh(gram)
    k = 1 if mixing == 0.0 else 2
    reference = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1][:, :k]
    _same_up_to_sign(pcovr(rows, target, dimensions=k, mixing=mixing), reference, atol=1e-6)


def test_pcovr_shows_the_target_where_pca_does_not() -> None:
    rows = RNG.normal(size=(300, 6)) * [5, 4, 1, 1, 1, 1]
    target = rows[:, 5]
    plain, mixed = pca(rows, 2)[0], pcovr(rows, target, dimensions=2)
    correlations = [
        max(abs(np.corrcoef(places[:, k], target)[0, 1]) for k in range(2))
        for places in (plain, mixed)
    ]
    assert correlations[0] < 0.3
    assert correlations[1] > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((3, 2)), "tsne"), r"reduce: there is no method 'tsne'"),
        ((np.ones((1, 2)), "pca"), "a map needs at least 2 structures or atoms, got 1"),
        ((np.array([[1.0], [np.inf]]), "pca"), r"features\[1\]: expected finite numbers"),
        ((np.ones((3, 2)), "pcovr"), "reduce='pcovr' needs a target"),
    ],
)
def test_what_cannot_be_reduced_is_refused(arguments, message: str) -> None:
    with pytest.raises(InputError, match=message):
        embed(*arguments)


def test_a_target_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match=r"target\[1\]: expected a finite number, got nan"):
        embed(np.eye(2), "pcovr", target=np.array([0, np.nan]))
    with pytest.raises(InputError, match="dimensions must be at least 1, got 0"):
        embed(np.eye(2), "pca", dimensions=0)


@pytest.mark.usefixtures("unchecked")
def test_a_target_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match=r"target: expected 2 numbers, got shape \(3,\)"):
        embed(np.eye(2), "pcovr", target=np.zeros(3))


def test_what_is_not_installed_says_how_to_get_it(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "umap", None)
    with pytest.raises(InputError, match=r"needs umap-learn: pip install 'atomarium\[maps\]'"):
        embed(np.eye(4), "umap")
