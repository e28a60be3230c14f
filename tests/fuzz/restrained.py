"""Run something that may neither hang, nor fill the memory, nor raise anything but `InputError`."""

from __future__ import annotations

import signal
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from atomarium.core.errors import InputError

#: What reading may hold at once: so much in any case, and so many times the size of the file.
#: Extended XYZ reads blocks of a megabyte, a number of a few characters is 24 bytes in lists.
ALWAYS_BYTES, TIMES = 64 * 2**20, 100
_CPU_SECONDS = 30


class Endless(BaseException):
    """It takes too long; nobody may catch this by accident."""


def read_or_refuse(read: Callable[[], object], *, size: int) -> bool:
    """Read something and say whether it was read; False if it was refused.

    Args:
        read: Reads it.
        size: Bytes that it reads from.
    """
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, _CPU_SECONDS)
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            # Numbers beyond all physics overflow in formulas; that is said, and not a failure.
            warnings.simplefilter("ignore", RuntimeWarning)
            read()
    except InputError as error:
        return not _is_a_sentence(str(error))
    else:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= ALWAYS_BYTES + TIMES * size


def _is_a_sentence(message: str) -> bool:
    assert message
    assert "Traceback" not in message
    return True


def _give_up(*_: object) -> None:
    raise Endless


def bytes_in(path: Path) -> int:
    """Return the size of a file, or of all files of a folder."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)


#: Each example is a number that says how a file is spoiled; there is nothing to make smaller.
fuzzed = hypothesis.settings(
    max_examples=40,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate],
)
needs_timer = pytest.mark.skipif(
    not hasattr(signal, "SIGVTALRM"), reason="no clock of CPU time on this system"
)
