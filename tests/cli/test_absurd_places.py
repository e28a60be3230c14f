"""Absurd places to write to and to read from: one message, exit code 2, nothing written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ase.io import write
from tests.study.conftest import rattled_molecules

from atomarium.cli.main import main
from atomarium.experiment.spec import parse_study
from atomarium.study.carry_out import carry_out
from atomarium.study.plan import make_plan

STUDY = """
name = "small"
[data]
source = "my.extxyz"
[targets.energy]
unit = "eV"
extensive = true
[split]
train = [10]
test = 5
[models.mean]
model = { kind = "mean" }
"""
SWEEP = (
    STUDY.replace('"mean" }', '"ridge", penalty = { min = 1e-6, max = 1.0 } }')
    + "[sweep]\nruns = 2\n"
)
WANDB = "config = {'method': 'random', 'parameters': {'lr': {'min': 1e-4, 'max': 1e-2}}}"
WRITING = {
    "run": ("run", "study.toml", "--quiet", "--out"),
    "sweep": ("run", "sweep.toml", "--quiet", "--out"),
    "worker": ("worker", "study.toml", "--out"),
    "worker-sweep": ("worker", "sweep.toml", "--out"),
    "from-optuna": ("study", "from-optuna", "x.journal", "--out"),
    "predict": ("predict", "done", "my.extxyz", "--out"),
    "open": ("open", "my.extxyz", "--save"),
    "export-html": ("export", "my.extxyz", "--html"),
    "export-chemiscope": ("export", "my.extxyz", "--chemiscope"),
    "import": ("sweep", "import", "wandb.py", "--overwrite", "--out"),
    "to-csv": ("study", "to-csv", "done", "--out"),
    "to-json": ("study", "to-json", "done", "--out"),
    "to-optuna": ("study", "to-optuna", "done"),
}
MAKES_FOLDERS = {"run", "sweep", "worker", "worker-sweep", "from-optuna"}
STRUCTURES = {
    "convert": ("data", "convert", "my.extxyz"),
    "predict": ("predict", "done", "my.extxyz", "--out"),
    "relax": ("relax", "my.extxyz", "--model", "done", "--out"),
}
READING = {
    "run": ("run",),
    "data": ("run", "--target", "energy", "--dry-run", "--data"),
    "cluster": ("run", "study.toml", "--cluster"),
    "predict": ("predict", "done"),
    "relax": ("relax", "--model", "done"),
    "model": ("relax", "my.extxyz", "--model"),
    "info": ("data", "info"),
    "check": ("data", "check"),
    "open": ("open", "--check"),
    "import": ("sweep", "import", "--out", "new.toml"),
    "pause": ("sweep", "pause"),
    "to-csv": ("study", "to-csv"),
    "from-optuna": ("study", "from-optuna", "--out", "new"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, studies, a run, and what is not what its name says."""
    folder = tmp_path_factory.mktemp("user")
    write(folder / "my.extxyz", rattled_molecules(15), format="extxyz")
    for name, text in (("study.toml", STUDY), ("sweep.toml", SWEEP), ("wandb.py", WANDB)):
        (folder / name).write_text(text)
    plan = make_plan(parse_study(STUDY, name="study.toml", folder=folder))
    carry_out(plan, folder / "done", show=False)
    (folder / "file").write_text("no folder")
    for ending in ("", ".toml", ".extxyz", ".npz", ".db", ".cif", ".json", ".py"):
        (folder / f"folder{ending}").mkdir()
        (folder / f"folder{ending}" / "inside").write_text("x")
        (folder / f"empty{ending}").write_text("")
        (folder / f"bytes{ending}").write_bytes(bytes(range(256)) * 9)
    return folder


@pytest.fixture
def refused(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Return what runs a command that must be refused, and gives back its message."""
    monkeypatch.chdir(kept)
    monkeypatch.setenv("ATOMARIUM_DATA", str(kept / "data"))
    before = sorted(kept.rglob("*"))

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["atomarium", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert ended.value.code == 2, said
        assert said.startswith("error: ")
        assert sorted(kept.rglob("*")) == before
        return said

    return run


@pytest.mark.parametrize("command", WRITING)
def test_results_need_a_place_that_can_be(command: str, refused: Callable[..., str]) -> None:
    for place in ("file/new", "n" * 300):
        assert "cannot be written" in refused(*WRITING[command], place)
    if command in MAKES_FOLDERS:
        assert "'file' is no folder" in refused(*WRITING[command], "file")
    else:
        assert "give the name of a file" in refused(*WRITING[command], "folder")


@pytest.mark.parametrize("command", STRUCTURES)
def test_structures_need_a_place_that_can_be(command: str, refused: Callable[..., str]) -> None:
    for ending in (".extxyz", ".npz", ".db", ".cif", ".atoms"):
        assert "'file' is no folder" in refused(*STRUCTURES[command], f"file/new{ending}")
    for taken in ("folder.npz", "folder.cif"):
        assert taken in refused(*STRUCTURES[command], taken)
    assert "endings .extxyz" in refused(*STRUCTURES["convert"], "new.exe")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder where even root makes nothing")
@pytest.mark.parametrize("command", ["run", "worker", "predict", "open", "to-csv"])
def test_places_where_even_root_writes_nothing_are_told(
    command: str, refused: Callable[..., str]
) -> None:
    assert "nothing can be written in '/proc'" in refused(*WRITING[command], "/proc/new")


@pytest.mark.parametrize("command", READING)
def test_what_is_read_must_be_what_it_is_taken_for(
    command: str, refused: Callable[..., str]
) -> None:
    for name in ("folder", "empty", "bytes"):
        for ending in ("", ".toml", ".extxyz", ".npz", ".db", ".json", ".py"):
            refused(*READING[command], f"{name}{ending}")
    for place in ("nowhere", "file/below", "n" * 300):
        assert place in refused(*READING[command], place)


@pytest.mark.parametrize(
    ("variable", "asks", "places"),
    [
        ("ATOMARIUM_DATA", ("data", "list"), ["file"]),
        ("ATOMARIUM_DATA", ("data", "get", "qm9"), ["file", "file/below"]),
        ("ATOMARIUM_CACHE", ("run", "study.toml", "--dry-run"), ["file", "file/below"]),
        ("ATOMARIUM_MIRROR", ("data", "get", "qm9"), ["file", "file/below", "nowhere"]),
    ],
)
def test_variables_must_name_folders(
    variable: str,
    asks: tuple[str, ...],
    places: list[str],
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in places:
        monkeypatch.setenv(variable, str(Path(place).absolute()))
        said = refused(*asks)
        assert variable in said
        assert place in said
