"""The commands as a user types them: output, exit codes, no traceback."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ase.build import bulk
from ase.io import write
from tests.processes import atomarium, started

MOLECULES = Path(__file__).parents[1] / "study" / "conftest.py"
NO_SUCH_STUDY = ("run", "nowhere.toml")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and a study made from --data, run to its end."""
    folder = tmp_path_factory.mktemp("user")
    program = (
        "import runpy, sys\nfrom ase.io import write\n"
        "write(sys.argv[2], runpy.run_path(sys.argv[1])['rattled_molecules'](60), format='extxyz')"
    )
    subprocess.run([sys.executable, "-c", program, MOLECULES, folder / "my.extxyz"], check=True)
    done = atomarium(
        "run", "--data", "my.extxyz", "--target", "energy", "--unit", "eV", folder=folder
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_run_on_own_data_says_what_it_inferred_and_where_the_page_is(finished: Path) -> None:
    again = atomarium(
        "run", "--data", "my.extxyz", "--target", "energy", "--unit", "eV", folder=finished
    )
    assert "taken as extensive" in again.stdout
    assert "soap-krr" in again.stdout
    assert "report: runs/my-energy/report.html" in again.stdout
    page = (finished / "runs/my-energy/report.html").read_text()
    assert "atomarium-report" in page


def test_dry_run_prints_the_plan_and_writes_nothing(finished: Path, tmp_path: Path) -> None:
    done = atomarium(
        "run", "--data", finished / "my.extxyz", "--target", "energy", "--dry-run", folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "48 trials on 60 structures, about" in done.stdout
    assert not list(tmp_path.iterdir())


def test_predict_gives_values_with_unit(finished: Path) -> None:
    done = atomarium("predict", "runs/my-energy", "my.extxyz", folder=finished)
    rows = list(csv.reader(done.stdout.splitlines()))
    assert rows[0] == ["id", "formula", "energy [eV]"]
    assert rows[1][:2] == ["molecule-0", "H2O"]
    assert len(rows) == 61


def test_predict_refuses_elements_never_seen(finished: Path) -> None:
    write(finished / "gold.xyz", bulk("Au"), format="extxyz")
    done = atomarium("predict", "runs/my-energy", "gold.xyz", folder=finished)
    assert done.returncode == 2
    assert done.stderr.startswith("error: structure '0' holds Au, which the model has never seen")
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_open_prints_the_address(finished: Path) -> None:
    done = atomarium("open", "runs/my-energy", "--no-browser", folder=finished)
    assert done.stdout.strip() == (finished / "runs/my-energy/report.html").resolve().as_uri()


def test_doctor_names_what_is_missing() -> None:
    done = atomarium("doctor", folder=Path.cwd())
    assert "numba" in done.stdout
    assert "threads: compiled code" in done.stdout


def test_interrupted_run_says_how_to_go_on(finished: Path, tmp_path: Path) -> None:
    words = ("run", "--data", finished / "my.extxyz", "--target", "energy", "--out", tmp_path / "r")
    # Programs started in the background of a shell ignore interrupts, and so do their children.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from atomarium.cli.main import main; main()"
    )
    command = [sys.executable, "-c", program, *map(str, words)]
    with started(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not (tmp_path / "r" / "splits.json").exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped; everything finished is kept" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (NO_SUCH_STUDY, "error: no study file nowhere.toml"),
        (("run",), "error: give a study file, or --data FILE and --target NAME"),
        (("run", "--data", "qm9-sampel", "--target", "gap"), "did you mean 'qm9-sample'"),
        (("run", "--data", "qm9-sample", "--target", "gapp"), "did you mean 'gap'"),
        (("predict", "nowhere", "my.extxyz"), "error: no model in nowhere"),
        (("open", "nowhere"), "error: no file and no data set 'nowhere'"),
        (("run", "--data", "qm9-sample", "--target", "gap", "--threads", "0"), "at least 1"),
    ],
)
def test_bad_words_end_with_one_message_and_2(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = atomarium(*words, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
