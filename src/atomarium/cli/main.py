"""The command `atomarium`."""

from __future__ import annotations

import errno
import os
import sys

from cyclopts import App

import atomarium
from atomarium.core.errors import InputError

#: What somebody must mend before anything can go on.
_TO_MEND = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
#: Names that stand for nothing that could be read or written.
_BAD_NAMES = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}

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
    """
    try:
        code = app(sys.argv[1:], result_action="return_value", exit_on_error=True)
    except InputError as error:
        _say(f"error: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        _say("stopped; everything finished is kept, the same command goes on from here")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        place = f" ({os.fsdecode(error.filename)})" if error.filename else ""
        if error.errno in _BAD_NAMES:
            _say(f"error: {error.strerror}{place}")
            sys.exit(2)
        if error.errno not in _TO_MEND:
            raise
        _say(f"error: {error.strerror}{place}; everything finished is kept, mend it and run again")
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _say(message: str) -> None:
    print(message, file=sys.stderr)
