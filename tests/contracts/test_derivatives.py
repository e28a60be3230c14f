"""What every kind of representation that has derivatives promises of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from tests.contracts.test_representations import CASES, Case
from tests.references.derivative_checks import changes_along

from atomarium.core.errors import InputError
from atomarium.core.segments import segment_sum
from atomarium.core.structures import Structures
from atomarium.represent import REPRESENTATIONS

DERIVED = [case for case in CASES if hasattr(REPRESENTATIONS.load(case.kind), "pull_back")]
every_case = pytest.mark.parametrize("case", DERIVED, ids=str)


def _cotangents(case: Case) -> np.ndarray:
    shape = case.settled.compute(case.structures).values.shape
    return np.random.default_rng(0).normal(size=shape)


def test_kinds_that_the_documentation_names_have_derivatives() -> None:
    kinds = {case.kind for case in DERIVED}
    assert kinds >= {"soap", "symmetry-functions", "mbtr", "local-mbtr", "valle-oganov", "fchl19"}


@every_case
def test_pulled_back_derivatives_are_those_of_central_differences(case: Case) -> None:
    structures, settled, cotangents = case.structures, case.settled, _cotangents(case)
    pulled = settled.pull_back(structures, cotangents)
    assert pulled.positions.shape == structures.positions.shape
    assert pulled.strain.shape == (len(structures), 3, 3)
    exact = replace(settled, dtype="float64") if hasattr(settled, "dtype") else settled
    rng = np.random.default_rng(1)
    moves = rng.normal(size=structures.positions.shape)
    expected = changes_along(exact, structures, cotangents, moves=moves)
    found = segment_sum(pulled.positions * moves, structures.offsets).sum(axis=1)
    # Rounding of sums of many features over steps of 3e-6 Å, and third derivatives.
    scale = np.linalg.norm(pulled.positions) * np.linalg.norm(moves)
    assert np.abs(found - expected).max() < 1e-6 * scale
    strain = rng.normal(size=(3, 3))
    expected = changes_along(exact, structures, cotangents, strain=strain)
    found = np.sum(pulled.strain * strain, axis=(1, 2))
    assert np.abs(found - expected).max() < 1e-6 * np.linalg.norm(pulled.strain)


@every_case
def test_gradients_contracted_are_what_is_pulled_back(case: Case) -> None:
    structures, cotangents = case.structures, _cotangents(case)
    expected = case.settled.pull_back(structures, cotangents).positions
    gradients = case.settled.gradients(structures)
    changes = np.einsum("bkw,bw->bk", gradients.values, cotangents[gradients.rows])
    found = np.zeros_like(expected)
    np.add.at(found, gradients.atoms, changes)
    # Tables of polynomials are read in another order; float32 has seven digits.
    tolerance = 1e-9 if gradients.values.dtype == np.float64 else 1e-5
    assert np.abs(found - expected).max() < tolerance * np.abs(expected).max()
    keys = gradients.rows * structures.n_atoms + gradients.atoms
    assert (np.diff(keys) > 0).all()


@every_case
def test_batch_has_the_derivatives_of_one_by_one_bit_for_bit(case: Case) -> None:
    cotangents = _cotangents(case)
    together = case.settled.pull_back(case.structures, cotangents)
    n_rows = [len(case.settled.compute(one).values) for one in case.structures]
    parts = np.split(cotangents, np.cumsum(n_rows)[:-1])
    alone = [
        case.settled.pull_back(one, mine) for one, mine in zip(case.structures, parts, strict=True)
    ]
    assert np.array_equal(together.positions, np.concatenate([one.positions for one in alone]))
    assert np.array_equal(together.strain, np.concatenate([one.strain for one in alone]))


@every_case
def test_derivatives_turn_with_the_structure(case: Case) -> None:
    structures, cotangents = case.structures, _cotangents(case)
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    turned = replace(
        structures, positions=structures.positions @ turn.T, cells=structures.cells @ turn.T
    )
    before = case.settled.pull_back(structures, cotangents)
    after = case.settled.pull_back(turned, cotangents)
    scale = np.abs(before.positions).max()
    np.testing.assert_allclose(
        after.positions, before.positions @ turn.T, rtol=0, atol=1e-8 * scale
    )
    scale = np.abs(before.strain).max()
    np.testing.assert_allclose(
        after.strain, turn @ before.strain @ turn.T, rtol=0, atol=1e-8 * scale
    )


@every_case
def test_cotangents_of_another_shape_are_refused(case: Case) -> None:
    wrong = np.zeros((len(_cotangents(case)), 1))
    with pytest.raises(InputError, match="cotangents must have shape"):
        case.settled.pull_back(case.structures, wrong)


@every_case
def test_no_structures_have_no_derivatives(case: Case) -> None:
    width = case.settled.compute(case.structures).width
    nothing = case.settled.pull_back(Structures.empty(), np.zeros((0, width)))
    assert nothing.positions.shape == (0, 3)
    assert nothing.strain.shape == (0, 3, 3)
    assert case.settled.gradients(Structures.empty()).values.shape == (0, 3, width)
