"""Commands in processes of their own that begin at once: forked off one that has imported all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["atomarium.cli.worker", "atomarium.study.sweep.workers", "atomarium.study.sweep.database"]
)


class Command:
    """An `atomarium` command that runs in the current folder, with the current environment.

    Args:
        arguments: What follows `atomarium`.
    """

    _count = 0

    def __init__(self, *arguments: str) -> None:
        Command._count += 1
        self.output = Path(f"command-{Command._count}.txt").resolve()
        state = (Path.cwd(), dict(os.environ), list(sys.path), self.output)
        self._process = _CONTEXT.Process(target=_run, args=(arguments, *state))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process number."""
        assert self._process.pid is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def ended(self, code: int = 0) -> str:
        """Wait until it has ended with a code, and return what it printed."""
        self._process.join(timeout=90)
        said = self.output.read_text()
        assert self._process.exitcode == code, f"ended with {self._process.exitcode}: {said}"
        return said


def _run(
    arguments: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
    path: list[str],
    output: Path,
) -> None:
    # The server of forks lets its children ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    with output.open("w") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    sys.argv = ["atomarium", *arguments]
    from atomarium.cli.main import main

    main()
