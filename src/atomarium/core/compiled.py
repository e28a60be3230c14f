"""Compile functions once, for this process and all later ones."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import get_num_threads, njit, set_num_threads


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Return a function as machine code that does not hold the GIL; compiled at its first call.

    numba keeps machine code until the file of the function changes. What the function calls may
    stand in other files, so here it is kept until any file of the folder changes.

    Args:
        function: What to compile.
        **options: More options of numba.
    """
    dispatcher = njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    return _stamped(dispatcher, function)


def lean(function: Callable[..., Any], **options: Any) -> Any:
    """Return the same for a function that makes no arrays, its callers do.

    Usually numba counts who refers to an array, with two locked instructions each time that one is
    passed or taken out of a tuple; around small molecules that takes a third of the time.

    Args:
        function: What to compile.
        **options: More options of numba.
    """
    return compiled(function, _nrt=False, **options)


def count_threads() -> int:
    """Return how many threads compiled code may use; `limit_threads` limits them."""
    return get_num_threads()


@contextmanager
def limit_threads(threads: int) -> Generator[None]:
    """Let compiled code use so many threads at most in a block, never more than there are."""
    before = get_num_threads()
    set_num_threads(max(1, min(threads, before)))
    try:
        yield
    finally:
        set_num_threads(before)


def _stamped(dispatcher: Any, function: Callable[..., Any]) -> Any:
    # NUMBA_DISABLE_JIT leaves the function as it was, without a cache.
    if hasattr(dispatcher, "_cache"):
        file = dispatcher._cache._cache_file  # noqa: SLF001 - numba offers no other way
        folder = Path(inspect.getfile(function)).parent
        file._source_stamp = (file._source_stamp, _stamp_of_folder(folder))  # noqa: SLF001
    return dispatcher


@lru_cache(maxsize=8)
def _stamp_of_folder(folder: Path) -> str:
    """Return a name that changes with any Python file of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
