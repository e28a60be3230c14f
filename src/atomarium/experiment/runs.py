"""Settings that a search has tried, written down one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from atomarium.core.files import append_line, parse_object


@dataclass(frozen=True, kw_only=True)
class Run:
    """Settings that were tried.

    Args:
        number: Counted from 0.
        settings: What was chosen by name; of choices the label.
        state: Whether training came to an end.
        error: On structures held out of the training set, in the target's unit; None when failed.
        seconds: CPU seconds.
        reason: Why it failed.
    """

    number: int
    settings: dict[str, Any]
    state: Literal["finished", "failed"]
    error: float | None
    seconds: float
    reason: str | None = None


def read_runs(log: Path) -> Iterator[Run]:
    """Yield the runs of a log; a line that a killed process has left half-written is none."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield Run(**parse_object(line))
        except (ValueError, TypeError):
            continue


def append_run(log: Path, run: Run) -> None:
    """Write a run down; a half-written line before it stays alone."""
    append_line(log, asdict(run))
