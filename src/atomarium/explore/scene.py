"""What the explorer shows: structures, properties, environments and shapes.

Everything is in the order in which it was given: values of structures follow the structures,
values of atoms follow the environments or, without any, all atoms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from atomarium.core.errors import InputError
from atomarium.explore.scene_structures import Environments, SceneStructures

PerTarget = Literal["structure", "atom"]

#: Kinds of shapes, as chemiscope has them.
SHAPE_KINDS = ("sphere", "ellipsoid", "cylinder", "arrow", "cylinders", "spheres", "custom")


@dataclass(frozen=True, kw_only=True)
class About:
    """Who made what; all texts but the name may be Markdown.

    Args:
        name: The title.
        description: What it is.
        authors: One text each.
        references: One text each.
    """

    name: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Property:
    """Values of structures or atoms.

    Args:
        name: How it is called everywhere.
        target: What each value belongs to.
        values: Numbers (NaN where there is none), one row of a curve's numbers each, or texts.
        unit: Shown beside the name.
        description: Shown on request.
        parameter: The key of the parameter that a curve runs over.
    """

    name: str
    target: PerTarget
    values: Float[np.ndarray, "..."] | Int[np.ndarray, "..."] | Sequence[str]
    unit: str = ""
    description: str = ""
    parameter: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter:
    """What curves run over.

    Args:
        values: The same for every curve.
        name: How it is called; its key where empty.
        unit: Shown beside the name.
    """

    values: Float[np.ndarray, "points"]
    name: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """A geometric body for all, for each structure, or for each atom.

    Args:
        name: How it is called in menus.
        kind: One of `SHAPE_KINDS`.
        everywhere: chemiscope's parameters for the kind (`radius`, `vector`, `color` …).
        by_structure: Mappings, one for each structure; or one mapping of arrays whose rows belong
            to structures.
        by_atom: The same for all atoms.
    """

    name: str
    kind: str
    everywhere: Mapping[str, Any] = field(default_factory=dict)
    by_structure: Sequence[Mapping[str, Any]] | Mapping[str, np.ndarray] | None = None
    by_atom: Sequence[Mapping[str, Any]] | Mapping[str, np.ndarray] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CombinedShape:
    """Several shapes that are shown together under one name.

    Args:
        name: How it is called in menus.
        parts: Shapes; their own names are not shown.
    """

    name: str
    parts: tuple[Shape, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """All that one explorer shows.

    Args:
        structures: May be empty where only a map is shown.
        properties: Every name once for each target.
        about: Title, authors and the like.
        environments: None where every atom has its place in the atom properties.
        parameters: By the key that curves name.
        shapes: Bodies to draw.
        settings: How to begin, in the words of chemiscope's files.
        warnings: What was passed over while the data were read.
    """

    structures: SceneStructures
    properties: tuple[Property, ...] = ()
    about: About = About()
    environments: Environments | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    shapes: tuple[Shape | CombinedShape, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.environments is not None:
            self.environments.check_within(self.structures)
        seen: set[tuple[str, str]] = set()
        for one in self.properties:
            self._check_property(one)
            if (one.target, one.name) in seen:
                raise InputError(f"properties: {one.name!r} of {one.target}s occurs twice")
            seen.add((one.target, one.name))
        for shape in self.shapes:
            for part in shape.parts if isinstance(shape, CombinedShape) else (shape,):
                self._check_shape(part, f"shapes.{shape.name}")

    def count(self, target: PerTarget) -> int:
        """Return how many values a property of a target has."""
        if target == "structure":
            return len(self.structures)
        if self.environments is not None:
            return len(self.environments.structures)
        return len(self.structures.structures.numbers)

    def _check_property(self, one: Property) -> None:
        place, expected = f"properties.{one.name}", self.count(one.target)
        # A map may be shown without its structures; then they cannot say how many values there are.
        if len(self.structures) > 0 and len(one.values) != expected:
            given = len(one.values)
            message = f"{place}.values: expected {expected}, one for each {one.target}, got {given}"
            raise InputError(message)
        width = one.values.shape[1:] if isinstance(one.values, np.ndarray) else ()
        if one.parameter is None and not width:
            return
        parameter = None if one.parameter is None else self.parameters.get(one.parameter)
        if parameter is None:
            known = ", ".join(self.parameters) or "there is none"
            raise InputError(f"{place}.parameter: expected one of {known}, got {one.parameter!r}")
        if width != (len(parameter.values),):
            raise InputError(
                f"{place}.values: expected {len(parameter.values)} numbers in each, as the "
                f"parameter {one.parameter!r} has, got shape {width}"
            )

    def _check_shape(self, shape: Shape, place: str) -> None:
        if shape.kind not in SHAPE_KINDS:
            raise InputError(
                f"{place}.kind: expected one of {', '.join(SHAPE_KINDS)}, got {shape.kind!r}"
            )
        n_atoms = len(self.structures.structures.numbers)
        for rows, key, expected in (
            (shape.by_structure, "structure", len(self.structures)),
            (shape.by_atom, "atom", n_atoms),
        ):
            if rows is None:
                continue
            given = {len(v) for v in rows.values()} if isinstance(rows, Mapping) else {len(rows)}
            if given != {expected}:
                raise InputError(
                    f"{place}.parameters.{key}: expected {expected}, got {sorted(given)}"
                )
