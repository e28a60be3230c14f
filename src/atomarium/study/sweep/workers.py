"""Join a sweep from any process or machine; start several processes here and look after them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.progress import Progress, progress
from atomarium.core.stopping import ask_to_stop
from atomarium.experiment.machine import n_cores
from atomarium.experiment.spec import parse_study
from atomarium.study.extras import refuse_missing_extras
from atomarium.study.sweep.control import Wishes
from atomarium.study.sweep.engine import Tally, work
from atomarium.study.sweep.limits import Limits
from atomarium.study.sweep.loggers import make_loggers
from atomarium.study.sweep.observing import Observer
from atomarium.study.sweep.plan import SweepPlan, make_sweep_plan
from atomarium.study.sweep.runs import read_runs
from atomarium.study.sweep.sharing import Sender, offer, receive
from atomarium.study.sweep.start import origin_of, start_sweep
from atomarium.study.sweep.storage import open_study
from atomarium.study.threads import thread_variables

#: Tells a worker the address of the database, which may hold a password that `ps` would show.
STORAGE_VARIABLE = "ATOMARIUM_STORAGE"
_LOGS = "sweep/workers"
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BETWEEN_COUNTS = 2.0
#: A worker that is killed is replaced, but not for ever.
_MOST_DEATHS = 20
#: How long workers may take to keep what they have when they are asked to end.
_SECONDS_TO_END = 30.0


def plan_in(folder: Path) -> SweepPlan:
    """Return the plan of the sweep that a run folder is of.

    Raises:
        InputError: the folder holds no sweep, or its data cannot be read here.
    """
    path = folder / "study.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise InputError(f"no study in {folder}: it has no study.toml") from None
    return make_sweep_plan(parse_study(text, name=str(path), folder=origin_of(folder)))


def join_sweep(
    plan: SweepPlan,
    folder: Path,
    *,
    storage: str = "",
    name: str = "",
    limits: Limits | None = None,
    observers: Sequence[Observer] = (),
) -> Tally:
    """Work on a sweep until nothing is left to do, or somebody asks to stop.

    Args:
        plan: The sweep.
        folder: Its run folder, or one for this worker where it does not see that.
        storage: Address of the database that workers share; left out, a journal in the folder.
        name: What this worker is called.
        limits: What it may do.
        observers: Told what happens.

    Raises:
        InputError: the folder is of another sweep, the storage cannot be reached, or a logger, or
            what models need, is not installed.
    """
    refuse_missing_extras(plan.study.candidates)
    start_sweep(plan, folder)
    loggers = make_loggers(plan.sweep.log, folder, study=plan.name, origin=plan.origin)
    own: list[Observer] = [*observers, *loggers]
    study = None
    if storage:
        study = open_study(folder, plan.name, plan.sweep.goals, url=storage)
        offer(study, plan.study)
        own.append(Sender(study, folder))
    limits = limits or Limits()
    wishes = Wishes(folder, study)
    limited = Limits(runs=limits.runs, seconds=limits.seconds, stays=limits.stays, wish=wishes)
    tally = work(plan, folder, storage=storage, worker=name, limits=limited, observers=own)
    if study is not None:
        receive(study, folder)
    return tally


def heed_signals() -> Callable[[], bool]:
    """Let SIGTERM and SIGUSR1 ask for a good place to stop; return what tells whether one came."""
    came: list[int] = []

    def note(number: int, _: object) -> None:
        came.append(number)
        ask_to_stop()

    for name in ("SIGTERM", "SIGUSR1"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), note)
    return lambda: bool(came)


def run_side_by_side(
    plan: SweepPlan,
    folder: Path,
    *,
    workers: int,
    threads: int | None = None,
    storage: str = "",
    show: bool = True,
) -> None:
    """Start processes that work on a sweep, and look after them until nothing is left to do.

    One that is killed is replaced; what it had is run again, by whoever is first.

    Args:
        plan: The sweep.
        folder: Its run folder, prepared.
        workers: How many processes.
        threads: What they share; all cores when left out.
        storage: Address of the database that they share; left out, a journal in the folder.
        show: Whether to show progress.

    Raises:
        InputError: there is less than one worker, a worker ends with an error, or they are killed
            again and again.
    """
    if workers < 1:
        raise InputError(f"--workers must be at least 1, got {workers}")
    each = max(1, (threads or n_cores()) // workers)
    crew = _Crew(folder.resolve(), threads=each, storage=storage)
    total = plan.n_runs(None)
    with progress("runs", total or 0, show=show) as bar:
        try:
            for _ in range(workers):
                crew.start()
            crew.look_after(lambda: count_ended(folder, bar))
        finally:
            crew.end()
            count_ended(folder, bar)


def count_ended(folder: Path, bar: Progress) -> None:
    """Let a bar show how many runs have ended."""
    n_ended = sum(run.ended is not None for run in read_runs(folder))
    bar.advance(max(0, n_ended - bar.done))


@dataclass
class _Crew:
    """Processes that work on a sweep.

    Args:
        folder: Of the sweep.
        threads: Of each process.
        storage: Address of a database, if there is one.
    """

    folder: Path
    threads: int
    storage: str
    _members: dict[subprocess.Popen[bytes], Path] = field(default_factory=dict)
    _n_started: int = 0
    _n_deaths: int = 0

    def start(self) -> None:
        """Start one more."""
        self._n_started += 1
        log = self.folder / _LOGS / f"{self._n_started}.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "atomarium", "worker", str(self.folder)]
        variables = thread_variables(self.threads) | {STORAGE_VARIABLE: self.storage}
        with log.open("wb") as stream:
            member = subprocess.Popen(  # noqa: S603 - ourselves
                [*command, "--threads", str(self.threads)],
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        self._members[member] = log

    def look_after(self, count: Callable[[], None]) -> None:
        """Wait until all have ended; replace those that were killed.

        Args:
            count: Called now and then.
        """
        counted = time.monotonic()
        while self._members:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            for member in [one for one in self._members if one.poll() is not None]:
                self._see_off(member, self._members.pop(member))
            if time.monotonic() - counted > _SECONDS_BETWEEN_COUNTS:
                count()
                counted = time.monotonic()

    def _see_off(self, member: subprocess.Popen[bytes], log: Path) -> None:
        code = member.returncode
        if code > 0:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            said = lines[-1].removeprefix("error: ") if lines else f"exit code {code}"
            raise InputError(f"a worker ended: {said} (see {log})")
        if code < 0:
            self._n_deaths += 1
            name = signal.Signals(-code).name
            if self._n_deaths > _MOST_DEATHS:
                raise InputError(f"{self._n_deaths} workers were killed, the last by {name}")
            sys.stderr.write(f"a worker was killed by {name}; its run is taken again\n")
            self.start()

    def end(self) -> None:
        """Ask those that are left to keep what they have and to end, and wait for them."""
        for member in self._members:
            if member.poll() is None:
                member.terminate()
        limit = time.monotonic() + _SECONDS_TO_END
        for member in self._members:
            try:
                member.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                member.kill()
                member.wait()
        self._members.clear()
