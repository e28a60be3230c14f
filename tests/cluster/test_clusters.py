"""Studies on workers: the same results to the last bit, whatever happens to workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from ase.io import write
from tests.cluster.forked_workers import Command
from tests.cluster.remote_work import end_worker, fail, square
from tests.cluster.slow_plugin import wait_until
from tests.study.conftest import STUDY, rattled_molecules

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.spec import parse_study
from atomarium.models.krr import Krr
from atomarium.represent.soap import Soap
from atomarium.study.cluster import Executor, Pending
from atomarium.study.cluster_features import ChunkWork, represent_in_chunks
from atomarium.study.cluster_files import packed
from atomarium.study.cluster_kinds import Address, LocalMachine
from atomarium.study.cluster_processes import Processes
from atomarium.study.folder_lock import held
from atomarium.study.plan import Plan, make_plan
from atomarium.study.runner import run_study

SOAP = """
[models.soap]
representation = { kind = "soap", cutoff = 3.0, n_max = 3, l_max = 2 }
model = { kind = "krr", reduce = "atoms", length_scale = 1.0, noise = 1e-6 }
"""


@pytest.fixture(autouse=True)
def _importable(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(repository))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A small study with a kernel on atoms."""
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    return make_plan(parse_study(STUDY + SOAP, name="study", folder=tmp_path))


@pytest.fixture(scope="module")
def local() -> Generator[Executor]:
    """Two processes under dask."""
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        executor = LocalMachine(workers=2).open()
        yield executor
        executor.close()


class Kept:
    """A cluster that is open already."""

    chunk, tile = 7, 64

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def open(self) -> Executor:
        """Return it."""
        return Unclosed(self._executor)


