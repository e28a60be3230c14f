"""What an importer returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from atomarium.core.structures import Structures


@dataclass(frozen=True, eq=False, kw_only=True)
class Imported:
    """Structures with columns of numbers, before anything is known of their units.

    Args:
        structures: Positions and cells in Å.
        columns: Published numbers by the target's name in the catalog.
        ids: As published.
        labels: As in `core.dataset.Dataset`.
        references: Energy of free atoms by symbol for the targets whose archive states them.
    """

    structures: Structures
    columns: Mapping[str, np.ndarray]
    ids: tuple[str, ...] = ()
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def join_structures(parts: Iterable[Structures]) -> Structures:
    """Join structures that were read one by one, and check every number.

    Raises:
        InputError: `Structures.check` finds a fault.
    """
    structures = Structures.concatenate(parts)
    structures.check()
    return structures
