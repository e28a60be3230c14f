"""Classes as targets: words, numbers and thresholds; networks and kernels; what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from ase import Atoms
from ase.io import read, write

from atomarium.core.errors import InputError
from atomarium.experiment.record import Record
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import read_study
from atomarium.study.carry_out import carry_out
from atomarium.study.plan import Plan, make_plan

KERNEL = """
[models.mean]
model = { kind = "mean" }
[models.coulomb]
representation = { kind = "coulomb-matrix" }
model = { kind = "krr", length_scale = 20.0, noise = 1e-3 }
"""
NETWORK = """
[models.schnet]
model = { kind = "schnet", width = 16, n_interactions = 1, cutoff = 3.0, training = { epochs = 60, batch_size = 5, learning_rate = 1e-2, validation = 0.0, schedule = "cosine" } }
"""


def plan_of(study_path: Path, target: str, models: str = KERNEL) -> Plan:
    """Return the small study with other targets and models; molecules are told by oxygen."""
    frames = cast("list[Atoms]", read(study_path.parent / "molecules.extxyz", ":"))
    for atoms in frames:
        count = atoms.get_chemical_symbols().count("O")
        atoms.info |= {"oxygen": "with" if count else "without", "n_oxygen": count}
    write(study_path.parent / "molecules.extxyz", frames, format="extxyz")
    text = study_path.read_text()
    middle = text[text.index("[split]") : text.index("[models.mean]")]
    head = text[: text.index("[targets")]
    middle = middle.replace("[split]", '[split]\nkind = "stratified"')
    study_path.write_text(head + target + middle + models)
    return make_plan(read_study(study_path))


def scores_of(records: list[Record], model: str) -> dict[str, Any]:
    """Return the scores of a model at the largest size, first repeat."""
    assert [r.error for r in records if r.state == "failed"] == []
    return next(r.scores for r in records if (r.model, r.n_train, r.repeat) == (model, 20, 0))


def test_kernels_tell_classes_of_labels_apart(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path, "[targets.oxygen]\n")
    assert plan.targets["oxygen"].classes == ("with", "without")
    assert any("0 = with (15), 1 = without (25)" in note for note in plan.notes)
    outcome = carry_out(plan, tmp_path / "run", show=False)
    coulomb, mean = (scores_of(outcome.records, name) for name in ("coulomb", "mean"))
    assert coulomb["accuracy"] > mean["accuracy"]
    assert mean["auc"] == 0.5  # the same for all
    assert "mae" not in coulomb
    row = (tmp_path / "run/results.csv").read_text().splitlines()
    assert {"accuracy", "precision", "recall", "f1", "auc"} <= set(row[0].split(","))
    curves = json.loads((tmp_path / "run/results.json").read_text())["curves"]
    assert curves[-1]["scores"]["accuracy"] == pytest.approx(1 - curves[-1]["mae"])


def test_networks_tell_several_classes_apart_and_are_kept(study_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need torch")
    plan = plan_of(study_path, "[targets.n_oxygen]\nclasses = true\n", NETWORK)
    assert plan.targets["n_oxygen"].classes == ("0", "1", "2")
    records = carry_out(plan, tmp_path / "run", show=False).records
    assert scores_of(records, "schnet")["auc"] > 0.7
    folder = tmp_path / "run/trials" / records[-1].id
    with np.load(folder / "predictions.npz") as kept:
        assert kept["test_preferences"].sum(axis=1) == pytest.approx(1.0, abs=1e-5)  # float32
        expected = kept["test_prediction"]
        assert np.mean(kept["train_prediction"] == kept["train_reference"]) > 0.9
    test = plan.dataset.take(plan.trials[-1].test)
    assert np.array_equal(load_model(folder / "model").predict(test), expected)


def test_threshold_makes_two_classes(study_path: Path) -> None:
    plan = plan_of(study_path, '[targets.energy]\nunit = "eV"\nabove = -8.0\n')
    target = plan.targets["energy"]
    assert target.classes == ("up to -8 eV", "above -8 eV")
    frames = cast("list[Atoms]", read(study_path.parent / "molecules.extxyz", ":"))
    energies = np.array([atoms.get_potential_energy() for atoms in frames])
    assert np.array_equal(target.scalar, energies > -8.0)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("[targets.energy]\nclasses = true\n", "numbers of classes are whole"),
        ("[targets.energy]\nabove = 100.0\n", "all structures are of one class"),
        ('[targets.oxygen]\nunit = "eV"\n', "classes have no unit"),
        ("[targets.oxygen]\nextensive = true\n", "classes have no extensive"),
    ],
)
def test_unfit_classes_are_refused(study_path: Path, target: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(study_path, target)


def test_search_of_classes_is_refused(study_path: Path) -> None:
    models = KERNEL.replace("noise = 1e-3", "noise = { min = 1e-6, max = 1.0, log = true }")
    with pytest.raises(InputError, match="settings are searched for with quantities only"):
        plan_of(study_path, "[targets.oxygen]\n", models)


def test_training_set_of_one_class_fails_with_a_reason(study_path: Path, tmp_path: Path) -> None:
    plan_of(study_path, "[targets.oxygen]\n")
    study_path.write_text(study_path.read_text().replace("train = [10, 20]", "train = [1]"))
    outcome = carry_out(make_plan(read_study(study_path)), tmp_path / "run", show=False)
    assert "all 1 training structures are of class" in str(outcome.failed[0].error)


def test_network_with_baseline_refuses_classes(study_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need torch")
    plan = plan_of(study_path, "[targets.oxygen]\n", NETWORK + 'baseline = "composition"\n')
    outcome = carry_out(plan, tmp_path / "run", show=False)
    assert "networks learn classes without a baseline" in str(outcome.failed[0].error)
