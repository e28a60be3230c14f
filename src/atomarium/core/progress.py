"""Show how far long work is, on standard error: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SECONDS_BEFORE_FIRST = 2.0
_SECONDS_BETWEEN_LINES = 15.0


@dataclass
class Progress:
    """Counts finished steps of one piece of work; see `progress`.

    Args:
        label: What is going on, a few words.
        total: Number of steps.
        show: Called after every step.
        done: Steps that are finished.
        note: What is being done just now.
    """

    label: str
    total: int
    show: Callable[[Progress], None]
    done: int = 0
    note: str = ""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count finished steps; a note stands behind the bar."""
        self.done += steps
        self.note = note or self.note
        self.show(self)


@contextmanager
def progress(label: str, total: int, *, show: bool = True) -> Generator[Progress]:
    """Open a bar for `total` steps; yields the object whose `advance` counts them.

    Args:
        label: What is going on, a few words.
        total: Number of steps.
        show: False counts silently.
    """
    if not show:
        yield Progress(label, total, lambda _: None)
    elif sys.stderr.isatty():
        with _bar(label, total) as show_bar:
            yield Progress(label, total, show_bar)
    else:
        yield Progress(label, total, _Lines().show)


@dataclass
class _Lines:
    """Prints a line now and then, the first one soon; short work prints none."""

    due: float = field(default_factory=lambda: time.monotonic() + _SECONDS_BEFORE_FIRST)

    def show(self, state: Progress) -> None:
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + _SECONDS_BETWEEN_LINES
        line = f"{state.label}: {state.done} of {state.total} {state.note}"
        sys.stderr.write(f"{line.rstrip()}\n")
        sys.stderr.flush()


@contextmanager
def _bar(label: str, total: int) -> Generator[Callable[[Progress], None]]:
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
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, note="")
        yield lambda state: bar.update(task, completed=state.done, note=state.note)
