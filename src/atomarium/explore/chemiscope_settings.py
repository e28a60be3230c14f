"""Settings in chemiscope's words, checked against the data that they are for.

What chemiscope refuses is refused, by its path; what it passes over is passed over with a warning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from atomarium.core.errors import InputError, did_you_mean
from atomarium.explore.chemiscope_checks import MAP, STRUCTURE, Context, check_members
from atomarium.explore.expected import (
    list_at,
    object_at,
    one_of_at,
    refuse,
    whole_at,
)
from atomarium.explore.scene import PerTarget, Scene

_TOP = ("target", "map", "structure", "pinned", "view")
_MOST_VIEWERS = 16
#: Texts of a property that the front end still tells by symbols.
_MOST_SYMBOLS = 200


def check_settings(settings: Mapping[str, Any], scene: Scene) -> tuple[str, ...]:
    """Check settings and return what a page will pass over.

    Args:
        settings: `target`, `map`, `structure`, `pinned` as chemiscope has them, and `view`, what
            this explorer saves beyond that.
        scene: What they are for.

    Raises:
        InputError: a setting is unknown, or has a value that it cannot have.
    """
    for key in settings:
        if key not in _TOP:
            raise InputError(f"settings.{key}: there is no such setting{did_you_mean(key, _TOP)}")
    target = target_of(settings, scene)
    context = _context(scene, target)
    if "map" in settings:
        check_members("settings.map", settings["map"], MAP, context)
    structure = list_at("settings.structure", settings.get("structure", ()))
    if "structure" in settings and not structure:
        refuse("settings.structure", "one entry or more", structure)
    for i, one in enumerate(structure):
        check_members(f"settings.structure[{i}]", one, STRUCTURE, context)
    if "pinned" in settings:
        _check_pinned(settings["pinned"], scene.count(target))
    object_at("settings.view", settings.get("view", {}))
    return tuple(context.warnings)


def target_of(settings: Mapping[str, Any], scene: Scene) -> PerTarget:
    """Return what a page shows first: structures or atoms.

    Raises:
        InputError: settings say neither, or atoms where no property is of atoms.
    """
    given = settings.get("target")
    has_atoms = any(one.target == "atom" for one in scene.properties)
    if given is None:
        return "atom" if has_atoms and scene.environments is not None else "structure"
    one_of_at("settings.target", given, ("structure", "atom"))
    if given == "atom" and not has_atoms:
        raise InputError("settings.target: 'atom', but no property is of atoms")
    return given


def finite_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with null in the place of NaN, which means the same and is JSON."""

    def mended(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): mended(one) for key, one in value.items()}
        if isinstance(value, np.generic | np.ndarray):
            value = value.tolist()
        if isinstance(value, list | tuple):
            return [mended(one) for one in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    return mended(settings)


def _context(scene: Scene, target: PerTarget) -> Context:
    mine = [one for one in scene.properties if one.target == target and one.parameter is None]
    texts = {one.name for one in mine if not isinstance(one.values, np.ndarray)}
    few = {
        one.name
        for one in mine
        if one.name in texts and len(set(one.values)) <= _MOST_SYMBOLS
    }  # fmt: skip
    n_numbers = len(mine) - len(texts)
    index = {"index"} if n_numbers <= 1 else set()
    of_atoms = {
        one.name
        for one in scene.properties
        if one.target == "atom" and one.parameter is None and isinstance(one.values, np.ndarray)
    }
    return Context(
        plain=frozenset({one.name for one in mine} | index),
        symbols=frozenset(few),
        of_atoms=frozenset(of_atoms),
        shapes=frozenset(one.name for one in scene.shapes),
    )


def _check_pinned(given: Any, count: int) -> None:
    pins = list_at("settings.pinned", given)
    if not 1 <= len(pins) <= _MOST_VIEWERS:
        refuse("settings.pinned", f"1 to {_MOST_VIEWERS} numbers", given)
    for i, pin in enumerate(pins):
        if whole_at(f"settings.pinned[{i}]", pin) >= count:
            refuse(f"settings.pinned[{i}]", f"a number from 0 to {count - 1}", pin)
