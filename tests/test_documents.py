"""What the documents say is so: their code runs as it stands, their links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import pytest
import tomli_w
from ase.build import bulk
from tests.processes import started

from atomarium.cli.main import app as commands
from atomarium.core.dataset import Dataset
from atomarium.experiment.spec import parse_study
from atomarium.explore.dataset_scene import scene_of_dataset
from atomarium.explore.view import View
from atomarium.study.cluster import read_cluster
from document_blocks import Block, blocks_of, without_blocks
from document_session import agree

_ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*_ROOT.glob("*.md"), *_ROOT.glob("docs/**/*.md"), *_ROOT.glob("*/README.md")])
_EXECUTED = ("python", "pycon", "sh", "console")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<address>[^)\s]+)\)")
_SESSION = Path(__file__).with_name("document_session.py")
#: What stands around a part of a study file that a document shows.
_AROUND = {
    "name": "around",
    "data": {"source": "qm9-sample"},
    "targets": {"gap": {}},
    "models": {"one": {"model": {"kind": "ridge"}}},
}
_OF_A_MODEL = ("representation", "model", "baseline")


def _named(path: Path) -> str:
    return str(path.relative_to(_ROOT))


def _runs(document: Path) -> bool:
    return any(block.language in _EXECUTED for block in blocks_of(document))


@pytest.fixture
def users_folder(tmp_path):
    """A folder with what readers have: structures, with energies and without, also in files of others."""
    from atomarium.data.samples import load_sample

    sample = load_sample("qm9-sample").take(np.arange(70))
    molecules = sample.structures.to_ase()
    energies = sample.target("u0_atomization").to_unit("eV").scalar
    for molecule, energy in zip(molecules, energies, strict=True):
        molecule.info["energy"] = float(energy)
    ase.io.write(tmp_path / "my.extxyz", molecules[:60])
    for molecule in molecules[60:]:
        molecule.info.clear()
    ase.io.write(tmp_path / "new.extxyz", molecules[60:])
    ase.io.write(tmp_path / "gold.extxyz", bulk("Au"))
    _write_files_of_chemiscope(tmp_path, sample)
    return tmp_path


def _write_files_of_chemiscope(folder: Path, sample: Dataset) -> None:
    scene = scene_of_dataset(sample, name="molecules")
    View(scene).save_chemiscope(folder / "molecules.json.gz")
    View(scene).save_chemiscope(folder / "broken.json")
    plain = json.loads((folder / "broken.json").read_text(encoding="utf-8"))
    energies = plain["properties"]["u0_atomization"]["values"]
    plain["properties"] = {"energy": {"target": "structure", "values": energies}}
    energies[3] = None
    (folder / "broken.json").write_text(json.dumps(plain), encoding="utf-8")
    for name in ("before", "after"):
        shutil.copy(folder / "my.extxyz", folder / f"{name}.extxyz")


@pytest.fixture(scope="module")
def sessions():
    """Return a function that does what a document tells its reader to do."""
    command = [sys.executable, str(_SESSION), "--serve"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started(command, env=_environment(), **pipes) as server:

        def follow(document: Path, folder: Path) -> str:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(f"{document}\t{folder}\n")
            server.stdin.flush()
            code = server.stdout.readline().strip()
            said = Path(f"{folder}.out").read_text(encoding="utf-8")
            assert code == "0", said[-6000:]
            return said

        yield follow


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path}


def test_readme_gives_what_it_promises(users_folder):
    command = [sys.executable, str(_SESSION), str(_ROOT / "README.md"), "--processes"]
    done = subprocess.run(
        command,
        cwd=users_folder,
        env=_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = done.stdout
    assert done.returncode == 0, said[-6000:]
    assert re.search(r"MAE \d+\.\d+ eV, length scale \d", said)
    for made in ("runs/my-energy/report.html", "runs/gaps/report.html", "predictions.csv"):
        assert (users_folder / made).stat().st_size > 0, made
    predictions = (users_folder / "predictions.csv").read_text(encoding="utf-8")
    assert len(predictions.splitlines()) == 1 + 10


@pytest.mark.parametrize(
    "document", [one for one in DOCUMENTS if _runs(one) and one.name != "README.md"], ids=_named
)
def test_code_of_documents_runs_as_it_stands(document, users_folder, sessions):
    said = sessions(document, users_folder)
    if left_out := re.findall(r"^needs (\w+): line \d+$", said, re.MULTILINE):
        needed = ", ".join(sorted(set(left_out)))
        pytest.skip(f"all ran but {len(left_out)} blocks, which need {needed}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_block_is_run_or_says_why_not(document):
    for block in blocks_of(document):
        known = {*_EXECUTED, "text", "toml"}
        where = f"{_named(document)}, line {block.line}"
        assert block.language in known, where
        assert not block.unknown, where


def test_what_documents_show_is_compared_word_by_word():
    assert agree(["error:", "…", "0.218"], ["error:", "a", "b", "0.22"])
    assert not agree(["0.218", "eV"], ["0.218", "meV"])
    assert not agree(["0.218"], ["0.3"])
    assert not agree(["a", "…", "b"], ["a", "b", "c"])
    assert agree(["a", "…", "b", "…"], ["a", "x", "b", "b"])
    assert agree(["…", "a", "b", "…", "b"], ["a", "x", "a", "b", "b"])
    assert not agree(["…", "a", "b", "…", "b"], ["a", "x", "a", "b"])
    assert not agree(["a", *["…", "b"] * 20, "c"], ["a", *["b"] * 500])


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_settings_in_documents_are_valid(document, tmp_path):
    blocks = list(blocks_of(document))
    if any(block.file == "pyproject.toml" for block in blocks):
        pytest.skip("brings a kind of its own; running it checks its settings")
    for block in blocks:
        if block.language == "toml":
            where = f"{document.name}, line {block.line}"
            if "[data]" in block.code:
                assert parse_study(block.code, name=where, folder=_ROOT).candidates
                assert parse_study(tomli_w.dumps(block.study()), name=where, folder=_ROOT)
            elif _describes_a_cluster(block):
                (tmp_path / "cluster.toml").write_text(block.code, encoding="utf-8")
                assert read_cluster(tmp_path / "cluster.toml")
            else:
                whole = tomli_w.dumps(_completed(tomllib.loads(block.code)))
                assert parse_study(whole, name=where, folder=_ROOT).candidates


def _describes_a_cluster(block: Block) -> bool:
    return "kind" in tomllib.loads(block.code)


def _completed(part: dict[str, Any]) -> dict[str, Any]:
    """Put a part of a study file into a whole one; settings of a model belong to the only one."""
    of_a_model = {key: part.pop(key) for key in _OF_A_MODEL if key in part}
    whole = {key: {**value} if isinstance(value, dict) else value for key, value in _AROUND.items()}
    for key, value in part.items():
        whole[key] = {**value} if isinstance(value, dict) else value
    if of_a_model:
        whole["models"] = {"one": {"model": {"kind": "krr"}, **of_a_model}}
    return whole


@pytest.mark.parametrize("study", sorted(_ROOT.glob("studies/*.toml")), ids=_named)
def test_study_files_in_the_repository_are_valid(study):
    assert parse_study(study.read_text("utf-8"), name=study.name, folder=study.parent).candidates


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_links_lead_to_files_that_are_there(document):
    for link in _LINK.finditer(without_blocks(document.read_text(encoding="utf-8"))):
        address, _, anchor = link["address"].partition("#")
        if address.startswith(("https://", "mailto:")):
            continue
        goal = document.parent / address if address else document
        assert goal.exists(), f"{_named(document)} links to {address}"
        if anchor:
            assert anchor in _anchors(goal), f"{_named(document)} links to #{anchor}"


def _anchors(document: Path) -> set[str]:
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    if "<!-- gallery -->" in text:
        headings += [study.stem for study in _ROOT.glob("studies/*.toml")]
    if "::: cyclopts" in text:
        headings += [f"atomarium {name}" for name in commands]
    plain = [re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings]
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


def test_every_document_of_the_site_is_in_its_menu():
    menu = (_ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    assert set(re.findall(r"[\w/-]+\.md", menu)) == {
        str(path.relative_to(_ROOT / "docs")) for path in _ROOT.glob("docs/**/*.md")
    }


def test_the_architecture_names_the_rooms_that_there_are():
    tree = next(blocks_of(_ROOT / "docs" / "architecture.md")).code
    named = set(re.findall(r"^ \d  (\w+)/", tree, re.MULTILINE))
    rooms = {path.parent.name for path in (_ROOT / "src" / "atomarium").glob("*/__init__.py")}
    assert named == rooms


def test_the_architecture_names_the_core_file_by_file():
    tree = next(blocks_of(_ROOT / "docs" / "architecture.md")).code
    lines = re.search(r"^ 1  core/ +(.*\n(?: {17}.*\n)*)", tree, re.MULTILINE)
    assert lines
    core = {path.stem for path in (_ROOT / "src" / "atomarium" / "core").glob("[a-z]*.py")}
    assert set(re.findall(r"\w+", lines[1])) == core


def test_the_architecture_names_the_folders_that_there_are():
    tree = next(blocks_of(_ROOT / "docs" / "architecture.md")).code
    named = set(re.findall(r"(?:^|   )(\w+)/", tree, re.MULTILINE)) - {"src"}
    missing = [folder for folder in named if not (_ROOT / folder).is_dir()]
    rooms = {path.name for path in (_ROOT / "src" / "atomarium").iterdir()}
    assert not set(missing) - rooms


def test_modules_that_the_architecture_speaks_of_are_there():
    text = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room, module in re.findall(r"`(core|data|explore|study|experiment)\.(?!toml)(\w+)", text):
        assert (_ROOT / "src" / "atomarium" / room / f"{module}.py").is_file(), f"{room}.{module}"
    for path in re.findall(r"`(\w+(?:/[\w.]+)+\.\w+)`", text):
        assert (_ROOT / path).is_file(), path
