"""What a search may choose: values, ranges, and settings that hold some of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, cast

from atomarium.core.errors import InputError

#: Where a setting stands: keys from the top, with `key[branch]` inside a choice of tables.
Place = tuple[str, ...]
Number = int | float


@dataclass(frozen=True)
class Choice:
    """One of several values.

    Args:
        values: Plain settings; tables may hold open settings.
        names: Of each value; left out, they are made from the values.
    """

    values: tuple[Any, ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError("values is empty; give at least one")

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each value: given, or itself, or its kind, or its number if kinds repeat."""
        if self.names:
            return self.names
        names = [_label(value) for value in self.values]
        if len(set(names)) == len(names):
            return tuple(names)
        return tuple(f"{name}-{i}" for i, name in enumerate(names))

    @property
    def probes(self) -> tuple[Any, ...]:
        """What to try to see whether all of it is allowed."""
        return self.values


@dataclass(frozen=True, kw_only=True)
class Range:
    """Numbers between two bounds.

    Args:
        low: Least number.
        high: Greatest number.
        log: Whether factors, not differences, are equally likely.
        step: Distance of the numbers allowed; None for all.
        whole: Whether they are whole numbers.
    """

    low: Number
    high: Number
    log: bool = False
    step: Number | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise InputError(f"min must be at most max, got {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise InputError(f"log = true needs min above 0, got {self.low}")
        if self.step is not None and not self.step > 0:
            raise InputError(f"step must be above 0, got {self.step}")
        if self.log and self.step is not None:
            raise InputError("log and step exclude each other; give values instead")

    @property
    def probes(self) -> tuple[Number, ...]:
        """The middle, which is what is taken where another setting is looked at, and both ends."""
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return self.number(middle), self.number(self.low), self.number(self.high)

    def number(self, value: Number) -> Number:
        """Return the allowed number nearest to a value."""
        if self.step is not None:
            value = self.low + round((value - self.low) / self.step) * self.step
            value = min(
                value, self.low + math.floor((self.high - self.low) / self.step + 1e-9) * self.step
            )
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)


@dataclass(frozen=True, kw_only=True)
class Normal:
    """Normally distributed numbers.

    Args:
        mean: Of the numbers, or of their logarithms.
        std: Standard deviation, likewise; above 0.
        log: Whether the natural logarithms are distributed so.
    """

    mean: Number
    std: Number
    log: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.std) and self.std > 0):
            raise InputError(f"mean must be a number and std above 0, got {self.mean}, {self.std}")

    @property
    def probes(self) -> tuple[Number, ...]:
        """The median."""
        return (self.number(0.5),)

    def number(self, quantile: float) -> Number:
        """Return the number below which a share of all lies; shares of 0 and 1 are moved inside."""
        inside = min(max(quantile, 1e-12), 1 - 1e-12)
        value = NormalDist(self.mean, self.std).inv_cdf(inside)
        return math.exp(value) if self.log else value


Open = Choice | Range | Normal
#: Told a name and what is open, returns the number of a choice or the value of the rest.
Choose = Callable[[str, Open], Any]


def has_open(space: Any) -> bool:
    """Tell whether anything is open."""
    return next(_walk(space, ()), None) is not None


def open_settings(space: Any) -> dict[str, Open]:
    """Return all that is open by name, branches of choices included."""
    return dict(_walk(space, ()))


def _walk(space: Any, place: Place) -> Iterator[tuple[str, Open]]:
    if isinstance(space, Choice):
        yield name_of(place), space
        for label, value in zip(space.labels, space.values, strict=True):
            yield from _walk(value, branch(place, label))
    elif isinstance(space, Range | Normal):
        yield name_of(place), space
    elif isinstance(space, dict):
        for key, one in cast("dict[str, Any]", space).items():
            yield from _walk(one, (*place, key))
    elif isinstance(space, list):
        for i, one in enumerate(cast("list[Any]", space)):
            yield from _walk(one, (*place, str(i)))


def fill(space: Any, choose: Choose, place: Place = ()) -> Any:
    """Return plain settings with every open one settled.

    Args:
        space: What `read_space` returned.
        choose: Is told the name of an open setting and what it may be, in the order of the file;
            settings inside of branches that are not taken are left alone.
        place: Where the space stands.
    """
    if isinstance(space, Choice):
        number = int(choose(name_of(place), space))
        return fill(space.values[number], choose, branch(place, space.labels[number]))
    if isinstance(space, Range | Normal):
        return choose(name_of(place), space)
    if isinstance(space, dict):
        table = cast("dict[str, Any]", space)
        return {key: fill(one, choose, (*place, key)) for key, one in table.items()}
    if isinstance(space, list):
        rows = cast("list[Any]", space)
        return [fill(one, choose, (*place, str(i))) for i, one in enumerate(rows)]
    return space


def probes(space: Any) -> Iterator[tuple[str, Any]]:
    """Yield settings that show whether all of a space is allowed, and what is special in each.

    First the defaults, the first of each choice and the middle of each range; then every other
    value and both ends, one at a time. A name is empty for the defaults.
    """
    yield "", fill(space, default)
    for name, one in open_settings(space).items():
        for number, probe in enumerate(one.probes):
            taken = number if isinstance(one, Choice) else probe
            yield name, fill(space, _with(name, taken))


def default(name: str, one: Open) -> Any:
    """Choose the first value or the middle; a `Choose`."""
    return 0 if isinstance(one, Choice) else one.probes[0]


def _with(name: str, taken: Any) -> Choose:
    """Return a chooser of defaults, apart from one setting and the branches that lead to it."""

    def choose(asked: str, one: Open) -> Any:
        if asked == name:
            return taken
        if isinstance(one, Choice):
            for number, label in enumerate(one.labels):
                if name.startswith(f"{asked}[{label}]."):
                    return number
        return default(asked, one)

    return choose


def name_of(place: Place) -> str:
    """Return the name of a place, as in `representation.cutoff`."""
    return ".".join(place)


def branch(place: Place, label: str) -> Place:
    """Return the place inside of one value of a choice."""
    return (*place[:-1], f"{place[-1]}[{label}]") if place else (f"[{label}]",)


def _label(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(cast("Mapping[str, Any]", value).get("kind", "table"))
    return str(value)
