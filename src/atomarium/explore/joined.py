"""Several scenes as one: the same map, table and viewers, and a property that tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int32

from atomarium.core.elements import SYMBOLS
from atomarium.core.structures import Structures
from atomarium.explore.scene import About, Parameter, PerTarget, Property, Scene
from atomarium.explore.scene_structures import Environments, SceneStructures

#: The property that says where a structure or atom comes from.
SOURCE = "data set"
#: Å; reach of environments where a scene has none but another one has.
_CUTOFF = 4.0


def join_scenes(scenes: Sequence[Scene], names: Sequence[str]) -> Scene:
    """Return all structures of several scenes in one, one scene after the other.

    Properties of one name, unit and kind become one; where a scene lacks one, values are missing.
    Shapes and residues are left out, which is told among the warnings.

    Args:
        scenes: At least one.
        names: How each is called, as values of the property `data set`.
    """
    joined_structures = _structures([scene.structures for scene in scenes])
    environments = _environments(scenes)
    columns = _Columns(scenes, names, environments is not None)
    warnings = [f"{n}: {w}" for n, scene in zip(names, scenes, strict=True) for w in scene.warnings]
    properties = tuple(columns.joined())
    return Scene(
        structures=joined_structures,
        properties=properties,
        about=_about(scenes, names),
        environments=environments,
        parameters=columns.parameters,
        settings={
            "target": "structure",
            "map": {"color": {"property": SOURCE, "palette": "okabe-ito"}},
        },
        warnings=(*warnings, *columns.warnings, *_left_out(scenes)),
    )


def _about(scenes: Sequence[Scene], names: Sequence[str]) -> About:
    pairs = list(zip(names, scenes, strict=True))
    return About(
        name=", ".join(names),
        description="\n\n".join(f"**{n}** {s.about.description}".rstrip() for n, s in pairs),
        authors=tuple(dict.fromkeys(one for scene in scenes for one in scene.about.authors)),
        references=tuple(dict.fromkeys(one for scene in scenes for one in scene.about.references)),
    )


def _left_out(scenes: Sequence[Scene]) -> Iterator[str]:
    for shape in dict.fromkeys(one.name for scene in scenes for one in scene.shapes):
        yield f"shapes.{shape}: left out where several data sets are shown together"
    if any(scene.structures.residues is not None for scene in scenes):
        yield "residues: left out where several data sets are shown together"


def _structures(parts: Sequence[SceneStructures]) -> SceneStructures:
    flat = Structures.concatenate([part.structures for part in parts])
    names = None
    if any(part.names is not None for part in parts):
        names = tuple(
            name
            for part in parts
            for name in part.names or [SYMBOLS[z] for z in part.structures.numbers]
        )
    return SceneStructures(structures=flat, names=names, bonds=_bonds(parts), bonded=_bonded(parts))


def _bonds(parts: Sequence[SceneStructures]) -> Int32[np.ndarray, "bonds 3"] | None:
    if all(part.bonds is None for part in parts):
        return None
    firsts = np.cumsum([0, *(part.structures.n_atoms for part in parts)])[:-1].tolist()
    shifted = [
        part.bonds + np.array([first, first, 0], dtype=np.int32)
        for part, first in zip(parts, firsts, strict=True)
        if part.bonds is not None
    ]
    return np.concatenate(shifted)


def _bonded(parts: Sequence[SceneStructures]) -> Bool[np.ndarray, "structures"] | None:
    if all(part.bonds is None for part in parts):
        return None
    told = np.concatenate(
        [
            np.full(len(part), part.bonds is not None) if part.bonded is None else part.bonded
            for part in parts
        ]
    )
    return None if told.all() else told


def _environments(scenes: Sequence[Scene]) -> Environments | None:
    if all(scene.environments is None for scene in scenes):
        return None
    structures, centers, cutoffs = [], [], []
    first = 0
    for scene in scenes:
        own = scene.environments or _all_environments(scene)
        structures.append(own.structures + first)
        centers.append(own.centers)
        cutoffs.append(own.cutoffs)
        first += len(scene.structures)
    return Environments(
        structures=np.concatenate(structures),
        centers=np.concatenate(centers),
        cutoffs=np.concatenate(cutoffs),
    )


def _all_environments(scene: Scene) -> Environments:
    flat = scene.structures.structures
    of = flat.structure_of_atom
    return Environments(
        structures=of,
        centers=np.arange(flat.n_atoms) - flat.offsets[of],
        cutoffs=np.full(flat.n_atoms, _CUTOFF),
    )


class _Columns:
    """Properties of several scenes, brought together by what they are."""

    def __init__(self, scenes: Sequence[Scene], names: Sequence[str], atoms: bool) -> None:  # noqa: FBT001
        self._scenes, self._names = scenes, names
        self._has_atoms = atoms or any(one.target == "atom" for s in scenes for one in s.properties)
        self.parameters: dict[str, Parameter] = {}
        self.warnings: list[str] = []

    def joined(self) -> Iterator[Property]:
        groups: dict[tuple[str, str, str, str], dict[int, Property]] = {}
        for i, scene in enumerate(self._scenes):
            for one in scene.properties:
                groups.setdefault((one.target, one.name, one.unit, _kind(one)), {})[i] = one
        taken: set[tuple[str, str]] = {("structure", SOURCE), ("atom", SOURCE)}
        for (target, name, unit, kind), found in groups.items():
            label = name if (target, name) not in taken else f"{name} ({unit or kind})"
            if (target, label) in taken or (kind == "curve" and not self._same_curves(name, found)):
                self.warnings.append(f"properties.{name}: left out, data sets disagree about it")
                continue
            taken.add((target, label))
            first = next(iter(found.values()))
            yield replace(first, name=label, values=self._values(first, found))
        yield self._sources("structure")
        if self._has_atoms:
            yield self._sources("atom")

    def _sources(self, target: PerTarget) -> Property:
        pairs = zip(self._names, self._scenes, strict=True)
        values = [name for name, scene in pairs for _ in range(scene.count(target))]
        return Property(name=SOURCE, target=target, values=tuple(values))

    def _values(self, first: Property, found: dict[int, Property]) -> np.ndarray | tuple[str, ...]:
        parts = []
        for i, scene in enumerate(self._scenes):
            count = scene.count(first.target)
            if _kind(first) == "category":
                parts.extend(found[i].values if i in found else ("",) * count)
            else:
                shape = (count, *np.shape(first.values)[1:])
                parts.append(np.asarray(found[i].values) if i in found else np.full(shape, np.nan))
        return tuple(parts) if _kind(first) == "category" else np.concatenate(parts)

    def _same_curves(self, name: str, found: dict[int, Property]) -> bool:
        parameters = [self._scenes[i].parameters[str(one.parameter)] for i, one in found.items()]
        first = parameters[0]
        same = all(np.array_equal(first.values, one.values) for one in parameters)
        key = str(next(iter(found.values())).parameter)
        known = self.parameters.setdefault(key, first) if same and len(
            {str(one.parameter) for one in found.values()}
        ) == 1 else None  # fmt: skip
        return known is not None and np.array_equal(known.values, first.values)


def _kind(one: Property) -> str:
    if not isinstance(one.values, np.ndarray):
        return "category"
    return "number" if one.parameter is None else "curve"
