"""Order, factors and names of the numbers in a row of SOAP."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.represent._kernels.spectrum import Layout
from atomarium.represent.radial import gaussian_prefactor
from atomarium.represent.soap_channels import Channels


@dataclass(frozen=True, kw_only=True)
class GapSettings:
    """What quippy can set and others cannot.

    Args:
        center_in_all: Whether the Gaussian of the atom itself is in the densities of all species,
            not just of its own (central_reference_all_species).
        diagonal: Whether only products of equal radial functions are kept (diagonal_radial).
        constant: Number behind each row of the layout "quippy" (covariance_sigma0).
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    center_in_all: bool = False
    diagonal: bool = False
    constant: float = 0.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.constant):
            raise InputError(f"constant must be finite, got {self.constant}")


#: As everybody has it.
NO_GAP = GapSettings()


class Columns(NamedTuple):
    """Where the blocks of a row begin, and what is in them.

    Args:
        channels: What is multiplied.
        n_left: Functions of the left factors.
        n_right: Functions of the right factors.
        l_max: Largest degree.
        triangular: Whether products of one channel are written for n ≤ n′ only.
        starts: Where the block of each pair of channels begins, −1 where there is none.
        n_columns: Length of the row as loops fill it.
        order: Which of its numbers are kept, and in which order; empty when all are as they are.
        constant: What is put behind, if anything.
    """

    channels: Channels
    n_left: int
    n_right: int
    l_max: int
    triangular: bool
    starts: Int64[np.ndarray, "channels channels"]
    n_columns: int
    order: Int64[np.ndarray, "kept"]
    constant: tuple[float, ...]

    @property
    def width(self) -> int:
        """Length of the finished row."""
        return (len(self.order) or self.n_columns) + len(self.constant)

    @property
    def complete(self) -> bool:
        """Whether the finished row keeps all products."""
        return len(self.order) in (0, self.n_columns)

    def names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C O l=2 n=0 n=5`; n=* is the sum over n."""
        names = [
            f"{first} {second} l={ell} n={one} n={other}"
            for first, second, ell, one, other in self._contents()
        ]
        if len(self.order):
            names = [names[int(k)] for k in self.order]
        return (*names, *("constant" for _ in self.constant))

    def _contents(self) -> list[tuple[str, str, int, int | str, int | str]]:
        left = ["*"] if self.channels.n_summed[0] else list(range(self.n_left))
        right = ["*"] if self.channels.n_summed[1] else list(range(self.n_right))
        return [
            (self.channels.names[a], self.channels.names[b], ell, one, other)
            for a, b in self.channels.pairs
            for ell in range(self.l_max + 1)
            for i, one in enumerate(left)
            for other in right[i if self.triangular and a == b else 0 :]
        ]

    def finish(
        self, rows: Float64[np.ndarray, "rows columns"]
    ) -> Float64[np.ndarray, "rows finished"]:
        """Return rows in the order in which they are kept, without the constant."""
        return rows[:, self.order] if len(self.order) else rows

    def unfinish(
        self, cotangents: Float64[np.ndarray, "rows finished"]
    ) -> Float64[np.ndarray, "rows columns"]:
        """Return cotangents of rows as loops fill them, from those of finished rows."""
        if len(self.constant):
            cotangents = cotangents[:, : -len(self.constant)]
        if not len(self.order):
            return cotangents
        out = np.zeros((len(cotangents), self.n_columns))
        out[:, self.order] = cotangents
        return out


def make_columns(
    channels: Channels, n_max: int, l_max: int, layout: str, gap: GapSettings
) -> Columns:
    """Return where the blocks of channels go."""
    n_left, n_right = (1 if summed else n_max for summed in channels.n_summed)
    triangular = layout != "featomic" and channels.symmetric
    n_channels = len(channels.names)
    starts, place = np.full((n_channels, n_channels), -1, dtype=np.int64), 0
    for a, b in channels.pairs:
        starts[a, b] = place
        half = triangular and a == b
        place += (l_max + 1) * (n_left * (n_left + 1) // 2 if half else n_left * n_right)
    plain = Columns(
        channels,
        n_left,
        n_right,
        l_max,
        triangular,
        starts,
        place,
        order=np.zeros(0, dtype=np.int64),
        constant=(gap.constant,) if layout == "quippy" else (),
    )
    if layout == "quippy" or gap.diagonal:
        return plain._replace(order=_order(plain, layout, gap))
    return plain


def _order(columns: Columns, layout: str, gap: GapSettings) -> Int64[np.ndarray, "kept"]:
    """Return which of our columns stands at each place; quippy has l last, and x ≥ y."""
    place, keys = 0, list[tuple[int, ...]]()
    n_left, n_right, n_degrees = columns.n_left, columns.n_right, columns.l_max + 1
    first_right = 0 if columns.channels.symmetric else len(columns.channels.names) - 1
    for a, b in columns.channels.pairs:
        for ell in range(n_degrees):
            for n in range(n_left):
                for k in range(n if columns.triangular and a == b else 0, n_right):
                    x, y = a * n_left + n, (b - first_right) * n_right + k
                    if layout == "quippy" and columns.channels.symmetric:
                        x, y = max(x, y), min(x, y)
                    if not gap.diagonal or n == k:
                        keys.append((x, y, ell, place))
                    place += 1
    if layout == "quippy":
        keys.sort()
    return np.array([key[-1] for key in keys], dtype=np.int64)


def make_layout(
    columns: Columns, n_max: int, layout: str, *, normalize: bool, mean: bool, width: float
) -> Layout:
    """Return the same for compiled loops.

    Args:
        columns: Where blocks go.
        n_max: Number of radial functions.
        layout: Which factors products have.
        normalize: Whether rows are scaled to length 1.
        mean: Whether densities around several atoms are averaged; else they are summed.
        width: Å. Standard deviation of the Gaussians.
    """
    degrees = np.arange(columns.l_max + 1)
    factors = _scale(layout, width) / np.sqrt(2 * degrees + 1)
    if layout == "featomic":
        factors = factors * (-1.0) ** degrees
    # Of two equal products one is kept, unless the row is that of a package that has it otherwise.
    twice = math.sqrt(2.0) if columns.channels.symmetric and layout != "dscribe" else 1.0
    return Layout(
        n_max=n_max,
        block_starts=columns.starts,
        triangular=columns.triangular,
        degree_factors=factors,
        normalize=normalize,
        n_left=columns.n_left,
        n_right=columns.n_right,
        unlike_functions=twice,
        unlike_channels=twice,
        plain=columns.channels.plain,
        mixing=columns.channels.mixing,
        summed=columns.channels.summed,
        mean=mean,
    )


def _scale(layout: str, width: float) -> float:
    """Return what products of a package are larger by than ours, whose Gaussians have norm 1."""
    squared = gaussian_prefactor(width) ** 2
    if layout == "dscribe":
        return math.pi * math.sqrt(8.0) / squared
    return 1 / (16 * math.pi**2 * squared) if layout == "quippy" else 1.0
