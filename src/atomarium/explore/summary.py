"""What is in a scene, as a few lines of text."""

from __future__ import annotations

import numpy as np

from atomarium.explore.chemiscope_settings import check_settings
from atomarium.explore.scene import PerTarget, Property, Scene


def summary(scene: Scene) -> list[str]:
    """Return lines that say what is in a scene, and what will be passed over."""
    flat = scene.structures.structures
    sizes = flat.sizes
    atoms = f", {flat.n_atoms:,} atoms" if len(flat) else ""
    spread = f", {sizes.min()} to {sizes.max()} in each" if len(flat) else ""
    periodic = int(flat.periodic.any(axis=1).sum())
    lines = [
        *([scene.about.name] if scene.about.name else []),
        f"{len(flat):,} structures{atoms}{spread}, {periodic:,} periodic",
    ]
    if scene.environments is not None:
        lines.append(f"{len(scene.environments.structures):,} environments")
    targets: tuple[PerTarget, ...] = ("structure", "atom")
    for target in targets:
        mine = [one for one in scene.properties if one.target == target]
        if mine:
            lines.append(f"properties of {target}s: {', '.join(map(_described, mine))}")
    if scene.parameters:
        lines.append(f"parameters: {', '.join(scene.parameters)}")
    if scene.shapes:
        lines.append(f"shapes: {', '.join(one.name for one in scene.shapes)}")
    if scene.settings:
        lines.append(f"settings: {', '.join(scene.settings)}")
    passed_over = (*scene.warnings, *check_settings(scene.settings, scene))
    return [*lines, *(f"warning: {one}" for one in passed_over)]


def _described(one: Property) -> str:
    notes = [one.unit] if one.unit else []
    if not isinstance(one.values, np.ndarray):
        notes.append("texts")
    elif one.parameter is not None:
        notes.append(f"curves over {one.parameter}")
    elif one.values.dtype.kind == "f":
        missing = int(np.isnan(one.values).sum())
        notes += [f"{missing:,} missing"] if missing else []
    return f"{one.name} ({', '.join(notes)})" if notes else one.name
