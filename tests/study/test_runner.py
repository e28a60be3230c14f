"""Studies go on where they stopped, lose nothing and count nothing twice."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.processes import started

from atomarium.core.errors import InputError
from atomarium.experiment import record as record_module
from atomarium.experiment.record import read_predictions
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import read_study
from atomarium.study import runner
from atomarium.study.curves import learning_curves
from atomarium.study.folder_lock import held
from atomarium.study.plan import Plan, make_plan
from atomarium.study.runner import read_records, run_study
from atomarium.study.tables import write_tables


def plan_of(path: Path) -> Plan:
    """Read and settle a study."""
    return make_plan(read_study(path))


def errors_of(plan: Plan, folder: Path) -> list[float | None]:
    """Return the MAE of every trial."""
    return [record.scores["mae"] for record in read_records(plan, folder)]


def test_every_trial_finishes_and_geometry_wins(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    records = run_study(plan, tmp_path / "run", show=False)
    assert len(records) == len(plan.trials) == 3 * 2 * 2
    assert {record.state for record in records} == {"finished"}
    largest = {p.model: p.mae for p in learning_curves(records) if p.n_train == 20}
    assert largest["coulomb"] < largest["composition"] < largest["mean"]


def test_second_run_trains_nothing(
    study_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(study_path)
    run_study(plan, tmp_path / "run", show=False)
    before = sorted((p, p.stat().st_mtime_ns) for p in (tmp_path / "run/trials").iterdir())
    monkeypatch.setattr(runner, "run_one", pytest.fail)
    run_study(plan, tmp_path / "run", show=False)
    assert sorted((p, p.stat().st_mtime_ns) for p in (tmp_path / "run/trials").iterdir()) == before


def test_same_file_gives_same_numbers(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    run_study(plan, tmp_path / "a", show=False)
    run_study(plan_of(study_path), tmp_path / "b", show=False)
    assert errors_of(plan, tmp_path / "a") == errors_of(plan, tmp_path / "b")


def test_killed_run_goes_on_with_the_same_numbers(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    program = (
        "import sys, pathlib\n"
        "from atomarium.experiment.spec import read_study\n"
        "from atomarium.study.plan import make_plan\n"
        "from atomarium.study.runner import run_study\n"
        "run_study(make_plan(read_study(sys.argv[1])), pathlib.Path(sys.argv[2]), show=False)\n"
    )
    folder = tmp_path / "run"
    command = [sys.executable, "-c", program, str(study_path), str(folder)]
    with started(command) as process:
        deadline = time.monotonic() + 120
        while (
            len(list(folder.glob("trials/[!.]*/result.json"))) < 2 and time.monotonic() < deadline
        ):
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
    finished = {path.parent.name for path in folder.glob("trials/[!.]*/result.json")}
    assert finished
    run_study(plan, folder, show=False)
    run_study(plan, tmp_path / "undisturbed", show=False)
    assert errors_of(plan, folder) == errors_of(plan, tmp_path / "undisturbed")
    assert {path.name for path in (folder / "trials").iterdir()} == {t.id for t in plan.trials}


def test_full_disk_leaves_no_half_trial(
    study_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(study_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(record_module, "save_model", full)
        with pytest.raises(OSError, match="No space left"):
            run_study(plan, tmp_path / "run", show=False)
    assert not list((tmp_path / "run/trials").iterdir())
    assert len(run_study(plan, tmp_path / "run", show=False)) == len(plan.trials)


def test_damaged_trial_is_run_again(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    run_study(plan, tmp_path / "run", show=False)
    victim = tmp_path / "run/trials" / plan.trials[3].id / "result.json"
    before = victim.read_text()
    victim.write_text(before[:40])
    run_study(plan, tmp_path / "run", show=False)
    assert json.loads(victim.read_text())["scores"] == json.loads(before)["scores"]


def test_failing_model_is_recorded_and_others_go_on(study_path: Path, tmp_path: Path) -> None:
    text = study_path.read_text().replace("noise = 1e-6", "noise = 0.0, length_scale = 1e9")
    study_path.write_text(text.replace("length_scale = 20.0, ", ""))
    plan = plan_of(study_path)
    records = run_study(plan, tmp_path / "run", show=False)
    failed = {record.model for record in records if record.state == "failed"}
    assert failed == {"coulomb"}
    assert all(record.error for record in records if record.state == "failed")


def test_one_folder_one_process(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    with held(tmp_path / "run", alone=True), pytest.raises(InputError, match="another process"):
        run_study(plan, tmp_path / "run", show=False)


def test_saved_model_predicts_what_the_trial_predicted(study_path: Path, tmp_path: Path) -> None:
    plan = plan_of(study_path)
    run_study(plan, tmp_path / "run", show=False)
    trial = next(t for t in plan.trials if t.model == "coulomb" and t.n_train == 20)
    folder = tmp_path / "run/trials" / trial.id
    kept = read_predictions(folder)
    test = kept.split == "test"
    again = load_model(folder / "model").predict(plan.dataset.take(kept.structures[test]))
    # The same numbers from matrix products of other shapes.
    np.testing.assert_allclose(again, kept.prediction[test], rtol=0, atol=1e-8)


def test_tables_hold_every_trial_and_prediction(study_path: Path, tmp_path: Path) -> None:
    plan, folder = plan_of(study_path), tmp_path / "run"
    write_tables(plan, run_study(plan, folder, show=False), folder)
    assert len((folder / "results.csv").read_text().splitlines()) == 1 + len(plan.trials)
    rows = (folder / "predictions.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 2 * (20 + 10)
    assert rows[0] == "id,target,unit,model,n_train,repeat,split,reference,prediction"
    assert json.loads((folder / "results.json").read_text())["units"] == {"energy": "eV"}
