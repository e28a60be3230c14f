"""See before the work whether what comes of it can be written where somebody wants it."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from atomarium.core.errors import InputError

#: Those who have mended these run the same command again, so they are no faults of what was given.
FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


def refuse_unwritable_file(path: Path, *, named: str) -> None:
    """Refuse a place where no file can be written; nothing is left there.

    Args:
        path: Of the file; one that is there would be replaced.
        named: What the user calls it by, as in `--out`.

    Raises:
        InputError: it is a folder or a device, it is below a file, or its folder cannot be made or
            written in.
    """
    with _told(path, named):
        refuse_special(path, named=named)
        if _is_there(path) and path.is_dir():
            raise InputError(f"{named} {str(path)!r} is a folder; give the name of a file")
        _try_to_write_below(path.parent)


def refuse_unwritable_folder(path: Path, *, named: str) -> None:
    """Refuse a place that is no folder that can be written in, and where none can be made.

    Args:
        path: Of the folder, whether or not it is there.
        named: What the user calls it by, as in `--out`.

    Raises:
        InputError: it is a file or below one, or it cannot be made or written in.
    """
    with _told(path, named):
        _try_to_write_below(path)


def refuse_special(path: Path, *, named: str = "") -> None:
    """Refuse devices and the like, whose place no file must take.

    Args:
        path: Of what may be there.
        named: What the user calls it by, as in `--out`.

    Raises:
        InputError: it is neither a file nor a folder.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(f"{named} {str(path)!r} is no ordinary file; give another name".lstrip())


def folder_of_variable(name: str) -> Path | None:
    """Return the folder that an environment variable names, or None where it is not set.

    Raises:
        InputError: what it names is there and is no folder.
    """
    given = os.environ.get(name, "")
    if not given:
        return None
    folder = Path(given).expanduser()
    with _told(folder, name):
        if _is_there(folder) and not folder.is_dir():
            raise InputError(f"{name} must name a folder, and {given!r} is none")
    return folder


@contextmanager
def _told(path: Path, named: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK:
            raise
        raise InputError(
            f"{named} {str(path)!r} cannot be written: {error.strerror}; give another place"
        ) from None


def _try_to_write_below(folder: Path) -> None:
    """Write in the deepest folder of a path that is there, and leave nothing.

    Rights alone do not tell: disks are mounted to be read only, and root may do almost all.

    Raises:
        NotADirectoryError: it is no folder.
        OSError: nothing can be written there.
    """
    there = next(one for one in (folder, *folder.parents) if _is_there(one))
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{str(there)!r} is no folder")
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        told = f"nothing can be written in {str(there)!r} ({error.strerror})"
        raise OSError(error.errno, told) from None


def _is_there(path: Path) -> bool:
    """Tell whether a name is taken, be it by a link that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
