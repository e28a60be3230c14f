"""Several workers share a sweep: nothing is run twice at a time, and nothing is lost."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.cluster.forked_workers import Command
from tests.cluster.slow_plugin import SlowStudy, wait_until

from atomarium.core import stopping
from atomarium.core.errors import InputError
from atomarium.experiment.spec import read_study
from atomarium.study.sweep import one_run
from atomarium.study.sweep.carry_out import Means, carry_out_sweep
from atomarium.study.sweep.control import Wishes, ask
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.runs import read_runs
from atomarium.study.sweep.workers import join_sweep, plan_in, run_side_by_side

Make = Callable[..., SlowStudy]


def numbers(study: SlowStudy, *, state: str = "finished") -> list[int]:
    """Return which runs are so."""
    return [run.number for run in read_runs(study.runs) if run.state == state]


def test_workers_side_by_side_do_each_run_once(slow_study: Make) -> None:
    study = slow_study(8, seconds=0.1)
    outcome = carry_out_sweep(
        make_sweep_plan(read_study(study.path)), study.runs, Means(workers=3), show=False
    )
    assert numbers(study) == list(range(8))
    assert set(study.said("end").values()) == {1}
    assert len(set(study.pids("end"))) > 1
    assert outcome.report.is_file()


def test_a_killed_worker_loses_nothing_but_its_own_run(slow_study: Make) -> None:
    study = slow_study(5, seconds=60.0)
    first, second = (Command("worker", str(study.path)) for _ in range(2))
    wait_until(lambda: {first.pid, second.pid} == set(study.pids("begin")))
    first.send(signal.SIGKILL)
    first.ended(code=-signal.SIGKILL)
    study.release()
    second.ended()
    assert numbers(study) == list(range(5))
    assert set(study.said("end").values()) == {1}
    # Only what the killed one had was begun again.
    again = [label for label, count in study.said("begin").items() if count > 1]
    assert len(again) == 1
    (retried,) = [run for run in read_runs(study.runs) if run.attempt > 1]
    assert retried.attempt == 2
    assert "attempt 2" in (study.runs / f"sweep/runs/{retried.number:05d}/log.txt").read_text()


def test_killed_processes_are_replaced(slow_study: Make, capfd: pytest.CaptureFixture[str]) -> None:
    study = slow_study(3, seconds=60.0)
    plan = make_sweep_plan(read_study(study.path))

    def kill() -> None:
        wait_until(lambda: study.pids("begin"))
        os.kill(study.pids("begin")[0], signal.SIGKILL)
        study.release()

    killer = threading.Thread(target=kill)
    killer.start()
    carry_out_sweep(plan, study.runs, Means(workers=1), show=False)
    killer.join()
    assert "killed by SIGKILL; its run is taken again" in capfd.readouterr().err
    assert numbers(study) == [0, 1, 2]


def test_failed_runs_are_tried_again_as_often_as_allowed(slow_study: Make) -> None:
    study = slow_study(2, seconds=0.0, retries=1, fails=1)
    join_sweep(make_sweep_plan(read_study(study.path)), study.runs)
    assert [run.attempt for run in read_runs(study.runs)] == [2, 2]
    assert numbers(study) == [0, 1]


def test_failed_runs_stay_failed_without_retries(slow_study: Make) -> None:
    study = slow_study(2, seconds=0.0, fails=1)
    join_sweep(make_sweep_plan(read_study(study.path)), study.runs)
    assert numbers(study, state="failed") == [0, 1]
    assert {run.reason for run in read_runs(study.runs)} == {
        "label 0 fails at first",
        "label 1 fails at first",
    }
    assert "fails at first" in (study.runs / "sweep/runs/00000/log.txt").read_text()


def test_paused_sweeps_start_nothing_until_they_go_on(slow_study: Make) -> None:
    study = slow_study(3, seconds=60.0)
    worker = Command("worker", str(study.path))
    wait_until(lambda: study.pids("begin"))
    ask(study.runs, "pause")
    time.sleep(1.1)  # a worker looks every second
    study.release()
    wait_until(lambda: study.said("end"))
    time.sleep(1.5)
    assert study.said("begin") == study.said("end") == {"0": 1}
    ask(study.runs, "go")
    worker.ended()
    assert numbers(study) == [0, 1, 2]


def test_stopped_sweeps_end_after_the_run_that_each_worker_has(slow_study: Make) -> None:
    study = slow_study(4, seconds=60.0)
    worker = Command("worker", str(study.path))
    wait_until(lambda: study.pids("begin"))
    ask(study.runs, "stop")
    time.sleep(1.1)  # a worker looks every second
    study.release()
    assert "1 runs; it was asked to stop" in worker.ended()
    assert numbers(study) == [0]
    # A worker that joins later is told so, and starting the sweep again takes the wish back.
    assert "0 runs; it was asked to stop" in Command("worker", str(study.runs)).ended()
    carry_out_sweep(plan_in(study.runs), study.runs, show=False)
    assert numbers(study) == [0, 1, 2, 3]


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_what_a_signal_stops_is_taken_again(slow_study: Make, number: signal.Signals) -> None:
    study = slow_study(2, seconds=60.0)
    worker = Command("worker", str(study.path))
    wait_until(lambda: study.pids("begin"))
    worker.send(number)
    assert "it was asked to stop" in worker.ended(code=75)  # batch systems: try again
    assert study.said("stop") == {"0": 1}
    assert numbers(study, state="stopped") == [0]
    study.release()
    join_sweep(plan_in(study.runs), study.runs)
    assert numbers(study) == [0, 1]


def test_cancelled_sweeps_ask_trainings_to_stop(slow_study: Make) -> None:
    study = slow_study(1, seconds=0.0)
    join_sweep(make_sweep_plan(read_study(study.path)), study.runs)
    ask(study.runs, "cancel")
    try:
        assert Wishes(study.runs)() == "stop"
        assert stopping.is_stop_asked()
    finally:
        stopping._asked.clear()


def test_full_disks_end_workers_and_lose_nothing(
    slow_study: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = slow_study(3, seconds=0.0)
    plan = make_sweep_plan(read_study(study.path))
    plain = one_run.RunFolder.keep

    def no_room(self, trial, trained, run, *, cite) -> None:
        if run.number == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(self, trial, trained, run, cite=cite)

    with monkeypatch.context() as patch:
        patch.setattr(one_run.RunFolder, "keep", no_room)
        with pytest.raises(OSError, match="No space left"):
            join_sweep(plan, study.runs)
    assert numbers(study) == [0]
    join_sweep(plan, study.runs)
    assert numbers(study) == [0, 1, 2]


def test_eight_workers_at_once_share_a_journal(slow_study: Make) -> None:
    study = slow_study(40, seconds=0.0)
    workers = [Command("worker", str(study.path)) for _ in range(8)]
    for worker in workers:
        worker.ended()
    assert numbers(study) == list(range(40))
    assert set(study.said("end").values()) == {1}
    assert {run.attempt for run in read_runs(study.runs)} == {1}


def test_threads_are_divided_among_workers(
    slow_study: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = slow_study(1, seconds=0.0)
    plan = make_sweep_plan(read_study(study.path))
    variables: list[str] = []
    plain = subprocess.Popen

    def noted(command, **named):
        variables.extend((named["env"]["OMP_NUM_THREADS"], command[-1]))
        return plain(command, **named)

    join_sweep(plan, study.runs)
    monkeypatch.setattr(subprocess, "Popen", noted)
    run_side_by_side(plan, study.runs, workers=2, threads=9, show=False)
    assert variables == ["4", "4"] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing",), "no study file nothing"),
        (("slow.toml", "--threads", "0"), "--threads must be at least 1, got 0"),
        ((".", "--out", "runs"), "give a run folder, or a study file and --out, not both"),
        ((".",), "no study in ."),
    ],
)
def test_workers_say_what_they_cannot_join(
    slow_study: Make,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    slow_study(1, seconds=0.0)
    assert message in Command("worker", *arguments).ended(code=2)


def test_a_database_that_is_not_there_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = Command("worker", "postgresql://u:secret@127.0.0.1:1/x").ended(code=2)
    address = "postgresql://u:…@127.0.0.1:1/x"
    known = find_spec("psycopg") is not None
    assert (f"cannot reach {address}" if known else f"{address} needs a driver") in said
    assert "secret" not in said


def test_there_is_at_least_one_worker(slow_study: Make) -> None:
    study = slow_study(1, seconds=0.0)
    plan = make_sweep_plan(read_study(study.path))
    with pytest.raises(InputError, match="--workers must be at least 1, got 0"):
        run_side_by_side(plan, study.runs, workers=0)


def test_wishes_are_asked_of_sweeps_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sweep in"):
        ask(tmp_path, "pause")


def test_unknown_wishes_are_refused(slow_study: Make) -> None:
    study = slow_study(1, seconds=0.0)
    join_sweep(make_sweep_plan(read_study(study.path)), study.runs)
    (study.runs / "sweep/wish.json").write_text('{"wish": "paus", "time": 1}')
    with pytest.raises(InputError, match="no wish 'paus'; did you mean 'pause'"):
        Wishes(study.runs)()
