"""Read settings some of which are left open.

In a study file every setting may be a table instead of a value:

- `{ values = [3.0, 4.0, 5.0] }`: one of these; they may be tables with open settings of their own,
  which then count only where that one is taken;
  `probabilities = [0.5, 0.25, 0.25]` says how likely each is;
- `{ value = 5.0 }`: this one, as if it stood there alone;
- `{ min = 0.1, max = 1.0 }`: any number between, both included; whole numbers when both are whole;
  `log = true` makes every factor as likely as every other, `step = 0.1` allows these steps only,
  `quantum = 0.1` rounds to multiples of it, `inverse = true` draws 1/x in place of x;
- `{ mean = 0.0, std = 1.0 }`: normally distributed; with `log = true` the logarithm is;
  `quantum` as above, `whole = true` rounds to whole numbers;
- `{ alpha = 2.0, beta = 5.0 }`: between 0 and 1 by the beta distribution; `quantum` as above.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.distributions import Beta, Normal, Range
from atomarium.experiment.space import Choice, Open, Place

_FORMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"values"}), frozenset({"probabilities"})),
    (frozenset({"min", "max"}), frozenset({"log", "step", "quantum", "inverse"})),
    (frozenset({"mean", "std"}), frozenset({"log", "quantum", "whole"})),
    (frozenset({"alpha", "beta"}), frozenset({"quantum"})),
)
_FLAGS = frozenset({"log", "inverse", "whole"})


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
    if set(table) == {"value"}:
        return _read(table["value"], (*place, "value"))
    try:
        found = _open(table)
    except InputError as error:
        raise OpenSettingError(place, str(error)) from None
    if isinstance(found, Choice):
        values = tuple(_read(one, (*place, "values")) for one in found.values)
        return replace(found, values=values)
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
        return _choice(table)
    for key, value in table.items():
        right = bool if key in _FLAGS else (int, float)
        if not isinstance(value, right) or (key not in _FLAGS and isinstance(value, bool)):
            kind = "true or false" if key in _FLAGS else "a number"
            raise InputError(f"{key} must be {kind}, got {value!r}")
    shape = {key: table[key] for key in ("log", "whole", "quantum", "inverse") if key in table}
    if "mean" in table:
        return Normal(mean=table["mean"], std=table["std"], **shape)
    if "alpha" in table:
        return Beta(alpha=table["alpha"], beta=table["beta"], **shape)
    numbers = [table[key] for key in ("min", "max", "step", "quantum") if key in table]
    return Range(
        low=table["min"],
        high=table["max"],
        step=table.get("step"),
        # Rounding to whole multiples makes whole numbers out of any.
        whole=all(isinstance(one, int) for one in numbers) or isinstance(table.get("quantum"), int),
        **shape,
    )


def _choice(table: dict[str, Any]) -> Choice:
    for key, value in table.items():
        if not isinstance(value, list):
            raise InputError(f"{key} must be a list, got {value!r}")
    probabilities = cast("list[Any]", table.get("probabilities", []))
    for one in probabilities:
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise InputError(f"probabilities must be numbers, got {one!r}")
    if "probabilities" in table and not probabilities:
        raise InputError("probabilities is empty; leave it out, or give one for each value")
    values = tuple(cast("list[Any]", table["values"]))
    return Choice(values, probabilities=tuple(float(one) for one in probabilities))
