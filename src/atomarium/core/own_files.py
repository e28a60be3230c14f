"""JSON files of our own, which say their format and its version."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json


def read_own(path: Path | str, kind: str, version: int, *, hint: str = "") -> dict[str, Any]:
    """Return what a JSON file of ours holds.

    Args:
        path: The file.
        kind: Its format, as in `atomarium-splits`.
        version: The only one that the code knows.
        hint: Where to get such a file, for errors.

    Raises:
        InputError: it cannot be opened, is no JSON, another kind of file or of another version.
    """
    try:
        found = parse_json(Path(path).read_bytes())
    except OSError as error:
        reason = f"{path}: cannot be opened: {error.strerror}"
        raise InputError(f"{reason}{_after(hint)}") from None
    except ValueError as error:
        raise InputError(f"{path}: is no JSON: {error}{_after(hint)}") from None
    return check_own(found, path, kind, version, hint=hint)


def check_own(
    found: object, where: object, kind: str, version: int, *, hint: str = ""
) -> dict[str, Any]:
    """Return what a file of ours holds, once it is of the kind and version that this code reads.

    Raises:
        InputError: it is another kind of file, or a version that we do not know.
    """
    content = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    if content.get("format") != kind:
        raise InputError(f"{where}: not a file of the format {kind!r}{_after(hint)}")
    if content.get("version") != version:
        given = content.get("version")
        raise InputError(
            f"{where}: version {given!r} of the format {kind!r}, this atomarium reads {version}; "
            "read it with the version that wrote it and write it again"
        )
    return content


def _after(hint: str) -> str:
    return f"; {hint}" if hint else ""
