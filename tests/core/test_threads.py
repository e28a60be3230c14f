"""Work cut into runs."""

from __future__ import annotations

import threading
from collections.abc import Generator

import numba
import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.threads import do_runs, run_in_threads


@pytest.fixture
def two_threads() -> Generator[None, None, None]:
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("numba may use one thread only")
    before = numba.get_num_threads()
    numba.set_num_threads(2)
    yield
    numba.set_num_threads(before)


def _runs(amounts: list[int]) -> list[tuple[int, int]]:
    return run_in_threads(lambda first, last: (first, last), np.array(amounts))


@pytest.mark.usefixtures("two_threads")
def test_runs_follow_each_other_and_share_the_work() -> None:
    assert _runs([0, 100, 200, 900, 1000]) == [(0, 3), (3, 4)]
    assert _runs([50, 150, 250, 350, 450]) == [(0, 2), (2, 4)]


@pytest.mark.usefixtures("two_threads")
def test_little_work_stays_in_one_run() -> None:
    assert _runs([0, 10, 20]) == [(0, 2)]
    assert _runs([0]) == [(0, 0)]


@pytest.mark.usefixtures("two_threads")
def test_work_that_cannot_be_cut_evenly_leaves_runs_empty() -> None:
    assert _runs([0, 1000, 1000]) == [(0, 1), (1, 2)]


@pytest.mark.usefixtures("two_threads")
def test_runs_go_side_by_side() -> None:
    barrier = threading.Barrier(2, timeout=20)
    run_in_threads(lambda _first, _last: barrier.wait(), np.array([0, 500, 1000]))


@pytest.mark.usefixtures("two_threads")
def test_error_of_a_run_comes_out() -> None:
    def work(first: int, last: int) -> None:
        if last == 2:
            raise ZeroDivisionError(first)

    with pytest.raises(ZeroDivisionError):
        run_in_threads(work, np.array([0, 500, 1000]))


@pytest.mark.usefixtures("two_threads")
def test_limit_of_numba_is_kept() -> None:
    numba.set_num_threads(1)
    assert _runs([0, 500, 1000]) == [(0, 2)]


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("n_rows", "n_threads_inside"), [(100, 1), (400, 2)])
def test_many_runs_go_side_by_side_and_few_one_by_one(n_rows: int, n_threads_inside: int) -> None:
    seen: list[tuple[slice, int]] = []
    offsets = np.arange(0, 1001, 100)
    do_runs(lambda run: seen.append((run, numba.get_num_threads())), offsets, n_rows)
    assert {n for _, n in seen} == {n_threads_inside}
    covered = sorted(s for run, _ in seen for s in range(run.start, run.stop))
    assert covered == list(range(10))


@pytest.mark.parametrize("n_rows", [1, 2, 100])
def test_errors_of_runs_count_from_the_first_of_all(n_rows: int) -> None:
    def refuse_seventh(run: slice) -> None:
        if run.start <= 7 < run.stop:
            raise InputError(f"structure {7 - run.start}, atom 0: at fault")

    with pytest.raises(InputError, match="structure 7, atom 0: at fault"):
        do_runs(refuse_seventh, np.arange(11), n_rows)
