"""How many threads a study uses, and what for."""

from __future__ import annotations

import os
from collections.abc import Generator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from atomarium.core.compiled import count_threads, limit_threads
from atomarium.core.errors import InputError
from atomarium.core.stopping import stopping


@contextmanager
def limited_to(threads: int | None) -> Generator[None]:
    """Use so many threads at most in a block; None changes nothing.

    Raises:
        InputError: they are fewer than one.
    """
    if threads is None:
        yield
        return
    if threads < 1:
        raise InputError(f"--threads must be at least 1, got {threads}")
    with limit_threads(threads), threadpool_limits(limits=threads):
        yield


def thread_variables(threads: int) -> dict[str, str]:
    """Return what keeps a program to so many threads when it begins with these variables."""
    names = ("NUMBA_NUM", "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM")
    return {f"{name}_THREADS": str(threads) for name in names}


@contextmanager
def environment(variables: dict[str, str]) -> Generator[None]:
    """Set variables in a block; processes that begin in it inherit them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def side_by_side(n_tasks: int) -> Generator[Executor]:
    """Yield a pool that runs trainings side by side, one thread each.

    Threads of the linear algebra would wait for each other in matrices as small as most; whole
    trainings do not, and their results do not depend on how many there are at a time. What has
    not begun is dropped when the block fails, and long trainings are asked to stop.
    """
    with threadpool_limits(limits=1):
        pool = ThreadPoolExecutor(max(1, min(count_threads(), n_tasks)))
        try:
            yield pool
        except BaseException:
            with stopping():
                pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()
