"""The one error that callers catch, and the sentence that helps to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something a user gave cannot be used; the message says where, what was given, what is right.

    Commands catch it, print the message alone and exit with 2.
    """


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'? Known: a, b, x`, or the known names alone when none is close."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.6)
    hint = f"; did you mean {folded[close[0]]!r}?" if close else ";"
    return f"{hint} known: {', '.join(names) if names else 'none'}"
