"""Learn properties of molecules and materials from data.

One file describes a study, one command runs it, one page shows it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomarium.core.dataset import Dataset, Target
    from atomarium.core.errors import InputError
    from atomarium.core.features import Features
    from atomarium.core.pairs import Pairs, find_pairs
    from atomarium.core.structures import Structures
    from atomarium.data.formats import read, write

__version__ = "0.1.0"
__all__ = [
    "Dataset",
    "Features",
    "InputError",
    "Pairs",
    "Structures",
    "Target",
    "__version__",
    "find_pairs",
    "read",
    "write",
]

#: Public names and where they live; loaded when first used, so that importing stays light.
_PLACES = {
    "Dataset": "atomarium.core.dataset",
    "Features": "atomarium.core.features",
    "InputError": "atomarium.core.errors",
    "Pairs": "atomarium.core.pairs",
    "Structures": "atomarium.core.structures",
    "Target": "atomarium.core.dataset",
    "find_pairs": "atomarium.core.pairs",
    "read": "atomarium.data.formats",
    "write": "atomarium.data.formats",
}


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'atomarium' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
