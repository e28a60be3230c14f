"""What is said, and done, when a study file is not what it was."""

from __future__ import annotations

import pytest
from tests.study.sweep.small_sweep import RIDGE, SmallSweep

from atomarium.core.errors import InputError
from atomarium.study.sweep.engine import work
from atomarium.study.sweep.runs import read_sweep
from atomarium.study.sweep.start import changes_in, origin_of, start_sweep


def test_more_runs_and_other_words_go_on_without_a_question(small: SmallSweep):
    small.run(small.plan("runs = 2", models=RIDGE))
    before = [run.settings for run in read_sweep(small.folder).runs]
    small.run(small.plan("runs = 4\nretries = 2", models=RIDGE))
    runs = read_sweep(small.folder).runs
    assert [run.settings for run in runs[:2]] == before
    assert len(runs) == 4


def test_a_changed_space_is_refused_and_says_what_changed(small: SmallSweep):
    small.run(small.plan("runs = 2", models=RIDGE))
    wider = RIDGE.replace("max = 1.0", "max = 10.0")
    plan = small.plan("runs = 4", models=wider)
    with pytest.raises(InputError, match=r"holds 2 runs of another file") as caught:
        start_sweep(plan, small.folder)
    assert "models.ridge.model.penalty.max: 1.0 → 10.0" in str(caught.value)
    assert "--on-change continue" in str(caught.value)
    assert f"--on-change fork begins anew in {small.folder}-2" in str(caught.value)
    assert read_sweep(small.folder).study.spec.sweep.runs == 2


def test_continuing_takes_the_new_space_for_new_runs(small: SmallSweep):
    small.run(small.plan('runs = 3\nmethod = "tpe"', models=RIDGE))
    other = '[models.ridge]\nmodel = { kind = "ridge", penalty = { values = [2.0, 4.0] } }\n'
    plan = small.plan('runs = 6\nmethod = "tpe"', models=other)
    small.run(plan, on_change="continue")
    penalties = [run.settings["penalty"] for run in read_sweep(small.folder).runs]
    assert all(one < 1.0 for one in penalties[:3])
    assert set(penalties[3:]) <= {2.0, 4.0}


def test_a_fork_begins_anew_beside_it(small: SmallSweep):
    small.run(small.plan("runs = 2", models=RIDGE))
    plan = small.plan("runs = 3\nseed = 7", models=RIDGE)
    folder = start_sweep(plan, small.folder, on_change="fork")
    assert folder.name == "run-2"
    work(plan, folder)
    assert len(read_sweep(folder).runs) == 3
    assert len(read_sweep(small.folder).runs) == 2


def test_other_data_are_never_gone_on_with(small: SmallSweep):
    small.run(small.plan("runs = 2", models=RIDGE))
    path = small.root / "molecules.extxyz"
    text = path.read_text()
    path.write_text(text.replace("energy=-", "energy=-1", 1))
    with pytest.raises(InputError, match="cannot be compared") as caught:
        start_sweep(small.plan("runs = 2", models=RIDGE), small.folder, on_change="continue")
    assert "other data under the same name" in str(caught.value)
    assert "continue goes on" not in str(caught.value)


def test_another_metric_is_never_gone_on_with(small: SmallSweep):
    small.run(small.plan("runs = 2", models=RIDGE))
    plan = small.plan('runs = 2\nmetric = "val_mae"', models=RIDGE)
    assert [str(one) for one in changes_in(plan.study, small.folder)] == [
        'sweep.metric: "val_loss" → "val_mae"'
    ]
    with pytest.raises(InputError, match="cannot be compared"):
        start_sweep(plan, small.folder, on_change="continue")


def test_a_study_that_is_no_sweep_is_left_alone(small: SmallSweep):
    (small.folder / "trials").mkdir(parents=True)
    with pytest.raises(InputError, match="a study that is no sweep"):
        start_sweep(small.plan(models=RIDGE), small.folder)


def test_a_run_folder_knows_where_its_data_are(small: SmallSweep):
    small.run(small.plan("runs = 1", models=RIDGE))
    assert origin_of(small.folder) == small.root.resolve()
