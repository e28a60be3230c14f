"""Plain, gzip, bzip2 and xz files as one stream of bytes that cannot swell without end."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader, BufferedWriter
from pathlib import Path

from atomarium.core.errors import InputError

#: A compressed file may hold this many times its own size: text of atoms reaches 5 to 60.
MOST_TIMES = 300
#: Bytes that any file may hold.
ALWAYS_ALLOWED = 2**28

SUFFIXES = (".gz", ".bz2", ".xz")


def most_bytes(path: Path) -> int:
    """Return how much a compressed file may hold: 300 times its size, 256 MiB in any case."""
    return max(ALWAYS_ALLOWED, MOST_TIMES * path.stat().st_size)


def name_without_suffix(path: Path) -> str:
    """Return the name of a file without `.gz`, `.bz2` or `.xz`."""
    return path.name.removesuffix(path.suffix) if path.suffix in SUFFIXES else path.name


class Source:
    """Bytes of a file, unpacked while they are read."""

    def __init__(self, path: Path, raw: BufferedReader) -> None:
        self._path, self._raw = path, raw
        self._stream = _unpacking(raw)
        self._limit = None if self._stream is raw else most_bytes(path)
        self._n_read = 0

    @property
    def position(self) -> int:
        """Bytes of the file itself that are read."""
        return self._raw.tell()

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end.

        Raises:
            InputError: the file is cut off or broken, or holds more than it may.
        """
        try:
            block = self._stream.read(size)
        except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, OSError) as error:
            raise InputError(
                f"{self._path}: compressed file is cut off or broken: {error}"
            ) from error
        self._n_read += len(block)
        if self._limit is not None and self._n_read > self._limit:
            raise InputError(
                f"{self._path}: holds more than {self._limit:,} bytes, {MOST_TIMES} times its own "
                "size; unpack it yourself if that is right"
            )
        return block


@contextmanager
def opened(path: Path) -> Generator[Source]:
    """Open a file for reading; how it is compressed is seen from its first bytes.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
    with raw:
        yield Source(path, raw)


def read_bytes(path: Path) -> bytes:
    """Return all that a file holds.

    Raises:
        InputError: it cannot be opened, is cut off or broken, or holds more than it may.
    """
    with opened(path) as source:
        blocks = []
        while block := source.read(2**22):
            blocks.append(block)
    return b"".join(blocks)


@contextmanager
def opened_to_write(part: Path, name: str) -> Generator[BufferedIOBase]:
    """Open a file for writing, compressed as the end of its final name says."""
    with part.open("wb") as raw, _packing(raw, Path(name).suffix) as stream:
        yield stream


def _packing(raw: BufferedWriter, suffix: str) -> BufferedIOBase:
    match suffix:
        case ".gz":
            # A time or a name inside would make unequal files of equal data.
            return gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
        case ".bz2":
            return bz2.BZ2File(raw, "wb")
        case ".xz":
            return lzma.LZMAFile(raw, "wb")
    return raw


def _unpacking(raw: BufferedReader) -> BufferedIOBase:
    start = raw.read(6)
    raw.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if start == b"\xfd7zXZ\x00":
        return lzma.LZMAFile(raw)
    return raw
