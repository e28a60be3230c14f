"""The page is built wherever the checkout is."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest


def test_the_page_is_built_in_a_folder_of_any_name(
    builder: ModuleType,
    node: str,
    tmp_path: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del node  # has installed the packages
    monkeypatch.delenv("ATOMARIUM_SKIP_FRONTEND", raising=False)
    checkout = tmp_path / "my größtes checkout #1"
    frontend = repository / "frontend"
    packages = frontend / "node_modules"
    shutil.copytree(frontend, checkout / "frontend", ignore=lambda *_: {packages.name})
    (checkout / "frontend" / packages.name).symlink_to(packages)
    assert builder.needs_build(checkout)
    builder.build(checkout)
    assert not builder.needs_build(checkout)
    static = Path("src/atomarium/explore/static")
    assert (checkout / static / "atomarium.js").stat().st_size > 1e5
