"""Which code ran."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import atomarium
from atomarium.experiment.code_state import code_state

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *arguments: str) -> str:
    names = ("AUTHOR", "COMMITTER")
    who = {f"GIT_{one}_{part}": "a@b.c" for one in names for part in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **who},
    )
    return done.stdout.strip()


def test_commits_and_changes_of_a_repository_are_told(tmp_path: Path):
    git(tmp_path, "init", "-q")
    (tmp_path / "study.toml").write_text("name = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    code_state.cache_clear()
    state = code_state(tmp_path)
    assert state["version"] == atomarium.__version__
    assert (state["study_commit"], state["study_changed"]) == (
        git(tmp_path, "rev-parse", "HEAD"),
        False,
    )
    (tmp_path / "study.toml").write_text("name = 2\n")
    code_state.cache_clear()
    assert code_state(tmp_path)["study_changed"] is True


def test_nothing_is_run_that_a_repository_asks_for(tmp_path: Path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "first", "--allow-empty")
    git(tmp_path, "config", "core.fsmonitor", f"touch {tmp_path / 'ran'}; false")
    code_state.cache_clear()
    assert "study_commit" in code_state(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_where_there_is_no_repository_there_is_the_version(tmp_path: Path):
    code_state.cache_clear()
    state = code_state(tmp_path)
    assert "study_commit" not in state
    assert state["version"]
