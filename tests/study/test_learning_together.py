"""Several targets in one network, and values that are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io import read, write

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.record import Record, read_predictions
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.spec import read_study
from atomarium.experiment.train import run
from atomarium.models.ridge import Ridge
from atomarium.represent.composition import Composition
from atomarium.study.carry_out import carry_out
from atomarium.study.plan import Plan, make_plan

TRAINING = "training = { epochs = 8, batch_size = 6, learning_rate = 1e-2 }"
SCHNET = f'model = {{ kind = "schnet", width = 8, n_interactions = 1, cutoff = 3.0, {TRAINING} }}'
TARGETS = """
[targets.energy]
unit = "eV"
extensive = true
[targets.length]
extensive = false
weight = 2.0
"""


def study_of(study_path: Path, targets: str, models: str, missing: str = "refuse") -> Plan:
    """Return the small study with other targets and models; a length is among its data."""
    path = study_path.parent / "molecules.extxyz"
    frames = cast("list[Atoms]", read(path, ":"))
    for number, atoms in enumerate(frames):
        atoms.info["length"] = float(np.ptp(atoms.positions, axis=0).max())
        if number % 4 == 1:
            atoms.info["length"] = np.nan
    write(path, frames, format="extxyz")
    text = study_path.read_text()
    middle = text[text.index("[split]") : text.index("[models.mean]")]
    middle = middle.replace("train = [10, 20]", "train = [16, 28]").replace("s = 2", "s = 1")
    head = text[: text.index("[targets")].replace(
        '"molecules.extxyz"', f'"molecules.extxyz"\nmissing = "{missing}"'
    )
    study_path.write_text(head + targets + middle + models)
    return make_plan(read_study(study_path))


def by_target(records: list[Record]) -> dict[str, Record]:
    """Return the records of the largest training set."""
    return {one.target: one for one in records if one.n_train == 28}


def test_one_network_learns_all_targets_and_each_has_its_own_model(
    study_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="networks need torch")
    from atomarium.models.nn import learners

    trained: list[int] = []
    train = learners.train_network

    def counted(*given: Any, **more: Any) -> Any:
        trained.append(len(given[2]))
        return train(*given, **more)

    monkeypatch.setattr(learners, "train_network", counted)
    models = f"[models.both]\ntogether = true\n{SCHNET}\n"
    plan = study_of(study_path, TARGETS, models, missing="mask")
    outcome = carry_out(plan, tmp_path / "run", show=False)
    assert not outcome.failed
    assert sorted(trained) == [16, 28]
    records = by_target(outcome.records)
    assert set(records) == {"energy", "length"}
    assert records["energy"].seconds["fit"] == pytest.approx(
        records["length"].seconds["fit"], rel=0.5
    )
    for name, record in records.items():
        trial = tmp_path / "run/trials" / record.id
        model = load_model(trial / "model")
        kept = read_predictions(trial)
        said = model.predict(plan.dataset.take(kept.structures))
        # float32 networks, batches of other sizes.
        np.testing.assert_allclose(said, kept.prediction, rtol=1e-4, atol=1e-4)
        assert model.target == name
        assert np.isfinite(kept.reference).all()
    assert not (tmp_path / "run/training").exists()


def test_missing_values_are_left_out_of_their_target_alone(
    study_path: Path, tmp_path: Path
) -> None:
    models = '[models.composition]\nmodel = { kind = "ridge" }\n'
    plan = study_of(study_path, TARGETS, models, missing="mask")
    assert any("length: no value for 10 of 40 structures" in note for note in plan.notes)
    lengths, energies = plan.targets["length"].scalar, plan.targets["energy"].scalar
    records = by_target(carry_out(plan, tmp_path / "run", show=False).records)
    trial = next(one for one in plan.trials if one.id == records["length"].id)
    kept = read_predictions(tmp_path / "run/trials" / trial.id)
    known = trial.train[np.isfinite(lengths[trial.train])]
    assert np.array_equal(kept.structures[kept.split == "train"], known)
    assert records["length"].scores["n"] == np.isfinite(lengths[trial.test]).sum()
    assert records["energy"].scores["n"] == len(trial.test)
    assert np.isfinite(energies).all()
    assert records["length"].n_train == 28


@pytest.mark.parametrize(
    ("missing", "models", "message"),
    [
        ("refuse", SCHNET, r"'length' is not a finite number for 10 of 40.*\"mask\""),
        ("mask", 'together = true\nmodel = { kind = "ridge" }\n', "only networks learn several"),
        (
            "mask",
            "together = true\n" + SCHNET.replace("width = 8", "width = { values = [8, 16] }"),
            "searched for one target at a time",
        ),
    ],
)
def test_what_cannot_be_learned_together_is_refused(
    study_path: Path, missing: str, models: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        study_of(study_path, TARGETS, f"[models.one]\n{models}\n", missing)


def test_a_target_that_no_training_structure_has_fails_with_a_reason(
    study_path: Path, tmp_path: Path
) -> None:
    models = '[models.composition]\nmodel = { kind = "ridge" }\n'
    plan = study_of(study_path, TARGETS, models, missing="mask")
    trial = next(one for one in plan.trials if one.target.name == "length")
    values = trial.target.values.copy()
    values[trial.train] = np.nan
    goal = replace(trial.goal, target=replace(trial.target, values=values))
    features = trial.candidate.represent(plan.dataset.structures, extensive=False)  # type: ignore[union-attr]
    with pytest.raises(InputError, match="none of 16 training structures has a value of length"):
        run(replace(trial, goal=goal), plan.dataset, features)


def test_moments_are_read_as_such(study_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need torch")
    targets = '[targets.length]\nextensive = false\nreadout = "dipole"\n'
    models = f'[models.one]\nbaseline = "composition"\n{SCHNET}\n'
    study_of(study_path, targets, models, missing="mask")
    study_path.write_text(study_path.read_text().replace("[16, 28]", "[16]"))
    plan = make_plan(read_study(study_path))
    assert plan.trials[0].settings["readout"] == "dipole"
    outcome = carry_out(plan, tmp_path / "run", show=False)
    model = load_model(tmp_path / "run/trials" / outcome.records[0].id / "model")
    assert type(model.fitted.fitted.readouts[0]).__name__ == "Dipole"  # type: ignore[attr-defined]
    assert model.fitted.baseline is None
    said = model.predict(plan.dataset)
    assert (said >= 0).all()  # lengths


def test_a_shared_training_is_made_once_and_its_price_is_told() -> None:
    shared, made = SharedTrainings(), []
    features = Composition().compute(Structures.from_ase(bulk("Cu")))

    def make() -> Any:
        made.append(sum(k * k for k in range(200_000)))
        return Ridge().fit(features, np.ones((1, 1)), extensive=True)

    first, nothing = shared.once("one", make)
    again, seconds = shared.once("one", make)
    assert again is first
    assert len(made) == 1
    assert nothing == 0.0 < seconds
    shared.once("two", make)
    assert len(made) == 2
