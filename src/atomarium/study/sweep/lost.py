"""Tell which runs nobody works on any more, though nobody could write down how they ended.

A worker signs in beside the records and touches its file as often as its heart beats, so that those
who only read the run folder know what those know who share its storage.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atomarium.core.files import read_object, without_waiting, write_json
from atomarium.study.sweep.claims import SECONDS_WITHOUT_BEAT
from atomarium.study.sweep.identity import Worker, is_gone

if TYPE_CHECKING:
    from atomarium.study.sweep.runs import SweepRun

_ATTENDANCE = "sweep/attendance"
_REASON = "its worker was lost; whoever works on the sweep next takes it again"


@dataclass(frozen=True)
class Attendance:
    """The file that says that a worker is there.

    Args:
        path: Of the file.
    """

    path: Path

    def sign_in(self, worker: Worker) -> None:
        """Say who works."""
        with without_waiting():
            write_json(self.path, worker.plain())

    def touch(self) -> None:
        """Say that it still does."""
        with suppress(OSError):  # whoever trains will meet with what is wrong with the disk
            os.utime(self.path)

    def is_lost(self) -> bool:
        """Tell whether the worker is gone; of those that never signed in nobody knows."""
        try:
            worker, touched = read_object(self.path), self.path.stat().st_mtime
        except (OSError, ValueError):
            return False
        return is_gone(worker) or time.time() - touched > SECONDS_WITHOUT_BEAT


def attendance_of(folder: Path, worker: str) -> Attendance:
    """Return where a worker signs in.

    Args:
        folder: Of the sweep.
        worker: Its name.
    """
    return Attendance(folder / _ATTENDANCE / f"{worker}.json")


def lost_workers(folder: Path) -> Iterator[str]:
    """Yield the names of those who have signed in and are gone, whether or not they had a run."""
    for path in sorted((folder / _ATTENDANCE).glob("*.json")):
        if Attendance(path).is_lost():
            yield path.stem


def with_lost(folder: Path, runs: Sequence[SweepRun]) -> tuple[SweepRun, ...]:
    """Return runs, those marked that go on for nobody.

    Args:
        folder: Of the sweep.
        runs: As they were written down.
    """
    lost = set(lost_workers(folder)) if any(run.state == "running" for run in runs) else set()
    return tuple(
        replace(run, state="lost", reason=_REASON)
        if run.state == "running" and run.worker in lost
        else run
        for run in runs
    )
