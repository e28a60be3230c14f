"""What a search may choose: values, ranges, and settings that hold some of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, cast

from atomarium.core.errors import InputError
from atomarium.experiment.distributions import Beta, Normal, Range

#: Where a setting stands: keys from the top, with `key[branch]` inside a choice of tables.
Place = tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One of several values.

    Args:
        values: Plain settings; tables may hold open settings.
        names: Of each value; left out, they are made from the values.
        probabilities: Of each value; left out, all are equally likely.
    """

    values: tuple[Any, ...]
    names: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError("values is empty; give at least one")
        if not self.probabilities:
            return
        if len(self.probabilities) != len(self.values):
            given = f"{len(self.probabilities)} probabilities"
            raise InputError(f"{given} but {len(self.values)} values")
        total = sum(self.probabilities)
        if min(self.probabilities) < 0 or not math.isclose(total, 1, abs_tol=1e-6):
            raise InputError(f"probabilities must be 0 or above and add up to 1, got {total:g}")

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

    def at(self, share: float) -> int:
        """Return the number of the value below which a share of all lies."""
        if not self.probabilities:
            return min(int(share * len(self.values)), len(self.values) - 1)
        borders = list(accumulate(self.probabilities))
        likely = [number for number, one in enumerate(self.probabilities) if one > 0]
        return next((number for number in likely if share < borders[number]), likely[-1])

    def number(self, value: object) -> int | None:
        """Return the number of a value, which may be given by its label; None for no value."""
        for number, (one, label) in enumerate(zip(self.values, self.labels, strict=True)):
            # 1, 1.0 and true are equal, and not the same setting.
            same = one == value and isinstance(one, bool) == isinstance(value, bool)
            if same or (isinstance(value, str) and value == label):
                return number
        return None


Open = Choice | Range | Normal | Beta
_Numbers = Range | Normal | Beta
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
    elif isinstance(space, _Numbers):
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
    if isinstance(space, _Numbers):
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
