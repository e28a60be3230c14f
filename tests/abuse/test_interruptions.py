"""Commands that are killed, or find a full disk or a closed folder, lose nothing and go on."""

from __future__ import annotations

import csv
import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from ase.io import write
from tests.processes import started
from tests.study.conftest import STUDY, rattled_molecules
from tests.study.sweep.small_sweep import RIDGE, TEXT

from atomarium.study.sweep.runs import read_runs, sweep_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills, mounts and capabilities")

_DISTURBED = Path(__file__).with_name("disturbed.py")
_DATA = STUDY[: STUDY.index("[models.mean]")]
_SEARCH = """
[search]
runs = 6
folds = 3
"""
_NETWORK = """
[models.schnet]
model = { kind = "schnet", width = 8, n_interactions = 1, cutoff = 3.0, training = { epochs = 8, batch_size = 5 } }
"""
_STUDIES = {
    "search": STUDY.replace("= 20.0", "= { min = 1.0, max = 99.0, log = true }") + _SEARCH,
    "sweep": TEXT.format(sweep='runs = 6\nmethod = "tpe"', models=RIDGE),
    "network": _DATA.replace("[10, 20]", "[20]").replace("repeats = 2", "repeats = 1") + _NETWORK,
}
#: How often each is killed between two touches of a file; starting torch takes seconds.
_N_KILLS = {"search": 2, "sweep": 2, "network": 1}
#: Between these shares of all touches something is finished, and much is left to do.
_HALFWAY = (0.35, 0.5)
#: Metrics that no two runs share.
_OF_THE_MACHINE = {
    *("seconds", "cpu_seconds", "fit_seconds", "seconds_per_structure", "peak_memory"),
}
#: From linux/prctl.h and linux/capability.h: what lets root write where nobody may.
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


