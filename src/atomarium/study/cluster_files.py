"""Objects that travel to workers light: their arrays stay in files that all workers see.

Files are named by their content, so that what is sent twice is kept once; workers map them.
"""

from __future__ import annotations

import io
import pickle
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.hashing import hash_arrays

Content = TypeVar("Content")
#: Smaller arrays travel along.
_LEAST_BYTES = 4096
#: Network file systems may show a new file that late.
_SECONDS_TO_APPEAR = 60.0


@dataclass(frozen=True)
class Parcel(Generic[Content]):
    """An object without its arrays.

    Args:
        folder: Where these are.
        light: The rest.
    """

    folder: Path
    light: bytes = field(repr=False)

    def opened(self) -> Content:
        """Return the object, its arrays memory-mapped; once for each process.

        Raises:
            InputError: the files are not seen here.
        """
        return _opened(self)


def packed(content: Content, folder: Path) -> Parcel[Content]:
    """Return an object ready to be sent.

    Args:
        content: Anything that may be pickled.
        folder: For its arrays, on a file system that all workers see.
    """
    stream = io.BytesIO()
    _Packer(stream, folder).dump(content)
    return Parcel(folder, stream.getvalue())


def wait_for(path: Path) -> None:
    """Wait until a file that another machine has written is seen here.

    Raises:
        InputError: it does not appear.
    """
    limit = time.monotonic() + _SECONDS_TO_APPEAR
    while not path.exists():
        if time.monotonic() > limit:
            raise InputError(
                f"a worker does not see {path}; the run folder must be on a file system that all "
                "workers share: give --out"
            )
        time.sleep(0.2)
        # Listing a folder makes a network file system look again.
        list(path.parent.iterdir() if path.parent.is_dir() else ())


class _Packer(pickle.Pickler):
    """Writes arrays into files."""

    def __init__(self, stream: io.BytesIO, folder: Path) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self._folder = folder

    def persistent_id(self, obj: Any) -> str | None:
        if not isinstance(obj, np.ndarray) or obj.dtype == object or obj.nbytes < _LEAST_BYTES:
            return None
        name = f"{hash_arrays(obj)[:32]}.npy"
        if not (self._folder / name).exists():
            with written_atomically(self._folder / name) as part, part.open("wb") as stream:
                np.save(stream, obj, allow_pickle=False)
        return name


class _Unpacker(pickle.Unpickler):  # noqa: S301 - of what dask or a process pool has unpickled
    """Maps arrays from files."""

    def __init__(self, stream: io.BytesIO, folder: Path) -> None:
        super().__init__(stream)
        self._folder = folder

    def persistent_load(self, pid: str) -> np.ndarray:
        wait_for(self._folder / pid)
        # As a plain array: the class of numpy's maps makes every slice slow.
        return np.asarray(np.load(self._folder / pid, mmap_mode="r", allow_pickle=False))


@lru_cache(maxsize=8)
def _opened(parcel: Parcel[Any]) -> Any:
    return _Unpacker(io.BytesIO(parcel.light), parcel.folder).load()
