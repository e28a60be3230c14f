"""Studies whose models leave settings open: found without the test part, and resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.study.conftest import put_models

from atomarium.experiment.record import read_record
from atomarium.experiment.runs import read_runs
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import read_study
from atomarium.study.curves import interval_points
from atomarium.study.estimate import estimate
from atomarium.study.plan import Plan, make_plan
from atomarium.study.runner import run_study

OPEN = """
[search]
runs = 4
folds = 2
[models.searched]
representation = { kind = "coulomb-matrix" }
model = { kind = "krr", length_scale = { min = 1.0, max = 100.0, log = true }, noise = 1e-6 }
baseline = { values = ["composition", "none"] }
"""


def searched_plan(study_path: Path) -> Plan:
    """Return the small study with one model that leaves settings open, and no other."""
    put_models(study_path, OPEN)
    return make_plan(read_study(study_path))


def test_settings_are_found_for_each_training_set(study_path: Path, tmp_path: Path) -> None:
    plan = searched_plan(study_path)
    records = run_study(plan, tmp_path / "run", show=False)
    assert [record.state for record in records] == ["finished"] * 4
    for record in records:
        assert 1.0 <= record.chosen["model.length_scale"] <= 100.0
        assert record.chosen["baseline"] in {"composition", "none"}
        assert record.seconds["search"] > 0
        folder = tmp_path / "run/trials" / record.id
        runs = list(read_runs(folder / "runs.jsonl"))
        best = min(runs, key=lambda run: run.error or np.inf)
        assert best.settings["model.length_scale"] == record.chosen["model.length_scale"]
        fitted = load_model(folder / "model").fitted
        assert fitted.candidate.model.length_scale == record.chosen["model.length_scale"]  # type: ignore[attr-defined]
    assert not (tmp_path / "run/searches").exists()


def test_shuffled_test_labels_leave_the_chosen_settings_unchanged(
    study_path: Path, tmp_path: Path
) -> None:
    plan = searched_plan(study_path)
    rng = np.random.default_rng(0)
    trials = []
    for trial in plan.trials:
        values = trial.target.values.copy()
        values[trial.test] = rng.permutation(values[trial.test]) + 100.0
        target = replace(trial.target, values=values)
        trials.append(replace(trial, goal=replace(trial.goal, target=target)))
    shuffled = replace(plan, trials=tuple(trials))
    honest = run_study(plan, tmp_path / "a", show=False)
    blind = run_study(shuffled, tmp_path / "b", show=False)
    assert [one.chosen for one in honest] == [one.chosen for one in blind]
    assert [one.scores["mae"] for one in honest] != [one.scores["mae"] for one in blind]


def test_failed_search_is_a_failed_trial(study_path: Path, tmp_path: Path) -> None:
    plan = searched_plan(study_path)
    one = replace(plan.trials[0], train=plan.trials[0].train[:1])
    plan = replace(plan, trials=(one,))
    (record,) = run_study(plan, tmp_path / "run", show=False)
    assert record.state == "failed"
    assert "1 training structures" in (record.error or "")
    assert read_record(tmp_path / "run/trials" / one.id) == record


def test_cost_of_a_search_counts_every_run(study_path: Path) -> None:
    plan = searched_plan(study_path)
    (cost,) = estimate(plan)
    many = replace(
        plan,
        trials=tuple(
            replace(trial, search=trial.search.model_copy(update={"runs": 400}))
            for trial in plan.trials
        ),
    )
    (more,) = estimate(many)
    # Timings waver; a hundred times the runs cost more than ten times as much.
    assert more.seconds > 10 * cost.seconds


def test_intervals_hold_about_as_often_as_promised(study_path: Path, tmp_path: Path) -> None:
    text = study_path.read_text().replace("test = 10", "test = 15").replace("[10, 20]", "[8, 25]")
    study_path.write_text(text + "[intervals]\ncoverage = [0.5]\ncalibration = 0.4\n")
    plan = make_plan(read_study(study_path))
    records = run_study(plan, tmp_path / "run", show=False)
    for record in records:
        kinds = {one.kind for one in record.intervals}
        if record.n_train == 8:
            assert not kinds  # too few to spare any
        elif record.model == "coulomb":
            assert kinds == {"conformal", "normalized", "gaussian"}
        else:
            assert "conformal" in kinds
    points = [one for one in interval_points(records) if one.kind == "conformal"]
    assert {one.model for one in points} == {"mean", "composition", "coulomb"}
    # 30 test values: half of them, give or take three standard deviations.
    assert all(0.2 < one.held < 0.8 for one in points)
    wide = {one.model: one.width for one in points}
    assert (wide["coulomb"] or 0) < (wide["mean"] or 0)
