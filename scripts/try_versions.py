"""Run the tests with every Python that is here, and the lowest and the newest versions allowed.

    python scripts/try_versions.py
    python scripts/try_versions.py --python 3.11 --versions lowest --extra nn tests/core tests/cli

Pythons are looked for on the path and among those of pyenv; those that are not here are said. Each
combination gets an environment of its own. Lowest versions are those that pyproject.toml names;
not all of them were ever made for every Python, which is said and is no failure.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
VERSIONS = ("lowest", "newest")
_CONSTRAINTS = _ROOT / "constraints.txt"
_LOWEST = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,]+\])?>=(?P<version>[\w.]+)$")


@dataclass(frozen=True)
class Outcome:
    """How one combination went.

    Args:
        python: As in `3.12`.
        versions: `lowest` or `newest`.
        said: The last line of what was run.
        failed: Whether something is wrong.
    """

    python: str
    versions: str
    said: str
    failed: bool


def lowest_versions(entries: Sequence[str], pinned: Collection[str] = ()) -> list[str]:
    """Return the lowest versions that dependencies allow, as constraints of pip.

    Args:
        entries: Dependencies as in pyproject.toml.
        pinned: Names of packages that other constraints settle.

    Raises:
        SystemExit: a dependency has no lowest version.
    """
    lowest: list[str] = []
    for entry in entries:
        found = _LOWEST.match(entry)
        if found is None:
            raise SystemExit(f"pyproject.toml names no lowest version: {entry}")
        if found["name"] not in pinned:
            lowest.append(f"{found['name']}=={found['version']}")
    return lowest


def lowest_of_project(extras: Sequence[str]) -> list[str]:
    """Return the lowest versions of what the package and its extras need."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    pinned = re.findall(r"^([\w.-]+)==", _CONSTRAINTS.read_text("utf-8"), re.MULTILINE)
    entries = [*project["dependencies"], *(one for name in extras for one in optional[name])]
    return lowest_versions(entries, pinned)


def find_python(version: str) -> str | None:
    """Return the program of a Python, or None where there is none."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    builds = sorted(home.glob(f"versions/{version}.*/bin/python"), key=_build_number)
    for program in (shutil.which(f"python{version}"), *map(str, reversed(builds))):
        # A program of pyenv may be a link to a version that was not chosen.
        if program and _says_version(program) == version:
            return program
    return None


def _build_number(program: Path) -> int:
    digits = re.match(r"\d+", program.parts[-3].rpartition(".")[2])
    return int(digits[0]) if digits else -1


def _says_version(program: str) -> str:
    asked = [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def try_one(
    python: str, versions: str, folder: Path, *, extras: Sequence[str], tests: Sequence[str]
) -> Outcome:
    """Make an environment, install into it, and run tests there.

    Args:
        python: As in `3.12`; it must be here.
        versions: `lowest` or `newest`.
        folder: Where the environment is made and what is said is kept.
        extras: To install besides `test`.
        tests: What pytest is asked to run.
    """
    program = find_python(python)
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    inside = folder / "environment"
    run = inside / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    constraints = ["-c", str(_CONSTRAINTS)]
    if versions == "lowest":
        lowest = folder / "lowest.txt"
        lowest.write_text("\n".join(lowest_of_project(extras)), encoding="utf-8")
        constraints += ["-c", str(lowest)]
    wanted = f"{_ROOT}[{','.join(('test', *extras))}]"
    install = [str(run), "-m", "pip", "install", "--prefer-binary", *constraints, wanted]
    for command in ([program, "-m", "venv", "--clear", str(inside)], install):
        code, said = _logged(command, folder / "install.txt")
        if code:
            never_made = versions == "lowest" and python != PYTHONS[0]
            return Outcome(python, versions, f"not installed: {said}", failed=not never_made)
    command = [str(run), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *tests]
    code, said = _logged(command, folder / "tests.txt")
    return Outcome(python, versions, said.strip("= "), failed=bool(code))


def _logged(command: list[str], log: Path) -> tuple[int, str]:
    """Run a command in the checkout; return its exit code and the last line that it said."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(log.parent / "numba")}
    with log.open("wb") as stream:
        done = subprocess.run(
            command, cwd=_ROOT, stdout=stream, stderr=stream, env=environment, check=False
        )
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return done.returncode, lines[-1] if lines else ""


def main() -> int:
    """Return 0 when all that could be tried has passed, 1 otherwise."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--python", nargs="+", choices=PYTHONS, default=PYTHONS)
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=VERSIONS)
    parser.add_argument("--extra", action="append", default=[], help="as in pyproject.toml")
    parser.add_argument("--folder", type=Path, help="keep environments and what was said here")
    parser.add_argument("tests", nargs="*", default=["tests"])
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="versions-"))
    outcomes: list[Outcome] = []
    for python in asked.python:
        if find_python(python) is None:
            print(f"Python {python} is not here")
            continue
        for versions in asked.versions:
            print(f"Python {python}, {versions} versions …", flush=True)
            place = folder.resolve() / f"{python}-{versions}"
            how = {"extras": asked.extra, "tests": asked.tests}
            outcomes.append(try_one(python, versions, place, **how))
    print(f"\n{'Python':8}{'versions':10}")
    for one in outcomes:
        mark = "failed" if one.failed else "passed"
        print(f"{one.python:8}{one.versions:10}{mark}: {one.said}")
    print(f"what was said is in {folder}")
    return int(any(one.failed for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
