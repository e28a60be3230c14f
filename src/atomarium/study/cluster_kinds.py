"""Kinds of clusters: their settings, checked, and how each is opened. dask itself stays outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil, inf
from typing import ClassVar

from atomarium.core.errors import InputError
from atomarium.experiment.machine import n_cores
from atomarium.study.cluster import Executor

_MEMORY = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])i?B")
_WALLTIME = re.compile(r"(?:(\d+)-)?(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+:\d+")


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What all kinds have in common.

    Args:
        chunk: Structures whose features are one piece of work, at least 1.
        tile: Rows of one piece of a kernel matrix, at least 1; matrices that have no more on a
            side stay whole.
        threads: Cores that one piece of work may use, at least 1.
    """

    # Unknown keys in files are errors; what reads them looks here.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    chunk: int = 1000
    tile: int = 4096
    threads: int = 1

    def __post_init__(self) -> None:
        for name in ("chunk", "tile", "threads"):
            _check_count(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class LocalMachine(_Kind):
    """Processes of this machine, under a scheduler of their own.

    Args:
        workers: Processes; 0 takes as many as there are cores for.
        memory: Of a process, as in "4 GB"; one that takes more is started anew. Left out, there
            is no limit.
    """

    workers: int = 0
    memory: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_count("workers", self.workers, least=0)
        _check_memory(self.memory, may_be_empty=True)

    def open(self) -> Executor:
        """Start the processes."""
        from atomarium.study.cluster_dask import open_local

        return open_local(
            workers=self.workers or max(1, n_cores() // self.threads),
            threads=self.threads,
            memory=self.memory or None,
        )


@dataclass(frozen=True, kw_only=True)
class JobSettings(_Kind):
    """Jobs of a batch system.

    Args:
        jobs: How many there shall be at a time; one that ends is replaced while there is work.
        memory: Of a job, as in "16 GB"; must be given.
        walltime: Of a job, as in "02:00:00" or "1-12:00:00".
        queue: Queue or partition; the default one when left out.
        account: Who pays; nobody when left out.
        directives: More lines for the head of the job script, as in "--gres=gpu:1".
        prologue: Shell lines that go before the worker, as in "module load python".
        python: Interpreter on the nodes; this one when left out.
        logs: Folder for what jobs print.
    """

    jobs: int = 1
    memory: str = ""
    walltime: str = "01:00:00"
    queue: str = ""
    account: str = ""
    directives: tuple[str, ...] = ()
    prologue: tuple[str, ...] = ()
    python: str = ""
    logs: str = "cluster-logs"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_count("jobs", self.jobs)
        _check_memory(self.memory)
        seconds_of(self.walltime)
        for name in ("directives", "prologue"):
            if any("\n" in line for line in getattr(self, name)):
                raise InputError(f"{name} must be single lines, got {getattr(self, name)!r}")


@dataclass(frozen=True, kw_only=True)
class _Jobs(JobSettings):
    """Workers of dask that are jobs of a batch system.

    They stop taking work before their time ends.

    Args:
        processes: Workers of a job, at least 1; each does one piece of work at a time.
        interface: Network interface of workers and scheduler, as in "ib0"; any when left out.
        scratch: Folder on the nodes for what workers put aside; theirs when left out.
    """

    processes: int = 1
    interface: str = ""
    scratch: str = ""

    #: What dask-jobqueue calls the kind, and what it calls who pays.
    system: ClassVar[str]
    payer: ClassVar[str] = "account"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_count("processes", self.processes)

    def own_options(self) -> dict[str, object]:
        """Return what only this batch system is told."""
        return {}

    def open(self) -> Executor:
        """Submit the jobs."""
        from atomarium.study.cluster_dask import open_jobs

        options: dict[str, object] = {
            "cores": self.processes * self.threads,
            "processes": self.processes,
            "memory": self.memory,
            "walltime": clock_time(seconds_of(self.walltime)),
            "queue": self.queue or None,
            self.payer: self.account or None,
            "job_extra_directives": list(self.directives),
            "job_script_prologue": list(self.prologue),
            "interface": self.interface or None,
            "local_directory": self.scratch or None,
            "log_directory": self.logs,
            "worker_extra_args": [*_lifetime(seconds_of(self.walltime)), "--nthreads", "1"],
            **({"python": self.python} if self.python else {}),
            **self.own_options(),
        }
        return open_jobs(self.system, options, jobs=self.jobs, threads=self.threads)


@dataclass(frozen=True, kw_only=True)
class Slurm(_Jobs):
    """Workers that are jobs of SLURM."""

    system: ClassVar[str] = "SLURMCluster"


@dataclass(frozen=True, kw_only=True)
class Pbs(_Jobs):
    """Workers that are jobs of PBS.

    Args:
        resources: What stands behind `-l`, as in "select=1:ncpus=8:mem=16GB"; made from cores and
            memory when left out.
    """

    system: ClassVar[str] = "PBSCluster"
    resources: str = ""

    def own_options(self) -> dict[str, object]:
        """Return the resources, where they are given."""
        return {"resource_spec": self.resources} if self.resources else {}


@dataclass(frozen=True, kw_only=True)
class Lsf(_Jobs):
    """Workers that are jobs of LSF."""

    system: ClassVar[str] = "LSFCluster"
    payer: ClassVar[str] = "project"

    def own_options(self) -> dict[str, object]:
        """Return the time as LSF has it: hours and minutes."""
        return {"walltime": clock_time(60 * -(-seconds_of(self.walltime) // 60))[:-3]}


@dataclass(frozen=True, kw_only=True)
class Address(_Kind):
    """A scheduler that runs already, with its workers.

    Args:
        address: Where it listens, as in "tcp://node7:8786".
        file: The file that `dask scheduler --scheduler-file` has written, instead.
        wait: Seconds to wait for it and for its first worker, above 0.
    """

    address: str = ""
    file: str = ""
    wait: float = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.address) == bool(self.file):
            raise InputError("give either address or file")
        if self.address and not _ADDRESS.fullmatch(self.address):
            raise InputError(f"address must be like 'tcp://node7:8786', got {self.address!r}")
        if not 0 < self.wait < inf:
            raise InputError(f"wait must be above 0 seconds, got {self.wait}")

    def open(self) -> Executor:
        """Find the scheduler."""
        from atomarium.study.cluster_dask import open_address

        return open_address(self.address, file=self.file, wait=self.wait, threads=self.threads)


def seconds_of(walltime: str) -> int:
    """Return the seconds of `[days-]hours:minutes[:seconds]`.

    Raises:
        InputError: it is something else, or no time at all.
    """
    found = _WALLTIME.fullmatch(walltime)
    days, hours, minutes, seconds = (
        (int(part or 0) for part in found.groups()) if found else [0] * 4
    )
    total = ((24 * days + hours) * 60 + minutes) * 60 + seconds
    if not total:
        raise InputError(f"walltime must be like '02:00:00' or '1-12:00:00', got {walltime!r}")
    return total


def megabytes_of(memory: str) -> int:
    """Return megabytes of `16 GB`, rounded up."""
    found = _MEMORY.fullmatch(memory)
    assert found is not None
    return ceil(float(found[1]) * 1000.0 ** ("KMGT".index(found[2]) - 1))


def clock_time(seconds: int) -> str:
    """Return hours, minutes and seconds: of two numbers SLURM would take the first for minutes."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _lifetime(walltime: int) -> list[str]:
    """Let workers end by themselves, not all at once, before the batch system ends them."""
    spare = max(10, min(300, walltime // 10))
    if walltime <= 3 * spare:
        return []
    return ["--lifetime", f"{walltime - 2 * spare}s", "--lifetime-stagger", f"{spare}s"]


def _check_count(name: str, count: int, *, least: int = 1) -> None:
    if count < least:
        raise InputError(f"{name} must be at least {least}, got {count}")


def _check_memory(memory: str, *, may_be_empty: bool = False) -> None:
    if not (_MEMORY.fullmatch(memory) or (may_be_empty and not memory)):
        raise InputError(f"memory must be like '16 GB', got {memory!r}")
