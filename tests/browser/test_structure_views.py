"""The viewers of structures alone, clicked through in Chromium; claims: structure_views.mjs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def test_the_viewers_work_in_chromium(
    run_node: Callable[..., None],
    try_claims: Callable[..., None],
    tmp_path: Path,
    repository: Path,
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
    modules = frontend / "node_modules"
    run_node(
        str(modules / "esbuild/bin/esbuild"), *bundle, folder=repository, NODE_PATH=str(modules)
    )
    try_claims("structure_views.mjs", PAGE=str(tmp_path / "page"))
