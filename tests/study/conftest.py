"""Small molecules with a smooth energy, and a study of them that takes seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.io import write

NAMES = ("H2O", "CH4", "NH3", "C2H6", "CH3OH", "HCN", "CO2", "C2H4")
STUDY = """
name = "small"
[data]
source = "molecules.extxyz"
[targets.energy]
unit = "eV"
extensive = true
[split]
test = 10
train = [10, 20]
repeats = 2
[models.mean]
model = { kind = "mean" }
[models.composition]
model = { kind = "ridge" }
[models.coulomb]
representation = { kind = "coulomb-matrix" }
model = { kind = "krr", length_scale = 20.0, noise = 1e-6 }
baseline = "composition"
"""


def smooth_energy(atoms: Atoms) -> float:
    """Sum a repulsion that decays over 1 Å over all pairs, and a constant for each atom."""
    distances = atoms.get_all_distances()[np.triu_indices(len(atoms), 1)]
    return float(np.exp(-distances).sum() - 2.0 * len(atoms))


def rattled_molecules(n: int) -> list[Atoms]:
    """Return molecules with displaced atoms; the energy stands in `info`."""
    rng = np.random.default_rng(3)
    many = []
    for k in range(n):
        atoms = molecule(NAMES[k % len(NAMES)])
        atoms.positions += rng.normal(scale=0.1, size=(len(atoms), 3))
        atoms.info = {"energy": smooth_energy(atoms), "name": f"molecule-{k}"}
        many.append(atoms)
    return many


@pytest.fixture
def study_path(tmp_path: Path) -> Path:
    """A study file beside its data."""
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    path = tmp_path / "small.toml"
    path.write_text(STUDY)
    return path


def put_models(path: Path, models: str) -> None:
    """Let the small study have these models, and no others; tables before them may be added."""
    text = path.read_text()
    path.write_text(text[: text.index("[models.mean]")] + models)
