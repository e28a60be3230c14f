"""A sweep on a cluster: each worker takes runs for a while, then asks again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from atomarium.core.progress import Progress, progress
from atomarium.study.cluster import Cluster, JobArray
from atomarium.study.cluster_files import wait_for
from atomarium.study.sweep.claims import Claims
from atomarium.study.sweep.control import Wishes
from atomarium.study.sweep.identity import this_worker
from atomarium.study.sweep.limits import Limits, why_over
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.proposing import Proposer
from atomarium.study.sweep.storage import open_study
from atomarium.study.sweep.workers import (
    STORAGE_VARIABLE,
    count_ended,
    join_sweep,
    plan_in,
)
from atomarium.study.threads import environment

#: How long a worker takes runs before it asks again: it then ends what it has, so that workers
#: that have to go are not in the middle of much.
_SECONDS_OF_WORK = 30.0
_SECONDS_BETWEEN_LOOKS = 2.0


def run_sweep_on(
    plan: SweepPlan,
    folder: Path,
    *,
    cluster: Cluster | JobArray,
    storage: str = "",
    show: bool = True,
) -> None:
    """Let the workers of a cluster take runs until none is left.

    What a worker had that was lost is run again by another.

    Args:
        plan: The sweep.
        folder: Its run folder, prepared, on a file system that all workers see.
        cluster: Where.
        storage: Address of the database that workers share; left out, a journal in the folder.
        show: Whether to show progress.

    Raises:
        InputError: workers do not see the folder, or the cluster is lost.
    """
    folder = folder.resolve()
    state = _State(plan, folder, storage)
    with progress("runs", plan.n_runs(None) or 0, show=show) as bar:
        if isinstance(cluster, JobArray):
            with environment({STORAGE_VARIABLE: storage}):

                def note(jobs: str) -> None:
                    bar.advance(0, note=jobs)
                    count_ended(folder, bar)

                cluster.run(folder, is_done=state.is_over, show=note)
        else:
            _run_by_tasks(state, cluster, bar)


def _run_by_tasks(state: _State, cluster: Cluster, bar: Progress) -> None:
    executor = cluster.open()
    try:
        executor.submit(wait_for, state.folder / "study.toml").result()
        while not state.is_over():
            over: list[str] = []
            for why in executor.map(take_runs, _tasks(state, over)):
                count_ended(state.folder, bar)
                if why:
                    over.append(why)
            # What lost workers had is free after a while.
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    finally:
        executor.close()


class _State:
    """How far a sweep is.

    Args:
        plan: The sweep.
        folder: Its run folder.
        storage: Address of a database, if workers share one.
    """

    def __init__(self, plan: SweepPlan, folder: Path, storage: str) -> None:
        self.plan, self.folder, self.storage = plan, folder, storage
        study = open_study(folder, plan.name, plan.sweep.goals, url=storage)
        self._claims = Claims(study, this_worker())
        self._wishes = Wishes(folder, study if storage else None)
        proposer = Proposer(plan.space, plan.sweep, plan.constraints)
        self._most = plan.n_runs(proposer.n_proposals)

    def is_over(self) -> bool:
        """Tell whether no worker has a run, and none will take one."""
        self._claims.look()
        ledger, sweep = self._claims.ledger, self.plan.sweep
        if self._wishes() == "stop":
            return True
        if ledger.open:
            return False
        if why_over(sweep, ledger):
            return True
        if self._most is None or ledger.n_runs < self._most:
            return False
        return not ledger.to_retry(retries=sweep.retries, n_most=self._most)


def _tasks(state: _State, over: list[str]) -> Iterator[tuple[Path, str]]:
    while not over:
        yield state.folder, state.storage


def take_runs(folder: Path, storage: str) -> str:
    """Take runs for a while; return why there are no more to take, or nothing."""
    limits = Limits(seconds=_SECONDS_OF_WORK, stays=False)
    plan = _plan(folder, (folder / "study.toml").stat().st_mtime_ns)
    before = time.monotonic()
    tally = join_sweep(plan, folder, storage=storage, limits=limits)
    return "" if time.monotonic() - before >= _SECONDS_OF_WORK else tally.why


@lru_cache(maxsize=1)
def _plan(folder: Path, changed: int) -> SweepPlan:
    """Return the plan of a sweep; data are read once for each process."""
    del changed
    return plan_in(folder)
