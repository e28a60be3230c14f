"""Run an `atomarium` command that is killed, or finds its disk full, when it touches files.

python disturbed.py FOLDER kill|full|count|none N ARGUMENTS: from the N-th time on that a file or
folder in FOLDER is opened, made, moved or removed; `count` prints how often that was.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Any

_TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Disturbance:
    """Counts what is done in a folder, and disturbs it.

    Args:
        folder: Absolute.
        kind: `kill`, `full` or `count`.
        start: Which time is the first that is disturbed, counted from 1.
    """

    def __init__(self, folder: str, kind: str, start: int) -> None:
        self.folder, self.kind, self.start = folder, kind, start
        self.count = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _TOUCHES or isinstance(arguments[0], int):
            return
        path = os.fsdecode(arguments[0])
        if not path.startswith(self.folder):
            return
        self.count += 1
        if self.count < self.start or self.kind in {"count", "none"}:
            return
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.mkdir" or (event == "open" and arguments[2] & _WRITES):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def main() -> None:
    """Run the command."""
    from atomarium.cli.main import main as atomarium

    if os.environ.get("CHECKPOINTS") == "always":
        from atomarium.models.nn import loop

        # Otherwise no training that a test can wait for keeps any.
        loop._SECONDS_BETWEEN_CHECKPOINTS = 0.0
    disturbance = Disturbance(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    sys.addaudithook(disturbance)
    sys.argv = ["atomarium", *sys.argv[4:]]
    try:
        atomarium()
    finally:
        if disturbance.kind == "count":
            sys.stderr.write(f"{disturbance.count}\n")


if __name__ == "__main__":
    main()
