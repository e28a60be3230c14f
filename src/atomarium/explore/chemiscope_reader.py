"""Read chemiscope's files, of every version, into a scene; the first fault is named by its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.data.compressed import opened
from atomarium.explore.chemiscope_settings import check_settings, finite_settings
from atomarium.explore.chemiscope_shapes import read_shapes
from atomarium.explore.chemiscope_structures import (
    LoadStructure,
    StructureCollector,
    load_beside,
)
from atomarium.explore.expected import (
    is_number,
    list_at,
    number_at,
    numbers_at,
    object_at,
    one_of_at,
    refuse,
    text_at,
    texts_at,
    whole_at,
)
from atomarium.explore.json_stream import JsonNode, JsonStream, PlainJson
from atomarium.explore.scene import About, Parameter, Property, Scene
from atomarium.explore.scene_structures import Environments

_TARGETS = ("structure", "atom")


def read_chemiscope(path: Path) -> Scene:
    """Read a `.json` or `.json.gz` file of chemiscope.

    Memory holds one structure, property or shape as text at a time.

    Raises:
        InputError: it cannot be opened, is not JSON, or something in it is missing, of another
            type or length, or unknown.
    """
    with opened(path) as source:
        stream = JsonStream(source.read, str(path))
        scene = read_scene(stream, load_beside(path))
        stream.finish()
        return scene


def scene_of_chemiscope(content: Mapping[str, Any]) -> Scene:
    """Return the scene of a dictionary as chemiscope makes and reads it.

    Raises:
        InputError: as for `read_chemiscope`.
    """
    return read_scene(PlainJson(content))


def looks_like_chemiscope(path: Path) -> bool:
    """Return whether a file is JSON by its name, perhaps compressed."""
    return any(path.name.lower().endswith(f".json{end}") for end in ("", ".gz", ".bz2", ".xz"))


def read_scene(node: JsonNode, load: LoadStructure | None = None) -> Scene:
    """Return the scene of a value of JSON.

    Args:
        node: The whole file.
        load: As for `StructureCollector`.

    Raises:
        InputError: as for `read_chemiscope`.
    """
    parts: dict[str, Any] = {}
    for key, one in node.members("the file"):
        if key in parts:
            raise InputError(f"{key}: occurs twice")
        reader = _READERS.get(key)
        if key == "structures":
            parts[key] = _read_structures(one, load)
        elif reader is not None:
            parts[key] = reader(one)
        else:
            one.value()
    for key, expected in (("meta", "an object"), ("structures", "a list")):
        if key not in parts:
            raise InputError(f"{key}: expected {expected}, but it is missing")
    scene = Scene(
        structures=parts["structures"],
        about=parts["meta"],
        properties=parts.get("properties", ()),
        environments=parts.get("environments"),
        parameters=parts.get("parameters", {}),
        shapes=parts.get("shapes", ()),
    )
    settings = parts.get("settings", {})
    check_settings(settings, scene)
    return replace(scene, settings=finite_settings(settings))


def _read_structures(node: JsonNode, load: LoadStructure | None) -> Any:
    collector = StructureCollector(load)
    for item in node.items("structures"):
        collector.add(item)
    return collector.finish()


def read_about(node: JsonNode) -> About:
    """Return who made what.

    Raises:
        InputError: something in it is missing or of another type.
    """
    meta = object_at("meta", node.value())
    return About(
        name=text_at("meta.name", meta.get("name")),
        description=text_at("meta.description", meta.get("description") or ""),
        authors=texts_at("meta.authors", meta.get("authors") or ()),
        references=texts_at("meta.references", meta.get("references") or ()),
    )


def _read_environments(node: JsonNode) -> Environments | None:
    structures: list[int] = []
    centers: list[int] = []
    cutoffs: list[float] = []
    for k, item in enumerate(node.items("environments")):
        place = f"environments[{k}]"
        one = object_at(place, item)
        structures.append(whole_at(f"{place}.structure", one.get("structure")))
        centers.append(whole_at(f"{place}.center", one.get("center")))
        cutoffs.append(number_at(f"{place}.cutoff", one.get("cutoff")))
    if not structures:
        return None
    return Environments(
        structures=np.array(structures, dtype=np.int64),
        centers=np.array(centers, dtype=np.int64),
        cutoffs=np.array(cutoffs, dtype=np.float64),
    )


def _read_properties(node: JsonNode) -> tuple[Property, ...]:
    return tuple(
        read_property(name, f"properties.{name}", object_at(f"properties.{name}", one.value()))
        for name, one in node.members("properties")
    )


def read_property(name: str, place: str, given: Mapping[str, Any]) -> Property:
    """Return a property.

    Args:
        name: How it is called everywhere.
        place: What errors call it.
        given: As files have it.

    Raises:
        InputError: something in it is missing or of another type.
    """
    target = one_of_at(f"{place}.target", given.get("target"), _TARGETS)
    parameter = given.get("parameters")
    values = _values(f"{place}.values", given.get("values"))
    if parameter is not None:
        parameter = texts_at(f"{place}.parameters", parameter, 1)[0]
    elif isinstance(values, np.ndarray) and values.ndim > 1:
        raise InputError(f"{place}.parameters: lists of numbers need the name of a parameter")
    return Property(
        name=name,
        target=target,  # pyright: ignore[reportArgumentType]
        values=values,
        unit=text_at(f"{place}.units", given.get("units") or ""),
        description=text_at(f"{place}.description", given.get("description") or ""),
        parameter=parameter,
    )


def _values(place: str, given: Any) -> np.ndarray | tuple[str, ...]:
    if isinstance(given, np.ndarray) and given.dtype.kind in "iuf":
        return given
    values = list_at(place, given)
    kind = type(values[0]) if len(values) else float
    if kind is str:
        return texts_at(place, values)
    if issubclass(kind, list | tuple | np.ndarray):
        return _curves(place, values)
    numbers = numbers_at(place, values)
    whole = set(map(type, values)) == {int} and np.abs(numbers).max(initial=0) < 2**31
    return numbers.astype(np.int32) if whole else numbers


def _curves(place: str, values: Any) -> np.ndarray:
    rows = []
    for i, one in enumerate(values):
        if is_number(one) or isinstance(one, str):
            refuse(f"{place}[{i}]", "a list of numbers, as before it", one)
        rows.append(numbers_at(f"{place}[{i}]", one, len(values[0])))
    return np.stack(rows)


def _read_parameters(node: JsonNode) -> dict[str, Parameter]:
    parameters = {}
    for key, one in node.members("parameters"):
        place = f"parameters.{key}"
        given = object_at(place, one.value())
        parameters[key] = Parameter(
            values=numbers_at(f"{place}.values", given.get("values")),
            name=text_at(f"{place}.name", given.get("name") or ""),
            unit=text_at(f"{place}.units", given.get("units") or ""),
        )
    return parameters


_READERS = {
    "meta": read_about,
    "environments": _read_environments,
    "properties": _read_properties,
    "parameters": _read_parameters,
    "shapes": read_shapes,
    "settings": lambda node: object_at("settings", node.value()),
}
