"""Look at style, types, imports and docstrings side by side; print what is wrong, then a summary.

`python scripts/check.py` is what `make check`, the commit hook and the tests run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
#: What follows `python` on the command line.
_CHECKS = {
    "style": ("-m", "ruff", "check", "--quiet", "--output-format", "concise"),
    "format": ("-m", "ruff", "format", "--check", "--quiet", "--output-format", "concise"),
    "types": ("-m", "basedpyright", "--pythonpath", sys.executable),
    "imports": ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    "docstrings": ("scripts/check_docstrings.py",),
}


@dataclass(frozen=True)
class Outcome:
    """How one check ended.

    Args:
        name: Of the check.
        passed: Whether nothing was found.
        seconds: Wall time.
        output: What it printed.
    """

    name: str
    passed: bool
    seconds: float
    output: str


def main() -> int:
    """Run all checks and return the exit code."""
    with ThreadPoolExecutor(len(_CHECKS)) as pool:
        outcomes = list(pool.map(_run, _CHECKS))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"== {outcome.name}\n{outcome.output}")
    for outcome in outcomes:
        verdict = "passed" if outcome.passed else "FAILED"
        print(f"{outcome.name:<11} {verdict}  {outcome.seconds:4.1f} s")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _run(name: str) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *_CHECKS[name]],
        cwd=_ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Outcome(name, done.returncode == 0, time.monotonic() - started, done.stdout)


if __name__ == "__main__":
    sys.exit(main())
