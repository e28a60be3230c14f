"""The viewers of structures alone, clicked through in Chromium; claims: structure_views.mjs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def test_the_viewers_work_in_chromium(
    node: str, chromium: str, tmp_path: Path, repository: Path
) -> None:
    frontend = repository / "frontend"
    bundle = [
        "tests/browser/structure_page.tsx",
        "--bundle",
        "--format=esm",
        "--target=es2022",
        "--jsx=automatic",
        "--jsx-import-source=preact",
        "--loader:.woff2=dataurl",
        "--log-level=warning",
        f"--outfile={tmp_path / 'page.js'}",
    ]
    _run(
        [node, str(frontend / "node_modules/esbuild/bin/esbuild"), *bundle],
        repository,
        {"NODE_PATH": str(frontend / "node_modules")},
    )
    _run(
        [node, "--test", "--test-reporter=spec", "tests/browser/structure_views.mjs"],
        repository,
        {"PAGE": str(tmp_path / "page"), "CHROMIUM": chromium},
    )


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
