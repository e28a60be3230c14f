"""Choose the points that stand for all training structures, by what kernels say of them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from jaxtyping import Float64, Int64
from scipy import linalg

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.models._lesson import spread_evenly
from atomarium.models.kernel_matrices import StructureKernel

#: Share of the largest kernel with itself below which nothing is left to explain.
_NOTHING_LEFT = 1e-13
#: Structures from which leverages are taken.
_LEVERAGES_OF = 4000


def random_pivots(
    row: Callable[[int], np.ndarray],
    diagonal: Float64[np.ndarray, "structures"],
    n: int,
    *,
    seed: int,
) -> tuple[Int64[np.ndarray, "points"], Float64[np.ndarray, "structures points"]]:
    """Choose structures at random, each by how much of it those before leave unexplained.

    Args:
        row: Returns the kernel of one structure with all.
        diagonal: Kernel of each structure with itself.
        n: How many; fewer come back where fewer explain everything.
        seed: Another seed, other points.

    Returns:
        The structures, and a factor F: F Fᵀ is the part of the kernel matrix that they explain.

    Source:
        Y. Chen, E. N. Epperly, J. A. Tropp and R. J. Webber, Commun. Pure Appl. Math. 78, 995
        (2025), algorithm 2.1.
    """
    return _pivots(row, diagonal, n, _drawn(np.random.default_rng(seed)))


def farthest_pivots(
    row: Callable[[int], np.ndarray], diagonal: Float64[np.ndarray, "structures"], n: int
) -> tuple[Int64[np.ndarray, "points"], Float64[np.ndarray, "structures points"]]:
    """Choose structures one by one, each the least explained by those before; see above.

    In the space of the kernel these are farthest points: what is left of a structure is its
    squared distance from the span of those chosen.
    """
    return _pivots(row, diagonal, n, lambda left: int(np.argmax(left)))


def _pivots(
    row: Callable[[int], np.ndarray],
    diagonal: Float64[np.ndarray, "structures"],
    n: int,
    choose: Callable[[np.ndarray], int],
) -> tuple[np.ndarray, np.ndarray]:
    left = diagonal.copy()
    # Columns are written one by one: as rows, each is one run of memory.
    factor = np.empty((n, len(diagonal)))
    chosen: list[int] = []
    while len(chosen) < n:
        if left.max() <= _NOTHING_LEFT * diagonal.max():
            break
        pivot = choose(left)
        done = len(chosen)
        column = row(pivot) - factor[:done, pivot] @ factor[:done]
        if not column[pivot] > _NOTHING_LEFT * diagonal.max():
            left[pivot] = 0.0
            continue
        factor[done] = column / np.sqrt(column[pivot])
        left = np.maximum(left - factor[done] ** 2, 0.0)
        left[pivot] = 0.0
        chosen.append(pivot)
    return np.array(chosen, dtype=np.int64), factor[: len(chosen)].T


def _drawn(rng: np.random.Generator) -> Callable[[np.ndarray], int]:
    def choose(left: np.ndarray) -> int:
        sums = np.cumsum(left)
        place = int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
        return min(place, len(left) - 1)

    return choose


def choose_points(
    name: str, kernel: StructureKernel, features: Features, length_scale: float, n: int, seed: int
) -> Int64[np.ndarray, "points"]:
    """Return the structures that stand for all, ascending.

    Args:
        name: One of `WAYS`.
        kernel: Between structures.
        features: Of all structures.
        length_scale: Of the kernel.
        n: How many, at most.
        seed: Of what is drawn.
    """
    if n >= len(features):
        return np.arange(len(features))
    if name == "random":
        return spread_evenly(len(features), n)
    # Pivots need a row of the kernel each: a sample a few times as large as n is enough.
    pool = spread_evenly(len(features), min(len(features), max(_LEVERAGES_OF, 5 * n)))
    some = features.take(pool)
    if name == "cur":
        return np.sort(pool[_leverages(kernel, some, length_scale, n, seed)])
    (diagonal,) = kernel.selves(some, [length_scale])

    def row(structure: int) -> np.ndarray:
        one = some.take(np.array([structure]))
        return kernel.between(one, some, [length_scale])[0, 0]

    if name == "farthest":
        pivots, _ = farthest_pivots(row, diagonal, n)
    else:
        pivots, _ = random_pivots(row, diagonal, n, seed=seed)
    return np.sort(pool[pivots])


def _leverages(
    kernel: StructureKernel, features: Features, length_scale: float, n: int, seed: int
) -> Int64[np.ndarray, "n"]:
    """Draw structures by their leverage on the leading n directions of a sample's kernel.

    Source: M. W. Mahoney and P. Drineas, PNAS 106, 697 (2009), eq. 3.
    """
    sample = spread_evenly(len(features), min(len(features), _LEVERAGES_OF))
    some = features.take(sample)
    (matrix,) = kernel.among(some, [length_scale])
    values, vectors = linalg.eigh(matrix, overwrite_a=True, check_finite=False)
    kept = min(n, len(sample) - 1, int(np.sum(values > 1e-12 * values[-1])))
    leading = vectors[:, -kept:] / values[-kept:]
    leverages = np.empty(len(features))
    for start in range(0, len(features), _LEVERAGES_OF):
        run = np.arange(start, min(start + _LEVERAGES_OF, len(features)))
        (cross,) = kernel.between(features.take(run), some, [length_scale])
        leverages[run] = np.sum((cross @ leading) ** 2, axis=1)
    shares = leverages / leverages.sum()
    return np.random.default_rng(seed).choice(len(features), n, replace=False, p=shares)


#: Ways to choose points.
WAYS = MappingProxyType(
    {
        "pivots": "randomly pivoted Cholesky",
        "farthest": "farthest points in the space of the kernel",
        "cur": "drawn by leverage",
        "random": "spread evenly",
    }
)


def check_way(name: str) -> None:
    """Do nothing when there is such a way.

    Raises:
        InputError: there is none.
    """
    if name not in WAYS:
        raise InputError(f"no way to choose points is called {name!r}{did_you_mean(name, WAYS)}")
