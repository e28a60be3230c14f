"""An executor of processes of this machine, for which nothing has to be installed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from atomarium.core.errors import InputError
from atomarium.core.stopping import ask_to_stop
from atomarium.experiment.machine import n_cores
from atomarium.study.cluster import Executor
from atomarium.study.threads import environment, limited_to, thread_variables

Result = TypeVar("Result")
#: So often processes may be killed while they do the same piece of work.
_MOST_DEATHS = 5
#: Ends a process that has only begun, without a word.
_STOP = getattr(signal, "SIGUSR1", signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Processes:
    """So many processes of this machine, which share its cores.

    Args:
        workers: How many, at least 1.
        threads: What they share; all cores when left out.
        chunk: Structures whose features are one piece of work.
        tile: Rows of one piece of a kernel matrix; each process makes whole ones.
    """

    workers: int
    threads: int | None = None
    chunk: int = 1000
    tile: int = 4096

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InputError(f"workers must be at least 1, got {self.workers}")

    def open(self) -> Executor:
        """Return the processes; they begin when the first work comes."""
        return ProcessExecutor(self.workers, threads=self.threads_of_each)

    @property
    def threads_of_each(self) -> int:
        """How many threads a process has, at least one."""
        return max(1, (self.threads or n_cores()) // self.workers)


class ProcessExecutor:
    """Sends work to processes; when one is killed, its work and no other is done again.

    Args:
        workers: How many.
        threads: Of each.
    """

    def __init__(self, workers: int, *, threads: int) -> None:
        self._places = [_Place(threads) for _ in range(workers)]

    def submit(self, function: Callable[..., Result], *arguments: Any) -> _Work[Result]:
        """Send one piece of work to the process that has the least to do."""
        place = min(self._places, key=lambda place: len(place.unfinished))
        return _Work(place, function, arguments)

    def map(
        self, function: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]
    ) -> Iterator[Result]:
        """Send many pieces of work, a bounded number at a time; yield results as they come.

        Raises:
            InputError: processes are killed again and again.
        """
        waiting = iter(arguments)
        sent: list[_Work[Result]] = []
        while True:
            while len(sent) < 2 * len(self._places):
                one = next(waiting, None)
                if one is None:
                    break
                sent.append(self.submit(function, *one))
            if not sent:
                return
            wait([work.future for work in sent], return_when=FIRST_COMPLETED)
            for work in [work for work in sent if work.done()]:
                sent.remove(work)
                yield work.result()

    def close(self) -> None:
        """Drop what has not begun, ask long trainings to stop, and wait for them."""
        for place in self._places:
            place.ask_to_stop()
        for place in self._places:
            place.close()


@dataclass
class _Place:
    """One process at a time.

    Args:
        threads: It has.
        unfinished: What it is to do.
    """

    threads: int
    unfinished: set[Future[Any]] = field(default_factory=set)
    _pool: ProcessPoolExecutor | None = None
    _processes: set[int] = field(default_factory=set)

    def send(self, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Future[Result]:
        while True:
            try:
                return self._send(function, arguments)
            except BrokenProcessPool:
                self.close()  # the process was killed while it had nothing to do

    def _send(self, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Future[Result]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            with environment(thread_variables(self.threads)):
                begun = self._pool.submit(_begin)
            begun.add_done_callback(self._note)
        future = self._pool.submit(_do, self.threads, function, arguments)
        self.unfinished.add(future)
        future.add_done_callback(self.unfinished.discard)
        return future

    def _note(self, begun: Future[int]) -> None:
        if not begun.cancelled() and begun.exception() is None:
            self._processes = {begun.result()}

    def ask_to_stop(self) -> None:
        if any(future.running() for future in self.unfinished):
            for process in self._processes:
                os.kill(process, _STOP)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool, self._processes = None, set()


class _Work(Generic[Result]):
    """A result that is on its way."""

    def __init__(
        self, place: _Place, function: Callable[..., Result], arguments: tuple[Any, ...]
    ) -> None:
        self._place, self._function, self._arguments = place, function, arguments
        self._n_deaths = 0
        self.future = place.send(function, arguments)

    def done(self) -> bool:
        """Tell whether it is there, or never will be."""
        return self.future.done()

    def result(self) -> Result:
        """Wait for it and return it, or raise what the work has raised."""
        while True:
            try:
                return self.future.result()
            except BrokenProcessPool:
                self._n_deaths += 1
            if self._n_deaths >= _MOST_DEATHS:
                raise InputError(
                    f"{self._n_deaths} processes were killed while they did the same work; most "
                    "often the machine has too little memory: take fewer --workers"
                )
            self.future = self._place.send(self._function, self._arguments)


def _begin() -> int:
    """Let an interrupt, which all processes of a terminal get, ask for a good place to stop."""
    for one in (signal.SIGINT, _STOP):
        signal.signal(one, lambda *_: ask_to_stop())
    return os.getpid()


def _do(threads: int, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    with limited_to(threads):
        return function(*arguments)
