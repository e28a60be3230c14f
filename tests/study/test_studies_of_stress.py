"""Stress learned in studies, and kernels on environments beside networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.io import write

from atomarium.core.errors import InputError
from atomarium.core.units import convert
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.saved_potential import SavedPotential
from atomarium.experiment.spec import read_study
from atomarium.study.carry_out import carry_out
from atomarium.study.plan import make_plan


@pytest.fixture
def crystals(tmp_path: Path) -> Callable[[str], Path]:
    """Write a study of strained alloys with energies, forces and stress of EMT; return its path."""
    rng = np.random.default_rng(0)
    frames = []
    for number in range(30):
        atoms = bulk(["Cu", "Ag"][number % 2], cubic=True)
        strain = np.eye(3) + 0.03 * rng.normal(size=(3, 3))
        atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
        atoms.positions += 0.08 * rng.normal(size=atoms.positions.shape)
        atoms.calc = EMT()
        plain = atoms.copy()
        plain.info["total"] = convert(atoms.get_potential_energy(), "eV", "kcal/mol")
        plain.arrays["pull"] = convert(1.0, "eV", "kcal/mol") * atoms.get_forces()
        full = atoms.get_stress(voigt=False)
        voigt = full[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        plain.info["sigma"] = convert(1.0, "eV/Å^3", "GPa") * voigt
        plain.calc = None
        frames.append(plain)
    write(tmp_path / "alloys.extxyz", frames, format="extxyz")

    def study(models: str, target: str = "") -> Path:
        path = tmp_path / "alloys.toml"
        path.write_text(
            'name = "alloys"\n[data]\nsource = "alloys.extxyz"\n[targets.total]\n'
            'unit = "kcal/mol"\nextensive = true\nforces = "pull"\nstress = "sigma"\n'
            f'stress_unit = "GPa"\n{target}\n[split]\ntest = 8\ntrain = [10, 20]\nrepeats = 1\n'
            + models
        )
        return path

    return study


KERNELS = """
[models.soap-forces]
representation = { kind = "soap", cutoff = 4.5, n_max = 4, l_max = 3 }
model = { kind = "sparse-forces", n_points = 60 }
"""


def test_kernels_learn_forces_and_stress_and_are_potentials(
    crystals: Callable[[str], Path], tmp_path: Path
) -> None:
    plan = make_plan(read_study(crystals(KERNELS)))
    outcome = carry_out(plan, tmp_path / "run", show=False)
    assert not outcome.failed
    small, large = outcome.records
    # In kcal/mol per Å and Å³.
    forces = np.abs(plan.dataset.target("pull").values).mean()
    stress = np.abs(cast("Any", plan.trials[0].goal.derivatives).stress).mean()
    assert cast("float", large.scores["force_mae"]) < 0.2 * forces
    assert cast("float", large.scores["stress_mae"]) < 0.4 * stress
    assert cast("float", large.scores["force_mae"]) < cast("float", small.scores["force_mae"])

    trial = tmp_path / "run/trials" / large.id
    potential, model = SavedPotential.load(trial), load_model(trial / "model")
    test = plan.dataset.take(plan.trials[-1].test)
    found = potential.predict(test.structures)
    in_ev = model.predict(test) * convert(1.0, "kcal/mol", "eV")
    # Saved numbers are the same; sums run over structures in other parts.
    np.testing.assert_allclose(found.energies, in_ev, rtol=1e-9)
    errors = np.abs(found.forces * convert(1.0, "eV", "kcal/mol") - test.target("pull").values)
    assert errors.mean() == pytest.approx(cast("float", large.scores["force_mae"]), rel=1e-6)
    truth = test.target("sigma").values
    said = found.stress * convert(1.0, "eV/Å^3", "GPa")
    assert np.abs(said - truth).mean() < 0.25 * np.abs(truth).mean()


def test_networks_learn_stress_and_tell_it(crystals: Callable[[str], Path], tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need torch")
    network = (
        '[models.schnet]\nmodel = { kind = "schnet", width = 16, n_interactions = 1, '
        "cutoff = 4.5, training = { epochs = 20, batch_size = 4, learning_rate = 1e-2, "
        'precision = "float64", schedule = "cosine" } }\n'
    )
    plan = make_plan(read_study(crystals(KERNELS + network)))
    outcome = carry_out(plan, tmp_path / "run", show=False)
    assert not outcome.failed
    last = outcome.records[-1]
    stress = np.abs(cast("Any", plan.trials[0].goal.derivatives).stress).mean()
    assert cast("float", last.scores["stress_mae"]) < 0.7 * stress
    # Both stand in one table.
    table = (tmp_path / "run/results.csv").read_text()
    assert "stress_mae" in table
    assert "force_mae" in table
    trial = tmp_path / "run/trials" / last.id
    potential = SavedPotential.load(trial)
    test = plan.dataset.take(plan.trials[-1].test)
    found = potential.predict(test.structures)
    unit = convert(1.0, "eV/Å^3", "GPa")
    errors = np.abs(found.stress * unit - test.target("sigma").values)
    assert errors.mean() < 0.8 * np.abs(test.target("sigma").values).mean()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ('stress = "total"', "'total' has 1 numbers per structure; a stress has 9"),
        ('stress_unit = "Å"', "targets.total.stress: unit 'Å' does not convert"),
        ('forces = "sigma"', "'sigma' has 6 numbers per structure"),
        ("extensive = false", "forces and stress are derivatives of the energy"),
    ],
)
def test_unfit_derivatives_are_refused(
    crystals: Callable[[str], Path], target: str, message: str
) -> None:
    path = crystals(KERNELS)
    key = target.split(" ", maxsplit=1)[0]
    lines = [
        target if line.startswith(f"{key} ") else line for line in path.read_text().split("\n")
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=message):
        make_plan(read_study(path))


def test_representation_without_derivatives_is_refused(
    crystals: Callable[[str], Path], tmp_path: Path
) -> None:
    models = KERNELS.replace('"soap", cutoff = 4.5, n_max = 4, l_max = 3', '"sine-matrix"')
    outcome = carry_out(make_plan(read_study(crystals(models))), tmp_path / "run", show=False)
    assert "features of atoms that know their elements" in str(outcome.failed[0].error)
