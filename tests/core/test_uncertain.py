"""Means with their spread have as many decimals as the spread says something of."""

from __future__ import annotations

import pytest

from atomarium.core.uncertain import with_spread


@pytest.mark.parametrize(
    ("mean", "spread", "text"),
    [
        (3.0049, 0.104, "3.00 ± 0.10"),
        (60.34, 1.43, "60.3 ± 1.4"),
        (0.07324, 0.00279, "0.0732 ± 0.0028"),
        (1234.5, 210.0, "1234 ± 210"),
        (-0.5, 0.25, "-0.50 ± 0.25"),
        (2.54321, None, "2.543"),
        (2.54321, 0.0, "2.543"),
    ],
)
def test_decimals_follow_the_spread(mean: float, spread: float | None, text: str) -> None:
    assert with_spread(mean, spread) == text
