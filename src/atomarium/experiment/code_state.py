"""Which code ran: version, and the state of the repository that it was run from."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

import atomarium


@lru_cache(maxsize=8)
def code_state(folder: Path) -> dict[str, str | bool]:
    """Return the version of the package, and commits where it or a folder is in a repository.

    Args:
        folder: Of the study file.
    """
    found: dict[str, str | bool] = {"version": atomarium.__version__}
    for name, place in (("package", Path(atomarium.__file__).parent), ("study", folder)):
        commit = _git(place, "rev-parse", "HEAD")
        if commit:
            found[f"{name}_commit"] = commit
            found[f"{name}_changed"] = bool(_git(place, "status", "--porcelain", "-uno"))
    return found


def _git(folder: Path, *arguments: str) -> str:
    """Return what git says, or nothing where there is no git or no repository."""
    try:
        done = subprocess.run(  # noqa: S603 - arguments are ours
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments],  # noqa: S607 - wherever it is installed
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
