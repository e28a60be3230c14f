"""Promises about the repository as a whole: sizes, imports, checks, the wheel, the make targets."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatch_build import needs_build

import atomarium
from atomarium.core.file_names import fault_of_name

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGE = _ROOT / "src" / "atomarium"
_SOURCES = sorted(
    path
    for folder in ("src", "tests", "scripts", "benchmarks", "examples", "frontend/src")
    for ending in ("py", "ts", "tsx")
    for path in (_ROOT / folder).rglob(f"*.{ending}")
)
#: Built, not kept by git.
_PAGE = ("atomarium.js", "atomarium.css", "licenses.txt", "stamp.txt")
#: What takes long to import.
_SLOW = {"numba", "scipy", "torch", "pydantic", "optuna", "matplotlib", "ase", "vesin", "rich"}


def _named(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def test_files_can_be_held_in_the_head():
    styles = (_ROOT / "frontend/src/style").glob("*.css")
    long = {_named(p) for p in (*_SOURCES, *styles) if len(p.read_text("utf-8").splitlines()) > 300}
    assert not long


def test_functions_tell_one_story():
    long = {
        f"{_named(path)}:{node.name}"
        for path in _SOURCES
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    }
    assert not long


def test_every_room_says_what_comes_in_and_what_it_must_not_know():
    for room in _PACKAGE.glob("*/__init__.py"):
        docstring = ast.get_docstring(ast.parse(room.read_text("utf-8"))) or ""
        assert re.search(r"must\s+not\s+know", docstring, re.IGNORECASE), _named(room)


def test_importing_is_light():
    for module in ("atomarium", "atomarium.cli.main", "atomarium.core.structures"):
        program = f"import sys, json, {module}; print(json.dumps(list(sys.modules)))"
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        )
        loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
        assert not loaded & _SLOW, module


def test_importing_prints_nothing_and_leaves_the_environment_alone():
    program = (
        "import os; before = dict(os.environ); import atomarium, atomarium.cli.main\n"
        "assert dict(os.environ) == before"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True
    )
    assert done.stdout == done.stderr == b""


def test_every_public_name_is_there_and_nothing_else():
    assert sorted(["__version__", *atomarium._PLACES]) == sorted(atomarium.__all__)
    assert dir(atomarium) == sorted(atomarium.__all__)
    for name in atomarium.__all__:
        assert getattr(atomarium, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Structure'"):
        _ = atomarium.Structure


def test_every_imported_package_is_declared():
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in ("nn", "notebook", "cluster"))]
    declared = {re.match(r"[\w-]+", entry)[0].lower() for entries in lists for entry in entries}
    providers = importlib.metadata.packages_distributions()
    for path in _PACKAGE.rglob("*.py"):
        for name in _imported(path) - set(sys.stdlib_module_names) - {"atomarium"}:
            packages = {_declared_as(package) for package in providers.get(name, [name])}
            assert packages & declared, f"{_named(path)} imports {name}, which is not declared"


def _declared_as(package: str) -> str:
    # These are parts of what is declared, and released with it.
    whole = {"pydantic_core": "pydantic", "llvmlite": "numba"}
    return whole.get(package, package.lower().replace("_", "-"))


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_make_check_passes():
    done = subprocess.run(
        [sys.executable, "scripts/check.py"],
        cwd=_ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, what is in it as `sdist/`, and the wheel that is built from that."""
    folder = tmp_path_factory.mktemp("built")
    _build("sdist", _ROOT, folder)
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    (folder / f"atomarium-{atomarium.__version__}").rename(folder / "sdist")
    _build("wheel", folder / "sdist", folder)
    return folder


def _build(kind: str, source: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)


def test_the_sdist_holds_what_git_does_and_the_page(built):
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=_ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no checkout of git")
    known = {name for name in listed.stdout.splitlines() if (_ROOT / name).is_file()}
    sdist = built / "sdist"
    held = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}
    assert known - held == set()
    static = {f"src/atomarium/explore/static/{name}" for name in _PAGE}
    assert held - known == {"PKG-INFO", *static}


def test_the_page_in_the_sdist_needs_no_building(built):
    assert not needs_build(built / "sdist")


def test_the_wheel_holds_data_page_and_studies_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    assert wheel.name == f"atomarium-{atomarium.__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {p.relative_to(_ROOT / "src").as_posix() for p in _PACKAGE.rglob("*.py")}
    page = {f"atomarium/explore/static/{name}" for name in _PAGE}
    studies = {f"atomarium/studies/{path.name}" for path in _ROOT.glob("studies/*.toml")}
    assert names >= sources | page | studies
    for pattern in (
        r"atomarium/data/catalog\.toml",
        r"atomarium/data/packaged/.*qm9.*",
        r"atomarium/data/packaged/.*elastic.*",
        r"atomarium-.*/licenses/LICENSE",
        r"atomarium-.*/licenses/NOTICE",
    ):
        assert any(re.fullmatch(pattern, name) for name in names), pattern
    assert all(name.startswith(("atomarium/", "atomarium-")) for name in names)
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]
    assert not [name for name in names if fault_of_name(Path(name).name)]
    assert wheel.stat().st_size < 6e6  # 2 MB of data, the page, and room to grow


def test_what_the_wheel_holds_runs_studies_and_makes_pages_without_node(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PATH": ""}
    # The demo without its models that see the geometry, whose kernels take long to compile.
    demo = (tmp_path / "installed/atomarium/studies/demo.toml").read_text("utf-8")
    short = demo[: demo.index("# Models that see")].replace("[100, 200, 400, 800, 1600]", "[100]")
    (tmp_path / "short.toml").write_text(short, encoding="utf-8")
    for words, told in (
        (("--version",), f"atomarium {atomarium.__version__}"),
        (("run", "short.toml", "--quiet"), "report: runs/demo/report.html"),
        (("run", "dem"), "did you mean 'demo'?"),
        (("export", "mp-elastic", "--html", "page.html"), "needs no network"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "atomarium", *words],
            cwd=tmp_path,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert told in done.stdout + done.stderr
    place = [sys.executable, "-c", "import atomarium; print(atomarium.__file__)"]
    said = subprocess.run(place, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert said.stdout.decode().startswith(str(tmp_path / "installed"))


def test_make_says_what_there_is():
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for target in ("demo", "test", "check", "bench", "docs", "frontend"):
        assert re.search(rf"^  {target} +\w", done.stdout, re.MULTILINE), target


def test_an_old_python_is_answered_with_what_is_needed(tmp_path):
    shutil.copytree(_ROOT / "scripts", tmp_path / "scripts")
    done = subprocess.run(
        ["sh", "scripts/make_environment.sh", "dev"],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": "false"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "atomarium needs Python 3.11, 3.12, 3.13 or 3.14" in done.stderr
    assert not (tmp_path / ".venv").exists()
