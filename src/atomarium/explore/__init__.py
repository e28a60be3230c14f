"""The explorer: everything that is shown in a browser, and what Python and the browser exchange.

Comes in: structures, properties, features. Goes out: pages, widgets, pictures, chemiscope's files.
Must not know: studies, trials, how anything was learned.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """`atomarium.explore` names both this room and the function that most users look for."""

    def __call__(self, structures: Any, **options: Any) -> Any:
        """Compute a map and show it; arguments as for `atomarium.explore.show.explore`."""
        from atomarium.explore.show import explore

        return explore(structures, **options)


sys.modules[__name__].__class__ = _Callable
