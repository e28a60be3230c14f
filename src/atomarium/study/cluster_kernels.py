"""Tiles of a large kernel matrix, filled wherever there is a worker.

Each tile is a file that is there or not, so that a matrix goes on where it was stopped. Whoever
needs the matrix fills tiles, too, from the other end: it waits for nobody who is busy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from atomarium.core.features import Features
from atomarium.core.files import written_atomically
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_tiles import FilledTile, Tile, fill_tile
from atomarium.study.cluster import Executor, Pending
from atomarium.study.cluster_files import Parcel, packed, wait_for

#: Tiles that are sent ahead.
_AHEAD = 16
Opened = Callable[[], AbstractContextManager[Executor]]


@dataclass
class TilesAnywhere:
    """Fills the tiles of one training's kernel matrices after another.

    Args:
        folder: For tiles, of this training alone, which makes the same matrices each time.
        arrays: For features, which several trainings may share.
        open: Gives what takes the work.
    """

    folder: Path
    arrays: Path
    open: Opened
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def __call__(
        self,
        kernel: StructureKernel,
        features: Features,
        others: Features | None,
        length_scales: Sequence[float],
        tiles: Sequence[Tile],
    ) -> Iterator[FilledTile]:
        """Yield the tiles of one matrix as they come."""
        work = TileWork(
            kernel=kernel,
            features=packed(features, self.arrays),
            others=None if others is None else packed(others, self.arrays),
            length_scales=tuple(float(scale) for scale in length_scales),
            folder=self.folder / str(next(self._numbers)),
        )
        left, sent = deque(tiles), dict[Tile, Pending[None]]()
        with self.open() as executor:
            while left or sent:
                while left and len(sent) < _AHEAD:
                    tile = left.popleft()
                    sent[tile] = executor.submit(make_tile, work, tile)
                done = next((tile for tile, pending in sent.items() if pending.done()), None)
                if done is None:
                    done = left.pop() if left else next(reversed(sent))
                    make_tile(work, done)
                    sent.pop(done, None)
                else:
                    sent.pop(done).result()
                yield work.read(done)


@dataclass(frozen=True, eq=False, kw_only=True)
class TileWork:
    """What the tiles of one matrix have in common.

    Args:
        kernel: Between structures.
        features: Of the rows.
        others: Of the columns; None for those of the rows.
        length_scales: Of the kernel.
        folder: Where tiles are kept.
    """

    kernel: StructureKernel
    features: Parcel[Features]
    others: Parcel[Features] | None
    length_scales: tuple[float, ...]
    folder: Path

    def path(self, tile: Tile) -> Path:
        """Return where a tile is kept."""
        numbers = (tile.term, tile.group, *tile.rows, *tile.columns)
        return self.folder / f"{'-'.join(map(str, numbers))}.npz"

    def read(self, tile: Tile) -> FilledTile:
        """Return a tile that has been made."""
        wait_for(self.path(tile))
        with np.load(self.path(tile), allow_pickle=False) as kept:
            top, left = kept["corner"].tolist()
            return FilledTile(tile, (top, left), kept["values"])


def make_tile(work: TileWork, tile: Tile) -> None:
    """Write a tile, if it is not there."""
    path = work.path(tile)
    if path.exists():
        return
    others = None if work.others is None else work.others.opened()
    filled = fill_tile(work.kernel, work.features.opened(), others, work.length_scales, tile)
    with written_atomically(path) as part, part.open("wb") as stream:
        np.savez(stream, values=filled.values, corner=np.array(filled.corner))
