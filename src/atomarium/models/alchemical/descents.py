"""Learn couplings from several starts, and choose how many pseudo-elements by what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float64, Int64
from scipy import linalg

from atomarium.core.compact_features import CompactFeatures
from atomarium.models.alchemical.blocks import arrange
from atomarium.models.alchemical.couplings import (
    OUTER_FOLDS,
    STEPS_AFTER_PRUNING,
    Couplings,
    Recipe,
    parts,
)
from atomarium.models.alchemical.environments import distinct
from atomarium.models.alchemical.gauge import principal
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.objective import Objective, Problem, couplings_of
from atomarium.models.alchemical.steps import Course, descend


def learn(
    recipe: Recipe,
    features: CompactFeatures,
    values: Float64[np.ndarray, "structures"],
    elements: Int64[np.ndarray, "elements"],
) -> Couplings:
    """Return couplings of structures in a settled order.

    Args:
        recipe: How.
        features: Of structures, or of atoms where the kernel needs environments.
        values: Of each structure, centered and in units of their spread.
        elements: Atomic numbers that occur, ascending.

    Raises:
        Stopped: everything is asked to.
    """
    problem = make_problem(recipe, features, values, elements)
    most = min(recipe.most_pseudo, len(elements))
    if recipe.n_pseudo:
        n_pseudo = min(recipe.n_pseudo, len(elements))
        selection = np.zeros((0, 4))
        course = best_course(problem, recipe.learning, n_pseudo)
    else:
        selection = _compare(problem, recipe.learning, most)
        n_pseudo = int(selection[selection[:, 3] == 1, 0][0])
        course = best_course(problem, recipe.learning, most)
        for fewer in range(most - 1, n_pseudo - 1, -1):
            epochs = recipe.learning.epochs if fewer == n_pseudo else STEPS_AFTER_PRUNING
            course = _pruned(problem, replace(recipe.learning, epochs=epochs), course.best, fewer)
    couplings = couplings_of(problem, course.best)
    return Couplings(
        elements=elements,
        values=principal(couplings, elements),
        seen=np.zeros(len(elements), dtype=np.int64),
        spreads=np.zeros(len(elements)),
        history=history_of(course),
        best_step=course.best_step,
        selection=selection,
    )


def best_course(problem: Problem, learning: Learning, n_pseudo: int) -> Course:
    """Return the course of least loss among those from several random starts.

    Raises:
        Stopped: everything is asked to.
    """
    objective = Objective(problem)
    rng = np.random.default_rng(learning.seed)
    courses = [
        descend(objective, learning, random_start(len(problem.root), n_pseudo, rng))
        for _ in range(learning.restarts)
    ]
    return min(courses, key=lambda course: course.best_loss)


def random_start(
    n_elements: int, n_pseudo: int, rng: np.random.Generator
) -> Float64[np.ndarray, "elements pseudo"]:
    """Return W from the prior, whose rows have length one on average."""
    return rng.normal(scale=n_pseudo**-0.5, size=(n_elements, n_pseudo))


def history_of(course: Course) -> Float64[np.ndarray, "steps columns"]:
    """Return a row for each step: loss, third part, λ, length of the gradient, folds."""
    return np.array(
        [[step.loss, step.third, step.noise, step.slope, *step.folds] for step in course.steps]
    )


def make_problem(
    recipe: Recipe,
    features: CompactFeatures,
    values: Float64[np.ndarray, "structures"],
    elements: Int64[np.ndarray, "elements"],
) -> Problem:
    """Return what couplings are learned from."""
    environments, rows = None, features
    if recipe.degree > 1 or recipe.normalize:
        rows, environments = distinct(features, degree=recipe.degree, normalize=recipe.normalize)
        rows = replace(rows, offsets=np.arange(rows.n_rows + 1, dtype=np.int64))
    folds, third = parts(len(values), recipe.learning)
    return Problem(
        spectra=arrange(rows, elements),
        environments=environments,
        values=values,
        folds=tuple(folds),
        third=third,
        root=recipe.prior.root(elements),
        penalty=recipe.learning.penalty / len(values),
        detach=recipe.learning.detach,
        loss=recipe.learning.loss,
    )


def _pruned(problem: Problem, learning: Learning, parameters: np.ndarray, n_pseudo: int) -> Course:
    """Return the course of learning on after the smallest singular values have been dropped."""
    left, lengths, _ = np.linalg.svd(couplings_of(problem, parameters), full_matrices=False)
    kept = left[:, :n_pseudo] * lengths[:n_pseudo]
    inner = linalg.solve_triangular(problem.root, kept, lower=True)
    again = replace(learning, noise=float(np.exp(parameters[-1])))
    return descend(Objective(problem), again, inner)


def _compare(
    problem: Problem, learning: Learning, most: int
) -> Float64[np.ndarray, "numbers four"]:
    """Return errors of what was left out for each number of pseudo-elements.

    Parts are left out in turn, and predicted with couplings and weights that have not seen them;
    of the numbers whose error is within one standard error of the least, the smallest is chosen.

    Source: L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone, Classification and Regression
        Trees (1984), section 3.4.3.
    """
    n_structures = len(problem.values)
    pieces = np.array_split(np.arange(n_structures), OUTER_FOLDS)
    squares = np.zeros((most, n_structures))
    for piece in pieces:
        inner = _without(problem, learning, piece)
        judged = Objective(
            replace(problem, folds=((np.setdiff1d(np.arange(n_structures), piece), piece),))
        )
        course = best_course(inner, learning, most)
        for n_pseudo in range(most, 0, -1):
            if n_pseudo < most:
                shorter = replace(learning, epochs=STEPS_AFTER_PRUNING)
                course = _pruned(inner, shorter, course.best, n_pseudo)
            squares[n_pseudo - 1, piece] = judged.left_out_errors(course.best) ** 2
    errors = squares.mean(axis=1)
    uncertain = squares.std(axis=1, ddof=1) / np.sqrt(n_structures)
    least = int(np.argmin(errors))
    chosen = int(np.flatnonzero(errors <= errors[least] + uncertain[least])[0])
    numbers = np.arange(1, most + 1)
    return np.column_stack([numbers, errors, uncertain, numbers == chosen + 1]).astype(np.float64)


def _without(problem: Problem, learning: Learning, left_out: np.ndarray) -> Problem:
    """Return the same problem with some structures in none of its parts."""
    rest = np.setdiff1d(np.arange(len(problem.values)), left_out)
    folds, third = parts(len(rest), learning)
    own = tuple((rest[train], rest[others]) for train, others in folds)
    return replace(problem, folds=own, third=rest[third])
