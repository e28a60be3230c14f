"""Numbers with their spread, as text."""

from __future__ import annotations

import math


def with_spread(mean: float, spread: float | None) -> str:
    """Return a mean with as many decimals as two digits of its standard deviation need.

    Example:
        >>> with_spread(3.0049, 0.104), with_spread(3.0049, None)
        ('3.00 ± 0.10', '3.005')

    Args:
        mean: Any number.
        spread: Its standard deviation; without one, or 0, the mean has four digits.
    """
    if not spread:
        return f"{mean:.4g}"
    decimals = max(0, 1 - math.floor(math.log10(spread)))
    return f"{mean:.{decimals}f} ± {spread:.{decimals}f}"
