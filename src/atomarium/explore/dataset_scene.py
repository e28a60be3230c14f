"""A data set as a scene: targets and labels become properties, vectors of atoms arrows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.data.described import without_default_ids
from atomarium.explore.scene import About, Property, Scene, Shape
from atomarium.explore.scene_structures import SceneStructures
from atomarium.explore.vectors import arrows

#: Values of atoms travel to the browser at once; more than this many are left out.
_MOST_ATOMS = 5_000_000
_MOST_ARROWS = 1_000_000


def scene_of_dataset(dataset: Dataset, *, name: str = "") -> Scene:
    """Return what an explorer shows of a data set.

    Structures stay where they are, memory-mapped ones in their files. Targets of three or nine
    components become as many properties; vectors of atoms are arrows as well.

    Args:
        dataset: What to show.
        name: The title where the data themselves have none.
    """
    provenance = dataset.provenance
    warnings = []
    if dataset.structures.n_atoms > _MOST_ATOMS:
        warnings = [
            f"{one.name}: left out, values of more than {_MOST_ATOMS:,} atoms are not shown"
            for one in dataset.targets.values()
            if one.rows == "atoms"
        ]
    source = [text for text in (provenance.source, provenance.license) if text]
    return Scene(
        structures=SceneStructures(structures=dataset.structures),
        properties=tuple(_properties(dataset)),
        about=About(
            name=provenance.name or name,
            description="\n\n".join([*([provenance.notes] if provenance.notes else []), *source]),
            references=(provenance.citation,) if provenance.citation else (),
        ),
        shapes=tuple(_arrows_of(dataset)),
        warnings=tuple(warnings),
    )


def _properties(dataset: Dataset) -> Iterator[Property]:
    names: set[str] = set()
    ids = without_default_ids(dataset)
    if ids:
        names.add("id")
        yield Property(name="id", target="structure", values=ids)
    for target in dataset.targets.values():
        if target.rows == "atoms" and dataset.structures.n_atoms > _MOST_ATOMS:
            continue
        yield from _of_target(target)
    for label, values in dataset.labels.items():
        name = label if label not in dataset.targets and label not in names else f"{label} (label)"
        column = np.asarray(values)
        plain = column if column.dtype.kind in "iuf" else tuple(map(str, column.tolist()))
        yield Property(name=name, target="structure", values=plain)


def _of_target(target: Target) -> Iterator[Property]:
    values = np.asarray(target.values)
    names = [target.name]
    if values.shape[1] != 1:
        names = [f"{target.name}[{k + 1}]" for k in range(values.shape[1])]
    for k, name in enumerate(names):
        yield Property(
            name=name,
            target="structure" if target.rows == "structures" else "atom",
            values=values[:, k],
            unit=unit_of(target),
            description=target.description,
        )


def unit_of(target: Target) -> str:
    """Return the unit of a target with what it is counted per."""
    counted = "" if target.per == "structure" or target.rows == "atoms" else f"/{target.per}"
    return f"{target.unit}{counted}" if target.unit else ""


def _arrows_of(dataset: Dataset) -> Iterator[Shape]:
    for target in dataset.targets.values():
        values = np.asarray(target.values)
        shown = target.rows == "atoms" and values.shape[1] == 3
        if shown and len(values) <= _MOST_ARROWS and np.isfinite(values).all():
            yield arrows(target.name, values, target="atom")
