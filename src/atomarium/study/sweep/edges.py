"""Whether a value sits on the edge of what a setting may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from atomarium.experiment.distributions import Range
from atomarium.experiment.space import Choice, Open

#: Share of a range, by its own scale, that counts as its end.
_END = 0.05
#: With two values each is an end, which says nothing.
_LEAST_VALUES = 3


@dataclass(frozen=True)
class Edge:
    """An end of what a setting may be.

    Args:
        side: Which.
        low: Least value allowed.
        high: Greatest.
        beyond: Where to look next, as in "to about 0.1".
    """

    side: Literal["lower", "upper"]
    low: float
    high: float
    beyond: str


def edge_of(one: Open | None, value: object) -> Edge | None:
    """Return the end that a value sits on; None inside, and of what has no order or no ends.

    Args:
        one: What the setting may be.
        value: What it is.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(one, Range) and one.low < one.high:
        low, high, share = float(one.low), float(one.high), one.share(value)
    elif isinstance(one, Choice) and value in (numbers := _numbers(one)):
        low, high, share = numbers[0], numbers[-1], numbers.index(value) / (len(numbers) - 1)
    else:
        return None
    if _END < share < 1 - _END:
        return None
    return _edge("lower" if share <= _END else "upper", low, high, one)


def _numbers(one: Choice) -> list[float]:
    """Return the numbers to choose from in rising order; none of words, or of very few."""
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in one.values):
        return []
    numbers = sorted({float(value) for value in one.values})
    return numbers if len(numbers) >= _LEAST_VALUES else []


def _edge(side: Literal["lower", "upper"], low: float, high: float, one: Open) -> Edge:
    up = side == "upper"
    if isinstance(one, Choice):
        numbers = _numbers(one)
        end, next_to_it = (numbers[-1], numbers[-2]) if up else (numbers[0], numbers[1])
        by_factors = low > 0 and _is_geometric(numbers)
        further = end * end / next_to_it if by_factors else 2 * end - next_to_it
    elif isinstance(one, Range) and one.log:
        further = high * math.sqrt(high / low) if up else low / math.sqrt(high / low)
    else:
        further = high + (high - low) / 2 if up else low - (high - low) / 2
    if further <= 0 < low:
        return Edge(side, low, high, f"to below {low:g}")
    return Edge(side, low, high, f"to about {further:.3g}")


def _is_geometric(numbers: list[float]) -> bool:
    """Tell whether numbers rise by factors rather than by differences."""
    factors = [after / before for before, after in pairwise(numbers)]
    steps = [after - before for before, after in pairwise(numbers)]
    return max(factors) / min(factors) < max(steps) / min(steps)
