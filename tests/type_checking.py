"""The check of types and shapes that the import hook in conftest.py puts around every function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from beartype import beartype


def check_types(function: Callable[..., object]) -> Callable[..., object]:
    """Return the function with checked arguments and results, `Self` apart.

    The hook hands over one function at a time, and beartype knows `Self` within classes only.
    """
    annotations = getattr(function, "__annotations__", {})
    for name, annotation in annotations.items():
        if annotation in ("Self", Self):
            annotations[name] = object
    return beartype(function)
