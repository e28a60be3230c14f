"""Hold a run folder: alone, or together with others that work on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from atomarium.core.errors import InputError


@contextmanager
def held(folder: Path, *, alone: bool) -> Generator[None]:
    """Hold a folder; the operating system lets go when the process ends, however it ends.

    Args:
        folder: Made when absent.
        alone: Whether nobody else may hold it.

    Raises:
        InputError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Network file systems want a file to be readable for a lock that is shared.
    with (folder / ".lock").open("a+") as handle:
        try:
            _lock(handle.fileno(), alone=alone)
        except OSError:
            raise InputError(f"another process is running the study in {folder}") from None
        yield


def _lock(descriptor: int, *, alone: bool) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        if alone:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