class Unclosed:
    """An executor that others go on with; counts what it is sent."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.nested = getattr(executor, "nested", None)

    def submit(self, function: Callable, *arguments: object) -> Pending:
        """Pass it on."""
        return self._executor.submit(function, *arguments)

    def map(self, function: Callable, arguments: Iterator) -> Iterator:
        """Pass it on."""
        return self._executor.map(function, arguments)

    def close(self) -> None:
        """Do nothing."""


def predictions(plan: Plan, folder: Path) -> list[np.ndarray]:
    """Return what every trial predicts."""
    return [
        np.load(folder / "trials" / t.id / "predictions.npz")["test_prediction"]
        for t in plan.trials
    ]


def test_a_study_on_dask_is_the_study_on_this_machine(
    plan: Plan, tmp_path: Path, local: Executor
) -> None:
    run_study(plan, tmp_path / "here", show=False)
    run_study(plan, tmp_path / "there", cluster=Kept(local), show=False)
    for here, there in zip(
        predictions(plan, tmp_path / "here"), predictions(plan, tmp_path / "there"), strict=True
    ):
        np.testing.assert_array_equal(here, there)
    assert not (tmp_path / "there/cluster").exists()


def test_a_study_in_processes_is_the_study_in_threads(plan: Plan, tmp_path: Path) -> None:
    run_study(plan, tmp_path / "here", show=False)
    run_study(plan, tmp_path / "there", cluster=Processes(workers=2), show=False)
    for here, there in zip(
        predictions(plan, tmp_path / "here"), predictions(plan, tmp_path / "there"), strict=True
    ):
        np.testing.assert_array_equal(here, there)


class Here:
    """An executor that does everything at once, and breaks off after so many pieces of work."""

    def __init__(self, most: int = 10**9) -> None:
        self.left, self.done = most, 0

    def submit(self, function: Callable, *arguments: object) -> Pending:
        """Refuse; nobody asks."""
        raise NotImplementedError

    def close(self) -> None:
        """Do nothing."""

    def map(self, function: Callable, arguments: Iterator) -> Iterator:
        """Do one after the other."""
        for one in arguments:
            if not self.left:
                raise InputError("the scheduler has gone")
            self.left -= 1
            self.done += 1
            yield function(*one)


def test_chunks_equal_the_whole_and_are_made_once(plan: Plan, tmp_path: Path) -> None:
    structures = plan.dataset.structures
    soap = Candidate(representation=Soap(cutoff=3.0, n_max=3, l_max=2), model=Krr())
    soap = soap.settle(structures)
    whole = soap.represent(structures, extensive=True)
    assert isinstance(whole, Features)
    work = ChunkWork(soap, packed(structures, tmp_path), tmp_path / "features", extensive=True)
    with pytest.raises(InputError, match="has gone"):
        represent_in_chunks(work, Here(most=3), size=7)
    rest = Here()
    made = represent_in_chunks(work, rest, size=7).features
    assert rest.done == 6 - 3  # of six chunks, those that were there were not made again
    np.testing.assert_array_equal(made.values, whole.values)
    np.testing.assert_array_equal(made.offsets, whole.offsets)
    assert (made.rows, made.reduced, made.names) == (whole.rows, whole.reduced, whole.names)
    again = Here(most=0)
    represent_in_chunks(work, again, size=7)
    assert not (tmp_path / "features/chunks").exists()


def test_kernels_are_made_in_tiles_by_others(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atomarium.models.kernel_tiles import tiles_filled_by
    from atomarium.study import cluster_kernels

    monkeypatch.setattr("atomarium.models.kernel_matrices._ROWS_AT_ONCE", 32)
    structures = plan.dataset.structures
    model = Krr(reduce="atoms")
    soap = Candidate(representation=Soap(cutoff=3.0, n_max=3, l_max=2), model=model)
    features = soap.settle(structures).represent(structures, extensive=True)
    assert isinstance(features, Features)
    kernel = model.structure_kernel(features, extensive=True)
    whole = kernel.among(features, [1.0, 2.0])

    class Done:
        def done(self) -> bool:
            return True

        def result(self) -> None:
            return None

    class Sender:
        n_sent = 0

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def submit(self, function: Callable, *arguments: object) -> Done:
            Sender.n_sent += 1
            function(*arguments)
            return Done()

    tiles = cluster_kernels.TilesAnywhere(tmp_path / "tiles", tmp_path / "arrays", Sender)
    with tiles_filled_by(tiles, 64):
        np.testing.assert_array_equal(kernel.among(features, [1.0, 2.0]), whole)
    assert Sender.n_sent > 2
    # The tiles of a training that begins anew are there already.
    made = sorted((p.name, p.stat().st_mtime_ns) for p in (tmp_path / "tiles/0").iterdir())
    tiles = cluster_kernels.TilesAnywhere(tmp_path / "tiles", tmp_path / "arrays", Sender)
    with tiles_filled_by(tiles, 64):
        np.testing.assert_array_equal(kernel.among(features, [1.0, 2.0]), whole)
    assert sorted((p.name, p.stat().st_mtime_ns) for p in (tmp_path / "tiles/0").iterdir()) == made


def test_work_of_a_worker_that_ends_is_done_again(local: Executor, tmp_path: Path) -> None:
    assert local.submit(end_worker, tmp_path).result() == "done"


def test_errors_of_work_arrive(local: Executor) -> None:
    with pytest.raises(ValueError, match="number 3"):
        list(local.map(fail, ((3,),)))


def test_the_death_of_a_scheduler_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    place = tmp_path / "scheduler.json"
    common = ["--no-dashboard", "--scheduler-file", str(place)]
    scheduler = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            *common,
        ],
        stderr=subprocess.DEVNULL,
    )
    wait_until(place.exists)
    worker = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", *common],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"},
    )
    from dask import config

    try:
        with config.set({"distributed.comm.timeouts.connect": "1s"}):
            executor = Address(file=str(place)).open()
            results = executor.map(square, ((number, tmp_path) for number in range(9)))
            assert next(results)[0] in {number**2 for number in range(8)}
            scheduler.send_signal(signal.SIGKILL)
            with pytest.raises(InputError, match="has gone; everything finished is kept"):
                list(results)
            executor.close()
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()


def test_schedulers_that_do_not_answer_are_named() -> None:
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    with pytest.raises(InputError, match=r"no scheduler tcp://127.0.0.1:1 with workers within 1 s"):
        Address(address="tcp://127.0.0.1:1", wait=1.0).open()


def test_workers_help_with_ordinary_studies(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(STUDY)
    commands = [Command("worker", "study.toml", "--out", "shared") for _ in range(2)]
    done = [int(command.ended().split()[0]) for command in commands]
    assert sum(done) == 12
    run_study(plan, tmp_path / "alone", show=False)
    for trial in (t for t in plan.trials if t.model != "soap"):
        one, other = (
            np.load(tmp_path / name / "trials" / trial.id / "predictions.npz")["test_prediction"]
            for name in ("shared", "alone")
        )
        np.testing.assert_array_equal(one, other)


def test_workers_do_not_disturb_who_works_alone(plan: Plan, tmp_path: Path) -> None:
    from atomarium.study.joining import join_study

    with held(tmp_path, alone=True), pytest.raises(InputError, match="another process is running"):
        join_study(plan, tmp_path)
