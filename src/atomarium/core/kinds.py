"""Families of interchangeable things, each known by a short name and loaded when first asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from atomarium.core.errors import InputError, did_you_mean


@dataclass(frozen=True)
class Family:
    """Settings classes by kind; other packages add theirs as entry points `atomarium.<name>`.

    Args:
        name: `representations`, `models` …
        places: `module:class` by kind.
    """

    name: str
    places: Mapping[str, str]

    def all_places(self) -> Mapping[str, str]:
        """Return the places of every kind, those of other packages included; ours win."""
        others = {point.name: point.value for point in entry_points(group=f"atomarium.{self.name}")}
        return MappingProxyType({**others, **self.places})

    def load(self, kind: str) -> type:
        """Return the settings class of a kind.

        Raises:
            InputError: there is no such kind.
        """
        places = self.places if kind in self.places else self.all_places()
        if kind not in places:
            raise InputError(f"no {self.name[:-1]} {kind!r}{did_you_mean(kind, places)}")
        module, _, name = places[kind].partition(":")
        return getattr(import_module(module), name)

    def kind_of(self, settings: object) -> str:
        """Return the kind of a settings object.

        Raises:
            InputError: its class belongs to no kind of this family.
        """
        place = f"{type(settings).__module__}:{type(settings).__qualname__}"
        # Asking for what other packages bring takes milliseconds, and ours win.
        places = self.places if place in self.places.values() else self.all_places()
        for kind, known in places.items():
            if known == place:
                return kind
        raise InputError(f"{place} is not among the {self.name}")

    def describe(self, settings: object) -> dict[str, object]:
        """Return settings as plain text form: `{"kind": "soap", "cutoff": 5.0, …}`, all fields."""
        plain = dataclasses.asdict(settings)  # type: ignore[call-overload]
        return {"kind": self.kind_of(settings), **plain}
