"""Errors of predicting held-out structures from the rest, for one noise after another."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.models._lesson import Lesson, spread_evenly
from atomarium.models._solving import Equations

#: One structure of so many is held out.
_ONE_OF = 5


class HeldOut:
    """A share of the structures, and how well the rest predicts it.

    Each noise takes a factorization. Of few noises that is less work than the closed forms of
    `LeftOut` are, which have all noises for eight factorizations.

    Args:
        matrix: Kernel of every two structures.
        lesson: The structures.
    """

    def __init__(
        self, matrix: Float64[np.ndarray, "structures structures"], lesson: Lesson
    ) -> None:
        held = spread_evenly(len(matrix), len(matrix) // _ONE_OF)
        rest = np.setdiff1d(np.arange(len(matrix)), held)
        self._equations = Equations(matrix[np.ix_(rest, rest)])
        self._cross = matrix[np.ix_(held, rest)]
        self._values, self._directions = lesson.values[rest], lesson.directions[rest]
        self._truth, self._constants = lesson.values[held], lesson.directions[held]
        self._weights = lesson.weights[held, None]

    def errors(
        self, noises: Float64[np.ndarray, "noises"]
    ) -> Float64[np.ndarray, "noises targets"]:
        """Return mean absolute errors with each noise, infinite where nothing can be solved.

        Args:
            noises: Shares of the mean of the matrix's diagonal.
        """
        errors = np.full((len(noises), self._truth.shape[1]), np.inf)
        for row, noise in enumerate(noises.tolist()):
            try:
                solution = self._equations.solve(
                    self._values, self._directions, noise, adjustable=False
                )
            except InputError:
                continue
            missing = self._cross @ solution.weights - self._truth
            missing += self._constants.sum(axis=1, keepdims=True) * solution.constants
            errors[row] = np.mean(np.abs(self._weights * missing), axis=0)
        return errors
