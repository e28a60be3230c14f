"""Gaussians of pairs that are made one from the other."""

from __future__ import annotations

import numpy as np
import pytest
from tests.represent.soap_cases import molecules

from atomarium.represent._kernels.symmetry_plan import FIRST_OF_ROW, NEXT_OF_ROW, SINGLE
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.symmetry_function import SymmetryFunction


def _gaussians(eta: float, shifts: list[float]) -> tuple[SymmetryFunction, ...]:
    return tuple(SymmetryFunction(kind="G2", eta=eta, shift=shift) for shift in shifts)


def _links(functions: tuple[SymmetryFunction, ...]) -> list[int]:
    settings = SymmetryFunctions(species=("H",), cutoff=5.0, functions=functions)
    return settings.layout.plan.radials["link"].tolist()


def test_gaussians_with_equal_steps_are_a_row():
    assert _links(_gaussians(0.5, [0.0, 1.0, 2.0, 3.0])) == [FIRST_OF_ROW] + 3 * [NEXT_OF_ROW]
    thirds = [k / 3 for k in range(4)]
    assert _links(_gaussians(0.5, thirds)) == [FIRST_OF_ROW] + 3 * [NEXT_OF_ROW]


def test_two_rows_are_told_apart_by_width():
    two = _gaussians(0.5, [0.0, 1.0, 2.0]) + _gaussians(2.0, [0.0, 1.0, 2.0])
    assert _links(two) == 2 * [FIRST_OF_ROW, NEXT_OF_ROW, NEXT_OF_ROW]


@pytest.mark.parametrize(
    "functions",
    [
        _gaussians(0.5, [0.0, 1.0]),
        _gaussians(0.5, [0.0, 1.0, 3.0]),
        # e^-400 to begin with: too little is left of it.
        _gaussians(16.0, [0.0, 1.0, 2.0]),
        tuple(SymmetryFunction(kind="G3", kappa=kappa) for kappa in (0.5, 1.0, 1.5)),
    ],
    ids=["two", "unequal steps", "narrow", "waves"],
)
def test_others_are_made_one_by_one(functions):
    assert _links(functions) == [SINGLE] * len(functions)


@pytest.mark.parametrize("eta", [0.01, 0.5, 2.0])
@pytest.mark.parametrize("shifts", [[0.0, 1.0, 2.0, 3.0, 4.0], [0.5, 0.7, 0.9, 1.1]])
def test_a_row_gives_what_each_gives_alone(eta, shifts):
    functions = _gaussians(eta, shifts)
    together = SymmetryFunctions(cutoff=5.0, functions=functions).compute(molecules())
    for one in functions:
        alone = SymmetryFunctions(cutoff=5.0, functions=(one,)).compute(molecules())
        columns = [together.names.index(name) for name in alone.names]
        # Exponents up to 60, each with a rounding error of 1e-16 of it.
        expected = alone.values
        np.testing.assert_allclose(together.values[:, columns], expected, rtol=2e-14, atol=1e-25)
