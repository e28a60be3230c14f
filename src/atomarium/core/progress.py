"""Show how far long work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

_SECONDS_BETWEEN_LINES = 15.0
_SECONDS_BEFORE_FIRST = 2.0


@dataclass
class Progress:
    """Counts finished steps of one piece of work; see `progress`."""

    label: str
    total: int
    stream: TextIO
    done: int = 0
    note: str = ""
    _bar: object = None
    _task: object = None
    _started: float = field(default_factory=time.monotonic)
    _spoke: float = 0.0

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count finished steps; a note stands behind the bar."""
        self.done += steps
        self.note = note or self.note
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, note=self.note)  # type: ignore[attr-defined]
            return
        now = time.monotonic()
        due = self._spoke + _SECONDS_BETWEEN_LINES if self._spoke else self._started + _SECONDS_BEFORE_FIRST
        if now >= due:
            self._spoke = now
            print(f"{self.label}: {self.done} of {self.total} {self.note}".rstrip(), file=self.stream, flush=True)


@contextmanager
def progress(label: str, total: int, *, show: bool = True, stream: TextIO | None = None) -> Iterator[Progress]:
    """Open a bar for `total` steps; yields the object whose `advance` counts them.

    Args:
        label: What is going on, a few words.
        total: Number of steps.
        show: False counts silently.
        stream: Where it is shown; standard error by default.
    """
    stream = stream or sys.stderr
    state = Progress(label, total, stream)
    if not show:
        state._spoke = float("inf")
        yield state
        return
    if not stream.isatty():
        yield state
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
    )
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:
        state._bar, state._task = bar, bar.add_task(label, total=total, note="")
        yield state
