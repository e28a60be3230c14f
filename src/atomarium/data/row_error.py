"""The error of readers that take many rows at once, and know the places of all only outside."""

from __future__ import annotations

from atomarium.core.errors import InputError


class RowError(InputError):
    """A row that cannot be read; who knows the file says which that is.

    Args:
        row: Its number among the rows given, from 0.
        complaint: What is wrong with it.
    """

    def __init__(self, row: int, complaint: str) -> None:
        super().__init__(complaint)
        self.row = row
