"""Kernels between structures against plain double loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.feature_samples import atom_features
from tests.references.krr_reference import kernel_of_structures

from atomarium.core.features import Features
from atomarium.models import kernel_matrices
from atomarium.models.kernel_matrices import AtomPairs, StructureKernel, Term
from atomarium.models.kernels import KERNELS, Origin

# Sums of fewer than 100 float64 products.
RTOL = 1e-12


def _kernel(name: str, features: Features, atom_pairs: AtomPairs = "all") -> StructureKernel:
    term = Term(kernel=KERNELS[name], origin=Origin.of(features.values))
    return StructureKernel(terms=(term,), atom_pairs=atom_pairs)


@pytest.fixture(params=[3, 384], ids=["small blocks", "one block"])
def _rows_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_matrices, "_ROWS_AT_ONCE", request.param)
    # Two blocks of three rows of four numbers.
    monkeypatch.setattr(kernel_matrices, "_PREPARED_AT_ONCE", 24 if request.param == 3 else 1 << 24)


@pytest.mark.usefixtures("_rows_at_once")
@pytest.mark.parametrize("atom_pairs", ["all", "same_element"])
@pytest.mark.parametrize("name", KERNELS)
def test_sums_over_atoms_equal_double_loops(name: str, atom_pairs: AtomPairs) -> None:
    features, others = atom_features(9), atom_features(6, seed=1)
    kernel = _kernel(name, features, atom_pairs)
    same = atom_pairs == "same_element"
    among = kernel.among(features, [1.5])[0]
    between = kernel.between(others, features, [1.5])[0]
    expected = kernel_of_structures(name, features, features, 1.5, same_element=same)
    np.testing.assert_allclose(among, expected, rtol=RTOL, atol=1e-13)
    expected = kernel_of_structures(name, others, features, 1.5, same_element=same)
    np.testing.assert_allclose(between, expected, rtol=RTOL, atol=1e-13)


@pytest.mark.usefixtures("_rows_at_once")
@pytest.mark.parametrize("name", KERNELS)
def test_kernels_of_single_rows_equal_double_loops(name: str) -> None:
    features, others = atom_features(9).mean(), atom_features(6, seed=1).mean()
    kernel = _kernel(name, features)
    expected = kernel_of_structures(name, features, features, 0.8, same_element=False)
    np.testing.assert_allclose(kernel.among(features, [0.8])[0], expected, rtol=RTOL, atol=1e-14)
    expected = kernel_of_structures(name, features, others, 0.8, same_element=False)
    between = kernel.between(features, others, [0.8])[0]
    np.testing.assert_allclose(between, expected, rtol=RTOL, atol=1e-14)


def test_kernel_among_structures_is_exactly_symmetric() -> None:
    features = atom_features(40)
    for atom_pairs in ("all", "same_element"):
        (matrix,) = _kernel("gaussian", features, atom_pairs).among(features, [1.0])
        assert np.array_equal(matrix, matrix.T)


def test_several_length_scales_equal_one_by_one() -> None:
    features = atom_features()
    kernel = _kernel("matern5", features)
    scales = [0.5, 4.0, 1.0]
    together = kernel.among(features, scales)
    for matrix, scale in zip(together, scales, strict=True):
        assert np.array_equal(matrix, kernel.among(features, [scale])[0])


def test_average_divides_by_the_number_of_pairs() -> None:
    features, others = atom_features(), atom_features(5, seed=3)
    kernel = _kernel("gaussian", features)
    averaged = replace(kernel, divisor="pairs")
    pairs = features.sizes[:, None] * others.sizes
    expected = kernel.between(features, others, [1.0])[0] / pairs
    np.testing.assert_allclose(averaged.between(features, others, [1.0])[0], expected, rtol=1e-15)


def test_elements_that_one_side_lacks_add_nothing() -> None:
    features = atom_features(4)
    strangers = replace(features, numbers=np.full_like(features.numbers, 26))
    kernel = _kernel("gaussian", features, "same_element")
    assert not kernel.between(features, strangers, [1.0]).any()


def test_structure_larger_than_a_block_is_worked_off_whole() -> None:
    rng = np.random.default_rng(5)
    offsets = np.array([0, 900, 901])
    features = Features(rng.normal(size=(901, 2)), "atoms", offsets)
    (matrix,) = _kernel("linear", features).among(features, [1.0])
    sums = features.sum().values
    np.testing.assert_allclose(matrix, sums @ sums.T, rtol=1e-10)  # float64, 900² terms


def test_empty_structure_has_kernel_zero() -> None:
    whole = atom_features(3)
    offsets = np.insert(whole.offsets, 1, whole.offsets[1])
    features = Features(whole.values, "atoms", offsets, numbers=whole.numbers)
    (matrix,) = _kernel("gaussian", features).among(features, [1.0])
    assert not matrix[1].any()
    (expected,) = _kernel("gaussian", features).among(whole, [1.0])
    np.testing.assert_allclose(matrix[np.ix_([0, 2, 3], [0, 2, 3])], expected, rtol=1e-14)
