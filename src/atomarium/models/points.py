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
#: Structures that are proposed at a time.
_AT_ONCE = 128

#: Returns the kernel of all structures with some, a column for each.
Columns = Callable[[np.ndarray], np.ndarray]
#: Proposes structures by what is left of them; accepts by what is left of one now, when it was
#: proposed, and of the farthest.
_Choice = tuple[Callable[[np.ndarray, int], np.ndarray], Callable[[float, float, float], bool]]


def random_pivots(
    columns: Columns, diagonal: Float64[np.ndarray, "structures"], n: int, *, seed: int
) -> tuple[Int64[np.ndarray, "points"], Float64[np.ndarray, "structures points"]]:
    """Choose structures at random, each by how much of it those before leave unexplained.

    Args:
        columns: Returns the kernel of all structures with some.
        diagonal: Kernel of each structure with itself.
        n: How many; fewer come back where fewer explain everything.
        seed: Another seed, other points.

    Returns:
        The structures, and a factor F: F Fᵀ is the part of the kernel matrix that they explain.

    Source:
        Y. Chen, E. N. Epperly, J. A. Tropp and R. J. Webber, Commun. Pure Appl. Math. 78, 995
        (2025), algorithm 2.1; many are proposed at a time and some of them rejected, as in E. N.
        Epperly, J. A. Tropp and R. J. Webber, arXiv:2410.03969 (2024), algorithm 2.2.
    """
    rng = np.random.default_rng(seed)

    def propose(left: np.ndarray, size: int) -> np.ndarray:
        sums = np.cumsum(left)
        places = np.searchsorted(sums, rng.random(size) * sums[-1], side="right")
        return np.minimum(places, len(left) - 1)

    def accepts(now: float, before: float, largest: float) -> bool:
        del largest
        return rng.random() * before < now

    return _pivots(columns, diagonal, n, (propose, accepts))


def farthest_pivots(
    columns: Columns, diagonal: Float64[np.ndarray, "structures"], n: int
) -> tuple[Int64[np.ndarray, "points"], Float64[np.ndarray, "structures points"]]:
    """Choose structures one by one, each little explained by those before; see above.

    In the space of the kernel these are farthest points: what is left of a structure is its
    squared distance from the span of those chosen. Those farther than half of the farthest are
    taken together where they are far from one another, too.
    """

    def propose(left: np.ndarray, size: int) -> np.ndarray:
        size = min(size, len(left))
        farthest = np.argpartition(-left, size - 1)[:size]
        return farthest[np.argsort(-left[farthest], kind="stable")]

    def accepts(now: float, before: float, largest: float) -> bool:
        del before
        return now >= 0.5 * largest

    return _pivots(columns, diagonal, n, (propose, accepts))


def _pivots(
    columns: Columns, diagonal: Float64[np.ndarray, "structures"], n: int, choice: _Choice
) -> tuple[np.ndarray, np.ndarray]:
    propose, accepts = choice
    left = diagonal.copy()
    nothing = _NOTHING_LEFT * float(diagonal.max())
    factor = np.empty((len(diagonal), n))
    chosen: list[int] = []
    while len(chosen) < n and (largest := float(left.max())) > nothing:
        done = len(chosen)
        proposed = propose(left, min(_AT_ONCE, 2 * (n - done) + 8))
        new = columns(proposed) - factor[:, :done] @ factor[proposed, :done].T
        among = new[proposed]
        taken: list[int] = []
        for place in range(len(proposed)):
            now = float(among[place, place])
            if not now > nothing or done + len(taken) == n:
                left[proposed[place]] = min(left[proposed[place]], max(now, 0.0))
            elif accepts(now, float(left[proposed[place]]), largest):
                # The factor of this column takes the place of the column itself.
                new[:, place] /= np.sqrt(now)
                rest = new[proposed[place + 1 :], place]
                new[:, place + 1 :] -= new[:, place : place + 1] * rest
                among = new[proposed]
                taken.append(place)
        factor[:, done : done + len(taken)] = new[:, taken]
        left = np.maximum(left - np.einsum("st,st->s", new[:, taken], new[:, taken]), 0.0)
        left[proposed[taken]] = 0.0
        chosen += proposed[taken].tolist()
    return np.array(chosen, dtype=np.int64), factor[:, : len(chosen)]


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
    # Pivots need a column of the kernel each: a sample a few times as large as n is enough.
    pool = spread_evenly(len(features), min(len(features), max(_LEVERAGES_OF, 3 * n)))
    some = features.take(pool)
    if name == "cur":
        return np.sort(pool[_leverages(kernel, some, length_scale, n, seed)])
    (diagonal,) = kernel.selves(some, [length_scale])

    def columns(structures: np.ndarray) -> np.ndarray:
        return kernel.between(some, some.take(structures), [length_scale])[0]

    if name == "farthest":
        pivots, _ = farthest_pivots(columns, diagonal, n)
    else:
        pivots, _ = random_pivots(columns, diagonal, n, seed=seed)
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
