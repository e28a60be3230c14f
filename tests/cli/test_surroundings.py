"""The demo gives the same numbers in odd folders, locales and time zones, on one thread and on many."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from atomarium.core.file_names import fault_of_name

DEMO = Path(__file__).parents[2] / "studies" / "demo.toml"
WITHOUT_TORCH = Path(__file__).with_name("without_torch.py")
#: Python then reads and writes names and texts as ASCII, as it does where no locale is installed.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def _run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, str(WITHOUT_TORCH), *words],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done


def _demo(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run the demo, shortened, in a folder that is made."""
    folder.mkdir(parents=True)
    text = DEMO.read_text("utf-8").replace('"qm9-sample"', '"qm9-sample"\nlimit = 120')
    text = text.replace("test = 400", "test = 40").replace("[100, 200, 400, 800, 1600]", "[40, 80]")
    (folder / "demo.toml").write_text(text.replace("repeats = 3", "repeats = 1"), encoding="utf-8")
    done = _run(folder, "run", "demo.toml", "--quiet", *words, **variables)
    assert done.returncode == 0, done.stderr
    return done


def _numbers(run: Path) -> list[object]:
    """Return all that a run has written down of results, but for how long it took."""
    with (run / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            {name: text for name, text in row.items() if not name.endswith("_s")}
            for row in csv.DictReader(stream)
        ]
    return [rows, (run / "predictions.csv").read_bytes()]


def _errors(run: Path) -> list[float]:
    with (run / "results.csv").open(encoding="utf-8", newline="") as stream:
        return [float(row["mae"]) for row in csv.DictReader(stream)]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the demo on one thread."""
    folder = tmp_path_factory.mktemp("usual") / "here"
    done = _demo(folder, "--threads", "1")
    assert "±".encode() not in done.stdout  # of one repeat there is no spread
    return folder / "runs/demo"


def test_thirty_two_threads_give_the_numbers_of_one(usual: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    _demo(folder, "--threads", "32", **dict.fromkeys(_THREADS, "32"))
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        assert _numbers(folder / "runs/demo") == _numbers(usual)
    # Older linear algebra rounds otherwise with other threads.
    many, one = (_errors(run) for run in (folder / "runs/demo", usual))
    np.testing.assert_allclose(many, one, rtol=1e-8)


def test_odd_folders_and_clocks_change_nothing(usual: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mit Leerzeichen, Ümläuten & 分子 'quoted'"
    surroundings = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia", "LC_NUMERIC": "de_DE.UTF-8"}
    done = _demo(folder, "--out", "rün 1", "--threads", "1", **surroundings)
    assert "report: rün 1/report.html".encode() in done.stdout
    assert _numbers(folder / "rün 1") == _numbers(usual)
    told = json.loads(next(folder.glob("rün 1/trials/*/result.json")).read_text("utf-8"))
    finished = datetime.fromisoformat(told["finished"])
    assert abs((datetime.now(UTC) - finished).total_seconds()) < 3600
    predicted = _run(folder, "predict", "rün 1", "qm9-sample", "--target", "gap", "--out", "ä.csv")
    assert predicted.returncode == 0, predicted.stderr
    assert (folder / "ä.csv").is_file()


def test_terminals_that_know_ascii_alone_see_the_rest_spelled_out(
    usual: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    done = _demo(folder, "--threads", "1", **ASCII)
    assert done.stdout.isascii()
    assert _numbers(folder / "runs/demo") == _numbers(usual)
    planned = _run(folder, "run", "demo.toml", "--dry-run", **ASCII)
    assert rb"40 \u2026 80" in planned.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_names_that_are_no_text_are_told(usual: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rün"
    folder.mkdir()
    shutil.copy(usual / "study.toml", folder / "demo.toml")
    done = _run(folder, "run", "demo.toml", "--quiet", **ASCII)
    assert done.returncode == 2
    assert b"no text in ascii; rename it, or set PYTHONUTF8=1" in done.stderr


def test_every_system_takes_the_names_of_a_run(usual: Path) -> None:
    paths = [path.relative_to(usual) for path in usual.rglob("*") if path.name != ".lock"]
    assert len(paths) > 40
    for path in paths:
        assert not fault_of_name(path.name)
        # Windows takes 259 letters of a path, of which the folder of the study needs some.
        assert len(str(path)) < 100
    assert len({str(path).casefold() for path in paths}) == len(paths)


def test_networks_are_refused_where_torch_is_not_there(usual: Path, tmp_path: Path) -> None:
    text = (usual / "study.toml").read_text("utf-8")
    text += '[models.net]\nmodel = { kind = "schnet" }\n'
    (tmp_path / "demo.toml").write_text(text, encoding="utf-8")
    done = _run(tmp_path, "run", "demo.toml", "--quiet")
    assert done.returncode == 2
    assert b'models.net: torch is needed and not installed: pip install "atomarium[nn]"' in (
        done.stderr
    )
