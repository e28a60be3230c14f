"""Functions that tests send to workers, which must be able to import them."""

from __future__ import annotations

import os
import time
from pathlib import Path


def square(number: int, folder: Path) -> tuple[int, int]:
    """Return the square of a number and the process that has made it, when it is allowed.

    Args:
        number: Below 8 at once, others when there is a file `go`.
        folder: Where the process leaves a file with its number.
    """
    (folder / f"begun-{os.getpid()}").touch()
    limit = time.monotonic() + 120
    while number >= 8 and not (folder / "go").exists():
        assert time.monotonic() < limit
        time.sleep(0.05)
    return number**2, os.getpid()


def fail(number: int) -> None:
    """Raise an error."""
    raise ValueError(f"number {number}")


def end_worker(folder: Path) -> str:
    """End the process that this is called in, the first time."""
    if not (folder / "ended").exists():
        (folder / "ended").touch()
        os._exit(1)
    return "done"


def always_end_worker() -> None:
    """End the process that this is called in."""
    os._exit(1)


def threads() -> dict[str, str | int]:
    """Return how many threads a process has been given."""
    from atomarium.core.compiled import count_threads

    return {"compiled": count_threads(), "variable": os.environ["OMP_NUM_THREADS"]}
