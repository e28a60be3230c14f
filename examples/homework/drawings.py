"""Drawings of crystals, graphs and numbers as SVG, without any drawing library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from atomarium.core.elements import SYMBOLS
from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures

COLORS = ("#0f766e", "#c2410c", "#6d28d9", "#a16207", "#be185d", "#475569")
INK, FAINT = "#334155", "#cbd5e1"
#: Up to here, everything is drawn in a frame of this size.
WIDTH, HEIGHT, MARGIN = 520, 330, 48


class Drawing:
    """What a notebook shows as a picture."""

    def __init__(
        self, parts: Sequence[str], *, width: float = WIDTH, height: float = HEIGHT
    ) -> None:
        self.parts, self.width, self.height = list(parts), width, height

    def _repr_svg_(self) -> str:
        box = f'viewBox="0 0 {self.width:.0f} {self.height:.0f}"'
        size = f'width="{self.width:.0f}" height="{self.height:.0f}"'
        font = 'font-family="sans-serif" font-size="12"'
        paper = f'<rect width="{self.width:.0f}" height="{self.height:.0f}" fill="white"/>'
        body = "\n".join([paper, *self.parts])
        return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {size} {font}>\n{body}\n</svg>'

    def __repr__(self) -> str:
        return f"<drawing of {len(self.parts)} parts>"


def line(x1: float, y1: float, x2: float, y2: float, *, color: str = INK, width: float = 1) -> str:
    """Return a straight line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{color}" stroke-width="{width}"/>'


def disk(x: float, y: float, radius: float, *, color: str, name: str = "") -> str:
    """Return a filled circle, with a name in it if there is one."""
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
    circle = f'<circle {place} fill="{color}" stroke="white"/>'
    return circle + (words(x, y + 4, name, color="white", anchor="middle") if name else "")


