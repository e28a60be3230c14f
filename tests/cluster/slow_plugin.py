"""A model that takes as long as it is told and says when it begins and ends, as a package apart.

Workers are other processes, so it is installed where these find it: in a folder that PYTHONPATH
names.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from ase.io import write
from tests.study.conftest import rattled_molecules

_MODULE = """
import os, time
from dataclasses import dataclass
from pathlib import Path
from atomarium.core.errors import InputError
from atomarium.core.stopping import Stopped, is_stop_asked
from atomarium.models.mean import Mean


@dataclass(frozen=True, kw_only=True)
class Slow(Mean):
    seconds: float = 0.0
    fails: int = 0
    label: int = 0

    def fit(self, features, values, *, extensive):
        log = Path(os.environ["SLOW_LOG"])
        say(log, f"begin {self.label} {os.getpid()}")
        if log.read_text().count(f"begin {self.label} ") <= self.fails:
            raise InputError(f"label {self.label} fails at first")
        end = time.monotonic() + self.seconds
        while time.monotonic() < end and not log.with_name("release").exists():
            if is_stop_asked():
                say(log, f"stop {self.label} {os.getpid()}")
                raise Stopped
            time.sleep(0.02)
        say(log, f"end {self.label} {os.getpid()}")
        return super().fit(features, values, extensive=extensive)


def say(log, line):
    with log.open("a") as stream:
        stream.write(line + "\\n")
"""
_SWEEP = """
name = "slow"
[data]
source = "molecules.extxyz"
[targets.energy]
unit = "eV"
extensive = true
[split]
test = 4
train = [12]
[sweep]
method = "grid"
metric = "val_mae"
retries = {retries}
[models.slow]
model = {{ kind = "slow", seconds = {seconds}, fails = {fails}, label = {{ values = {labels} }} }}
"""


class SlowStudy:
    """A sweep of so many runs, each of which takes its time.

    Args:
        folder: For all of it.
        n_runs: How many.
    """

    def __init__(
        self, folder: Path, n_runs: int, *, seconds: float, retries: int = 0, fails: int = 0
    ) -> None:
        self.folder, self.n_runs = folder, n_runs
        self.path, self.log = folder / "slow.toml", folder / "slow-log.txt"
        self.runs = folder / "runs" / "slow"
        write(folder / "molecules.extxyz", rattled_molecules(20), format="extxyz")
        self.log.touch()
        text = _SWEEP.format(
            seconds=seconds, retries=retries, fails=fails, labels=list(range(n_runs))
        )
        self.path.write_text(text)

    def release(self) -> None:
        """Let all runs take no more time."""
        (self.folder / "release").touch()

    def hold(self) -> None:
        """Let runs take their time again."""
        (self.folder / "release").unlink()

    def said(self, word: str) -> Counter[str]:
        """Return how often each run has said that it begins, stops or ends."""
        lines = (line.split() for line in self.log.read_text().splitlines())
        return Counter(parts[1] for parts in lines if parts[0] == word)

    def pids(self, word: str) -> list[int]:
        """Return which processes have said something."""
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [int(parts[2]) for parts in lines if parts[0] == word]


def install(folder: Path, log: Path, patch: pytest.MonkeyPatch) -> None:
    """Install the model for this process and all that it starts."""
    (folder / "slow_plugin_model.py").write_text(_MODULE)
    about = folder / "slow_plugin_model-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: slow-plugin-model\nVersion: 1.0\n"
    )
    (about / "entry_points.txt").write_text("[atomarium.models]\nslow = slow_plugin_model:Slow\n")
    patch.syspath_prepend(str(folder))
    patch.delitem(sys.modules, "slow_plugin_model", raising=False)
    known = os.environ.get("PYTHONPATH", "")
    patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(folder), known))))
    patch.setenv("SLOW_LOG", str(log))


def wait_until(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def slow_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SlowStudy]:
    """Make a sweep of slow runs in the current folder."""
    monkeypatch.chdir(tmp_path)

    def make(n_runs: int, **settings: float) -> SlowStudy:
        study = SlowStudy(tmp_path, n_runs, **settings)
        packages = tmp_path / "packages"
        packages.mkdir()
        install(packages, study.log, monkeypatch)
        return study

    return make
