"""What each setting of chemiscope may be: checks of values, and tables of the settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.explore.expected import (
    list_at,
    number_at,
    object_at,
    one_of_at,
    refuse,
    text_at,
    whole_at,
)

_PALETTES = (
    *("inferno", "magma", "plasma", "viridis", "cividis", "seismic", "brg", "bwr", "rwg"),
    *("twilight (periodic)", "twilight dark (periodic)", "hsv (periodic)"),
    *("tab10", "tab20", "tab20b", "tab20c"),
    *("batlow", "lajolla", "oslo", "vik", "roma", "romaO (periodic)", "turbo", "okabe-ito"),
)
_TRANSFORMS = ("linear", "log", "sqrt", "inverse")
_SIZE_MODES = (*_TRANSFORMS, "flip-linear", "proportional", "constant")
_SELECTED = (
    *("all", "range", "category"),
    *("range-gray", "category-gray", "range-hide", "category-hide"),
)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What settings may name.

    Args:
        plain: Properties of the target shown that can stand on an axis.
        symbols: Those among them that are texts.
        of_atoms: Number properties of atoms.
        shapes: Names of shapes.
        warnings: What was passed over, as it is found.
    """

    plain: frozenset[str]
    symbols: frozenset[str]
    of_atoms: frozenset[str]
    shapes: frozenset[str]
    warnings: list[str] = field(default_factory=list)


_Check = Callable[[str, Any, Context], None]


def check_members(place: str, given: Any, known: Mapping[str, Any], context: Context) -> None:
    """Check the members of an object; those that are unknown are passed over, with a warning.

    Args:
        place: What errors call the object.
        given: The object.
        known: Checks by name, or tables of them.
        context: What settings may name.

    Raises:
        InputError: a value cannot be.
    """
    for key, value in object_at(place, given).items():
        here = f"{place}.{key}"
        check = known.get(key)
        if check is None:
            context.warnings.append(f"{here}: there is no such setting")
        elif isinstance(check, Mapping):
            check_members(here, value, check, context)
        else:
            check(here, value, context)


def _truth(place: str, given: Any, context: Context) -> None:
    if given is not None and not isinstance(given, bool):
        refuse(place, "true or false", given)


def _bound(place: str, given: Any, context: Context) -> None:
    # NaN and null leave it to the page.
    if given is not None and not (isinstance(given, float) and math.isnan(given)):
        number_at(place, given)


def _word(*words: str) -> _Check:
    def check(place: str, given: Any, context: Context) -> None:
        one_of_at(place, given, words)

    return check


def _between(least: float, most: float) -> _Check:
    def check(place: str, given: Any, context: Context) -> None:
        if not least <= number_at(place, given) <= most:
            refuse(place, f"{least:g} … {most:g}", given)

    return check


def _named(kind: str, of: Callable[[Context], frozenset[str]], *more: str) -> _Check:
    def check(place: str, given: Any, context: Context) -> None:
        name, known = text_at(place, given), of(context)
        if name not in known and name not in more:
            hint = did_you_mean(name, known | {one for one in more if one})
            raise InputError(f"{place}: there is no {kind} {name!r}{hint}")

    return check


def _category(place: str, given: Any, context: Context) -> None:
    text = text_at(place, given)
    # Names may hold a slash themselves.
    cuts = [i for i, sign in enumerate(text) if sign == "/"]
    if text and not any(text[:cut] in context.symbols for cut in cuts):
        refuse(place, "'property/value' with a property of texts", given)


def _shape(place: str, given: Any, context: Context) -> None:
    text = text_at(place, given)
    if text in {"", *context.shapes}:
        return
    for name in text.split(","):
        if name not in context.shapes:
            hint = did_you_mean(name, context.shapes)
            raise InputError(f"{place}: there is no shape {name!r}{hint}")


def _supercell(place: str, given: Any, context: Context) -> None:
    if isinstance(given, Mapping):
        given = [given.get(str(axis)) for axis in range(3)]
    for axis, one in enumerate(list_at(place, given, 3)):
        whole_at(f"{place}[{axis}]", one, 1)


def _packed(place: str, given: Any, context: Context) -> None:
    if given:
        context.warnings.append(f"{place}: packed cells are not drawn")


def _camera(place: str, given: Any, context: Context) -> None:
    if given is None:
        return
    camera = object_at(place, given)
    for part in ("eye", "center", "up"):
        vector = object_at(f"{place}.{part}", camera.get(part))
        for axis in "xyz":
            number_at(f"{place}.{part}.{axis}", vector.get(axis))
    if number_at(f"{place}.zoom", camera.get("zoom")) <= 0:
        refuse(f"{place}.zoom", "a number above 0", camera["zoom"])


_PROPERTY = _named("such property", lambda context: context.plain, "")
_ATOM_NUMBERS: Callable[[Context], Any] = lambda context: context.of_atoms  # noqa: E731
_PALETTE: _Check = _word(*_PALETTES)
_AXIS: Mapping[str, Any] = {
    "property": _PROPERTY,
    "scale": _word("linear", "log"),
    "min": _bound,
    "max": _bound,
}
MAP: Mapping[str, Any] = {
    "x": _AXIS,
    "y": _AXIS,
    "z": _AXIS,
    "symbol": _named("such property of texts", lambda context: context.symbols, ""),
    "palette": _PALETTE,
    "color": {
        "property": _PROPERTY,
        "mode": _word(*_TRANSFORMS),
        "scale": _word(*_TRANSFORMS),
        "min": _bound,
        "max": _bound,
        "palette": _PALETTE,
        "reverse": _truth,
        "opacity": _between(1.0, 100.0),
        "select": {
            "mode": _word(*_SELECTED),
            "category": _category,
            "min": _bound,
            "max": _bound,
        },
    },
    "size": {
        "factor": _between(1.0, 100.0),
        "mode": _word(*_SIZE_MODES),
        "property": _PROPERTY,
    },
    "markerOutline": _truth,
    "joinPoints": _truth,
    "useLOD": _truth,
    "camera": _camera,
}
STRUCTURE: Mapping[str, Any] = {
    **dict.fromkeys(
        ("bonds", "atoms", "spaceFilling", "atomLabels", "unitCell", "rotation", "cartoon"), _truth
    ),
    **dict.fromkeys(("keepOrientation", "perspective", "polyhedra"), _truth),
    "labelsProperty": _named("such property of atoms", _ATOM_NUMBERS, "element", "index"),
    "shape": _shape,
    "supercell": _supercell,
    "packedCell": _packed,
    "axes": _word("off", "abc", "xyz"),
    "playbackDelay": _between(0.0, 1e9),
    "camera": _camera,
    "environments": {
        "activated": _truth,
        "center": _truth,
        "cutoff": _bound,
        "bgStyle": _word("ball-stick", "licorice", "cartoon", "hide"),
        "bgColor": _word("grey", "CPK", "property"),
    },
    "color": {
        "property": _named("such property of atoms", _ATOM_NUMBERS, "element"),
        "transform": _word(*_TRANSFORMS),
        "min": _bound,
        "max": _bound,
        "palette": _PALETTE,
        "reverse": _truth,
    },
}
