"""Machine code is kept, but not longer than what it was made of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CALLER = """
from callee import number

from atomarium.core.compiled import compiled


@compiled
def twice(x):
    return 2 * number(x)
"""
_CALLEE = """
from atomarium.core.compiled import lean


@lean
def number(x):
    return x + {added}
"""
_PROGRAM = """
from caller import twice

print(twice(1), sum(twice.stats.cache_hits.values()))
"""


def _run(folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "kept")}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    return done.stdout.strip()


def test_code_is_kept_until_a_file_that_it_calls_changes(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(_CALLER)
    (tmp_path / "callee.py").write_text(_CALLEE.format(added=1))
    assert _run(tmp_path) == "4 0"
    assert _run(tmp_path) == "4 1"
    (tmp_path / "callee.py").write_text(_CALLEE.format(added=10))
    assert _run(tmp_path) == "22 0"


def test_functions_run_without_compiling_where_numba_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(_CALLER)
    (tmp_path / "callee.py").write_text(_CALLEE.format(added=1))
    program = "from caller import twice; print(twice(1))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == "4"
