"""What the documents say is so: their code runs as it stands, their links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
import pytest

from atomarium.experiment.spec import parse_study

_ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*_ROOT.glob("*.md"), *_ROOT.glob("docs/**/*.md"), *_ROOT.glob("*/README.md")])
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<address>[^)\s]+)\)")
#: These make the environment that the tests run in, or run the tests.
_ALREADY_DONE = ("make ", "pip install ")
#: This ends with 1 when it finds something, and it finds something in the reader's file.
_FINDS = "atomarium data check "


@dataclass(frozen=True)
class Block:
    """A fenced block, with the file name that the line before it gives in backticks."""

    language: str
    code: str
    file: str


def _blocks(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        said = text[: match.start()].rstrip().splitlines()[-1:]
        named = re.findall(r"`([\w.-]+)`:$", said[0]) if said else []
        yield Block(match["language"], match["code"], named[0] if named else "")


def _named(path: Path) -> str:
    return str(path.relative_to(_ROOT))


@pytest.fixture
def users_folder(tmp_path):
    """A folder with what the README's reader has: structures, with energies and without."""
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
    return tmp_path


def _run(command: list[str], folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    expected = 1 if command[-1].startswith(_FINDS) else 0
    assert done.returncode == expected, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def _follow(document: Path, folder: Path) -> str:
    """Do what a document tells its reader to do, block by block; return what was printed."""
    said = []
    for block in _blocks(document):
        if block.language == "toml":
            (folder / block.file).write_text(block.code, encoding="utf-8")
        elif block.language == "python":
            said.append(_run([sys.executable, "-W", "error", "-c", block.code], folder))
        elif block.language == "sh":
            lines = block.code.splitlines()
            said += [
                _run(["sh", "-c", line], folder)
                for line in lines
                if not line.startswith(_ALREADY_DONE)
            ]
        else:
            pytest.fail(f"no way to run a block of {block.language}")
    return "".join(said)


def test_readme_runs_as_it_stands(users_folder):
    said = _follow(_ROOT / "README.md", users_folder)
    assert re.search(r"MAE \d+\.\d+ eV, length scale \d", said)
    for made in ("runs/my-energy/report.html", "runs/gaps/report.html", "predictions.csv"):
        assert (users_folder / made).stat().st_size > 0, made
    predictions = (users_folder / "predictions.csv").read_text(encoding="utf-8")
    assert len(predictions.splitlines()) == 1 + 10


def test_page_on_data_runs_as_it_stands(users_folder):
    said = _follow(_ROOT / "docs" / "data.md", users_folder)
    assert "60 structures, energy in kcal/mol, extensive: True" in said
    assert "mp-elastic" in said
    assert (users_folder / "my.npz").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_study_files_in_documents_are_valid(document):
    for block in _blocks(document):
        if block.language == "toml" and "[data]" in block.code:
            assert parse_study(block.code, name=document.name, folder=_ROOT).candidates


@pytest.mark.parametrize("study", sorted(_ROOT.glob("studies/*.toml")), ids=_named)
def test_study_files_in_the_repository_are_valid(study):
    assert parse_study(study.read_text("utf-8"), name=study.name, folder=study.parent).candidates


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_links_lead_to_files_that_are_there(document):
    for link in _LINK.finditer(_BLOCK.sub("", document.read_text(encoding="utf-8"))):
        address, _, anchor = link["address"].partition("#")
        if address.startswith(("https://", "mailto:")):
            continue
        goal = document.parent / address if address else document
        assert goal.exists(), f"{_named(document)} links to {address}"
        if anchor:
            assert anchor in _anchors(goal), f"{_named(document)} links to #{anchor}"


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_every_document_of_the_site_is_in_its_menu():
    menu = (_ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    assert set(re.findall(r"[\w/-]+\.md", menu)) == {
        str(path.relative_to(_ROOT / "docs")) for path in _ROOT.glob("docs/**/*.md")
    }


def test_the_architecture_names_the_rooms_that_there_are():
    tree = next(_blocks(_ROOT / "docs" / "architecture.md")).code
    named = set(re.findall(r"^ \d  (\w+)/", tree, re.MULTILINE))
    rooms = {path.parent.name for path in (_ROOT / "src" / "atomarium").glob("*/__init__.py")}
    assert named == rooms


def test_the_architecture_names_the_core_file_by_file():
    tree = next(_blocks(_ROOT / "docs" / "architecture.md")).code
    lines = re.search(r"^ 1  core/ +(.*\n(?: {17}.*\n)*)", tree, re.MULTILINE)
    assert lines
    core = {path.stem for path in (_ROOT / "src" / "atomarium" / "core").glob("[a-z]*.py")}
    assert set(re.findall(r"\w+", lines[1])) == core


def test_the_architecture_names_the_folders_that_there_are():
    tree = next(_blocks(_ROOT / "docs" / "architecture.md")).code
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
