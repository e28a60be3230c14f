"""A small scene with everything in it, for tests and for looking at.

`python tests/explore/example_scene.py scene.html` writes it as a page.
"""

from __future__ import annotations

import sys

import numpy as np
from ase.build import bulk, molecule
from ase.collections import g2

from atomarium.core.structures import Structures
from atomarium.explore.page import write_page
from atomarium.explore.scene import (
    About,
    CombinedShape,
    Parameter,
    Property,
    Scene,
    Shape,
)
from atomarium.explore.scene_payload import pack_scene
from atomarium.explore.scene_structures import Environments, Residues, SceneStructures


def small_scene() -> Scene:
    """Return three structures with every kind of thing that a scene may hold."""
    structures = Structures.from_ase(
        [molecule("H2O"), bulk("NaCl", "rocksalt", 5.64), molecule("CO")]
    )
    n_atoms = len(structures.numbers)
    return Scene(
        about=About(
            name="Three of all",
            description="*Water*, salt and **carbon monoxide**",
            authors=("A. Nother",),
            references=("[a page](https://example.org)",),
        ),
        structures=SceneStructures(
            structures=structures,
            names=("OW", "H1", "H2", "Na", "Cl", "C", "O"),
            bonds=np.array([[0, 1, 1], [0, 2, 1], [5, 6, 3]], dtype=np.int32),
            residues=Residues(
                names=("HOH",) * 3 + ("UNK",) * 4,
                ids=np.arange(n_atoms),
                chains=("A",) * n_atoms,
                hetero=np.arange(n_atoms) > 2,
            ),
        ),
        environments=Environments(
            structures=np.array([2, 0, 0]), centers=np.array([1, 0, 2]), cutoffs=np.full(3, 3.5)
        ),
        properties=_small_properties(),
        parameters={"e": Parameter(values=np.array([0.0, 0.5]), unit="eV")},
        shapes=_small_shapes(),
        settings={
            "target": "structure",
            "map": {"x": {"property": "n"}, "color": {"palette": "viridis"}},
        },
        warnings=("Something was passed over.",),
    )


def _small_properties() -> tuple[Property, ...]:
    return (
        Property(
            name="energy", target="structure", values=np.array([-1.5, np.nan, 3e-30]), unit="eV"
        ),
        Property(name="n", target="structure", values=np.array([3, 2, 2]), description="atoms"),
        Property(name="kind", target="structure", values=("wet", "salt", "wet")),
        Property(
            name="dos", target="structure", values=np.arange(6.0).reshape(3, 2), parameter="e"
        ),
        Property(
            name="charge", target="atom", values=np.array([-0.5, 0.25, 0.5], dtype=np.float32)
        ),
        Property(name="label NaN", target="atom", values=("O in CO", "O in H₂O", "H in H₂O")),
    )


def _small_shapes() -> tuple[Shape | CombinedShape, ...]:
    return (
        Shape(name="ball", kind="sphere", everywhere={"radius": 0.5, "color": "red"}),
        Shape(
            name="forces",
            kind="arrow",
            everywhere={"baseRadius": 0.1},
            by_atom={"vector": np.arange(21.0, dtype=np.float32).reshape(7, 3)},
        ),
        CombinedShape(
            name="both",
            parts=(
                Shape(name="a", kind="sphere", by_structure=[{"radius": r} for r in (1, 2, 3)]),
            ),
        ),
    )


def molecules_scene() -> Scene:
    """Return 162 molecules with properties that make a map worth looking at."""
    atoms = [molecule(name) for name in g2.names]
    structures = Structures.from_ase(atoms)
    sizes = np.diff(structures.offsets)
    masses = np.array([one.get_masses().sum() for one in atoms])
    spread = np.array(
        [np.linalg.norm(one.positions - one.positions.mean(axis=0), axis=1).max() for one in atoms]
    )
    family = ["organic" if 6 in one.numbers else "inorganic" for one in atoms]
    moments = np.array([np.sort(one.get_moments_of_inertia()) for one in atoms])
    grid = np.linspace(0.5, 6.0, 80)
    return Scene(
        about=About(
            name="Molecules of the G2 test set",
            description="The 162 molecules of **G2** as *ASE* has them, with their sizes and masses.",
            authors=("L. A. Curtiss", "K. Raghavachari", "J. A. Pople"),
            references=("J. Chem. Phys. 106, 1063 (1997), https://doi.org/10.1063/1.473182",),
        ),
        structures=SceneStructures(structures=structures),
        properties=(
            Property(name="mass", target="structure", values=masses, unit="u"),
            Property(
                name="radius",
                target="structure",
                values=spread,
                unit="Å",
                description="Farthest atom from the center",
            ),
            Property(name="atoms", target="structure", values=sizes),
            Property(name="inertia", target="structure", values=moments[:, 2], unit="u Å²"),
            Property(
                name="smallest inertia", target="structure", values=moments[:, 0], unit="u Å²"
            ),
            Property(name="family", target="structure", values=family),
            Property(name="name", target="structure", values=tuple(g2.names)),
            Property(
                name="pair distances",
                target="structure",
                values=np.stack([_distances(one.get_all_distances(), grid) for one in atoms]),
                parameter="r",
            ),
            Property(name="atomic number", target="atom", values=structures.numbers),
            Property(name="x", target="atom", values=structures.positions[:, 0], unit="Å"),
            Property(name="y", target="atom", values=structures.positions[:, 1], unit="Å"),
        ),
        parameters={"r": Parameter(values=grid, name="distance", unit="Å")},
    )


def _distances(distances: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return the smoothed number of pairs at each distance."""
    pairs = distances[np.triu_indices(len(distances), 1)]
    return np.exp(-((grid[:, None] - pairs[None]) ** 2) / 0.02).sum(axis=1)


def large_scene(n: int, seed: int = 0) -> Scene:
    """Return many points in clouds and no structures."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(12, 3)) * 3
    group = rng.integers(12, size=n)
    places = centers[group] + rng.normal(size=(n, 3)) * rng.uniform(0.2, 1.2, size=(12, 1))[group]
    values = [places.astype(np.float32)[:, axis] for axis in range(3)]
    named = [
        Property(name=f"map[{i + 1}]", target="structure", values=v) for i, v in enumerate(values)
    ]
    energy = (np.linalg.norm(places, axis=1) + rng.normal(size=n) * 0.3).astype(np.float32)
    return Scene(
        about=About(name=f"{n:,} points"),
        structures=SceneStructures(structures=Structures.empty()),
        properties=(
            *named,
            Property(name="energy", target="structure", values=energy, unit="eV"),
            Property(
                name="noise", target="structure", values=rng.normal(size=n).astype(np.float32)
            ),
        ),
    )


def write_scene(path: str, scene: Scene) -> None:
    """Write a scene as a page that stands alone."""
    write_page(path, pack_scene(scene, embed=True), title=scene.about.name)


if __name__ == "__main__":
    kinds = {"small": small_scene, "molecules": molecules_scene}
    kind = sys.argv[2] if len(sys.argv) > 2 else "molecules"
    write_scene(sys.argv[1], kinds[kind]() if kind in kinds else large_scene(int(kind)))
