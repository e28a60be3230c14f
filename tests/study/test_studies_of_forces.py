"""Energies learned with forces in a study: scored, kept, and used as potentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.fd import calculate_numerical_forces
from ase.io import read, write

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.calculator import AtomariumCalculator
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.saved_potential import SavedPotential
from atomarium.experiment.spec import read_study
from atomarium.study.carry_out import carry_out
from atomarium.study.choose import find_model
from atomarium.study.plan import Plan, make_plan

pytest.importorskip("torch", reason="networks need torch")

NETWORK = """
[models.composition]
model = { kind = "ridge" }
[models.schnet]
model = { kind = "schnet", width = 16, n_interactions = 1, cutoff = 4.0, members = 2, training = { epochs = 30, batch_size = 5, learning_rate = 1e-2, schedule = "cosine", precision = "float64" } }
baseline = "composition"
"""


def repulsion(atoms: Atoms) -> np.ndarray:
    """Return the forces of `conftest.smooth_energy`."""
    apart = atoms.positions[:, None] - atoms.positions[None]
    distances = np.linalg.norm(apart, axis=2) + np.eye(len(atoms))
    return ((np.exp(-distances) / distances)[:, :, None] * apart).sum(axis=1)


def plan_of(study_path: Path, target: str, models: str = NETWORK) -> Plan:
    """Return the small study with forces in its data, and other targets and models."""
    path = study_path.parent / "molecules.extxyz"
    frames = cast("list[Atoms]", read(path, ":"))
    for atoms in frames:
        atoms.arrays["pull"] = repulsion(atoms)
    write(path, frames, format="extxyz")
    text = study_path.read_text()
    middle = text[text.index("[split]") : text.index("[models.mean]")]
    middle = middle.replace("train = [10, 20]", "train = [24]").replace(
        "repeats = 2", "repeats = 1"
    )
    study_path.write_text(text[: text.index("[targets")] + target + middle + models)
    return make_plan(read_study(study_path))


TARGET = '[targets.energy]\nunit = "eV"\nextensive = true\nforces = "pull"\n'


@pytest.fixture
def run(study_path: Path, tmp_path: Path) -> tuple[Plan, Path, dict[str, Any]]:
    """A finished study, its folder and its records by model."""
    plan = plan_of(study_path, TARGET)
    records = carry_out(plan, tmp_path / "run", show=False).records
    assert [record.error for record in records] == [None, None]
    return plan, tmp_path / "run", {record.model: record for record in records}


def test_forces_are_learned_scored_and_used(run: tuple[Plan, Path, dict[str, Any]]) -> None:
    plan, folder, records = run
    truth = plan.dataset.target("pull").values
    assert records["composition"].scores["force_mae"] is None
    # Without learning them, the best guess is none.
    assert records["schnet"].scores["force_mae"] < 0.7 * np.abs(truth).mean()
    assert "force_mae" in (folder / "results.csv").read_text()

    trial = folder / "trials" / records["schnet"].id
    potential, model = SavedPotential.load(trial), load_model(trial / "model")
    test = plan.dataset.take(plan.trials[-1].test)
    outcome = potential.predict(test.structures)
    np.testing.assert_allclose(outcome.energies, model.predict(test), rtol=1e-10)  # float64
    errors = np.abs(outcome.forces - test.target("pull").values)
    assert errors.mean() == pytest.approx(records["schnet"].scores["force_mae"], rel=1e-6)

    atoms = test.structures[:1].to_ase()[0]
    atoms.calc = AtomariumCalculator(potential)
    numerical = calculate_numerical_forces(atoms, eps=1e-4)
    # Central differences are exact to the square of the step.
    np.testing.assert_allclose(atoms.get_forces(), numerical, atol=1e-5)
    with pytest.raises(InputError, match="Cu, which the model has never seen"):
        potential.predict(Structures.from_ase([bulk("Cu")]))
    with pytest.raises(InputError, match="Ridge has no derivatives of the energy"):
        SavedPotential.load(folder / "trials" / records["composition"].id)
    assert find_model(folder) == trial / "model"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (TARGET.replace("extensive = true", "extensive = false"), "derivatives of the energy of a"),
        (TARGET.replace('"pull"', '"push"'), "no target 'push'"),
        (TARGET.replace('"pull"', '"energy"'), "'energy' has 1 numbers per structure"),
    ],
)
def test_unfit_forces_are_refused(study_path: Path, target: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(study_path, target)


def test_cgcnn_has_no_forces(study_path: Path, tmp_path: Path) -> None:
    models = '[models.cgcnn]\nmodel = { kind = "cgcnn", training = { epochs = 1 } }\n'
    outcome = carry_out(plan_of(study_path, TARGET, models), tmp_path / "run", show=False)
    assert "it has no forces and stress" in str(outcome.failed[0].error)
