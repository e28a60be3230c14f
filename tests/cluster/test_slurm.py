"""Work on a real SLURM of one node: jobs that are cancelled are replaced, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from ase.io import write
from tests.cluster.remote_work import square
from tests.cluster.slow_plugin import SlowStudy, wait_until
from tests.cluster.slurm_server import Slurm
from tests.study.conftest import STUDY, rattled_molecules

from atomarium.core.errors import InputError
from atomarium.experiment.spec import parse_study, read_study
from atomarium.study import cluster_array
from atomarium.study.cluster import Executor
from atomarium.study.cluster_array import SlurmArray
from atomarium.study.cluster_kinds import Slurm as SlurmJobs
from atomarium.study.plan import make_plan
from atomarium.study.runner import run_study
from atomarium.study.sweep.on_cluster import run_sweep_on
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.runs import read_runs
from atomarium.study.sweep.start import start_sweep

Make = Callable[..., SlowStudy]


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_array, "_SECONDS_BETWEEN_LOOKS", 0.3)


@pytest.fixture
def two_jobs(
    slurm: Slurm, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Executor]:
    """Two workers of dask, each a job."""
    pytest.importorskip("dask_jobqueue", reason="needs the extra `cluster`")
    monkeypatch.setenv("PYTHONPATH", str(repository))
    del slurm
    settings = SlurmJobs(jobs=2, memory="1 GB", logs=str(tmp_path / "logs"))
    executor = settings.open()
    yield executor
    executor.close()


def test_a_job_cancelled_in_the_middle_is_replaced_and_all_results_arrive(
    two_jobs: Executor, slurm: Slurm, tmp_path: Path
) -> None:
    results = two_jobs.map(square, ((number, tmp_path) for number in range(60)))
    found = [next(results) for _ in range(8)]
    wait_until(lambda: len(list(tmp_path.glob("begun-*"))) == 2)
    before = set(slurm.jobs("running"))
    slurm.call("scancel", min(before))
    wait_until(lambda: set(slurm.jobs("running")) - before)
    (tmp_path / "go").touch()
    found += list(results)
    assert sorted(square for square, _ in found) == [number**2 for number in range(60)]


def test_a_study_on_slurm_is_the_study_on_this_machine(slurm: Slurm, tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue", reason="needs the extra `cluster`")
    del slurm
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    plan = make_plan(parse_study(STUDY, name="study", folder=tmp_path))
    settings = SlurmJobs(jobs=1, memory="1 GB", chunk=15, logs=str(tmp_path / "logs"))
    run_study(plan, tmp_path / "there", cluster=settings, show=False)
    run_study(plan, tmp_path / "here", show=False)
    for trial in plan.trials:
        there, here = (
            np.load(tmp_path / name / "trials" / trial.id / "predictions.npz")
            for name in ("there", "here")
        )
        np.testing.assert_array_equal(there["test_prediction"], here["test_prediction"])


def test_cancelled_jobs_of_an_array_are_replaced(slurm: Slurm, slow_study: Make) -> None:
    study = slow_study(5, seconds=60.0)
    plan = make_sweep_plan(read_study(study.path))
    start_sweep(plan, study.runs)

    def cancel_one(note: str) -> None:
        if note.startswith("2 jobs run") and len(set(study.pids("begin"))) == 2:
            (cancelled, *_) = sorted(slurm.jobs("running"))
            slurm.call("scancel", cancelled)
            study.release()

    array = SlurmArray(jobs=2, memory="1 GB")
    with pytest.MonkeyPatch.context() as patch:
        plain = SlurmArray.run
        patch.setattr(
            SlurmArray,
            "run",
            lambda self, folder, *, is_done, show: plain(
                self, folder, is_done=is_done, show=lambda note: (show(note), cancel_one(note))
            ),
        )
        run_sweep_on(plan, study.runs, cluster=array, show=False)
    assert [run.state for run in read_runs(study.runs)] == ["finished"] * 5
    assert set(study.said("end").values()) == {1}
    assert not list(study.runs.glob("slurm.json"))
    assert slurm.jobs("pending,running") == []


def test_a_job_whose_time_is_up_goes_back_into_the_queue(slurm: Slurm, slow_study: Make) -> None:
    study = slow_study(2, seconds=60.0)
    plan = make_sweep_plan(read_study(study.path))
    start_sweep(plan, study.runs)
    asked: list[str] = []

    def end_its_time(note: str) -> None:
        if note.startswith("1 jobs run") and study.pids("begin") and not asked:
            asked.extend(slurm.jobs("running"))
            # What SLURM itself sends before the end.
            slurm.call("scancel", "--signal=USR1", "--batch", asked[0])
        elif asked and study.said("stop"):
            study.release()
            slurm.start_pending()

    def is_done() -> bool:
        return len([run for run in read_runs(study.runs) if run.state == "finished"]) == 2

    SlurmArray(jobs=1, memory="1 GB").run(study.runs, is_done=is_done, show=end_its_time)
    assert study.said("stop") == {"0": 1}
    assert [(run.number, run.attempt) for run in read_runs(study.runs)] == [(0, 2), (1, 1)]
    # The same job has come back; on a busy machine another may have been submitted meanwhile.
    job = asked[0].split("_")[0]
    (log,) = (study.runs / "cluster-logs").glob(f"{job}-*.txt")
    assert "it was asked to stop" in log.read_text()
    assert "runs" in log.read_text()


def test_an_ordinary_study_is_run_by_an_array(slurm: Slurm, tmp_path: Path) -> None:
    del slurm
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    plan = make_plan(parse_study(STUDY, name="study", folder=tmp_path))
    array = SlurmArray(jobs=2, memory="1 GB")
    records = run_study(plan, tmp_path / "run", cluster=array, show=False)
    assert [record.state for record in records] == ["finished"] * len(plan.trials)


def test_a_controller_that_dies_is_waited_for(slurm_to_harm: Slurm, slow_study: Make) -> None:
    study = slow_study(2, seconds=60.0)
    plan = make_sweep_plan(read_study(study.path))
    start_sweep(plan, study.runs)
    stopped: list[bool] = []

    def is_done() -> bool:
        if study.pids("begin") and not stopped:
            stopped.append(True)
            slurm_to_harm.stop_controller()
            study.release()
            wait_until(lambda: len(study.said("end")) == 2)  # jobs go on without it
            slurm_to_harm.start_controller()
        return len(study.said("end")) == 2

    SlurmArray(jobs=1, memory="1 GB").run(study.runs, is_done=is_done)
    assert stopped
    assert set(study.said("end").values()) == {1}


def test_faults_of_jobs_are_told(slurm: Slurm, tmp_path: Path) -> None:
    limit = time.monotonic() + 120

    def is_done() -> bool:
        assert time.monotonic() < limit, slurm.call("scontrol", "show", "job") + slurm.logs()
        return False

    array = SlurmArray(jobs=1, memory="1 GB")
    with pytest.raises(InputError, match="a job ended: no study in"):
        array.run(tmp_path, is_done=is_done)


def test_refused_jobs_are_told(slurm: Slurm, tmp_path: Path) -> None:
    del slurm
    with pytest.raises(InputError, match=r"sbatch refuses: .*Invalid partition name"):
        SlurmArray(memory="1 GB", queue="none").run(tmp_path, is_done=lambda: False)
