"""Processes of this machine: killed ones are replaced, threads are divided."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.cluster.remote_work import always_end_worker, square, threads

from atomarium.core.errors import InputError
from atomarium.study.cluster_processes import ProcessExecutor


@pytest.fixture(autouse=True)
def _importable(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(repository))


def test_a_killed_process_loses_its_own_work_alone(tmp_path: Path) -> None:
    executor = ProcessExecutor(2, threads=1)
    try:
        pending = [executor.submit(square, number, tmp_path) for number in (0, 1)]

        assert sorted(one.result()[0] for one in pending) == [0, 1]
        slow = [executor.submit(square, number, tmp_path) for number in (8, 9)]
        begun = lambda: {int(p.name.split("-")[1]) for p in tmp_path.glob("begun-*")}  # noqa: E731
        victim = min(begun())
        os.kill(victim, signal.SIGKILL)
        (tmp_path / "go").touch()
        done = [one.result() for one in slow]
        assert sorted(square for square, _ in done) == [64, 81]
        assert victim not in {process for _, process in done}
    finally:
        executor.close()


def test_work_that_ends_every_process_is_given_up() -> None:
    executor = ProcessExecutor(1, threads=1)
    try:
        with pytest.raises(InputError, match="5 processes were killed while they did the same"):
            executor.submit(always_end_worker).result()
    finally:
        executor.close()


def test_processes_have_the_threads_that_they_are_given() -> None:
    executor = ProcessExecutor(1, threads=1)
    try:
        assert executor.submit(threads).result() == {"compiled": 1, "variable": "1"}
    finally:
        executor.close()
