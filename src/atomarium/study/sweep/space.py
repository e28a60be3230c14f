"""The space of a sweep: all its models as one, and short names for what is open in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from atomarium.core.errors import InputError
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.distributions import Range
from atomarium.experiment.space import Choice, Choose, Open, fill, open_settings
from atomarium.experiment.spec import StudyFile
from atomarium.experiment.trial import describe

#: What the choice among several models of a study file is called.
MODEL = "model"
_MODELS = "models"
_BRANCH = re.compile(r"\[[^\]]*\]")

#: What a setting of a run may be.
Setting = str | int | float | bool | None


@dataclass(frozen=True)
class SweepSpace:
    """What runs of a sweep may choose.

    Args:
        models: Names of the models of the study file, in its order.
        space: Of one model its settings, of several a choice among them; open ones read.
    """

    models: tuple[str, ...]
    space: Any = field(repr=False)

    @property
    def open_settings(self) -> dict[str, Open]:
        """What is open, by its full name."""
        return self._opened

    @cached_property
    def _opened(self) -> dict[str, Open]:
        return open_settings(self.space)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The short name of each full one; settings of the same path share theirs.

        Branches exclude each other, so that a run never has two values of one column.
        """
        return _columns(self.open_settings)

    @cached_property
    def opened_columns(self) -> dict[str, Open]:
        """What is open, by its short name; what shares a name is taken together."""
        found: dict[str, Open] = {}
        for name, column in self.columns.items():
            one = self.open_settings[name]
            found[column] = _together(found[column], one) if column in found else one
        return found

    def fill(self, choose: Choose) -> tuple[str, Any]:
        """Return the model and its plain settings that some choice makes."""
        if len(self.models) == 1:
            (only,) = self.models
            return only, fill(self.space, choose)
        taken: list[int] = []

        def note(name: str, one: Open) -> Any:
            value = choose(name, one)
            if name == _MODELS:
                taken.append(int(value))
            return value

        plain = fill(self.space, note)
        return self.models[taken[0]], plain[_MODELS]

    def named(self, chosen: Mapping[str, Any]) -> dict[str, Setting]:
        """Return what was chosen as a reader wants it: short names, values instead of numbers."""
        return {
            self.columns[name]: plain_value(self.open_settings[name], value)
            for name, value in chosen.items()
        }

    def locate(self, settings: Mapping[str, Setting]) -> dict[str, Any] | None:
        """Return what was chosen, by full name, where settings are known by short names.

        None when they are not in this space: one is missing, or is not allowed.
        """
        chosen: dict[str, Any] = {}

        def choose(name: str, one: Open) -> Any:
            column = self.columns[name]
            if column not in settings:
                raise LookupError(column)
            value: Any = settings[column]
            if isinstance(one, Choice):
                value = one.number(value)
            if value is None or not (isinstance(one, Choice) or one.holds(value)):
                raise LookupError(column)
            chosen[name] = value
            return value

        try:
            self.fill(choose)
        except LookupError:
            return None
        return chosen if len(chosen) == len(settings) else None

    @cached_property
    def fixed_names(self) -> set[str]:
        """Every name that `fixed` knows: settings that are written down, by their last keys."""
        return {
            ".".join(path[-n_keys:])
            for path, _ in _leaves(self.space, ())
            for n_keys in range(1, len(path) + 1)
        }

    def fixed(self, plain: Any, names: set[str]) -> dict[str, Setting]:
        """Return settings that are written down and not open, by a name's last keys."""
        found: dict[str, Setting] = {}
        for path, value in _leaves(plain, ()):
            for name in names:
                keys = tuple(name.split("."))
                if path[-len(keys) :] == keys:
                    found[name] = value
        return found


def _leaves(plain: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(plain, Choice):
        for one in plain.values:
            yield from _leaves(one, place)
    elif isinstance(plain, dict):
        for key, one in plain.items():
            yield from _leaves(one, (*place, str(key)))
    elif not isinstance(plain, list):
        yield place, plain


def sweep_space(study: StudyFile) -> SweepSpace:
    """Return the space of a study file.

    Raises:
        InputError: nothing is open.
    """
    spaces = tuple(
        one.space if isinstance(one, CandidateSpace) else describe(one)
        for one in study.candidates.values()
    )
    names = tuple(study.candidates)
    if len(names) > 1:
        return SweepSpace(names, {_MODELS: Choice(spaces, names=names)})
    (only,) = spaces
    found = SweepSpace(names, only)
    if not found.open_settings:
        raise InputError(
            f"models.{next(iter(study.candidates))}: a sweep needs settings that are left open, "
            "and none is; write for example learning_rate = { min = 1e-4, max = 1e-2, log = true }"
        )
    return found


def plain_value(one: Open, value: Any) -> Setting:
    """Return the value that a number of a choice stands for, or its label where it is a table."""
    if not isinstance(one, Choice):
        return value
    chosen = one.values[int(value)]
    if chosen is None or (isinstance(chosen, str | int | float | bool) and not one.names):
        return chosen
    return one.labels[int(value)]


def _columns(opened: Mapping[str, Open]) -> dict[str, str]:
    paths = {name: _path(name) for name in opened}
    shared = Counter(paths.values())
    short = _shortest(set(paths.values()))
    columns: dict[str, str] = {}
    for name, path in paths.items():
        mates = [opened[other] for other, theirs in paths.items() if theirs == path]
        fits = shared[path] == 1 or len({isinstance(one, Choice) for one in mates}) == 1
        columns[name] = short[path] if fits else name.removeprefix(f"{_MODELS}.")
    return columns


def _path(name: str) -> tuple[str, ...]:
    """Return the keys that lead to a setting, whatever branches it stands in."""
    keys = tuple(_BRANCH.sub("", name).split("."))
    if keys == (_MODELS,):
        return (MODEL,)
    keys = keys[1:] if keys[0] == _MODELS else keys
    # Choices among tables of the model itself are told from the choice among models.
    return (MODEL, "kind") if keys == (MODEL,) else keys


def _shortest(paths: set[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return as few of the last keys of each as tell it from all others."""
    found: dict[tuple[str, ...], str] = {}
    for path in paths:
        for n_keys in range(1, len(path) + 1):
            tail = path[-n_keys:]
            alone = sum(other[-n_keys:] == tail for other in paths) == 1
            if alone and not tail[0].isdigit() and (tail != (MODEL,) or path == tail):
                break
        else:
            tail = path
        found[path] = ".".join(tail)
    return found


def _together(one: Open, other: Open) -> Open:
    """Return what covers two settings that share a column."""
    if isinstance(one, Choice) and isinstance(other, Choice):
        values = [*one.values, *(v for v in other.values if v not in one.values)]
        return one if values == list(one.values) else Choice(tuple(values))
    if isinstance(one, Range) and isinstance(other, Range):
        return Range(
            low=min(one.low, other.low),
            high=max(one.high, other.high),
            log=one.log and other.log,
            whole=one.whole and other.whole,
        )
    return one
