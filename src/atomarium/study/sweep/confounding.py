"""Whether two settings went together in the runs of a sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy import stats

#: Weaker ties leave enough runs in which the settings part.
_STRONG = 0.6
_LEAST_RUNS = 8
_SHUFFLES = 199
_RARE = 0.99
_NOTHING = 1e-9


@dataclass(frozen=True)
class Association:
    """How strongly two settings go together.

    Args:
        value: 0 to 1: the rank correlation of numbers without its sign; of words, the largest
            correlation that any numbers in their place have.
        chance: What 99 % of random orders stay below.
        n: Number of runs.
    """

    value: float
    chance: float
    n: int


def association(
    one: Float64[np.ndarray, "columns runs"], other: Float64[np.ndarray, "columns2 runs"]
) -> Association | None:
    """Return how two settings go together; None where it is weak, or as strong by chance.

    Args:
        one: Columns of a setting: one of numbers, or several that tell words apart.
        other: Columns of the other; NaN where a setting does not apply.
    """
    both = np.isfinite(one).all(axis=0) & np.isfinite(other).all(axis=0)
    n = int(both.sum())
    a, b = _basis(one[:, both]), _basis(other[:, both])
    if n < _LEAST_RUNS or not a.shape[1] or not b.shape[1]:
        return None
    value = _largest(a, b)
    if value < _STRONG:
        return None
    rng = np.random.default_rng(0)
    shuffled = [_largest(a[rng.permutation(n)], b) for _ in range(_SHUFFLES)]
    chance = float(np.quantile(shuffled, _RARE))
    return Association(value, chance, n) if value > chance else None


def _basis(columns: Float64[np.ndarray, "columns runs"]) -> Float64[np.ndarray, "runs directions"]:
    """Return orthonormal directions that the ranks of columns span, their mean left out."""
    if not columns.shape[1]:
        return np.zeros((0, 0))
    ranks = np.column_stack([stats.rankdata(column) for column in columns])
    left, sizes, _ = np.linalg.svd(ranks - ranks.mean(axis=0), full_matrices=False)
    return left[:, sizes > _NOTHING * max(1.0, float(sizes[0]))]


def _largest(
    a: Float64[np.ndarray, "runs directions"], b: Float64[np.ndarray, "runs directions2"]
) -> float:
    return float(min(1.0, np.linalg.svd(a.T @ b, compute_uv=False)[0]))
