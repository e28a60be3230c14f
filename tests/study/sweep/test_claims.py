"""Who has which run: never two at a time, and none is lost with its worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from atomarium.study.sweep.claims import Claims
from atomarium.study.sweep.identity import Worker, is_gone, this_worker
from atomarium.study.sweep.journal import Journal
from atomarium.study.sweep.ledger import FAILED, LOST, STOPPED, SURPLUS
from atomarium.study.sweep.storage import open_study

ELSEWHERE = Worker(name="far", machine="another machine", process=1, born="1")


def claims_in(folder: Path, worker: Worker = ELSEWHERE, patience: float = 1e9) -> Claims:
    return Claims(open_study(folder, "s", ("minimize",)), worker, patience)


def taken(claims: Claims, most: int | None = None, retries: int = 0) -> Iterator[tuple[int, int]]:
    while (attempt := claims.take(n_most=most, retries=retries)) is not None:
        yield attempt.run, attempt.number
        claims.finish(attempt, "complete", values=[1.0])


def test_workers_never_have_the_same_run(tmp_path: Path):
    workers = [claims_in(tmp_path, replace(ELSEWHERE, name=str(k))) for k in range(16)]
    # All hold what they have taken, so that each run can be had once only.
    runs = [worker.take(n_most=12, retries=0) for worker in workers]
    assert [one.run if one else None for one in runs] == [*range(12), *[None] * 4]


def test_runs_beyond_the_last_are_given_back_and_taken_when_there_may_be_more(tmp_path: Path):
    first, second = claims_in(tmp_path), claims_in(tmp_path, replace(ELSEWHERE, name="b"))
    first.look()
    assert second.take(n_most=1, retries=0)
    # As the first saw nothing of that yet, it creates a run too many.
    attempt = first._begin(1)
    assert attempt is None
    first.look()
    assert first.ledger.attempts[1][0].fate == SURPLUS
    assert first.take(n_most=1, retries=0) is None
    again = first.take(n_most=2, retries=0)
    assert again is not None
    assert (again.run, again.number) == (1, 2)


def test_a_worker_that_no_longer_beats_loses_its_run(tmp_path: Path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("atomarium.study.sweep.claims.time.monotonic", lambda: clock[0])
    lost, other = (
        claims_in(tmp_path, replace(ELSEWHERE, name=name), patience=90.0) for name in "ab"
    )
    attempt = lost.take(n_most=1, retries=0)
    assert attempt is not None
    lost.settle(attempt, {"rate": 0.5}, 3)
    assert other.take(n_most=1, retries=0) is None
    clock[0] = 80.0
    lost.beat(attempt, 1)
    assert other.take(n_most=1, retries=0) is None
    clock[0] = 160.0  # 80 s after the beat was seen
    assert other.take(n_most=1, retries=0) is None
    clock[0] = 171.0
    again = other.take(n_most=1, retries=0)
    assert again is not None
    assert (again.run, again.number, again.settings) == (0, 2, {"rate": 0.5})
    # The first one was only slow: what it says now counts no more.
    assert not lost.finish(attempt, "complete", values=[1.0])
    assert other.finish(again, "complete", values=[2.0])


def test_a_process_of_this_machine_that_is_gone_loses_its_run_at_once(tmp_path: Path):
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    here = this_worker("here")
    lost = claims_in(tmp_path, replace(here, name="dead", process=dead.pid))
    assert lost.take(n_most=1, retries=0)
    again = claims_in(tmp_path, here).take(n_most=1, retries=0)
    assert again is not None
    assert again.number == 2


def test_numbers_of_processes_are_used_again():
    here = this_worker("here")
    assert not is_gone(here.plain())
    assert is_gone({**here.plain(), "born": "1"})
    assert not is_gone({**here.plain(), "born": "1", "machine": "another"})
    assert not is_gone({})


def test_two_workers_that_try_again_at_once_make_one_attempt(tmp_path: Path):
    first, second = claims_in(tmp_path), claims_in(tmp_path, replace(ELSEWHERE, name="b"))
    attempt = first.take(n_most=1, retries=1)
    assert attempt is not None
    first.finish(attempt, "fail", fate=FAILED)
    for worker in (first, second):
        worker.look()
        assert worker.ledger.to_retry(retries=1, n_most=1)
    ended = [worker.ledger.attempts[0][-1] for worker in (first, second)]
    for worker, one in zip((first, second), ended, strict=True):
        worker._try_again(one)
    assert [len(worker.ledger.attempts[0]) for worker in (first, second)] == [2, 2]
    got = [worker.take(n_most=1, retries=1) for worker in (first, second)]
    assert [one is not None for one in got] == [True, False]


def test_a_run_that_kills_every_worker_is_given_up(tmp_path: Path):
    claims = claims_in(tmp_path)
    for number in range(1, 6):
        attempt = claims.take(n_most=1, retries=0)
        assert attempt is not None
        assert attempt.number == number
        claims.finish(attempt, "fail", fate=LOST)
    assert claims.take(n_most=1, retries=0) is None


def test_stopped_runs_go_on_however_often(tmp_path: Path):
    claims = claims_in(tmp_path)
    for _ in range(8):
        attempt = claims.take(n_most=1, retries=0)
        assert attempt is not None
        claims.finish(attempt, "fail", fate=STOPPED)
    assert list(taken(claims, most=1)) == [(0, 9)]


def test_a_line_that_is_half_written_is_passed_over_by_all(tmp_path: Path):
    path = tmp_path / "sweep.journal"
    before = claims_in(tmp_path)
    assert before.take(n_most=None, retries=0)
    whole = path.read_bytes()
    with path.open("ab") as stream:
        stream.write(b'{"op_code":4,"worker_id":"x","stu')
    after = claims_in(tmp_path, replace(ELSEWHERE, name="b"))
    second = after.take(n_most=None, retries=0)
    before.look()
    assert second is not None
    assert second.run == 1
    assert before.ledger.n_runs == 2
    assert path.read_bytes().startswith(whole)


def test_a_journal_can_be_opened_with_optuna_alone(tmp_path: Path):
    import optuna
    from optuna.storages.journal import JournalFileBackend

    list(taken(claims_in(tmp_path), most=3))
    backend = JournalFileBackend(str(tmp_path / "sweep.journal"))
    study = optuna.load_study(study_name="s", storage=optuna.storages.JournalStorage(backend))
    assert [one.value for one in study.trials] == [1.0] * 3


WRITER = """
import sys
from pathlib import Path
from atomarium.study.sweep.journal import Journal
journal = Journal(Path(sys.argv[1]))
for k in range(200):
    journal.append_logs([{"op_code": 8, "who": sys.argv[2], "k": k, "text": "x" * 50}])
"""


def test_processes_that_write_at_once_lose_no_line(tmp_path: Path):
    path = tmp_path / "journal"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(k)]) for k in range(4)
    ]
    assert [writer.wait() for writer in writers] == [0] * 4
    lines = list(Journal(path).read_logs(0))
    assert len(lines) == 800
    for who in "0123":
        assert [one["k"] for one in lines if one["who"] == who] == list(range(200))


def test_a_process_that_is_killed_while_it_writes_locks_out_nobody(tmp_path: Path):
    path = tmp_path / "journal"
    endless = WRITER.replace("range(200)", "iter(int, 1)")
    writer = subprocess.Popen([sys.executable, "-c", endless, str(path), "0"])
    journal = Journal(path)
    while not list(journal.read_logs(0)):
        pass
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    journal.append_logs([{"op_code": 8, "who": "me"}])
    lines = path.read_text().splitlines()
    assert json.loads(lines[-1])["who"] == "me"
    assert list(Journal(path).read_logs(0))[-1]["who"] == "me"
