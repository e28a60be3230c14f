"""Order, factors and names of the numbers in a row of SOAP."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from atomarium.represent._kernels.spectrum import Layout
from atomarium.represent.soap_channels import Channels


class Columns(NamedTuple):
    """Where the blocks of a row begin, and what is in them.

    Args:
        channels: What is multiplied.
        n_left: Functions of the left factors.
        n_right: Functions of the right factors.
        l_max: Largest degree.
        triangular: Whether products of one channel are written for n ≤ n′ only.
        starts: Where the block of each pair of channels begins, −1 where there is none.
        n_columns: Length of the row.
    """

    channels: Channels
    n_left: int
    n_right: int
    l_max: int
    triangular: bool
    starts: Int64[np.ndarray, "channels channels"]
    n_columns: int

    def names(self) -> tuple[str, ...]:
        """Return what each column is, as in `C O l=2 n=0 n=5`; n=* is the sum over n."""
        left = ["*"] if self.channels.n_summed[0] else [str(n) for n in range(self.n_left)]
        right = ["*"] if self.channels.n_summed[1] else [str(n) for n in range(self.n_right)]
        names: list[str] = []
        for a, b in self.channels.pairs:
            first, second = self.channels.names[a], self.channels.names[b]
            half = self.triangular and a == b
            names += [
                f"{first} {second} l={ell} n={one} n={other}"
                for ell in range(self.l_max + 1)
                for i, one in enumerate(left)
                for other in right[i if half else 0 :]
            ]
        return tuple(names)


def make_columns(channels: Channels, n_max: int, l_max: int, layout: str) -> Columns:
    """Return where the blocks of channels go."""
    n_left, n_right = (1 if summed else n_max for summed in channels.n_summed)
    triangular = layout != "featomic" and channels.symmetric
    n_channels = len(channels.names)
    starts, place = np.full((n_channels, n_channels), -1, dtype=np.int64), 0
    for a, b in channels.pairs:
        starts[a, b] = place
        half = triangular and a == b
        place += (l_max + 1) * (n_left * (n_left + 1) // 2 if half else n_left * n_right)
    return Columns(channels, n_left, n_right, l_max, triangular, starts, place)


def make_layout(
    columns: Columns, n_max: int, layout: str, *, normalize: bool, scale: float
) -> Layout:
    """Return the same for compiled loops.

    Args:
        columns: Where blocks go.
        n_max: Number of radial functions.
        layout: Which factors products have.
        normalize: Whether rows are scaled to length 1.
        scale: What all products are multiplied by.
    """
    degrees = np.arange(columns.l_max + 1)
    factors = scale / np.sqrt(2 * degrees + 1)
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
    )
