"""Read settings some of which are left open.

In a study file every setting may be a table instead of a value:

- `{ values = [3.0, 4.0, 5.0] }`: one of these; they may be tables with open settings of their own,
  which then count only where that one is taken;
- `{ min = 0.1, max = 1.0 }`: any number between, both included; whole numbers when both are whole;
  `log = true` makes every factor as likely as every other, `step = 0.1` allows these steps only;
- `{ mean = 0.0, std = 1.0 }`: normally distributed; with `log = true` the logarithm is.
"""

from __future__ import annotations

from typing import Any, cast

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.space import Choice, Normal, Open, Place, Range

_FORMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"values"}), frozenset()),
    (frozenset({"min", "max"}), frozenset({"log", "step"})),
    (frozenset({"mean", "std"}), frozenset({"log"})),
)


def read_space(plain: Any) -> Any:
    """Return plain settings with every open one read.

    Args:
        plain: Tables, lists and values as a study file holds them.

    Raises:
        InputError: an open setting makes no sense; the message begins with its place.
    """
    return _read(plain, ())


def _read(plain: Any, place: Place) -> Any:
    if isinstance(plain, list):
        return [_read(one, (*place, str(i))) for i, one in enumerate(cast("list[Any]", plain))]
    if not isinstance(plain, dict):
        return plain
    table = cast("dict[str, Any]", plain)
    try:
        found = _open(table)
    except InputError as error:
        raise OpenSettingError(place, str(error)) from None
    if isinstance(found, Choice):
        return Choice(tuple(_read(one, (*place, "values")) for one in found.values))
    if found is not None:
        return found
    return {key: _read(one, (*place, key)) for key, one in table.items()}


class OpenSettingError(InputError):
    """A fault in an open setting; `place` leads to it."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def _open(table: dict[str, Any]) -> Open | None:
    """Return what a table leaves open, or None when it is a table of settings."""
    keys = set(table)
    for needed, allowed in _FORMS:
        if not needed <= keys or "kind" in keys:
            continue
        unknown = sorted(keys - needed - allowed)
        if unknown:
            known = [*needed, *allowed]
            raise InputError(f"unknown key {unknown[0]!r}{did_you_mean(unknown[0], known)}")
        return _made(table)
    return None


def _made(table: dict[str, Any]) -> Open:
    if "values" in table:
        values = table["values"]
        if not isinstance(values, list):
            raise InputError(f"values must be a list, got {values!r}")
        return Choice(tuple(cast("list[Any]", values)))
    for key, value in table.items():
        right = bool if key == "log" else (int, float)
        if not isinstance(value, right) or (key != "log" and isinstance(value, bool)):
            kind = "true or false" if key == "log" else "a number"
            raise InputError(f"{key} must be {kind}, got {value!r}")
    if "mean" in table:
        return Normal(mean=table["mean"], std=table["std"], log=table.get("log", False))
    numbers = [table[key] for key in ("min", "max", "step") if key in table]
    return Range(
        low=table["min"],
        high=table["max"],
        log=table.get("log", False),
        step=table.get("step"),
        whole=all(isinstance(number, int) for number in numbers),
    )
