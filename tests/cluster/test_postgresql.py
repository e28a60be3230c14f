"""Workers that share a real PostgreSQL, whether they see the run folder or not."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cluster.forked_workers import Command
from tests.cluster.postgresql_server import PostgreSql
from tests.cluster.slow_plugin import SlowStudy, wait_until

from atomarium.core.errors import InputError
from atomarium.experiment.spec import read_study
from atomarium.study.sweep import database
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.runs import read_runs
from atomarium.study.sweep.sharing import offered
from atomarium.study.sweep.storage import open_database, open_study, without_password
from atomarium.study.sweep.workers import join_sweep

Make = Callable[..., SlowStudy]


def states(folder: Path) -> list[tuple[int, str]]:
    """Return the number and the state of each run."""
    return [(run.number, run.state) for run in read_runs(folder)]


def test_eight_workers_at_once_share_a_database(slow_study: Make, postgresql: PostgreSql) -> None:
    study = slow_study(24, seconds=0.0)
    url = postgresql.url("eight")
    workers = [Command("worker", str(study.path), "--storage", url) for _ in range(8)]
    for worker in workers:
        worker.ended()
    assert states(study.runs) == [(k, "finished") for k in range(24)]
    assert set(study.said("end").values()) == {1}
    # The password stands nowhere in the run folder.
    texts = [p.read_bytes() for p in study.runs.rglob("*") if p.is_file()]
    assert not any(postgresql.password.encode() in text for text in texts)


def test_workers_of_another_folder_join_by_the_address(
    slow_study: Make, postgresql: PostgreSql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = slow_study(4, seconds=60.0)
    url = postgresql.url("elsewhere")
    near = Command("worker", str(study.path), "--storage", url)
    wait_until(lambda: study.pids("begin"))
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    far = Command("worker", url)
    wait_until(lambda: len(set(study.pids("begin"))) == 2)
    study.release()
    near.ended()
    far.ended()
    # Whoever has done a run, both folders know of it.
    assert {run.number: run.state for run in read_runs(study.runs)} == dict.fromkeys(
        range(4), "finished"
    )
    own = away / "runs/slow"
    assert {run.number for run in read_runs(own)} == set(range(4))
    assert {run.metrics["val_mae"] for run in read_runs(own)} == {
        run.metrics["val_mae"] for run in read_runs(study.runs)
    }


def test_a_lost_connection_is_waited_for(slow_study: Make, postgresql: PostgreSql) -> None:
    study = slow_study(3, seconds=60.0)
    worker = Command("worker", str(study.path), "--storage", postgresql.url("lost"))
    wait_until(lambda: study.pids("begin"))
    postgresql.stop()
    study.release()
    wait_until(lambda: "cannot be reached; waiting for it" in worker.output.read_text())
    postgresql.start()
    said = worker.ended()
    assert "can be reached again" in said
    assert postgresql.password not in said
    assert states(study.runs) == [(k, "finished") for k in range(3)]
    assert set(study.said("end").values()) == {1}


def test_a_database_that_stays_away_ends_work_and_loses_nothing(
    slow_study: Make, postgresql: PostgreSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = slow_study(2, seconds=0.0)
    plan, url = make_sweep_plan(read_study(study.path)), postgresql.url("away")
    opened = open_study(study.runs, plan.name, plan.sweep.goals, url=url)
    postgresql.stop()
    with monkeypatch.context() as patch:
        patch.setattr(database, "SECONDS_OF_PATIENCE", 1.0)
        with pytest.raises(InputError, match=r"cannot be reached for \d+ s; everything finished"):
            opened.ask()
    postgresql.start()
    join_sweep(plan, study.runs, storage=url)
    assert states(study.runs) == [(0, "finished"), (1, "finished")]


def test_a_killed_worker_is_found_by_the_database(slow_study: Make, postgresql: PostgreSql) -> None:
    study = slow_study(2, seconds=60.0)
    url = postgresql.url("killed")
    first = Command("worker", str(study.path), "--storage", url)
    wait_until(lambda: study.pids("begin"))
    first.send(signal.SIGKILL)
    first.ended(code=-signal.SIGKILL)
    study.release()
    Command("worker", url).ended()
    assert states(study.runs) == [(0, "finished"), (1, "finished")]
    assert study.said("begin") == {"0": 2, "1": 1}


def test_workers_are_asked_through_the_database(slow_study: Make, postgresql: PostgreSql) -> None:
    study = slow_study(3, seconds=60.0)
    url = postgresql.url("wishes")
    worker = Command("worker", str(study.path), "--storage", url)
    wait_until(lambda: study.pids("begin"))
    Command("sweep", "stop", url).ended()
    time.sleep(1.1)  # a worker looks every second
    study.release()
    assert "it was asked to stop" in worker.ended()
    assert states(study.runs) == [(0, "finished")]


def test_databases_say_which_sweeps_they_hold(slow_study: Make, postgresql: PostgreSql) -> None:
    study = slow_study(1, seconds=0.0)
    url = postgresql.url("several")
    with pytest.raises(InputError, match="no sweep in postgresql://atomarium:…@127"):
        offered(url)
    join_sweep(make_sweep_plan(read_study(study.path)), study.runs, storage=url)
    assert offered(url).spec.name == "slow"
    with pytest.raises(InputError, match=r"no sweep 'slo' in .*; did you mean 'slow'"):
        offered(url, "slo")
    study.path.write_text(study.path.read_text().replace('name = "slow"', 'name = "other"'))
    join_sweep(make_sweep_plan(read_study(study.path)), Path("runs/other"), storage=url)
    with pytest.raises(InputError, match="several sweeps; say with --sweep which: other, slow"):
        offered(url)
    assert offered(url, "other").spec.name == "other"


def test_addresses_are_told_what_is_wrong_with_them(postgresql: PostgreSql) -> None:
    port = postgresql.port
    wrong = {
        "nonsense": "nonsense is no address of a database; right is postgresql://user",
        f"postgresql://nobody:pass@127.0.0.1:{port}/x": "password authentication failed",
        f"postgresql://u@127.0.0.1:{port}/x": "no password supplied",
        "postgresql://u:pass@127.0.0.1:1/x": "cannot reach postgresql://u:…@127.0.0.1:1/x",
        f"{postgresql.url('postgres')}-2": "does not exist",
    }
    for url, message in wrong.items():
        with pytest.raises(InputError, match=message):
            open_database(url)


def test_shown_addresses_have_no_password() -> None:
    assert without_password("postgresql://me:secret@host:5432/x") == "postgresql://me:…@host:5432/x"
    assert without_password("postgresql://host/x") == "postgresql://host/x"
