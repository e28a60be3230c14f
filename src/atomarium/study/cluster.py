"""Where work is sent: a cluster that a file describes, or processes of this machine.

Whatever can take work is an `Executor`. Kinds of clusters are settings that open one; other
packages add theirs as entry points `atomarium.clusters`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from atomarium.core.errors import InputError
from atomarium.core.kinds import Family
from atomarium.experiment.places import line_of_key
from atomarium.experiment.settings import SettingsError, make_settings

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

CLUSTERS = Family(
    "clusters",
    {
        "local": "atomarium.study.cluster_kinds:LocalMachine",
        "slurm": "atomarium.study.cluster_kinds:Slurm",
        "slurm-array": "atomarium.study.cluster_array:SlurmArray",
        "pbs": "atomarium.study.cluster_kinds:Pbs",
        "lsf": "atomarium.study.cluster_kinds:Lsf",
        "address": "atomarium.study.cluster_kinds:Address",
    },
)


@runtime_checkable
class Pending(Protocol[Result_co]):
    """A result that is on its way."""

    def result(self) -> Result_co:
        """Wait for it and return it, or raise what the work has raised."""
        ...

    def done(self) -> bool:
        """Tell whether it is there, or never will be."""
        ...


@runtime_checkable
class Executor(Protocol):
    """Takes work and does it somewhere; functions and arguments travel as pickles."""

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Send one piece of work."""
        ...

    def map(
        self, function: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]
    ) -> Iterator[Result]:
        """Send many pieces of work, a bounded number at a time; yield results as they come."""
        ...

    def close(self) -> None:
        """Drop what has not begun and let go of what does the work."""
        ...


@runtime_checkable
class Cluster(Protocol):
    """Settings of a cluster.

    Args:
        chunk: Structures whose features are one piece of work.
        tile: Rows of one piece of a kernel matrix; matrices that have no more stay whole.
    """

    @property
    def chunk(self) -> int: ...  # noqa: D102 - said above

    @property
    def tile(self) -> int: ...  # noqa: D102 - said above

    def open(self) -> Executor:
        """Start or find what does the work."""
        ...


@runtime_checkable
class JobArray(Protocol):
    """Settings of jobs that work by themselves, each like `atomarium worker`."""

    def run(
        self,
        folder: Path,
        *,
        is_done: Callable[[], bool],
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Submit jobs that work on a run folder, and wait until the work is done."""
        ...


def read_cluster(path: Path | str) -> Cluster | JobArray:
    """Read and check the file of a cluster: `kind`, and the settings of that kind.

    Raises:
        InputError: it is missing or not TOML, or a key, type or range in it is wrong.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        plain = tomllib.loads(text)
    except FileNotFoundError:
        raise InputError(f"no cluster file {path}") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError(f"{path} is not a cluster file (TOML text): {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    try:
        return make_settings(CLUSTERS, plain)
    except SettingsError as error:
        line = line_of_key(text, error.place)
        where = f", line {line}" if line else ""
        key = f": {'.'.join(error.place)}" if error.place else ""
        raise InputError(f"{path}{where}{key}: {error}") from None
