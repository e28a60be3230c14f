"""Files of clusters are checked to the last key, and say what jobs are made of."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.study import cluster_files
from atomarium.study.cluster import CLUSTERS, read_cluster
from atomarium.study.cluster_array import SlurmArray
from atomarium.study.cluster_files import packed, wait_for
from atomarium.study.cluster_kinds import megabytes_of, seconds_of
from atomarium.study.cluster_processes import Processes

FAULTS = {
    'kind = "slrm"': "line 1: kind: no cluster 'slrm'; did you mean 'slurm'",
    "workers = 2": "kind is missing",
    "kind = ": "not valid TOML",
    'kind = "local"\nworker = 3': "line 2: worker: local has no setting 'worker'; did you mean",
    'kind = "local"\nworkers = "3"': "line 2: workers: must be a valid integer, got '3'",
    'kind = "local"\nworkers = -1': "workers must be at least 0, got -1",
    'kind = "local"\nthreads = 0': "threads must be at least 1, got 0",
    'kind = "local"\nchunk = 0': "chunk must be at least 1, got 0",
    'kind = "local"\nmemory = "much"': "memory must be like '16 GB', got 'much'",
    'kind = "slurm"': "memory must be like '16 GB', got ''",
    'kind = "slurm"\nmemory = "1 GB"\njobs = 0': "jobs must be at least 1, got 0",
    'kind = "pbs"\nmemory = "1 GB"\nprocesses = 0': "processes must be at least 1, got 0",
    'kind = "lsf"\nmemory = "1 GB"\nwalltime = "2 h"': "walltime must be like '02:00:00'",
    'kind = "slurm"\nmemory = "1 GB"\nprologue = ["a\\nb"]': "prologue must be single lines",
    'kind = "slurm-array"\nmemory = "1 GB"\ngrace = 5': "grace must be 10 s up to the walltime",
    'kind = "slurm-array"\nmemory = "1 GB"\nrequeues = -1': "requeues must be 0 or above, got -1",
    'kind = "address"': "give either address or file",
    'kind = "address"\naddress = "node7"': "address must be like 'tcp://node7:8786', got 'node7'",
    'kind = "address"\naddress = "tcp://a:1"\nwait = 0.0': "wait must be above 0 seconds",
}


def written(folder: Path, text: str) -> Path:
    """Write a file of a cluster."""
    path = folder / "dask.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", FAULTS)
def test_faults_are_named_with_file_and_key(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(FAULTS[text])) as caught:
        read_cluster(written(tmp_path, text))
    assert "dask.toml" in str(caught.value)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no cluster file"):
        read_cluster(tmp_path / "dask.toml")
    with pytest.raises(InputError, match="not a cluster file"):
        read_cluster(tmp_path)


def test_every_kind_is_read(tmp_path: Path) -> None:
    settings = {"address": 'address = "tcp://a:1"', "local": ""}
    for kind in CLUSTERS.all_places():
        rest = settings.get(kind, 'memory = "1 GB"')
        text = f'kind = "{kind}"\n{rest}'
        assert isinstance(read_cluster(written(tmp_path, text)), CLUSTERS.load(kind))


@pytest.mark.parametrize(
    ("walltime", "seconds"),
    [("02:00:00", 7200), ("1-12:00:00", 129_600), ("00:30", 1800), ("100:00:01", 360_001)],
)
def test_times_are_those_of_batch_systems(walltime: str, seconds: int) -> None:
    assert seconds_of(walltime) == seconds


@pytest.mark.parametrize(
    ("memory", "megabytes"), [("16 GB", 16_000), ("1.5GB", 1500), ("400 MB", 400), ("1 KB", 1)]
)
def test_memory_is_counted_in_megabytes(memory: str, megabytes: int) -> None:
    assert megabytes_of(memory) == megabytes


@pytest.mark.parametrize(
    ("kind", "program", "expected"),
    [
        (
            "pbs",
            "qsub",
            ["#PBS -q long", "#PBS -A chemistry", "#PBS -l walltime=36:00:00", "select=1:ncpus=4"],
        ),
        ("lsf", "bsub", ["#BSUB -q long", '#BSUB -P "chemistry"', "#BSUB -W 36:00", "-n 4"]),
        (
            "slurm",
            "sbatch",
            ["#SBATCH -p long", "#SBATCH -A chemistry", "#SBATCH -t 36:00:00", "-cpus-per-task=4"],
        ),
    ],
)
def test_job_scripts_say_what_the_file_says(
    kind: str, program: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dask_jobqueue", reason="needs the extra `cluster`")
    # A batch system that writes down what it is given.
    script = tmp_path / "script"
    fake = tmp_path / program
    fake.write_text(
        f'#!/bin/sh\ncat ${{1:-/dev/stdin}} > {script}.part\nmv {script}.part {script}\necho "Job <1>"\n'
    )
    fake.chmod(0o755)
    for name in ("qdel", "bkill", "scancel"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    text = (
        f'kind = "{kind}"\nmemory = "8 GB"\nprocesses = 2\nthreads = 2\nwalltime = "1-12:00:00"\n'
        f'queue = "long"\naccount = "chemistry"\nprologue = ["module load python"]\n'
        f'logs = "{tmp_path}/logs"\n'
    )
    cluster = read_cluster(written(tmp_path, text))
    executor = cluster.open()  # pyright: ignore[reportAttributeAccessIssue] - no array
    try:
        from tests.cluster.slow_plugin import wait_until

        wait_until(script.exists)
    finally:
        executor.close()
    said = script.read_text()
    for line in (*expected, "module load python", "--lifetime 129000s", "--nthreads 1"):
        assert line in said, said


def test_job_arrays_say_what_the_file_says(tmp_path: Path) -> None:
    array = SlurmArray(
        memory="1.5 GB",
        threads=3,
        walltime="1-00:00:00",
        queue="gpu",
        account="us",
        directives=("--gres=gpu:1",),
        prologue=("module load python",),
        python="/opt/python",
    )
    lines = array.script(tmp_path, 7).splitlines()
    for line in (
        "#SBATCH --array=0-6",
        "#SBATCH --requeue",
        "#SBATCH --signal=B:USR1@120",
        "#SBATCH --time=24:00:00",
        "#SBATCH --mem=1500M",
        "#SBATCH --cpus-per-task=3",
        "#SBATCH --partition=gpu",
        "#SBATCH --account=us",
        "#SBATCH --gres=gpu:1",
        "module load python",
        f"/opt/python -m atomarium worker {tmp_path} --threads 3 &",
    ):
        assert line in lines


def test_arrays_are_submitted_where_slurm_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="no program 'sbatch' here"):
        SlurmArray(memory="1 GB").run(tmp_path, is_done=lambda: False)


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask_jobqueue", None)
    cluster = read_cluster(written(tmp_path, 'kind = "local"'))
    with pytest.raises(InputError, match=r"pip install atomarium\[cluster\]"):
        cluster.open()  # pyright: ignore[reportAttributeAccessIssue] - no array


def test_processes_share_the_threads() -> None:
    assert Processes(workers=3, threads=8).threads_of_each == 2
    assert Processes(workers=8, threads=2).threads_of_each == 1
    with pytest.raises(InputError, match="workers must be at least 1, got 0"):
        Processes(workers=0)


def test_files_that_workers_do_not_see_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_files, "_SECONDS_TO_APPEAR", 0.1)
    with pytest.raises(InputError, match="file system that all workers share"):
        wait_for(tmp_path / "nothing")


def test_parcels_leave_large_arrays_in_files(tmp_path: Path) -> None:
    import numpy as np

    large, small = np.arange(10_000.0), np.arange(3)
    parcel = packed({"large": large, "small": small}, tmp_path)
    again = packed({"large": large.copy(), "small": small}, tmp_path)
    assert len(parcel.light) < 1000
    assert len(list(tmp_path.iterdir())) == 1  # equal content is kept once
    opened = again.opened()
    np.testing.assert_array_equal(opened["large"], large)
    np.testing.assert_array_equal(opened["small"], small)
