"""Maps as properties: represent structures, reduce, and put the coordinates on the axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Float64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.progress import progress
from atomarium.core.segments import runs_of_segments
from atomarium.core.structures import Structures
from atomarium.explore.embed import METHODS, check_rows, embed, pca
from atomarium.explore.scene import PerTarget, Property, Scene

_NAMES = {"pca": "PCA", "kpca": "KPCA", "pcovr": "PCovR", "umap": "UMAP", "pacmap": "PaCMAP"}
_AXES = ("x", "y", "z")
_ATOMS_AT_ONCE = 20_000
_SEEN = "Principal component {} of {}: {:.1%} of the variance"


@dataclass(frozen=True, kw_only=True)
class MapChoice:
    """How a map is made.

    Args:
        representation: As for `show.explore`.
        reduce: One of `embed.METHODS`; "pcovr" where a target is given, else "pca", when None.
        target: Name of a property, numbers, or None.
        per: Whether points are structures or atoms.
        dimensions: How many coordinates.
        seed: For methods that draw numbers at random.
    """

    representation: Any = "soap"
    reduce: str | None = None
    target: Any = None
    per: PerTarget = "structure"
    dimensions: int = 2
    seed: int = 0


def add_map(scene: Scene, choice: MapChoice) -> Scene:
    """Return a scene with the coordinates of a map as its first properties, and on its axes.

    Args:
        scene: What is shown.
        choice: How the map is made.

    Raises:
        InputError: a method is unknown or not installed, the representation refuses a structure,
            or the target does not fit.
    """
    per, dimensions, target = choice.per, choice.dimensions, choice.target
    reduce = choice.reduce or ("pca" if target is None else "pcovr")
    if reduce not in METHODS:
        raise InputError(f"reduce: there is no method {reduce!r}{did_you_mean(reduce, METHODS)}")
    rows, name = features_of(scene, choice.representation, per)
    goal = None if target is None else _target(scene, target, per)
    descriptions = [f"{_NAMES[reduce]} of {name}"] * dimensions
    if reduce == "pca":
        places, shares = pca(check_rows(rows, dimensions), dimensions)
        descriptions = [_SEEN.format(k + 1, name, share) for k, share in enumerate(shares)]
    else:
        places = embed(rows, reduce, dimensions=dimensions, target=goal, seed=choice.seed)
    found = [
        Property(
            name=f"{_NAMES[reduce]}[{k + 1}]",
            target=per,
            values=places[:, k],
            description=descriptions[k],
        )
        for k in range(dimensions)
    ]
    names = {one.name for one in found}
    kept = [one for one in scene.properties if one.target != per or one.name not in names]
    axes = {axis: {"property": one.name} for axis, one in zip(_AXES, found, strict=False)}
    if dimensions == 1:
        axes["y"] = {"property": found[0].name}
    color = _color(scene, target, per)
    return replace(
        scene,
        properties=(*found, *kept),
        settings={"target": per, "map": {**axes, **({"color": color} if color else {})}},
    )


def features_of(
    scene: Scene, representation: Any, per: PerTarget
) -> tuple[Float[np.ndarray, "rows width"], str]:
    """Return a row of features for each point of a map, and what they are called.

    Raises:
        InputError: the representation is unknown, refuses a structure, or gives another number of
            rows.
    """
    expected = scene.count(per)
    if not len(scene.structures):
        raise InputError("a map of structures needs structures")
    if isinstance(representation, np.ndarray | list | tuple):
        rows, name = np.asarray(representation, dtype=np.float64), "features"
    elif isinstance(representation, Features):
        one = representation if per == "atom" else representation.mean()
        rows, name = np.asarray(one.values), "features"
    elif callable(representation) and not hasattr(representation, "compute"):
        rows, name = _called(representation, scene), representation.__class__.__name__
    else:
        settings = _settings(representation)
        rows, name = _computed(settings, scene, per), type(settings).__name__
    if rows.ndim != 2 or len(rows) != expected:
        raise InputError(f"representation: expected {expected} rows of features, got {rows.shape}")
    return rows, name


def _called(function: Callable[[Any], Any], scene: Scene) -> Float64[np.ndarray, "rows width"]:
    return np.asarray(function(scene.structures.structures), dtype=np.float64)


def _settings(representation: Any) -> Any:
    if representation == "soap":
        from atomarium.represent.soap import Soap

        # Enough to tell structures apart, at a tenth of what learning energies needs.
        return Soap(cutoff=5.0, n_max=6, l_max=4)
    if isinstance(representation, str):
        from atomarium.represent import REPRESENTATIONS

        return REPRESENTATIONS.load(representation)()
    if not hasattr(representation, "compute"):
        given = type(representation).__name__
        raise InputError(
            f"representation: expected a kind, settings with compute, a function or rows of "
            f"features, got {given}"
        )
    return representation


def _computed(settings: Any, scene: Scene, per: PerTarget) -> Float[np.ndarray, "rows width"]:
    """Compute run by run, so that rows of atoms need not all be kept."""
    structures: Structures = scene.structures.structures
    if not structures.n_atoms:
        raise InputError("representation: the structures have no atoms")
    settled = settings.settle(structures)
    parts = []
    with progress(type(settings).__name__, len(structures)) as bar:
        for run in runs_of_segments(structures.offsets, _ATOMS_AT_ONCE):
            features: Features = settled.compute(structures[run])
            if per == "atom" and features.rows != "atoms":
                given = type(settings).__name__
                raise InputError(f"representation: {given} has no rows for atoms")
            parts.append(np.array(features.values if per == "atom" else features.mean().values))
            bar.advance(run.stop - run.start)
    rows = np.concatenate(parts)
    if per == "structure" or scene.environments is None:
        return rows
    chosen = scene.environments
    return rows[structures.offsets[chosen.structures] + chosen.centers]


def _target(scene: Scene, target: Any, per: PerTarget) -> Any:
    if not isinstance(target, str):
        return target
    mine = {one.name: one for one in scene.properties if one.target == per}
    if target not in mine:
        raise InputError(f"target: no property {target!r} of {per}s{did_you_mean(target, mine)}")
    values = mine[target].values
    if not isinstance(values, np.ndarray) or values.ndim != 1:
        raise InputError(f"target: {target!r} is not one number for each {per}")
    return values


def _color(scene: Scene, target: Any, per: PerTarget) -> dict[str, Any]:
    """Return what to color by: the target, else the first number that there is."""
    if isinstance(target, str):
        return {"property": target, "palette": "viridis"}
    for one in scene.properties:
        is_number = isinstance(one.values, np.ndarray) and one.parameter is None
        if one.target == per and is_number:
            return {"property": one.name, "palette": "viridis"}
    return {}
