"""Executors on dask; the only file that imports it."""

# Dask comes with the extra `cluster`; all else is checked without it.
# pyright: reportMissingImports=false

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, TypeVar

from atomarium.core.errors import InputError
from atomarium.study.cluster import Executor, Pending
from atomarium.study.threads import limited_to

Result = TypeVar("Result")
#: A piece of work that has taken so many workers with it is given up.
_FAILURES = 10
#: Pieces of work that wait for each worker, so that none is idle.
_AHEAD = 3
#: A worker that was lost for so long does not come back.
_SECONDS_TO_REPLACE = 3


class DaskExecutor:
    """Sends work to a scheduler of dask.

    Args:
        client: Connected.
        threads: Cores that one piece of work may use.
        owned: What ends with it.
        priority: Of its work, before that of others.
    """

    def __init__(
        self,
        client: Any,
        *,
        threads: int,
        owned: ExitStack | None = None,
        priority: int = 0,
    ) -> None:
        self._client, self._threads, self._priority = client, threads, priority
        self._owned = owned or ExitStack()

    @property
    def nested(self) -> Callable[[], AbstractContextManager[Executor]]:
        """What gives work of its work to others, called by a worker."""
        return partial(executor_of_worker, self._threads)

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Send one piece of work.

        Raises:
            InputError: the scheduler has gone.
        """
        with self._connected():
            # What is sent twice is done twice: results are files, not values to be remembered.
            future = self._client.submit(
                _do, self._threads, function, arguments, pure=False, priority=self._priority
            )
        return _Answer(future, self)

    def map(
        self, function: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]
    ) -> Iterator[Result]:
        """Send many pieces of work, a bounded number at a time; yield results as they come.

        Raises:
            InputError: the scheduler has gone, or a piece of work has ended too many workers.
        """
        from distributed import as_completed

        waiting = iter(arguments)
        answers: dict[str, Pending[Result]] = {}
        queue = as_completed()

        def send_some() -> None:
            while len(answers) < max(2, (1 + _AHEAD) * self.count_workers()):
                one = next(waiting, None)
                if one is None:
                    return
                answer = self.submit(function, *one)
                assert isinstance(answer, _Answer)
                answers[answer.future.key] = answer
                queue.add(answer.future)

        try:
            send_some()
            while answers:
                with self._connected():
                    future = next(queue)
                yield answers.pop(future.key).result()
                send_some()
        finally:
            for answer in answers.values():
                assert isinstance(answer, _Answer)
                answer.future.cancel()

    def count_workers(self) -> int:
        """Return how many workers there are just now.

        Raises:
            InputError: the scheduler has gone.
        """
        with self._connected():
            return len(self._client.nthreads())

    def close(self) -> None:
        """Drop what has not begun and let go of the workers."""
        self._owned.close()

    @contextmanager
    def _connected(self) -> Generator[None]:
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise InputError(
                f"a piece of work has ended {_FAILURES} workers, one after the other; most often "
                f"they have too little memory: {error}"
            ) from None
        except (CancelledError, CommClosedError, TimeoutError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "has been closed" not in str(error):
                raise
            address = self._client.scheduler.address if self._client.scheduler else "of the cluster"
            raise InputError(
                f"the scheduler {address} has gone; everything finished is kept, start it and "
                "run the same command again"
            ) from None


class _Answer:
    """A result that is on its way."""

    def __init__(self, future: Any, executor: DaskExecutor) -> None:
        self.future, self._executor = future, executor

    def result(self) -> Any:
        """Wait for it and return it, or raise what the work has raised."""
        with self._executor._connected():  # noqa: SLF001 - its own
            return self.future.result()

    def done(self) -> bool:
        """Tell whether it is there, or never will be."""
        return self.future.done()


def _do(threads: int, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    with limited_to(threads):
        return function(*arguments)


@contextmanager
def executor_of_worker(threads: int) -> Generator[Executor]:
    """Yield what sends work from within a piece of work, to be done before other pieces."""
    from distributed import get_client

    yield DaskExecutor(get_client(), threads=threads, priority=1)


def open_local(*, workers: int, threads: int, memory: str | None) -> Executor:
    """Start processes of this machine under a scheduler on loopback."""
    _import_dask()
    from distributed import Client, LocalCluster

    with ExitStack() as owned:
        owned.enter_context(_patient())
        cluster = owned.enter_context(
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,  # pyright: ignore[reportArgumentType] - so documented
                memory_limit=memory or 0,
                silence_logs=logging.ERROR,
            )
        )
        client = owned.enter_context(Client(cluster))
        return DaskExecutor(client, threads=threads, owned=owned.pop_all())


def open_jobs(system: str, options: dict[str, object], *, jobs: int, threads: int) -> Executor:
    """Submit jobs that are workers, and replace those that end.

    Raises:
        InputError: the batch system's programs are not there, or it refuses the jobs.
    """
    _import_dask()
    import dask_jobqueue
    from distributed import Client

    with ExitStack() as owned:
        owned.enter_context(_patient())
        with _refusals():
            make = getattr(dask_jobqueue, system)
            cluster = owned.enter_context(
                make(**options, scheduler_options={"dashboard_address": None})
            )
            # As many at least as at most: work of unknown length would start too few.
            cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)
        client = owned.enter_context(Client(cluster))
        return DaskExecutor(client, threads=threads, owned=owned.pop_all())


def open_address(address: str, *, file: str, wait: float, threads: int) -> Executor:
    """Find a scheduler that runs already.

    Raises:
        InputError: it does not answer in time, has no worker, or there is no such file.
    """
    _import_dask()
    from distributed import Client

    named = address or f"of {file}"
    with ExitStack() as owned:
        try:
            client = owned.enter_context(
                Client(scheduler_file=file, timeout=wait) if file else Client(address, timeout=wait)
            )
            client.wait_for_workers(1, timeout=wait)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no scheduler {named} with workers within {wait:g} s ({error}); start it with "
                "`dask scheduler` and `dask worker`"
            ) from None
        return DaskExecutor(client, threads=threads, owned=owned.pop_all())


def _import_dask() -> None:
    try:
        import dask_jobqueue
        import distributed
    except ModuleNotFoundError as error:
        raise InputError(
            f"clusters need {error.name}, which is not installed: pip install atomarium[cluster]"
        ) from None
    del dask_jobqueue, distributed


def _patient() -> AbstractContextManager[Any]:
    """Let work outlive more workers than dask would let it, and replace lost ones soon."""
    from dask import config

    return config.set(
        {
            "distributed.scheduler.allowed-failures": _FAILURES,
            "distributed.deploy.lost-worker-timeout": f"{_SECONDS_TO_REPLACE}s",
        }
    )


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except (RuntimeError, OSError, ValueError) as error:
        raise InputError(f"no jobs could be submitted: {error}") from None
