"""Run compiled functions side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from jaxtyping import Int64

from atomarium.core.compiled import count_threads, limit_threads
from atomarium.core.errors import counted_from
from atomarium.core.segments import runs_of_segments

Result = TypeVar("Result")
#: With less work to each, starting threads costs more than it saves.
_LEAST_WORK = 64


def run_in_threads(
    work: Callable[[int, int], Result], amounts: Int64[np.ndarray, "borders"]
) -> list[Result]:
    """Cut items into runs of about equal work, one for each thread, and return the results in order.

    Args:
        work: Called with the first item of a run and the one behind it; must release the GIL to
            gain anything, and treat each item the same whatever run it is in.
        amounts: Work before each item, and all work at the end; offsets do.
    """
    n_items = len(amounts) - 1
    total = int(amounts[-1] - amounts[0])
    n_runs = max(1, min(count_threads(), n_items, total // _LEAST_WORK))
    if n_runs == 1:
        return [work(0, n_items)]
    wanted = [int(amounts[0]) + total * k // n_runs for k in range(1, n_runs)]
    borders = [0, *(int(np.searchsorted(amounts, one)) for one in wanted), n_items]
    with ThreadPoolExecutor(n_runs) as pool:
        return list(pool.map(work, borders[:-1], borders[1:]))


def do_runs(
    work: Callable[[slice], None], offsets: Int64[np.ndarray, "borders"], n_rows: int
) -> None:
    """Work on runs of segments side by side where there are enough; else in each, one by one.

    Errors about a structure, when segments are the atoms of structures, may count from the first
    of the run.

    Args:
        work: Called with each run, as `runs_of_segments` gives them; may use `run_in_threads`.
        offsets: Where the rows of each segment begin, and their number at the end.
        n_rows: Most rows of a run, but for segments that have more.
    """
    runs, threads = list(runs_of_segments(offsets, n_rows)), count_threads()

    def do_some(first: int, last: int) -> None:
        for run in runs[first:last]:
            with counted_from(run.start):
                work(run)

    def do_some_alone(first: int, last: int) -> None:
        with limit_threads(1):
            do_some(first, last)

    if threads == 1 or len(runs) < 2 * threads:
        do_some(0, len(runs))
    else:
        run_in_threads(do_some_alone, offsets[[0, *(run.stop for run in runs)]])
