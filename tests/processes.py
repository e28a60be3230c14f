"""Processes that end with the test that started them, commands as users type them, free ports."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def started(command: list[str], **options: Any) -> Generator[subprocess.Popen[str]]:
    """Start a process, and wait for its end; kill it when the test fails or takes too long.

    Without the kill, leaving `subprocess.Popen` would wait for ever for a process that hangs.

    Args:
        command: Words.
        options: Those of `subprocess.Popen`.
    """
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def atomarium(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    command = [sys.executable, "-m", "atomarium", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
