"""`atomarium open` and `atomarium export`, as a user types them."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.db import connect
from ase.io import write
from tests.processes import atomarium, started

from atomarium.core.dataset import Dataset
from atomarium.core.structures import Structures
from atomarium.data.formats import write as write_dataset
from atomarium.explore.chemiscope_reader import read_chemiscope
from atomarium.explore.packed import unpack

HOSTILE = "<script>window.hacked=1</script>"
STUDY = """
name = "tiny"

[data]
source = "tiny.extxyz"

[targets.energy]
unit = "eV"
extensive = true

[split]
test = 6
train = [8, 14]
repeats = 2

[models.mean]
model = { kind = "mean" }

[models.composition]
model = { kind = "ridge" }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with structures in many formats, and a finished study."""
    place = tmp_path_factory.mktemp("user")
    names = ["H2O", "CO", "CH4", "C2H6", "C2H4", "CH3OH", "NH3", "N2", "O2", "HCN"] * 2
    atoms = []
    for k, name in enumerate(names):
        one = molecule(name)
        one.info["energy"] = -5.0 * len(one) + 0.1 * k
        atoms.append(one)
    write(place / "tiny.extxyz", atoms, format="extxyz")
    write(place / "tiny.traj", atoms)
    write(place / "salt.cif", bulk("NaCl", "rocksalt", 5.64))
    with connect(place / "tiny.db") as database:
        for one in atoms:
            database.write(one, data={"energy": np.array([one.info["energy"]])})
    with connect(place / "rows.json") as database:
        database.write(atoms[0])
    dataset = Dataset(structures=Structures.from_ase(atoms))
    write_dataset(place / "tiny.npz", dataset)
    write_dataset(place / "tiny.atoms", dataset)
    content = {
        "meta": {"name": HOSTILE, "description": HOSTILE},
        "structures": [{"size": 1, "names": ["H"], "x": [0], "y": [0], "z": [0]}] * 2,
        "properties": {HOSTILE: {"target": "structure", "values": [1, 2], "units": HOSTILE}},
    }
    (place / "hostile.json").write_text(json.dumps(content))
    content["properties"] = {"energy": {"target": "structure", "values": [1, None]}}
    (place / "bad.json").write_text(json.dumps(content))
    (place / "study.toml").write_text(STUDY)
    done = atomarium("run", "study.toml", "--out", "runs/tiny", folder=place)
    assert done.returncode == 0, done.stderr
    (place / "study.toml").unlink()
    return place


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("tiny.extxyz", "20 structures, 82 atoms, 2 to 8 in each, 0 periodic"),
        ("tiny.traj", "20 structures"),
        ("tiny.db", "20 structures"),
        ("rows.json", "1 structures"),
        ("tiny.npz", "20 structures"),
        ("tiny.atoms", "20 structures"),
        ("salt.cif", "1 structures, 2 atoms, 2 to 2 in each, 1 periodic"),
        ("mp-elastic", "1,181 structures"),
        ("hostile.json", HOSTILE),
        ("runs/tiny", "energy by composition (eV)"),
    ],
)
def test_check_says_what_is_there(folder: Path, source: str, said: str) -> None:
    done = atomarium("open", source, "--check", folder=folder)
    assert said in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bad.json",), "error: properties.energy.values[1]: expected number, got null"),
        (("tiny.extxyz", "bad.json"), "error: properties.energy.values[1]"),
        (("nothing.json",), "error: no file 'nothing.json'"),
        ((), "error: name a file or folder to open"),
    ],
)
def test_bad_files_name_their_first_fault(
    folder: Path, words: tuple[str, ...], message: str
) -> None:
    for more in (("--check",), ("--no-browser",), ("--save", "page.html")):
        done = atomarium("open", *words, *more, folder=folder)
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
    assert not (folder / "page.html").exists()


def test_reports_still_open_and_runs_are_explored_on_request(folder: Path) -> None:
    report = (folder / "runs/tiny/report.html").resolve().as_uri()
    trial = next(path for path in (folder / "runs/tiny/trials").iterdir() if path.is_dir())
    for path in ("runs/tiny", trial, "runs/tiny/report.html"):
        done = atomarium("open", path, "--no-browser", folder=folder)
        assert done.stdout.strip() == report, done.stderr


def test_a_run_shows_predictions_beside_references(folder: Path) -> None:
    from atomarium.study.run_scene import run_scene

    done = atomarium("export", "runs/tiny", "--chemiscope", "run.json", folder=folder)
    assert done.returncode == 0, done.stderr
    scene = read_chemiscope(folder / "run.json")
    found = {one.name: one.values for one in scene.properties}
    rows = [line.split(",") for line in (folder / "runs/tiny/predictions.csv").read_text().split()]
    mine = [row for row in rows if row[3:6] == ["composition", "14", "0"]]
    assert len(mine) == 20
    references, predictions = (np.sort(np.array([row[k] for row in mine], float)) for k in (7, 8))
    np.testing.assert_allclose(np.sort(found["energy"]), references)
    np.testing.assert_allclose(np.sort(found["energy by composition"]), predictions)
    np.testing.assert_allclose(
        found["energy error of composition"], found["energy by composition"] - found["energy"],
        atol=1e-12,
    )  # fmt: skip
    assert sorted(dict.fromkeys(found["set"])) == ["test", "train"]
    trial = next(path for path in (folder / "runs/tiny/trials").iterdir() if path.is_dir())
    one = run_scene(trial)
    assert len([p for p in one.properties if " by " in p.name]) == 1


def test_a_run_without_finished_trials_says_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY)
    done = atomarium("open", tmp_path, "--explore", "--check", folder=folder)
    assert done.returncode == 2
    assert "no trial has finished" in done.stderr
    done = atomarium("open", tmp_path, folder=folder)
    assert "has no report yet; run it again" in done.stderr


def test_a_saved_page_holds_everything_as_text(folder: Path) -> None:
    done = atomarium("open", "hostile.json", "--save", "hostile.html", folder=folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "hostile.html").read_text("utf-8")
    assert HOSTILE not in text
    assert "needs no network" in done.stdout


def test_a_page_is_served_until_it_is_told_to_stop(folder: Path) -> None:
    command = [sys.executable, "-m", "atomarium", "open", "tiny.extxyz", "--no-browser"]
    for kind in (signal.SIGTERM, signal.SIGINT):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with started(command, cwd=folder, **pipes) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=([\w-]+)\n", line)
            assert found is not None
            process.stdout.readline()
            connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
            connection.request("GET", "/scene", headers={"Authorization": f"Bearer {found[2]}"})
            payload = unpack(connection.getresponse().read())
            connection.close()
            process.send_signal(kind)
            said, errors = process.communicate(timeout=60)
        assert payload["about"]["name"] == "tiny"
        assert process.returncode == 0
        assert said.endswith("stopped\n")
        assert errors == ""


def test_export_wants_to_know_what_and_where(folder: Path) -> None:
    for words, message in (
        (("export",), "name what to export"),
        (("export", "tiny.npz"), "say where to write"),
        (("export", "tiny.npz", "--chemiscope", "a.xyz"), "ends with .json or .json.gz"),
    ):
        done = atomarium(*words, folder=folder)
        assert done.returncode == 2
        assert message in done.stderr
