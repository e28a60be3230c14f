"""Runs whose worker was killed are shown as lost, by whoever reads the run folder."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster.forked_workers import Command
from tests.cluster.slow_plugin import SlowStudy, wait_until

from atomarium.study.sweep.claims import SECONDS_WITHOUT_BEAT
from atomarium.study.sweep.dashboard import dashboard_payload
from atomarium.study.sweep.dashboard_server import _Latest
from atomarium.study.sweep.identity import Worker, this_worker
from atomarium.study.sweep.lost import attendance_of, with_lost
from atomarium.study.sweep.notes import Notes
from atomarium.study.sweep.runs import SweepRun, read_sweep


def _running(folder: Path, worker: str) -> str:
    """Return how a run is shown that a worker has begun and not ended."""
    run = SweepRun(number=0, state="running", settings={}, metrics={}, started=0.0, worker=worker)
    return with_lost(folder, [run])[0].state


def test_the_run_of_a_killed_worker_is_lost_until_another_takes_it(
    slow_study: Callable[..., SlowStudy],
) -> None:
    study = slow_study(2, seconds=60.0)
    worker = Command("worker", str(study.path))
    wait_until(lambda: study.pids("begin"))
    assert [run.state for run in read_sweep(study.runs).runs] == ["running"]
    version = _Latest(study.runs).version()
    worker.send(signal.SIGKILL)
    worker.ended(code=-signal.SIGKILL)
    sweep = read_sweep(study.runs)
    assert [run.state for run in sweep.runs] == ["lost"]
    assert "takes it again" in str(sweep.runs[0].reason)
    assert dashboard_payload(sweep, Notes())["study"]["status"] != "running"
    # Pages that are open ask whether anything has changed.
    assert _Latest(study.runs).version() != version
    study.release()
    Command("worker", str(study.path)).ended()
    assert [run.state for run in read_sweep(study.runs).runs] == ["finished"] * 2


def test_workers_of_other_machines_are_lost_when_they_do_not_beat(tmp_path: Path) -> None:
    far = Worker(name="far", machine="another", process=os.getpid(), born="1")
    place = attendance_of(tmp_path, "far")
    place.sign_in(far)
    assert _running(tmp_path, "far") == "running"
    long_ago = time.time() - SECONDS_WITHOUT_BEAT - 60.0
    os.utime(place.path, (long_ago, long_ago))
    assert _running(tmp_path, "far") == "lost"
    place.touch()
    assert _running(tmp_path, "far") == "running"


def test_a_worker_that_lives_is_not_lost_and_one_that_is_unknown_may_live(tmp_path: Path) -> None:
    here = this_worker("here")
    attendance_of(tmp_path, "here").sign_in(here)
    assert _running(tmp_path, "here") == "running"
    assert _running(tmp_path, "unknown") == "running"
    damaged = attendance_of(tmp_path, "damaged")
    damaged.path.write_text("{")
    assert _running(tmp_path, "damaged") == "running"
