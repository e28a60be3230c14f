"""Kernels of mixed elements, compared with densities that are mixed first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.alchemical.crystals import NUMBERS, SOAP, clusters, features_of
from tests.references.alchemical_kernel import mixed_rows, structure_kernel

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.alchemical.blocks import arrange, mixed
from atomarium.models.alchemical.kernel import ElementKernel
from atomarium.represent.soap import Soap

# Sums of some hundred products, of numbers of one size.
ROUNDING = {"rtol": 1e-11, "atol": 1e-13}
COUPLINGS = np.random.default_rng(5).normal(size=(4, 2))


def kernel_of(structures: Structures, couplings: np.ndarray | None = COUPLINGS, **settings):
    kernel = ElementKernel(elements=NUMBERS, couplings=couplings, **settings)
    features = features_of(structures, atoms=kernel.needs_environments)
    return kernel.between(features, features)


def by_symbol(couplings: np.ndarray) -> dict[str, np.ndarray]:
    return {SYMBOLS[z]: row for z, row in zip(NUMBERS.tolist(), couplings, strict=True)}


@pytest.mark.parametrize(
    ("degree", "normalize"), [(1, False), (2, False), (2, True), (1, True), (3, True)]
)
def test_mixing_products_equals_mixing_densities(degree, normalize):
    structures = clusters(8)
    rows = mixed_rows(SOAP, structures, by_symbol(COUPLINGS))
    expected = structure_kernel(rows, structures.offsets, degree=degree, normalize=normalize)
    found = kernel_of(structures, degree=degree, normalize=normalize)
    np.testing.assert_allclose(found, expected, **ROUNDING)


def test_rows_have_the_products_of_the_kernel():
    structures = clusters(8)
    kernel = ElementKernel(elements=NUMBERS, couplings=COUPLINGS)
    rows = kernel.rows(features_of(structures)).values
    np.testing.assert_allclose(rows @ rows.T, kernel_of(structures), **ROUNDING)
    n = COUPLINGS.shape[1] * SOAP.n_max
    assert rows.shape[1] == n * (n + 1) // 2 * (SOAP.l_max + 1)


@pytest.mark.parametrize(("degree", "normalize"), [(1, False), (2, True)])
def test_pseudo_elements_that_are_the_elements_give_the_usual_kernel(degree, normalize):
    structures = clusters(8)
    usual = kernel_of(structures, None, degree=degree, normalize=normalize)
    alone = kernel_of(structures, np.eye(4), degree=degree, normalize=normalize)
    np.testing.assert_allclose(alone, usual, **ROUNDING)
    dense = SOAP.settle(structures).compute(structures)
    expected = structure_kernel(
        dense.values, structures.offsets, degree=degree, normalize=normalize
    )
    np.testing.assert_allclose(usual, expected, **ROUNDING)


def test_turning_couplings_changes_no_kernel():
    structures = clusters(8)
    couplings = np.random.default_rng(0).normal(size=(4, 3))
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    before, after = kernel_of(structures, couplings), kernel_of(structures, couplings @ turn)
    np.testing.assert_allclose(after, before, **ROUNDING)


def test_order_of_the_elements_does_not_matter():
    # A published code keeps one of the two orders of a pair, and changes by a tenth here.
    structures = clusters(8)
    relabel = np.array([17, 11, 9, 3])
    renamed = np.zeros(20, dtype=np.int32)
    renamed[NUMBERS] = relabel
    mirrored = replace(structures, numbers=renamed[structures.numbers])
    order = np.argsort(relabel)
    found = kernel_of(mirrored, COUPLINGS[order])
    np.testing.assert_allclose(found, kernel_of(structures), **ROUNDING)
    assert np.abs(kernel_of(structures, COUPLINGS[::-1]) - found).max() > 0.1 * found.mean()


def test_elements_of_equal_couplings_are_interchangeable():
    structures = clusters(8)
    couplings = COUPLINGS.copy()
    couplings[2] = couplings[0]
    swap = np.arange(20, dtype=np.int32)
    swap[[3, 11]] = [11, 3]
    swapped = replace(structures, numbers=swap[structures.numbers])
    np.testing.assert_allclose(
        kernel_of(swapped, couplings), kernel_of(structures, couplings), **ROUNDING
    )


def test_rotations_change_no_kernel():
    structures = clusters(8)
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    turned = replace(structures, positions=structures.positions @ turn)
    np.testing.assert_allclose(kernel_of(turned), kernel_of(structures), rtol=1e-9)


def test_a_row_lacks_no_pair_that_has_only_other_structures_in_between():
    # Two far atoms of different elements: their pair has no block, and counts nothing.
    far = Structures.from_arrays(
        np.array([3, 17], dtype=np.int32),
        np.array([[0.0, 0, 0], [50.0, 0, 0]]),
        offsets=np.array([0, 2]),
    )
    rows = mixed_rows(SOAP, far, by_symbol(COUPLINGS))
    expected = structure_kernel(rows, far.offsets, degree=1, normalize=False)
    np.testing.assert_allclose(kernel_of(far), expected, **ROUNDING)


def test_equal_environments_count_once_with_their_share():
    from ase.build import bulk

    crystal = Structures.from_ase(bulk("NaCl", "rocksalt", 5.6, cubic=True))
    soap = Soap(cutoff=3.5, n_max=3, l_max=2, width=0.4)
    from atomarium.models.alchemical.environments import distinct

    some, environments = distinct(soap.compute_compact(crystal), degree=2, normalize=True)
    assert some.n_rows == 2
    np.testing.assert_allclose(environments.shares, [0.5, 0.5])


@pytest.mark.parametrize("numbers_at_once", [1, 500, 10**9], ids=["pair by pair", "few", "all"])
def test_products_of_long_rows_are_those_of_the_rows_that_are_never_made(
    monkeypatch, numbers_at_once
):
    from atomarium.models.alchemical import kernel as kernels
    from atomarium.models.alchemical import summed

    couplings = np.random.default_rng(2).normal(size=(4, 6))
    structures, others = clusters(9), clusters(5, seed=3, elements=NUMBERS[1:])
    kernel = ElementKernel(elements=NUMBERS, couplings=couplings)
    rows, theirs = (kernel.rows(features_of(some)).values for some in (structures, others))
    monkeypatch.setattr(summed, "_NUMBERS_AT_ONCE", numbers_at_once)
    monkeypatch.setattr(kernels, "_LONGEST_ROW", 0)
    assert not kernel.has_rows(SOAP.n_max, SOAP.l_max)
    features = features_of(structures)
    for some, expected in ((others, rows @ theirs.T), (structures, rows @ rows.T)):
        found = kernel.between(features, features if some is structures else features_of(some))
        np.testing.assert_allclose(found, expected, **ROUNDING)


def test_only_pairs_of_elements_can_be_mixed():
    structures = clusters(3)
    wrong = replace(SOAP, layout="featomic").compute_compact(structures)
    with pytest.raises(InputError, match='soap with layout "kernel"'):
        arrange(wrong, NUMBERS)


def test_rows_of_several_sizes_come_in_their_order():
    structures = clusters(12)
    features = features_of(structures)
    together = mixed(arrange(features, NUMBERS), COUPLINGS, concatenate=np.concatenate)
    for k in range(len(structures)):
        alone = mixed(
            arrange(features.take(np.array([k])), NUMBERS), COUPLINGS, concatenate=np.concatenate
        )
        np.testing.assert_allclose(together[k], alone[0], **ROUNDING)
