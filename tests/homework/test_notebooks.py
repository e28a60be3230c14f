"""Both notebooks come from one source, and the solution runs from top to bottom."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import build
import network_checks  # noqa: F401 - knows exercises
import pytest
import result_checks  # noqa: F401 - likewise
from cells import read_cells
from checking import EXERCISES
from run import run_notebook

HOMEWORK = build.HERE
#: As small as it can be for a network to be better than the mean.
QUICK = {"n_crystals": 120, "n_epochs": 9, "n_splits": 2, "perovskites": ""}
_MARKS = ("### solution", "### student", "### end", "<!--")


def _cells(version):
    return json.loads(build.notebook_text(version))["cells"]


def _source(cell):
    return "".join(cell["source"])


@pytest.mark.parametrize("version", ["student", "solution"])
def test_notebooks_beside_the_sources_are_up_to_date(version):
    written = (HOMEWORK / build.NOTEBOOKS[version]).read_text(encoding="utf-8")
    assert written == build.notebook_text(version), "run python examples/homework/build.py"


def test_building_writes_the_same_bytes_anywhere(tmp_path):
    command = [sys.executable, str(HOMEWORK / "build.py"), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in build.NOTEBOOKS.values():
        assert (tmp_path / name).read_bytes() == (HOMEWORK / name).read_bytes()


@pytest.mark.parametrize("version", ["student", "solution"])
def test_notebooks_are_of_the_form_that_jupyter_asks_for(version):
    document = json.loads(build.notebook_text(version))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in document["cells"]]
    assert len(set(names)) == len(names)
    for cell in document["cells"]:
        # https://nbformat.readthedocs.io, version 4.5
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert not any(mark in _source(cell) for mark in _MARKS)
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            ast.parse(_source(cell))


def test_both_versions_have_the_same_cells_in_the_same_order():
    student, solution = _cells("student"), _cells("solution")
    assert [cell["id"] for cell in student] == [cell["id"] for cell in solution]
    same = sum(_source(a) == _source(b) for a, b in zip(student, solution, strict=True))
    assert same > len(student) / 2


def test_the_student_finds_none_of_the_solutions():
    student = "".join(map(_source, _cells("student")))
    for path in sorted((HOMEWORK / "source").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        answers = re.findall(r"<!-- solution -->\n(.*?)<!-- end -->", text, re.DOTALL)
        codes = re.findall(r"### solution\n(.*?)### (?:student|end)", text, re.DOTALL)
        assert answers + codes or path.stem == "00-welcome"
        for solution in answers + codes:
            longest = max(solution.splitlines(), key=len).strip()
            assert longest not in student, longest


def test_every_exercise_is_asked_and_checked_once():
    cells = read_cells(HOMEWORK, "student")
    asked = [n for c in cells for n in re.findall(r"^check\(\"([\d.]+)\"", c.text, re.MULTILINE)]
    text = "".join(cell.text for cell in cells if cell.kind == "markdown")
    assert sorted(asked) == sorted(EXERCISES)
    for number in asked:
        # What has no text of its own is named by the cell above it.
        assert f"**Exercise {number}.**" in text or number == "5.3", number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```python\n### solution\nx = 1\n```\n", "not closed"),
        ("words\n<!-- solution -->\nwords\n", "not closed"),
        ("```ruby\nx\n```\n", "'ruby'"),
    ],
)
def test_a_source_with_a_wrong_mark_is_refused(tmp_path, text, message):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.md").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_cells(tmp_path, "student")


def test_the_solution_runs_from_top_to_bottom(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch", reason="networks need torch: pip install 'atomarium[nn]'")
    monkeypatch.chdir(tmp_path)
    path = HOMEWORK / build.NOTEBOOKS["solution"]
    shown = [ran.shown for ran in run_notebook(path, QUICK) if ran.shown is not None]
    said = capsys.readouterr().out
    assert "45 of 45 points" in said
    drawings = [one._repr_svg_() for one in shown if hasattr(one, "_repr_svg_")]
    assert len(drawings) >= 7
    for drawing in drawings:
        assert ET.fromstring(drawing).tag.endswith("svg")
        assert "nan" not in drawing
    assert (tmp_path / "homework.html").stat().st_size > 1e5
    assert (tmp_path / "runs" / "homework" / "report.html").is_file()


def test_perovskites_are_learned_from_where_they_are(tmp_path, monkeypatch, capsys, real_data):
    pytest.importorskip("torch", reason="networks need torch: pip install 'atomarium[nn]'")
    monkeypatch.chdir(tmp_path)
    file = real_data / "cs182_mp_perovskites.extxyz.gz"
    settings = {"n_crystals": 160, "n_epochs": 10, "perovskites": str(file)}
    for ran in run_notebook(HOMEWORK / build.NOTEBOOKS["solution"], settings):
        if ran.name.startswith("05"):
            break  # what follows is as long on any data
    said = capsys.readouterr().out
    assert "128 crystals to train on, 32 to test on; energy_per_atom in eV/atom" in said
    assert "✓ 4.4" in said


def test_running_without_jupyter_prints_what_the_autograder_says(tmp_path):
    path = HOMEWORK / build.NOTEBOOKS["student"]
    done = subprocess.run(
        [sys.executable, str(HOMEWORK / "run.py"), str(path), "n_crystals=30"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "✗ 1.1 what an energy must not depend on: the energy per atom is still to be filled in\n"
    )