class Commands:
    """Runs studies by `atomarium run` in processes of their own, disturbed or not.

    Args:
        root: Where their data are.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._undisturbed: dict[str, tuple[Path, int]] = {}

    def start(
        self, name: str, folder: Path, kind: str = "count", at: int = 0, **options: Any
    ) -> AbstractContextManager[subprocess.Popen[str]]:
        """Begin to run a study in a folder; `disturbed.py` says what `kind` and `at` are."""
        study = self.root / f"{name}.toml"
        command = ["run", str(study), "--out", str(folder), "--quiet", "--threads", "1"]
        return started(
            [sys.executable, str(_DISTURBED), str(folder), kind, str(at), *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "CHECKPOINTS": "always" if name == "network" else ""},
            **options,
        )

    def run(self, name: str, folder: Path, *how: Any, **options: Any) -> tuple[int, str]:
        """Run a study, and return its exit code and what it said on standard error."""
        with self.start(name, folder, *how, **options) as process:
            said = process.communicate(timeout=120)[1]
        return process.returncode, said

    def undisturbed(self, name: str) -> tuple[Path, int]:
        """Return the folder of a run that nothing has happened to, and how often it touched it."""
        if name == "network" and find_spec("torch") is None:
            pytest.skip("networks need torch")
        if name not in self._undisturbed:
            folder = self.root / "undisturbed" / name
            code, said = self.run(name, folder)
            assert code == 0, said
            self._undisturbed[name] = folder, int(said.split()[-1])
        return self._undisturbed[name]

    def goes_on(self, name: str, folder: Path) -> None:
        """Run a study to its end, and compare it with an undisturbed one."""
        code, said = self.run(name, folder)
        assert code == 0, said
        assert result_of(folder) == result_of(self.undisturbed(name)[0])


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    root = tmp_path_factory.mktemp("commands")
    write(root / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    for name, text in _STUDIES.items():
        (root / f"{name}.toml").write_text(text)
    return Commands(root)


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A folder on a disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    _mount(folder, "size=4k")
    yield folder
    subprocess.run(["umount", folder], check=True)


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no command mount")
    if done.returncode:
        pytest.skip("only root may mount")


def result_of(folder: Path) -> list[Any]:
    """Return all numbers of a study that do not tell how long it took, as they were written."""
    if sweep_in(folder):
        return [
            *(
                (run.number, run.state, run.settings, run.seed, _lasting(run.metrics))
                for run in read_runs(folder)
            ),
            *(
                (path.name, path.read_bytes())
                for path in sorted(folder.glob("sweep/runs/*/model/*"))
            ),
        ]
    with (folder / "results.csv").open(newline="") as stream:
        rows = [
            {name: text for name, text in row.items() if not name.endswith("_s")}
            for row in csv.DictReader(stream)
        ]
    return [rows, (folder / "predictions.csv").read_bytes()]


def _lasting(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name not in _OF_THE_MACHINE}


def finished_in(folder: Path) -> dict[Path, int]:
    """Return the trials and runs that came to their end, and when they were written."""
    found = [*folder.glob("trials/[!.]*/result.json"), *folder.glob("sweep/runs/*/result.json")]
    return {path: path.stat().st_mtime_ns for path in found}


def _tells_in_a_sentence(code: int, said: str, reason: str) -> None:
    lines = said.splitlines()
    assert code in {1, 2}, said
    assert len(lines) == 1, said
    assert lines[0].startswith("error: ")
    assert reason in lines[0]


@pytest.mark.parametrize("name", list(_STUDIES))
def test_killed_runs_end_with_the_bits_of_undisturbed_ones(
    commands: Commands, tmp_path: Path, name: str
) -> None:
    n_touches = commands.undisturbed(name)[1]
    chance = random.Random(name)
    # How often files are touched depends a little on the time that it takes.
    moments = [round(chance.uniform(*share) * n_touches) for share in (_HALFWAY, (0.01, 0.33))]
    folder = tmp_path / "run"
    kept: dict[Path, int] = {}
    for count, at in enumerate(moments[: _N_KILLS[name]]):
        code, said = commands.run(name, folder, "kill", at)
        # Less is left to do each time, so that later ones may come to their end.
        assert code == -signal.SIGKILL or (count and code == 0), said
        assert kept.items() <= finished_in(folder).items()
        kept = finished_in(folder)
    assert kept or list(folder.glob("training/*/checkpoint*"))
    _kill_by_the_clock(commands.start(name, folder), chance.uniform(1.0, 3.0))
    commands.goes_on(name, folder)
    assert kept.items() <= finished_in(folder).items()


def _kill_by_the_clock(
    command: AbstractContextManager[subprocess.Popen[str]], seconds: float
) -> None:
    """Kill a command a while after it was started, wherever it is."""
    with command as process:
        time.sleep(seconds)
        process.kill()


def _as_anybody() -> None:
    """Let go of what makes root write where nobody may; others have it not."""
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.parametrize("name", ["search", "sweep"])
def test_a_full_disk_and_then_a_closed_folder_are_told_and_lose_nothing(
    commands: Commands, tmp_path: Path, name: str
) -> None:
    n_touches = commands.undisturbed(name)[1]
    folder = tmp_path / "run"
    at = round(random.Random(name).uniform(*_HALFWAY) * n_touches)
    code, said = commands.run(name, folder, "full", at)
    _tells_in_a_sentence(code, said, "No space left on device")
    kept = finished_in(folder)
    assert kept
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    code, said = commands.run(name, folder, "none", 0, preexec_fn=_as_anybody)
    for path, mode in modes.items():
        path.chmod(mode)
    _tells_in_a_sentence(code, said, "Permission denied")
    assert str(folder) in said
    commands.goes_on(name, folder)
    assert kept.items() <= finished_in(folder).items()


@pytest.mark.parametrize("name", ["search"])
def test_a_small_disk_is_told_and_a_larger_one_goes_on(
    commands: Commands, small_disk: Path, name: str
) -> None:
    size = random.Random(name).randint(50, 250)
    _mount(small_disk, f"remount,size={size}k")
    folder = small_disk / "run"
    code, said = commands.run(name, folder, "none", 0)
    _tells_in_a_sentence(code, said, "No space left on device")
    kept = finished_in(folder)
    _mount(small_disk, "remount,size=50m")
    commands.goes_on(name, folder)
    assert kept.items() <= finished_in(folder).items()


def test_an_unwritable_place_for_a_new_run_is_told(commands: Commands, tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir()
    place.chmod(0o555)
    how = ("none", 0)
    code, said = commands.run("search", place / "run", *how, preexec_fn=_as_anybody)
    place.chmod(0o755)
    _tells_in_a_sentence(code, said, "Permission denied")
    assert not list(place.iterdir())
