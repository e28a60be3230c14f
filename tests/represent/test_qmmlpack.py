"""qmmlpack's geometry functions, weightings and bins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.references.mbtr_reference import local_blocks, mbtr_blocks
from tests.represent.mbtr_cases import crystals, molecules

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.qmmlpack import mbtr_like_qmmlpack, qmmlpack_term

_NORMAL = ("normal", (0.1,))
_GRIDS = {
    "1/distance": (0.0, 0.1, 12),
    "1/dot": (0.0, 0.1, 12),
    "angle": (0.0, 0.35, 10),
    "cos_angle": (-1.0, 0.25, 8),
    "dot/dotdot": (-1.0, 0.25, 8),
}
_OF_VALUE: list[Any] = ["unity", "identity", "identity^2"]
_OF_POSITIVE_VALUE: list[Any] = [
    *_OF_VALUE,
    "identity_root",
    ("delta_1/identity", (3.0,)),
    ("exp_-1/identity", (1.7,)),
    ("exp_-1/identity^2", (2.1,)),
]
_OF_SIDES: list[Any] = [
    "1/normnorm",
    "1/dotdot",
    "1/normnormnorm",
    "1/dotdotdot",
    ("exp_-1/normnormnorm", (6.0,)),
    ("exp_-1/norm+norm+norm", (1.3,)),
]
CASES: list[tuple[int, str, Any]] = [
    *((2, geomf, weightf) for geomf in ("1/distance", "1/dot") for weightf in _OF_POSITIVE_VALUE),
    *((2, geomf, "1/identity") for geomf in ("1/distance", "1/dot")),
    *((3, "angle", weightf) for weightf in (*_OF_POSITIVE_VALUE, *_OF_SIDES)),
    *((3, "cos_angle", weightf) for weightf in (*_OF_VALUE, *_OF_SIDES)),
    *((3, "dot/dotdot", weightf) for weightf in (*_OF_VALUE, "1/dotdot")),
]
every_case = pytest.mark.parametrize(("k", "geomf", "weightf"), CASES, ids=str)


def _term(k: int, geomf: str, weightf: Any, *, cutoff: float = 3.3) -> MbtrTerm:
    ends = "norm+norm+norm" in str(weightf)
    return qmmlpack_term(
        k,
        _GRIDS[geomf],
        geomf=geomf,
        weightf=weightf,
        distrf=_NORMAL,
        cutoff=None if ends else cutoff,
    )


@every_case
def test_rows_are_those_of_the_formula(k: int, geomf: str, weightf: Any) -> None:
    term = _term(k, geomf, weightf)
    for structure in (molecules()[0], crystals()[0]):
        settings = mbtr_like_qmmlpack([term]).settle(structure)
        row = settings.compute(structure).values[0].reshape(-1, term.n_bins)
        expected = mbtr_blocks(structure, term, "mass")
        largest = max(np.abs(bins).max() for bins in expected.values())
        for name, bins in zip(settings.column_names()[:: term.n_bins], row, strict=True):
            numbers = [NUMBERS[symbol] for symbol in name.split()[1].split("-")]
            key = tuple(numbers) if k == 2 else (numbers[1], numbers[0], numbers[2])
            # As `Mbtr` promises, with a digit for sums of many.
            np.testing.assert_allclose(bins, expected.get(key, 0.0), atol=1e-10 * largest, rtol=0)


@every_case
def test_derivatives_are_central_differences(k: int, geomf: str, weightf: Any) -> None:
    # No pair of these molecules ends here, nor is one at the step of `delta`.
    settings = mbtr_like_qmmlpack([_term(k, geomf, weightf, cutoff=9.0)])
    structures = molecules()[:1]
    rows = settings.compute(structures).values
    cotangents = np.random.default_rng(0).normal(size=rows.shape)
    found = settings.pull_back(structures, cotangents).positions
    gradients = settings.gradients(structures)
    np.testing.assert_allclose(
        np.einsum("bdw,w->bd", gradients.values, cotangents[0]), found, atol=1e-11, rtol=1e-10
    )
    step, expected = 1e-5, np.zeros((structures.n_atoms, 3))
    for place in np.ndindex(expected.shape):
        up, down = structures.positions.copy(), structures.positions.copy()
        up[place] += step
        down[place] -= step
        change = settings.compute(replace(structures, positions=up)).values
        change = change - settings.compute(replace(structures, positions=down)).values
        expected[place] = np.sum(change * cotangents) / (2 * step)
    # Rounding over the step, and its square times a third derivative.
    largest = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, atol=1e-6 * largest, rtol=1e-6)


@pytest.mark.parametrize(
    "weightf", ["1/normnormnorm", "1/dotdotdot", ("exp_-1/normnormnorm", (6.0,))]
)
def test_local_rows_with_sides_of_the_whole_triangle_are_those_of_the_formula(weightf: Any) -> None:
    term, structure = _term(3, "dot/dotdot", weightf), molecules()[0]
    settings = LocalMbtr(terms=(term,), binning="mass").settle(structure)
    blocks = [name.split()[1] for name in settings.column_names()[:: term.n_bins]]
    for center, row in enumerate(settings.compute(structure).values):
        expected = local_blocks(structure, center, term, "mass")
        for block, bins in zip(blocks, row.reshape(-1, term.n_bins), strict=True):
            numbers = [NUMBERS[symbol] for symbol in block.split("-")]
            key = (numbers[1], numbers[0], numbers[2])
            np.testing.assert_allclose(bins, expected.get(key, 0.0), atol=1e-10, rtol=0)


def test_local_triplets_refuse_weights_that_differ_between_their_atoms() -> None:
    with pytest.raises(InputError, match="triplets cannot have inverse_sides"):
        LocalMbtr(terms=(_term(3, "angle", "1/normnorm"),))


def test_elements_are_counted_one_by_one_or_together() -> None:
    water = Structures.from_arrays([8, 1, 1], [[0, 0, 0.12], [0, 0.76, -0.47], [0, -0.76, -0.47]])
    grid = (-0.5, 1.0, 4)
    terms = [
        qmmlpack_term(1, grid, geomf=geomf, weightf=weightf, distrf=("normal", (1e-3,)))
        for geomf in ("unity", "count")
        for weightf in ("unity", "1/count")
    ]
    row = mbtr_like_qmmlpack(terms).compute(water).values.reshape(4, 2, 4)
    # Of hydrogen, then of oxygen; bins around 0, 1, 2 and 3.
    np.testing.assert_allclose(row[0], [[0, 2, 0, 0], [0, 1, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(row[1], [[0, 1, 0, 0], [0, 1, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(row[2], [[0, 0, 2, 0], [0, 1, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(row[3], [[0, 0, 1, 0], [0, 1, 0, 0]], atol=1e-12)


def test_absent_elements_are_not_counted() -> None:
    helium = Structures.from_arrays([2], [[0.0, 0.0, 0.0]])
    term = qmmlpack_term(
        1, (-0.5, 1.0, 3), geomf="count", weightf="1/count", distrf=("normal", (1e-3,))
    )
    row = Mbtr(terms=(term,), species=("H", "He"), binning="mass").compute(helium).values
    np.testing.assert_allclose(row, [[0, 0, 0, 0, 1, 0]], atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 4}, "k must be 1, 2 or 3, got 4"),
        ({"geomf": "1/distanse"}, "no geomf of 2 atoms '1/distanse'; did you mean '1/distance'"),
        ({"weightf": "1/dotdot"}, "no weightf of 2 atoms '1/dotdot'"),
        ({"weightf": "exp_-1/identity"}, "exp_inverse needs a length"),
        ({"weightf": ("exp_-1/identity", (1.0, 2.0))}, "takes one length, got 2"),
        ({"distrf": ("cauchy", (0.1,))}, "no distrf 'cauchy'"),
    ],
)
def test_unknown_words_are_refused(changes: dict[str, Any], message: str) -> None:
    given = {"k": 2, "geomf": "1/distance", "weightf": "unity", "distrf": _NORMAL} | changes
    with pytest.raises(InputError, match=message):
        qmmlpack_term(given.pop("k"), (0.0, 0.1, 10), **given)
