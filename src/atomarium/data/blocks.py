"""Cut many structures into runs that fit into memory together with their pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atomarium.core.structures import Structures


def runs_of_structures(structures: Structures, n_atoms: int) -> Iterator[tuple[int, int]]:
    """Yield first and last + 1 of runs of about `n_atoms` atoms each; at least one structure.

    Args:
        structures: What to cut.
        n_atoms: How large a run may become before the next one begins.
    """
    if not len(structures):
        return
    firsts = np.flatnonzero(np.diff(structures.offsets[:-1] // n_atoms, prepend=-1)).tolist()
    yield from zip(firsts, [*firsts[1:], len(structures)], strict=True)
