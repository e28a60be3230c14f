"""The command `atomarium`."""

from __future__ import annotations

import errno
import io
import os
import re
import sys

from cyclopts import App

import atomarium
from atomarium.core.errors import InputError

#: What somebody must mend before anything can go on.
_TO_MEND = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
#: Names that stand for nothing that could be read or written.
_BAD_NAMES = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
#: What stands for bytes of names that could not be read.
_HALVES = re.compile("[\\ud800-\\udfff]")

app = App(
    name="atomarium",
    version=f"atomarium {atomarium.__version__}",
    help="Learn properties of molecules and materials: one file, one command, one page.",
    suppress_keyboard_interrupt=False,
)
# Named by text, so that a command loads only what it needs.
app.command("atomarium.cli.run:run")
app.command("atomarium.cli.worker:worker")
app.command("atomarium.cli.predict:predict")
app.command("atomarium.cli.relax:relax")
app.command("atomarium.cli.open:open_page", name="open")
app.command("atomarium.cli.export:export")
app.command("atomarium.cli.data:app", name="data")
app.command("atomarium.cli.sweep:app", name="sweep")
app.command("atomarium.cli.study:app", name="study")
app.command("atomarium.cli.doctor:doctor")


def main() -> None:
    """Run the command line; end with 0, 1 (work failed), 2 (bad input) or 130 (interrupted).

    Raises:
        OSError: something failed that no user can mend; a bug to report.
        UnicodeEncodeError: likewise.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Not every terminal and pipe can show Å and ±, or names that are no text.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(sys.argv[1:], result_action="return_value", exit_on_error=True)
    except InputError as error:
        code = _say(f"error: {error}", 2)
    except KeyboardInterrupt:
        code = _say("stopped; everything finished is kept, the same command goes on from here", 130)
    except BrokenPipeError:
        code = 0
    except (OSError, UnicodeEncodeError) as error:
        found = _ending_of_files(error) if isinstance(error, OSError) else _ending_of_a_name(error)
        if found is None:
            raise
        code = _say(*found)
    sys.exit(code if isinstance(code, int) else 0)


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _ending_of_files(error: OSError) -> tuple[str, int] | None:
    """Return what to say and the exit code, where a user can mend it."""
    place = f" ({os.fsdecode(error.filename)})" if error.filename else ""
    if error.errno in _BAD_NAMES:
        return f"error: {error.strerror}{place}", 2
    if error.errno in _TO_MEND:
        advice = "everything finished is kept, mend it and run again"
        return f"error: {error.strerror}{place}; {advice}", 1
    return None


def _ending_of_a_name(error: UnicodeEncodeError) -> tuple[str, int] | None:
    """Return what to say and the exit code, where the name of a file is no text."""
    if not _HALVES.search(error.object):
        return None
    told = f"{error.object[:200]!a} holds the name of a file that is no text"
    advice = "rename it, or set PYTHONUTF8=1 where names are UTF-8"
    return f"error: {told} in {sys.getfilesystemencoding()}; {advice}", 2
