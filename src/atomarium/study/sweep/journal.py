"""A file that any number of processes append to: what Optuna knows of a sweep, in its own format.

Optuna's own backend leaves a lock behind when a process is killed while it writes, and cannot be
read any more once a line is half-written. Here the operating system lets go of the lock, and a line
that is not whole is passed over, by all readers alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages.journal import BaseJournalBackend, JournalFileOpenLock

from atomarium.core.files import parse_object

#: Lines with one of these are on the disk before anyone goes on: studies and ends of trials. What
#: is lost before them, with the power of the computer, is done again.
_LASTING = frozenset({0, 6})


class Journal(BaseJournalBackend):
    """Lines of JSON in a file; every process sees them in the same order.

    Args:
        path: The file; made when absent.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = path.with_name(f"{path.name}.lock")
        self._read: tuple[int, int] = (0, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield every line from one on.

        Args:
            log_number_from: Counted from 0, halves left out.
        """
        number, start = self._read if self._read[0] <= log_number_from else (0, 0)
        with self._path.open("rb") as stream:
            stream.seek(start)
            for line in stream:
                if not line.endswith(b"\n"):
                    return  # somebody is still writing it
                start += len(line)
                try:
                    entry = parse_object(line)
                except ValueError:
                    continue
                number += 1
                self._read = number, start
                if number > log_number_from:
                    yield entry

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append lines; those that begin or end a trial are on the disk when this returns."""
        text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in logs).encode()
        with _held(self._lock), self._path.open("r+b") as stream:
            end = stream.seek(0, os.SEEK_END)
            if end:
                stream.seek(end - 1)
                if stream.read(1) != b"\n":
                    text = b"\n" + text
            stream.write(text)
            stream.flush()
            if any(one.get("op_code") in _LASTING for one in logs):
                os.fsync(stream.fileno())


@contextmanager
def _held(path: Path) -> Generator[None]:
    """Hold a lock that is let go of when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        with _held_by_a_file(path):
            yield
        return
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            # Some network file systems have no such locks.
            with _held_by_a_file(path):
                yield
            return
        yield


@contextmanager
def _held_by_a_file(path: Path) -> Generator[None]:
    lock = JournalFileOpenLock(str(path))
    lock.acquire()
    try:
        yield
    finally:
        lock.release()
