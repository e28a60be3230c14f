"""What trials say together: how errors fall with data, who is better and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from jaxtyping import Float64
from scipy import stats

from atomarium.experiment.record import Record
from atomarium.experiment.scores import main_error
from atomarium.study.curves import CurvePoint

_CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Exponent:
    """How the error of a model falls with the number of training structures: as n to the minus b.

    Args:
        target: Name of the property.
        model: Name of the candidate.
        exponent: b, from straight lines through logarithms of MAE and n.
        low: Lower end of its interval of 95 % confidence; None where it cannot be told.
        high: Upper end, likewise.
        repeats: Number of splits, each with a line of its own.
    """

    target: str
    model: str
    exponent: float
    low: float | None
    high: float | None
    repeats: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two models on equal splits.

    Args:
        target: Name of the property.
        n_train: Number of training structures, the most that both have.
        better: The model of smaller mean absolute error.
        worse: The other one.
        difference: By how much its error is larger, in the target's unit.
        low: Lower end of the interval of 95 % confidence of the difference; None for one split.
        high: Upper end, likewise.
        p: Probability of so large a difference by chance if both were equally good, corrected
            for the number of comparisons of the target; None for one split.
        repeats: Number of splits.
    """

    target: str
    n_train: int
    better: str
    worse: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    repeats: int


def exponents(records: Iterable[Record]) -> list[Exponent]:
    """Fit a power law to the learning curve of every model that has two training sizes.

    Source: C. Cortes et al., NIPS 6, 327 (1993), for the power law.
    """
    errors: dict[tuple[str, str], dict[int, dict[int, float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for record in records:
        mae = main_error(record.scores)
        if record.state == "finished" and mae:
            errors[record.target, record.model][record.repeat][record.n_train] = mae
    found = []
    for (target, model), repeats in errors.items():
        slopes = [_slope(curve) for curve in repeats.values() if len(curve) > 1]
        if slopes:
            low, high = _interval(np.array(slopes))
            mean = float(np.mean(slopes))
            found.append(
                Exponent(
                    target=target,
                    model=model,
                    exponent=mean,
                    low=low,
                    high=high,
                    repeats=len(slopes),
                )
            )
    return found


def _slope(curve: dict[int, float]) -> float:
    x, y = np.log(list(curve)), np.log(list(curve.values()))
    x = x - x.mean()
    return -float(x @ y / (x @ x))


def _interval(values: Float64[np.ndarray, "values"]) -> tuple[float | None, float | None]:
    """Return the interval of confidence of the mean of independent values."""
    n = len(values)
    if n < 2:
        return None, None
    half = stats.t.ppf((1 + _CONFIDENCE) / 2, n - 1) * values.std(ddof=1) / math.sqrt(n)
    return float(values.mean() - half), float(values.mean() + half)


def comparisons(records: Iterable[Record], n_test: int) -> list[Comparison]:
    """Compare every two models of a target at the largest training size that both have.

    The splits of a study share training structures, so their differences are not independent; the
    variance is corrected for that. Probabilities are corrected for the number of comparisons.

    Args:
        records: Finished or not.
        n_test: Number of test structures of a split.

    Source: C. Nadeau, Y. Bengio, Mach. Learn. 52, 239 (2003), eq. 9; S. Holm, Scand. J. Stat. 6,
        65 (1979).
    """
    errors: dict[str, dict[str, dict[tuple[int, int], float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for record in records:
        mae = main_error(record.scores)
        if record.state == "finished" and mae is not None:
            errors[record.target][record.model][record.n_train, record.repeat] = mae
    found: list[Comparison] = []
    for target, models in errors.items():
        pairs = [
            _compare(target, (a, models[a]), (b, models[b]), n_test)
            for a, b in combinations(models, 2)
        ]
        found += _corrected([pair for pair in pairs if pair is not None])
    return found


def _compare(
    target: str,
    one: tuple[str, dict[tuple[int, int], float]],
    other: tuple[str, dict[tuple[int, int], float]],
    n_test: int,
) -> Comparison | None:
    common = sorted(set(one[1]) & set(other[1]))
    if not common:
        return None
    n_train = common[-1][0]
    keys = [key for key in common if key[0] == n_train]
    differences = np.array([other[1][key] - one[1][key] for key in keys])
    if differences.mean() < 0:
        one, other, differences = other, one, -differences
    mean, n = float(differences.mean()), len(differences)
    low = high = p = None
    if n > 1:
        spread = float(differences.std(ddof=1)) * math.sqrt(1 / n + n_test / n_train)
        half = float(stats.t.ppf((1 + _CONFIDENCE) / 2, n - 1)) * spread
        low, high = mean - half, mean + half
        p = float(2 * stats.t.sf(mean / spread, n - 1)) if spread > 0 else float(mean == 0)
    return Comparison(
        target=target,
        n_train=n_train,
        better=one[0],
        worse=other[0],
        difference=mean,
        low=low,
        high=high,
        p=p,
        repeats=n,
    )


def _corrected(pairs: Sequence[Comparison]) -> list[Comparison]:
    """Correct probabilities for their number, by Holm's method."""
    known = sorted((pair.p, i) for i, pair in enumerate(pairs) if pair.p is not None)
    corrected, largest = list(pairs), 0.0
    for rank, (p, i) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        corrected[i] = replace(pairs[i], p=largest)
    return corrected


def pareto_front(points: Sequence[CurvePoint], cost: str) -> list[CurvePoint]:
    """Return the points that no other beats in both error and cost, cheapest first.

    Args:
        points: Of one target.
        cost: `fit_seconds` or `predict_milliseconds`.
    """
    front: list[CurvePoint] = []
    for point in sorted(points, key=lambda one: (getattr(one, cost), one.mae)):
        if not front or point.mae < front[-1].mae:
            front.append(point)
    return front
