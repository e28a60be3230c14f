"""Numbers that may be chosen, and how likely each is.

All of them say which number stands at a share of the whole (`at`) and at which share a number
stands (`share`), so that any method that fills a unit cube evenly can draw from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from atomarium.core.errors import InputError

Number = int | float
#: Infinite ends of a distribution are cut off here.
_EDGE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Range:
    """Numbers between two bounds.

    Args:
        low: Least number.
        high: Greatest number.
        log: Whether factors, not differences, are equally likely.
        step: Distance of the numbers allowed, from the least one on; None for all.
        whole: Whether they are whole numbers.
        quantum: What is drawn is rounded to multiples of this number; None for no rounding.
        inverse: Whether 1/x is drawn in place of x.
    """

    low: Number
    high: Number
    log: bool = False
    step: Number | None = None
    whole: bool = False
    quantum: Number | None = None
    inverse: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise InputError(f"min must be at most max, got {self.low} and {self.high}")
        for name in ("log", "inverse"):
            if getattr(self, name) and self.low <= 0:
                raise InputError(f"{name} = true needs min above 0, got {self.low}")
        if self.step is not None and not self.step > 0:
            raise InputError(f"step must be above 0, got {self.step}")
        if self.step is not None and (self.log or self.inverse or self.quantum is not None):
            other = "log" if self.log else "inverse" if self.inverse else "quantum"
            raise InputError(f"{other} and step exclude each other; give values instead")
        _check_quantum(self.quantum)

    @property
    def is_plain(self) -> bool:
        """Whether Optuna has such a distribution itself."""
        return self.quantum is None and (self.log or not self.inverse)

    @property
    def probes(self) -> tuple[Number, ...]:
        """The middle, which is what is taken where another setting is looked at, and both ends."""
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return self.number(middle), self.number(self.low), self.number(self.high)

    def number(self, value: Number) -> Number:
        """Return the allowed number nearest to a value."""
        if self.step is not None:
            value = self.low + round((value - self.low) / self.step) * self.step
            value = min(
                value, self.low + math.floor((self.high - self.low) / self.step + 1e-9) * self.step
            )
        value = min(max(value, self.low), self.high)
        return _rounded(value, self.quantum, whole=self.whole)

    def at(self, share: float) -> Number:
        """Return the number below which a share of all lies."""
        if self.whole and self.is_plain:
            return self._whole_at(share)
        if self.step is not None:
            n_steps = math.floor((self.high - self.low) / self.step + 1e-9)
            return self.number(self.low + min(int(share * (n_steps + 1)), n_steps) * self.step)
        return self.number(self._up(self._down(self.low), self._down(self.high), share))

    def share(self, value: Number) -> float:
        """Return the share of numbers below a value, the middle of those that are rounded to it."""
        low, high = self._down(self.low), self._down(self.high)
        if high == low:
            return 0.5
        inside = min(max(value, self.low), self.high)
        return min(max((self._down(inside) - low) / (high - low), 0.0), 1.0)

    def holds(self, value: object) -> bool:
        """Tell whether a value may be chosen."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.whole and value != round(value):
            return False
        near = self.number(value)
        return math.isclose(near, value, rel_tol=1e-9, abs_tol=1e-12)

    def _whole_at(self, share: float) -> int:
        """Give each whole number the half on both sides of it, as Optuna does."""
        step = 1 if self.step is None else int(self.step)
        low, high = int(self.low), int(self.high)
        if not self.log:
            n_numbers = (high - low) // step + 1
            return low + step * min(int(share * n_numbers), n_numbers - 1)
        start, end = math.log(low - 0.5), math.log(high + 0.5)
        return min(max(round(math.exp(start + share * (end - start))), low), high)

    def _down(self, value: Number) -> float:
        if self.log:
            return math.log(value)
        return -1.0 / value if self.inverse else float(value)

    def _up(self, low: float, high: float, share: float) -> float:
        value = low + share * (high - low)
        if self.log:
            return math.exp(value)
        return -1.0 / value if self.inverse else value


@dataclass(frozen=True, kw_only=True)
class Normal:
    """Normally distributed numbers.

    Args:
        mean: Of the numbers, or of their logarithms.
        std: Standard deviation, likewise; above 0.
        log: Whether the natural logarithms are distributed so.
        whole: Whether numbers are rounded to whole ones.
        quantum: What is drawn is rounded to multiples of this number; None for no rounding.
    """

    mean: Number
    std: Number
    log: bool = False
    whole: bool = False
    quantum: Number | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.std) and self.std > 0):
            raise InputError(f"mean must be a number and std above 0, got {self.mean}, {self.std}")
        _check_quantum(self.quantum)

    @property
    def probes(self) -> tuple[Number, ...]:
        """The median."""
        return (self.at(0.5),)

    def at(self, share: float) -> Number:
        """Return the number below which a share of all lies; 0 and 1 are moved inside."""
        value = NormalDist(self.mean, self.std).inv_cdf(min(max(share, _EDGE), 1 - _EDGE))
        return _rounded(math.exp(value) if self.log else value, self.quantum, whole=self.whole)

    def share(self, value: Number) -> float:
        """Return the share of numbers below a value."""
        if self.log and value <= 0:
            return 0.0
        return NormalDist(self.mean, self.std).cdf(math.log(value) if self.log else value)

    def holds(self, value: object) -> bool:
        """Tell whether a value may be chosen."""
        return _may_be(value, self.quantum, whole=self.whole) and not (
            self.log and self.quantum is None and not self.whole and _number(value) <= 0
        )


@dataclass(frozen=True, kw_only=True)
class Beta:
    """Numbers between 0 and 1 whose density is proportional to x^(alpha-1) (1-x)^(beta-1).

    Args:
        alpha: Above 0.
        beta: Above 0.
        quantum: What is drawn is rounded to multiples of this number; None for no rounding.
    """

    alpha: Number
    beta: Number
    quantum: Number | None = None

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0, got {value}")
        _check_quantum(self.quantum)

    @property
    def probes(self) -> tuple[Number, ...]:
        """The median."""
        return (self.at(0.5),)

    def at(self, share: float) -> Number:
        """Return the number below which a share of all lies."""
        from scipy.special import betaincinv  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        return _rounded(float(betaincinv(self.alpha, self.beta, share)), self.quantum, whole=False)

    def share(self, value: Number) -> float:
        """Return the share of numbers below a value."""
        from scipy.special import betainc  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        return float(betainc(self.alpha, self.beta, min(max(value, 0.0), 1.0)))

    def holds(self, value: object) -> bool:
        """Tell whether a value may be chosen."""
        return _may_be(value, self.quantum, whole=False) and 0 <= _number(value) <= 1


def _check_quantum(quantum: Number | None) -> None:
    if quantum is not None and not (math.isfinite(quantum) and quantum > 0):
        raise InputError(f"quantum must be above 0, got {quantum}")


def _rounded(value: Number, quantum: Number | None, *, whole: bool) -> Number:
    if quantum is not None:
        n_quanta = round(value / quantum)
        if isinstance(quantum, int):
            return n_quanta * quantum
        # 3 * 0.1 is 0.3 to whoever has written 0.1.
        return float(f"{n_quanta * quantum:.12g}")
    return round(value) if whole else float(value)


def _may_be(value: object, quantum: Number | None, *, whole: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    near = _rounded(value, quantum, whole=whole)
    return math.isclose(near, value, rel_tol=1e-9, abs_tol=1e-12)


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
