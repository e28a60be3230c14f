"""Run compiled functions side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from jaxtyping import Int64

from atomarium.core.compiled import count_threads

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
