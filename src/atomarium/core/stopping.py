"""Ask long work in other threads to stop at the next good place."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

_asked = threading.Event()


class Stopped(Exception):
    """Work ended because it was asked to; what is done so far has been kept."""


def is_stop_asked() -> bool:
    """Tell whether work shall stop; whoever does looks after each of its steps."""
    return _asked.is_set()


def ask_to_stop() -> None:
    """Ask all work of this process to stop, for good; fit to be called when a signal comes."""
    _asked.set()


@contextmanager
def stopping() -> Generator[None]:
    """Ask all work to stop while the block waits for it."""
    _asked.set()
    try:
        yield
    finally:
        _asked.clear()
