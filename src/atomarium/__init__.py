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
    from atomarium.explore.show import explore, show

__version__ = "0.1.0"
__all__ = [
    "Dataset",
    "Features",
    "InputError",
    "Pairs",
    "Structures",
    "Target",
    "__version__",
    "explore",
    "find_pairs",
    "read",
    "show",
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
    "explore": "atomarium.explore",
    "find_pairs": "atomarium.core.pairs",
    "read": "atomarium.data.formats",
    "show": "atomarium.explore.show",
    "write": "atomarium.data.formats",
}


def __getattr__(name: str) -> object:
    if name in _PLACES:
        module = import_module(_PLACES[name])
        # The room of this name can be called, too.
        return getattr(module, name, module)
    raise AttributeError(f"module 'atomarium' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
