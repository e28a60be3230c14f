"""Large kernel matrices in tiles, which other processes may fill.

A tile is made of the very blocks that a matrix is worked off in where it stays whole, so the
numbers are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64

from atomarium.core.features import Features

if TYPE_CHECKING:
    from atomarium.models.kernel_matrices import Block, StructureKernel


@dataclass(frozen=True)
class Tile:
    """A rectangle of a kernel matrix, as one term and one group of rows make it.

    Args:
        term: Number of the term.
        group: Number of the group among those of the rows.
        rows: First block of the rows, and the one behind the last.
        columns: Likewise of the columns.
    """

    term: int
    group: int
    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, eq=False)
class FilledTile:
    """A tile with its numbers.

    Args:
        tile: Which.
        corner: First structure of the rows, and of the columns.
        values: For each length scale.
    """

    tile: Tile
    corner: tuple[int, int]
    values: Float64[np.ndarray, "scales structures others"]


#: Fills tiles of the kernel between features and others, themselves where None, in any order.
FillTiles = Callable[
    [
        "StructureKernel",
        Features,
        Features | None,
        Sequence[float],
        Sequence[Tile],
    ],
    Iterable[FilledTile],
]


@dataclass(frozen=True)
class _Elsewhere:
    fill: FillTiles
    n_rows: int


_elsewhere: ContextVar[_Elsewhere | None] = ContextVar("kernel tiles elsewhere", default=None)


@contextmanager
def tiles_filled_by(fill: FillTiles, n_rows: int) -> Generator[None]:
    """Let something else fill the tiles of large matrices in a block.

    Args:
        fill: What does.
        n_rows: Rows of a tile, about; matrices that have no more on a side stay whole.
    """
    token = _elsewhere.set(_Elsewhere(fill, n_rows))
    try:
        yield
    finally:
        _elsewhere.reset(token)


def filled_elsewhere(
    kernel: StructureKernel,
    features: Features,
    others: Features | None,
    length_scales: Sequence[float],
    out: Float64[np.ndarray, "scales structures others"],
) -> bool:
    """Fill a matrix, or its upper half without others, by tiles if it is large; tell whether."""
    how = _elsewhere.get()
    n_rows = max(len(features.values), 0 if others is None else len(others.values))
    if how is None or n_rows <= how.n_rows:
        return False
    tiles = list(tiles_of(kernel, features, others, how.n_rows))
    with tiles_filled_by(how.fill, 2**62):  # what fills them must not cut them again
        filled = how.fill(kernel, features, others, length_scales, tiles)
        for one in _in_order(tiles, filled):
            top, left = one.corner
            height, width = one.values.shape[1:]
            place = out[:, top : top + height, left : left + width]
            if kernel.fills_once(features):
                place[...] = one.values
            else:
                place += one.values
    return True


def tiles_of(
    kernel: StructureKernel, features: Features, others: Features | None, n_rows: int
) -> Iterator[Tile]:
    """Yield the tiles of a kernel matrix, in the order in which they are added.

    Args:
        kernel: Between structures.
        features: Of the rows.
        others: Of the columns; None for those of the rows, of which only the upper half is made.
        n_rows: Rows of a tile, about.
    """
    for term in range(len(kernel.terms)):
        for group, (mine, theirs) in enumerate(kernel.blocks(features, others)):
            symmetric = others is None
            for rows in _spans(mine, n_rows):
                for columns in _spans(theirs, n_rows):
                    if not symmetric or rows <= columns:
                        yield Tile(term, group, rows, columns)


def fill_tile(
    kernel: StructureKernel,
    features: Features,
    others: Features | None,
    length_scales: Sequence[float],
    tile: Tile,
) -> FilledTile:
    """Return a tile with its numbers; blocks below the diagonal of a symmetric one are zero."""
    mine, theirs = list(kernel.blocks(features, others))[tile.group]
    rows, top = _moved(mine[slice(*tile.rows)])
    if others is None and tile.rows == tile.columns:
        # One list for both sides: that is how the upper half alone is asked for.
        columns, left = rows, top
    else:
        columns, left = _moved(theirs[slice(*tile.columns)])
    shape = rows[-1].structures.stop, columns[-1].structures.stop
    values = np.zeros((len(length_scales), *shape))
    sides = features, features if others is None else others
    kernel.fill(values, kernel.terms[tile.term], sides, (rows, columns), length_scales)
    return FilledTile(tile, (top, left), values)


def _spans(blocks: list[Block], n_rows: int) -> list[tuple[int, int]]:
    """Cut blocks into runs of about so many rows, at least one block each."""
    at_once = max(1, n_rows // max((block.n_rows for block in blocks), default=1))
    return [(k, min(k + at_once, len(blocks))) for k in range(0, len(blocks), at_once)]


def _moved(blocks: list[Block]) -> tuple[list[Block], int]:
    """Return blocks whose structures are counted from the first of them, and its number."""
    first = blocks[0].structures.start
    moved = [
        replace(one, structures=slice(one.structures.start - first, one.structures.stop - first))
        for one in blocks
    ]
    return moved, first


def _in_order(tiles: list[Tile], filled: Iterable[FilledTile]) -> Iterator[FilledTile]:
    """Yield tiles as they come, but those that overlap, of several terms or groups, in order."""
    if len({(tile.term, tile.group) for tile in tiles}) == 1:
        yield from filled
        return
    waiting: dict[Tile, FilledTile] = {}
    due = iter(tiles)
    following = next(due)
    for one in filled:
        waiting[one.tile] = one
        while following in waiting:
            yield waiting.pop(following)
            following = next(due, None)
