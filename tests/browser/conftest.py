"""Find or install what tests in a real browser need: Chromium, Node.js, and the page's packages.

Where CI is set, something missing is a failure; elsewhere the tests are skipped with a reason.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def builder(repository: Path) -> ModuleType:
    """Return hatch_build.py, which knows where Node.js is."""
    spec = importlib.util.spec_from_file_location("hatch_build", repository / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node(builder: ModuleType, repository: Path) -> str:
    """Return Node.js, with the packages for tests of the page installed."""
    try:
        program, npm = builder.find_node()
    except SystemExit as error:
        _give_up(str(error))
    frontend = repository / "frontend"
    if not (frontend / "node_modules" / "playwright-core").is_dir():
        _install_packages([program, npm, "ci", "--ignore-scripts", "--prefer-offline"], frontend)
    return program


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return a Chromium, installed from the distribution where that may be done."""
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None and "CI" in os.environ and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(["apt-get", *command], check=True)
        found = shutil.which("chromium")
    if found is None:
        _give_up("no Chromium: apt-get install chromium")
    return found


@pytest.fixture
def run_node(node: str) -> Callable[..., None]:
    """Return what runs Node.js in a folder, with more variables, and expects that all goes well."""

    def run(*arguments: str, folder: Path, **variables: str) -> None:
        done = subprocess.run(
            [node, *arguments],
            cwd=folder,
            env={**os.environ, **variables},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def try_claims(
    run_node: Callable[..., None], chromium: str, repository: Path
) -> Callable[..., None]:
    """Return what tries the claims of a script beside this file in Chromium."""

    def try_them(script: str, **variables: str) -> None:
        claims = f"tests/browser/{script}"
        arguments = ("--test", "--test-reporter=spec", claims)
        run_node(*arguments, folder=repository, CHROMIUM=chromium, **variables)

    return try_them


def _install_packages(command: list[str], frontend: Path) -> None:
    """Install once, also when several workers find the packages missing at the same time."""
    lock = frontend / ".npm-ci.lock"
    with lock.open("w") as stream:
        try:
            import fcntl
        except ImportError:  # Windows: tests there run in one process
            pass
        else:
            fcntl.flock(stream, fcntl.LOCK_EX)
        if not (frontend / "node_modules" / "playwright-core").is_dir():
            subprocess.run(command, cwd=frontend, check=True)


def _give_up(reason: str) -> NoReturn:
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)