def words(x: float, y: float, text: str, *, color: str = INK, anchor: str = "start") -> str:
    """Return a text that begins, ends or has its middle at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def draw_crystal(structure: Structures, *, bonds_up_to: float = 0.0) -> Drawing:
    """Draw one cell with its atoms, and bonds between those of them that are near.

    Args:
        structure: One crystal.
        bonds_up_to: Å. Atoms of the cell that are nearer than this are joined.
    """
    turn = _turned(np.deg2rad(24), np.deg2rad(16))
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    edges = [(a, b) for a in range(8) for b in range(a) if abs(corners[a] - corners[b]).sum() == 1]
    places, frame = structure.positions @ turn, corners @ structure.cells[0] @ turn
    everything = np.concatenate([places, frame])
    lowest, highest = everything.min(axis=0), everything.max(axis=0)
    scale = (HEIGHT - 2 * MARGIN) / max(highest[:2] - lowest[:2])

    def on_paper(point: np.ndarray) -> tuple[float, float]:
        return MARGIN + scale * (point[0] - lowest[0]), MARGIN + scale * (highest[1] - point[1])

    parts = [line(*on_paper(frame[a]), *on_paper(frame[b]), color=FAINT) for a, b in edges]
    if bonds_up_to:
        pairs = find_pairs(structure, bonds_up_to)
        inside = (pairs.shifts == 0).all(axis=1) & (pairs.centers < pairs.neighbors)
        parts += [
            line(*on_paper(places[i]), *on_paper(places[j]), width=3, color="#94a3b8")
            for i, j in zip(pairs.centers[inside], pairs.neighbors[inside], strict=True)
        ]
    color = _colors_of(structure.numbers)
    for atom in np.argsort(places[:, 2]):
        number = int(structure.numbers[atom])
        parts.append(disk(*on_paper(places[atom]), 15, color=color[number], name=SYMBOLS[number]))
    return Drawing(parts, width=2 * MARGIN + scale * (highest[0] - lowest[0]))


def draw_graph(structure: Structures, centers: Sequence[int], neighbors: Sequence[int]) -> Drawing:
    """Draw the atoms of a cell on a circle, and an arc for every edge between two of them.

    Args:
        structure: One crystal.
        centers: Atom that each edge starts from.
        neighbors: Atom that it leads to; edges there and back are drawn as one.
    """
    middle, radius, n = HEIGHT / 2, HEIGHT / 2 - MARGIN, len(structure.numbers)
    angles = 2 * np.pi * np.arange(n) / n
    places = np.stack([middle + radius * np.sin(angles), middle - radius * np.cos(angles)], axis=1)
    times = Counter((int(i), int(j)) for i, j in zip(centers, neighbors, strict=True) if i <= j)
    parts = []
    for (i, j), count in times.items():
        if i == j:
            x, y = places[i] + 0.14 * (places[i] - middle)
            parts.append(words(x, y - 10, f"{count // 2}×", anchor="middle"))
            continue
        for number in range(count):
            bend = 26 * (number - (count - 1) / 2)
            parts.append(_arc(places[i], places[j], bend))
    color = _colors_of(structure.numbers)
    for atom, (x, y) in enumerate(places):
        number = int(structure.numbers[atom])
        parts.append(disk(x, y, 17, color=color[number], name=f"{SYMBOLS[number]}{atom}"))
    return Drawing(parts, width=HEIGHT)


def draw_lines(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
) -> Drawing:
    """Draw curves.

    Args:
        lines: By name, what is drawn to the right and what upward.
        x: What is to the right.
        y: What is upward.
        logarithmic: Whether upward is logarithmic; all values are above 0 then.
    """
    right = [one[0] for one in lines.values()]
    frame = _Frame(right, [one[1] for one in lines.values()], logarithmic=logarithmic)
    parts = frame.axes(x, y)
    for number, (name, points) in enumerate(lines.items()):
        color = COLORS[number % len(COLORS)]
        places = [frame.place(*point) for point in zip(*points, strict=True)]
        path = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        if len(lines) > 1:
            parts.append(words(WIDTH - 8, 32 + 16 * number, name, color=color, anchor="end"))
    return Drawing(parts)


def draw_points(x: Sequence[float], y: Sequence[float], *, names: tuple[str, str]) -> Drawing:
    """Draw predictions (upward) beside references (to the right), and where both are equal."""
    frame = _Frame([x, y], [x, y])
    ends = (frame.place(frame.left, frame.left), frame.place(frame.right, frame.right))
    diagonal = line(*ends[0], *ends[1], color=FAINT)
    dots = [disk(*frame.place(*point), 3, color=COLORS[0]) for point in zip(x, y, strict=True)]
    return Drawing([diagonal, *frame.axes(*names), *dots])


def draw_bars(
    values: Mapping[str, float], spreads: Mapping[str, float] | None = None, *, unit: str = ""
) -> Drawing:
    """Draw a bar for each value, with a line as long as its spread to both sides."""
    longest = max(values.values()) * 1.25
    left, row = 150, 24
    parts = []
    for number, (name, value) in enumerate(values.items()):
        y, length = 14 + row * number, (WIDTH - left - 90) * value / longest
        bar = f'x="{left}" y="{y}" width="{length:.1f}" height="15" fill="{COLORS[0]}"'
        parts += [words(left - 8, y + 12, name, anchor="end"), f'<rect {bar} opacity="0.75"/>']
        half = (WIDTH - left - 90) * (spreads or {}).get(name, 0.0) / longest
        if half:
            parts.append(line(left + length - half, y + 7, left + length + half, y + 7, width=2))
        parts.append(words(left + length + half + 8, y + 12, f"{value:.3g} {unit}"))
    return Drawing(parts, height=28 + row * len(values))


class _Frame:
    """Where numbers are on paper."""

    def __init__(
        self,
        x: Sequence[Sequence[float]],
        y: Sequence[Sequence[float]],
        *,
        logarithmic: bool = False,
    ) -> None:
        self.logarithmic = logarithmic
        upward = np.concatenate([*y])
        self.left, self.right = _widened(np.concatenate([*x]))
        self.bottom, self.top = _widened(np.log10(upward) if logarithmic else upward)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point."""
        height = np.log10(y) if self.logarithmic else y
        across = (x - self.left) / (self.right - self.left)
        up = (height - self.bottom) / (self.top - self.bottom)
        return MARGIN + 12 + (WIDTH - MARGIN - 24) * across, HEIGHT - MARGIN - (HEIGHT - 76) * up

    def axes(self, x: str, y: str) -> list[str]:
        """Return the axes with their names and a few round numbers."""
        left, bottom, top = MARGIN + 12, HEIGHT - MARGIN, 28
        parts = [line(left, bottom, WIDTH - 12, bottom), line(left, bottom, left, top)]
        for number in _round_numbers(self.left, self.right):
            across = self.place(number, 1.0)[0]
            parts.append(line(across, bottom, across, bottom + 4))
            parts.append(words(across, bottom + 17, f"{number:.6g}", anchor="middle"))
        for number in self._round_heights():
            height = self.place(0.0, number)[1]
            parts.append(line(left - 4, height, left, height))
            parts.append(words(left - 7, height + 4, f"{number:.6g}", anchor="end"))
        middle = (left + WIDTH) / 2
        return [*parts, words(middle, HEIGHT - 10, x, anchor="middle"), words(8, 16, y)]

    def _round_heights(self) -> list[float]:
        if not self.logarithmic:
            return _round_numbers(self.bottom, self.top)
        powers = range(int(np.floor(self.bottom)), int(np.ceil(self.top)) + 1)
        numbers = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
        return [one for one in numbers if self.bottom <= np.log10(one) <= self.top]


def _round_numbers(lowest: float, highest: float) -> list[float]:
    """Return three to eight multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10((highest - lowest) / 3))
    step = power * max(one for one in (1, 2, 5) if 3 * one * power <= highest - lowest)
    return [step * k for k in range(int(np.ceil(lowest / step)), int(highest // step) + 1)]


def _widened(values: np.ndarray) -> tuple[float, float]:
    lowest, highest = float(values.min()), float(values.max())
    more = 0.04 * (highest - lowest) or 0.5
    return lowest - more, highest + more


def _turned(around: float, down: float) -> np.ndarray:
    """Return the matrix that looks at a crystal from a little aside and above."""
    aside = np.array(
        [[np.cos(around), 0, -np.sin(around)], [0, 1, 0], [np.sin(around), 0, np.cos(around)]]
    )
    above = np.array([[1, 0, 0], [0, np.cos(down), np.sin(down)], [0, -np.sin(down), np.cos(down)]])
    # The third axis of a crystal points up, that of the paper to the reader.
    upright = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    return upright @ aside @ above


def _colors_of(numbers: np.ndarray) -> dict[int, str]:
    return {int(z): COLORS[k % len(COLORS)] for k, z in enumerate(np.unique(numbers))}


def _arc(start: np.ndarray, end: np.ndarray, bend: float) -> str:
    along = end - start
    aside = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    x, y = (start + end) / 2 + bend * aside
    path = f"M{start[0]:.1f},{start[1]:.1f} Q{x:.1f},{y:.1f} {end[0]:.1f},{end[1]:.1f}"
    return f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.2" opacity="0.7"/>'
