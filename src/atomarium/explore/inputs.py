"""From what is given in Python, ASE's atoms, our data sets or chemiscope's dictionaries, to a scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.explore.chemiscope_reader import read_about, read_property, scene_of_chemiscope
from atomarium.explore.chemiscope_settings import check_settings, finite_settings
from atomarium.explore.chemiscope_shapes import read_shapes
from atomarium.explore.chemiscope_structures import StructureCollector
from atomarium.explore.dataset_scene import scene_of_dataset, unit_of
from atomarium.explore.expected import number_at, numbers_at, object_at, whole_at
from atomarium.explore.json_stream import PlainJson
from atomarium.explore.scene import (
    CombinedShape,
    Parameter,
    PerTarget,
    Property,
    Scene,
    Shape,
)
from atomarium.explore.scene_structures import Environments, SceneStructures
from atomarium.explore.sources import load_scene


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is given beside structures; each part is as `show` takes it.

    Args:
        properties: By name.
        environments: One for each value of an atom property.
        shapes: By name.
        parameters: By key.
        settings: How to begin.
        metadata: Name, description, authors and references.
    """

    properties: Mapping[str, Any] | None = None
    environments: Iterable[Any] | None = None
    shapes: Mapping[str, Any] | None = None
    parameters: Mapping[str, Any] | None = None
    settings: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None


def make_scene(structures: Any, beside: Beside) -> Scene:
    """Return the scene of structures and what is given beside them.

    Args:
        structures: ASE's Atoms, one or many; `Structures`; a `Dataset`; a `Scene`; chemiscope's
            dictionary of a whole file, or a list of its structures; a path or name to open; None
            for a map alone.
        beside: What comes on top of what they bring along.

    Raises:
        InputError: something does not fit; the message names its place.
    """
    scene = _scene_of(structures)
    if beside.environments is not None:
        scene = _with_environments(scene, _environments(beside.environments))
    if beside.parameters is not None:
        parameters = {key: _parameter(key, one) for key, one in beside.parameters.items()}
        scene = replace(scene, parameters={**scene.parameters, **parameters})
    if beside.properties is not None:
        given = [
            one
            for name, values in beside.properties.items()
            for one in _properties(str(name), values, scene)
        ]
        names = {(one.target, one.name) for one in given}
        kept = [one for one in scene.properties if (one.target, one.name) not in names]
        scene = replace(scene, properties=(*given, *kept))
    if beside.shapes is not None:
        shapes = [_shape(str(name), one) for name, one in beside.shapes.items()]
        kept = [one for one in scene.shapes if one.name not in beside.shapes]
        scene = replace(scene, shapes=(*kept, *shapes))
    if beside.metadata is not None:
        about = read_about(PlainJson({"name": "", **beside.metadata}))
        scene = replace(scene, about=about)
    return scene if beside.settings is None else with_settings(scene, beside.settings)


def with_settings(scene: Scene, settings: Mapping[str, Any]) -> Scene:
    """Return a scene that begins with settings.

    Raises:
        InputError: a setting is unknown, or has a value that it cannot have.
    """
    plain = finite_settings(object_at("settings", dict(settings)))
    check_settings(plain, scene)
    return replace(scene, settings=plain)


def _with_environments(scene: Scene, environments: Environments) -> Scene:
    """Return a scene whose atom properties, which it brought along, follow the environments."""
    of_structures = [one for one in scene.properties if one.target == "structure"]
    checked = replace(scene, environments=environments, properties=tuple(of_structures))
    if scene.environments is not None:
        return checked
    rows = scene.structures.structures.offsets[environments.structures] + environments.centers
    of_atoms = [
        replace(one, values=_taken(one.values, rows))
        for one in scene.properties
        if one.target == "atom"
    ]
    return replace(checked, properties=(*of_structures, *of_atoms))


def _taken(values: np.ndarray | Sequence[str], rows: np.ndarray) -> np.ndarray | tuple[str, ...]:
    return values[rows] if isinstance(values, np.ndarray) else tuple(values[int(i)] for i in rows)


def _scene_of(given: Any) -> Scene:
    if given is None:
        given = Structures.empty()
    if isinstance(given, Structures):
        given = SceneStructures(structures=given)
    if isinstance(given, Scene | SceneStructures):
        return given if isinstance(given, Scene) else Scene(structures=given)
    if isinstance(given, Dataset):
        return scene_of_dataset(given)
    if isinstance(given, str | Path):
        return load_scene(given)
    if isinstance(given, Mapping) and "structures" in given:
        return scene_of_chemiscope(given)
    return _scene_of_many([given] if isinstance(given, Mapping) else given)


