"""The one error that callers catch, and the sentence that helps to mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager


class InputError(ValueError):
    """Something a user gave cannot be used; the message says where, what was given, what is right.

    Commands catch it, print the message alone and exit with 2. A message about one structure begins
    with `structure N`, counted from 0.
    """


@contextmanager
def counted_from(first: int) -> Generator[None]:
    """Count the structures in errors of a block, which sees a run of them, from the first of all.

    Args:
        first: Number of the first structure of the run.

    Raises:
        InputError: the block raises one.
    """
    try:
        yield
    except InputError as error:
        message = str(error)
        found = re.match(r"structure (\d+)", message)
        if first == 0 or found is None:
            raise
        rest = message[found.end() :]
        raise InputError(f"structure {first + int(found[1])}{rest}") from None


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'? Known: a, b, x`, or the known names alone when none is close."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.6)
    hint = f"; did you mean {folded[close[0]]!r}?" if close else ";"
    return f"{hint} known: {', '.join(names) if names else 'none'}"
