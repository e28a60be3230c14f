"""The same work with one thread and with more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

Result = TypeVar("Result")


def alone_and_together(work: Callable[[], Result]) -> tuple[Result, Result]:
    """Return what comes of work with one thread, and with two where numba may have them."""
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = work()
        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        return alone, work()
    finally:
        numba.set_num_threads(before)