def _scene_of_many(given: Any) -> Scene:
    # One structure of ASE is a sequence of atoms, and is known by what only structures have.
    many = [given] if hasattr(given, "get_positions") else list(_iterated(given))
    if many and all(isinstance(one, Mapping) for one in many):
        collector = StructureCollector()
        for one in many:
            collector.add(one)
        return Scene(structures=collector.finish())
    for i, one in enumerate(many):
        if not hasattr(one, "get_positions"):
            raise InputError(
                f"structures[{i}]: expected ASE's Atoms or chemiscope's dictionary, got "
                f"{type(one).__name__}"
            )
    return Scene(structures=SceneStructures(structures=Structures.from_ase(many)))


def _iterated(given: Any) -> Iterable[Any]:
    if not isinstance(given, Iterable):
        raise InputError(
            "structures: expected ASE's Atoms, Structures, a Dataset, a dictionary of chemiscope "
            f"or the name of a file, got {type(given).__name__}"
        )
    return given


def _environments(given: Iterable[Any]) -> Environments:
    if isinstance(given, Environments):
        return given
    structures, centers, cutoffs = [], [], []
    for k, one in enumerate(given):
        place = f"environments[{k}]"
        if isinstance(one, Mapping):
            parts = [one.get(key) for key in ("structure", "center", "cutoff")]
        else:
            parts = list(one)
        if len(parts) != 3:
            raise InputError(f"{place}: expected structure, center, cutoff, got {len(parts)} items")
        plain = [one.item() if isinstance(one, np.generic) else one for one in parts]
        structures.append(whole_at(f"{place}.structure", plain[0]))
        centers.append(whole_at(f"{place}.center", plain[1]))
        cutoffs.append(number_at(f"{place}.cutoff", plain[2]))
    return Environments(
        structures=np.array(structures, dtype=np.int64),
        centers=np.array(centers, dtype=np.int64),
        cutoffs=np.array(cutoffs, dtype=np.float64),
    )


def _parameter(key: str, given: Any) -> Parameter:
    if isinstance(given, Parameter):
        return given
    one = given if isinstance(given, Mapping) else {"values": given}
    return Parameter(
        values=numbers_at(f"parameters.{key}.values", _listed(one.get("values"))),
        name=str(one.get("name", "")),
        unit=str(one.get("units", "")),
    )


def _properties(name: str, given: Any, scene: Scene) -> list[Property]:
    """Return one property, or one for each column of a table."""
    if isinstance(given, Property):
        return [replace(given, name=name)]
    if isinstance(given, Target):
        target = "structure" if given.rows == "structures" else "atom"
        unit, values = unit_of(given), given.values
        given = {"target": target, "values": values, "units": unit}
    one = dict(given) if isinstance(given, Mapping) else {"values": given}
    values = one["values"] = _plain(f"properties.{name}.values", one.get("values"))
    one.setdefault("target", _target(name, len(values), scene))
    for key in ("parameter", "parameters"):
        if isinstance(one.get(key), str):
            one["parameters"] = [one[key]]
    if not isinstance(values, np.ndarray) or values.ndim == 1 or one.get("parameters"):
        return [read_property(name, f"properties.{name}", one)]
    if values.ndim > 2:
        raise InputError(f"properties.{name}.values: expected one or two axes, got {values.ndim}")
    labels = [name] if values.shape[1] == 1 else [f"{name}[{k + 1}]" for k in range(len(values.T))]
    return [
        read_property(label, f"properties.{label}", {**one, "values": values[:, k]})
        for k, label in enumerate(labels)
    ]


def _plain(place: str, given: Any) -> np.ndarray | Sequence[Any]:
    """Return values as an array of numbers where they are numbers, else as a list."""
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{place}: expected a list or an array, got {type(given).__name__}")
    listed = given if isinstance(given, np.ndarray | list | tuple) else list(given)
    if not isinstance(listed, np.ndarray):
        listed = [one.item() if isinstance(one, np.generic) else one for one in listed]
        try:
            array = np.asarray(listed)
        except ValueError:
            return listed
        return array if array.ndim > 1 and array.dtype.kind in "iuf" else listed
    return listed if listed.dtype.kind in "iuf" else listed.tolist()


def _listed(given: Any) -> Any:
    return given.tolist() if isinstance(given, np.ndarray) else given


def _target(name: str, count: int, scene: Scene) -> PerTarget:
    targets: tuple[PerTarget, ...] = ("structure", "atom")
    if not len(scene.structures):
        return "structure"
    for target in targets:
        if count == scene.count(target):
            return target
    kind = "environments" if scene.environments is not None else "atoms"
    raise InputError(
        f"properties.{name}.values: expected {scene.count('structure')} for structures or "
        f"{scene.count('atom')} for {kind}, got {count}"
    )


def _shape(name: str, given: Any) -> Shape | CombinedShape:
    if isinstance(given, Shape | CombinedShape):
        return replace(given, name=name)
    return read_shapes(PlainJson({name: given}))[0]
