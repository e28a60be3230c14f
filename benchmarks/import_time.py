"""Measure what `import atomarium` costs: CPU seconds, and as a ratio to importing numpy."""

from __future__ import annotations

import json
import subprocess
import sys

_RUNS = 7
_PROGRAM = """
import sys, time
before = time.process_time()
import {module}
seconds = time.process_time() - before
import json
print(json.dumps([seconds, sorted(name for name in sys.modules if "." not in name)]))
"""
#: What takes long to import; none of it may be loaded.
_SLOW = {"numba", "scipy", "torch", "pydantic", "optuna", "matplotlib", "ase", "numpy", "rich"}


def main() -> None:
    """Print a line for each module and command."""
    print(f"{'import':<32}{'CPU s':>8}  {'/ numpy':>8}  slow packages")
    numpy, _ = _cost("numpy")
    for module in ("numpy", "atomarium", "atomarium.core.structures", "atomarium.cli.main"):
        seconds, loaded = _cost(module)
        slow = " ".join(sorted(_SLOW & loaded)) or "none"
        print(f"{module:<32}{seconds:8.3f}  {seconds / numpy:8.2f}  {slow}")


def _cost(module: str) -> tuple[float, set[str]]:
    """Return the least CPU seconds of several fresh imports, and the packages loaded."""
    program = _PROGRAM.format(module=module)
    found = []
    for _ in range(_RUNS):
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        )
        found.append(json.loads(done.stdout))
    return min(seconds for seconds, _ in found), set(found[0][1])


if __name__ == "__main__":
    main()
