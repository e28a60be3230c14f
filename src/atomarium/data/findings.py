"""What a check of data says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from atomarium.core.dataset import Dataset

Severity = Literal["error", "warning", "note"]
_N_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that may spoil results.

    Args:
        check: What was looked for, one or two words.
        severity: `error` makes results wrong, `warning` may, `note` is good to know.
        count: How many structures, atoms, groups or values it concerns.
        message: What was found.
        advice: What to do or to write.
        examples: Ids of a few structures it concerns, those that belong together joined by `=`.
    """

    check: str
    severity: Severity
    count: int
    message: str
    advice: str = ""
    examples: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was found, and what to do."""
        return f"{self.message}; {self.advice}" if self.advice else self.message


def counted(count: int, thing: str, verb: str = "") -> str:
    """Return `1 structure has` or `3 structures have`, for a thing that takes an s."""
    plural = {"has": "have", "is": "are", "lies": "lie", "differs": "differ"}
    if count == 1:
        return f"1 {thing} {verb}".rstrip()
    return f"{count} {thing}s {plural.get(verb, verb.removesuffix('s'))}".rstrip()


def examples(dataset: Dataset, groups: Sequence[np.ndarray] | np.ndarray) -> tuple[str, ...]:
    """Return the ids of the first few structures, or of the first few groups of them."""
    shown = []
    for group in groups[:_N_EXAMPLES]:
        members = np.atleast_1d(group)
        ids = [dataset.ids[int(member)] for member in members[:_N_EXAMPLES]]
        shown.append(" = ".join(ids) + (" = …" if len(members) > _N_EXAMPLES else ""))
    return tuple(shown)
