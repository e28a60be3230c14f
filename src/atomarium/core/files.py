"""Write files so that they are whole or absent, never half; read JSON of anyone."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from atomarium.core.writable import refuse_special

_waits: ContextVar[bool] = ContextVar("waits", default=True)


@contextmanager
def without_waiting() -> Generator[None]:
    """Write files in a block without waiting for the disk; a computer that loses power loses them.

    Whoever writes many small files in a row waits once, for the last one.
    """
    token = _waits.set(False)
    try:
        yield
    finally:
        _waits.reset(token)


@contextmanager
def written_atomically(path: Path | str) -> Generator[Path]:
    """Yield a temporary path beside `path`; it takes the place of `path` when the block succeeds.

    The content is flushed to disk before the rename, unless `without_waiting`; after an error the
    temporary file is gone and `path` is as it was.

    Raises:
        InputError: there is a device or the like, whose place no file must take.
    """
    path = Path(path)
    refuse_special(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: its files are closed to other users, and so would be what we write.
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    part.touch(exist_ok=False)
    try:
        yield part
        if _waits.get():
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text atomically."""
    with written_atomically(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path | str, content: object) -> None:
    """Write JSON atomically; NaN is refused, it is not JSON."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def parse_json(text: str | bytes) -> Any:
    """Return what a JSON text says.

    Raises:
        ValueError: it is no JSON, or nested deeper than can be read.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Return the object, `{"key": value, …}`, that a JSON text is.

    Raises:
        ValueError: it is no JSON, nested deeper than can be read, or something else.
    """
    found = parse_json(text)
    if not isinstance(found, dict):
        given = type(found).__name__
        raise ValueError(f"expected an object, {{…}}, got {given}")  # noqa: TRY004 - a bad text
    return cast("dict[str, Any]", found)


def read_object(path: Path | str) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        OSError: the file cannot be read.
        ValueError: as for `parse_object`.
    """
    return parse_object(Path(path).read_bytes())


def append_line(path: Path | str, content: object) -> None:
    """Append a line of JSON; it is on the disk when this returns, unless `without_waiting`.

    NaN is refused, it is not JSON.

    A line that a killed process has left half-written stays alone.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    with path.open("a+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        if end:
            stream.seek(end - 1)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        stream.write(text.encode() + b"\n")
        stream.flush()
        if _waits.get():
            os.fsync(stream.fileno())
