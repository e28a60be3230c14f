"""A plan settles what a study leaves open, and refuses what cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ase.io import read, write

from atomarium.core.errors import InputError
from atomarium.experiment.spec import read_study
from atomarium.study.estimate import estimate
from atomarium.study.plan import Plan, make_plan


def changed(path: Path, old: str, new: str) -> Plan:
    """Settle a study after changing its text."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return make_plan(read_study(path))


def test_training_sets_are_nested_and_apart_from_tests(study_path: Path) -> None:
    plan = make_plan(read_study(study_path))
    small, large = (t for t in plan.trials if t.model == "mean" and t.repeat == 1)
    assert set(small.train) < set(large.train)
    assert not set(large.train) & set(large.test)


def test_trial_names_depend_on_settings_alone(study_path: Path) -> None:
    names = [trial.id for trial in make_plan(read_study(study_path)).trials]
    again = [trial.id for trial in changed(study_path, 'name = "small"', 'name = "other"').trials]
    assert names == again
    assert len(set(names)) == len(names)
    other = changed(study_path, "noise = 1e-6", "noise = 1e-5").trials
    assert sum(a != b.id for a, b in zip(names, other, strict=True)) == 4


def test_sizes_left_out_double_up_to_what_is_left(study_path: Path) -> None:
    plan = changed(study_path, "train = [10, 20]\n", "")
    assert sorted({trial.n_train for trial in plan.trials}) == [3, 7, 15, 30]


def test_size_beyond_the_data_is_refused(study_path: Path) -> None:
    with pytest.raises(InputError, match=r"split.train: training size 200 does not fit: 30 "):
        changed(study_path, "train = [10, 20]", "train = [10, 200]")


def test_missing_target_is_refused_or_dropped(study_path: Path) -> None:
    source = study_path.parent / "molecules.extxyz"
    text = source.read_text()
    source.write_text(re.sub(r"energy=\S+( name=molecule-5\b)", r"energy=nan\1", text))
    with pytest.raises(InputError, match=r"not a finite number for 1 of 40.*molecule-5"):
        make_plan(read_study(study_path))
    plan = changed(study_path, "[targets", 'missing = "drop"\n[targets')
    assert len(plan.dataset) == 39


def test_one_structure_is_refused(study_path: Path) -> None:
    source = study_path.parent / "molecules.extxyz"
    write(source, read(source, "0"), format="extxyz")
    with pytest.raises(InputError, match="1 structures; a study needs at least 2"):
        make_plan(read_study(study_path))


def test_limit_draws_over_the_whole_file(study_path: Path) -> None:
    plan = changed(study_path, "[targets", "limit = 35\n[targets")
    assert len(plan.dataset) == 35
    assert {plan.dataset.ids[0], plan.dataset.ids[-1]} == {"molecule-0", "molecule-39"}


def test_estimate_covers_every_model_and_size(study_path: Path) -> None:
    costs = estimate(make_plan(read_study(study_path)))
    assert [cost.model for cost in costs] == ["mean", "composition", "coulomb"]
    assert all(cost.sizes == (10, 20) and cost.repeats == 2 for cost in costs)
    assert all(cost.seconds > 0 for cost in costs)
