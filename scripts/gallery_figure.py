"""Learning curves as SVG that takes its colors from the page, light or dark."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 64, 150, 12, 44
_LABEL = 14  # pixels between labels
_COLORS = 8


@dataclass(frozen=True)
class Scale:
    """Logarithms of one axis as pixels.

    Args:
        low: Smallest value.
        high: Largest value.
        start: Pixel of the smallest.
        stop: Pixel of the largest.
    """

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.stop - self.start)


def figure_of(models: Mapping[str, Mapping[str, Any]], *, unit: str) -> str:
    """Return learning curves of all models, both axes logarithmic, as one line of SVG.

    Args:
        models: `n` and `mae` of each model by its name.
        unit: What the errors are in.
    """
    height = max(300, _TOP + _BOTTOM + _LABEL * len(models))
    sizes = [n for model in models.values() for n in model["n"]]
    errors = [error for model in models.values() for error in model["mae"]]
    across = Scale(min(sizes) / 1.08, max(sizes) * 1.04, _LEFT, _WIDTH - _RIGHT)
    up = Scale(min(errors) / 1.15, max(errors) * 1.15, height - _BOTTOM, _TOP)
    parts = [*_axes(across, up, sorted(set(sizes)), unit, height)]
    places = _spread_out([up(model["mae"][-1]) for model in models.values()], height)
    for number, ((name, model), place) in enumerate(zip(models.items(), places, strict=True)):
        parts.append(_curve(number % _COLORS, name, model, across, up, place))
    said = f"Learning curves of {', '.join(models)}; error in {unit or 'no unit'}"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{html.escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def _axes(across: Scale, up: Scale, sizes: Sequence[int], unit: str, height: int) -> list[str]:
    foot = height - _BOTTOM
    parts = []
    for tick in _ticks(up.low, up.high):
        y = up(tick)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    last = -math.inf
    for size in sizes:
        x = across(size)
        parts.append(f'<path class="tick" d="M{x:.1f} {foot}v5"/>')
        if x - last > 38:
            parts.append(f'<text x="{x:.1f}" y="{foot + 18}" text-anchor="middle">{size:,}</text>')
            last = x
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<path class="axis" d="M{_LEFT} {_TOP}V{foot}H{_WIDTH - _RIGHT}"/>')
    parts.append(
        f'<text x="{middle}" y="{height - 8}" text-anchor="middle">training structures</text>'
    )
    parts.append(
        f'<text transform="translate(14 {(foot + _TOP) / 2}) rotate(-90)" '
        f'text-anchor="middle">{html.escape(f"MAE, {unit}" if unit else "MAE")}</text>'
    )
    return parts


def _curve(
    color: int, name: str, model: Mapping[str, Any], across: Scale, up: Scale, label: float
) -> str:
    points = [(across(n), up(error)) for n, error in zip(model["n"], model["mae"], strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    x, y = points[-1]
    edge = _WIDTH - _RIGHT
    return (
        f'<g class="curve color-{color}"><polyline points="{line}"/>{dots}'
        f'<path class="leader" d="M{x + 5:.1f} {y:.1f}L{edge + 8} {label:.1f}"/>'
        f'<text x="{edge + 12}" y="{label + 4:.1f}">{html.escape(name)}</text></g>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return 1, 2, 5 of every power of ten; only powers where there would be too many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    coarse = [10.0**p for p in powers if low <= 10.0**p <= high]
    return coarse if len(fine) > 9 and len(coarse) > 1 else fine


def _spread_out(wanted: Sequence[float], height: int) -> list[float]:
    """Move labels apart, in the order in which they are wanted."""
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    places = dict.fromkeys(order, 0.0)
    last = -math.inf
    for one in order:
        last = places[one] = max(wanted[one], last + _LABEL)
    last = height - _BOTTOM + 4
    for one in reversed(order):
        last = places[one] = min(places[one], last)
        last -= _LABEL
    return [places[one] for one in range(len(wanted))]
