"""Run an `atomarium` command where torch cannot be found, whether or not it is installed."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any


class _WithoutTorch(PathFinder):
    """Finds what is on the path, but for torch."""

    @classmethod
    def find_spec(cls, fullname: str, *where: Any) -> ModuleSpec | None:
        return None if fullname == "torch" else super().find_spec(fullname, *where)


if __name__ == "__main__":
    sys.meta_path[:] = [_WithoutTorch if one is PathFinder else one for one in sys.meta_path]
    assert importlib.util.find_spec("torch") is None
    from atomarium.cli.main import main

    main()
