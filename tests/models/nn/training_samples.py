"""Stretched molecules with the energy of a spring, and a trainer of a small network on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase.build import molecule

from atomarium.core.structures import Structures
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.loop import Trainer
from atomarium.models.nn.readouts import Extensive
from atomarium.models.nn.scales import measure_scales
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.training import Training

SMALL = SchNet(width=8, n_interactions=1, cutoff=3.0)
ENERGY = Extensive(name="energy", forces="forces")


def bond_energy(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a harmonic bond's energy and its slope."""
    return (distances - 1.1) ** 2, 2 * (distances - 1.1)


def stretched_graphs() -> Graphs:
    """Stretched CO molecules."""
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(40):
        atoms = molecule("CO")
        atoms.set_distance(0, 1, rng.uniform(0.9, 1.4))
        frames.append(atoms)
    return build_graphs(Structures.from_ase(frames), SMALL.graph)


def spring_lesson(graphs: Graphs) -> Lesson:
    """Their energies and forces."""
    bonds = graphs.positions[1::2] - graphs.positions[::2]
    lengths = np.linalg.norm(bonds, axis=1)
    energies, slopes = bond_energy(lengths)
    pull = (slopes / lengths)[:, None] * bonds
    forces = np.stack([pull, -pull], axis=1).reshape(-1, 3)
    return Lesson(values={"energy": energies[:, None], "forces": forces}, weights={"forces": 0.5})


def trainer(graphs: Graphs, lesson: Lesson, folder: Path | None = None, **settings: Any) -> Trainer:
    """Return a trainer of a small network."""
    plain = {"epochs": 4, "batch_size": 8, "learning_rate": 5e-3, "precision": "float64"}
    readouts = (ENERGY,)
    network = SMALL.build(readouts, seed=0)
    scales = measure_scales(lesson, graphs, readouts)
    return Trainer(network, graphs, lesson, scales, Training(**(plain | settings)), folder=folder)
