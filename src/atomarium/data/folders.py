"""Write folders so that they are whole or absent, never half."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from atomarium.core.errors import InputError


def refuse_taken(path: Path) -> None:
    """Refuse a place for a folder where there is something already.

    Raises:
        InputError: there is a file, or a folder that holds something.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path}: exists already; choose another name or remove it yourself")


@contextmanager
def written_as_folder(path: Path) -> Generator[Path]:
    """Yield a temporary folder beside `path`; it becomes `path` when the block succeeds.

    A folder that holds something is never replaced: what else is in it would be lost.

    Raises:
        InputError: there is something at `path` already.
    """
    refuse_taken(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    part.mkdir()
    try:
        yield part
        if path.exists():
            path.rmdir()
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
