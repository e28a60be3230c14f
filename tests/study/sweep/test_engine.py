"""One worker: what it writes down, what it does when runs fail, and where it goes on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.study.sweep import line_network
from tests.study.sweep.small_sweep import RIDGE, SmallSweep

from atomarium.core.errors import InputError
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.sweep_spec import METRICS
from atomarium.study.sweep.engine import work
from atomarium.study.sweep.limits import Limits
from atomarium.study.sweep.runs import SweepRun, read_sweep
from atomarium.study.sweep.start import start_sweep


def runs_of(small: SmallSweep) -> tuple[SweepRun, ...]:
    return read_sweep(small.folder).runs


def test_a_run_leaves_everything_behind(small: SmallSweep):
    tally = small.run(small.plan("runs = 3"))
    assert tally.count("finished") == 3
    sweep = read_sweep(small.folder)
    run = sweep.runs[1]
    assert set(run.metrics) <= set(METRICS)
    assert {"val_loss", "val_mae", "train_loss", "seconds", "cpu_seconds", "epochs"} <= set(
        run.metrics
    )
    folder = small.folder / "sweep/runs/00001"
    result = json.loads((folder / "result.json").read_text())
    assert {"code", "versions", "machine", "settings", "seed", "metrics"} <= set(result)
    assert result["code"]["version"]
    spec = (folder / "spec.toml").read_text()
    assert {"structures", "train", "test"} <= {line.split(" = ")[0] for line in spec.splitlines()}
    assert len((folder / "history.jsonl").read_text().splitlines()) == 4
    assert "epoch 4" in (folder / "log.txt").read_text()
    curve = sweep.curves([1])[1].columns
    assert curve["epoch"] == (1.0, 2.0, 3.0, 4.0)
    assert min(v for v in curve["val_loss"] if v is not None) == run.metrics["val_loss"]
    assert all(cpu is not None for cpu in curve["cpu_seconds"])


def test_metrics_are_those_of_the_structures_held_out(small: SmallSweep):
    plan = small.plan("runs = 2", models=RIDGE)
    small.run(plan)
    for run in runs_of(small):
        with np.load(small.folder / f"sweep/runs/{run.number:05d}/predictions.npz") as kept:
            parts = {name: kept[name] for name in kept.files}
        errors = parts["prediction"] - parts["reference"]
        assert run.metrics["val_mae"] == pytest.approx(np.abs(errors).mean())
        assert run.metrics["val_rmse"] == pytest.approx(np.sqrt((errors**2).mean()))
        sizes = plan.dataset.structures.take(parts["structures"]).sizes
        assert run.metrics["val_mae_per_atom"] == pytest.approx(np.abs(errors / sizes).mean())
        # The loss is in units of the spread of what is learned, per atom of what grows.
        values = plan.trial.target.scalar[plan.split.train]
        counts = plan.dataset.structures.take(plan.split.train).sizes
        spread = np.std(values - counts * values.sum() / counts.sum())
        assert run.metrics["val_loss"] == pytest.approx((errors**2).mean() / spread**2)


def test_no_run_learns_from_what_is_held_out_or_tested(small: SmallSweep):
    plan = small.plan("runs = 1", models=RIDGE)
    small.run(plan)
    model = load_model(small.folder / "sweep/runs/00000/model")
    learned = plan.dataset.structures.take(plan.split.train)
    assert model.fitted.training.content_hash() == learned.content_hash()
    assert (len(plan.split.train), len(plan.split.test), len(plan.test)) == (15, 5, 10)
    parts = np.concatenate([plan.split.train, plan.split.test, plan.test])
    assert len(np.unique(parts)) == 30


def test_the_same_seed_gives_the_same_list(small: SmallSweep, tmp_path: Path):
    for method in ("random", "quasi-random", "tpe", "cma-es"):
        plan = small.plan(f'method = "{method}"\nruns = 6\nseed = 3', models=RIDGE)
        lists = []
        for name in ("one", "two"):
            folder = tmp_path / f"{name}-{method}"
            start_sweep(plan, folder)
            work(plan, folder)
            lists.append([run.settings for run in read_sweep(folder).runs])
        assert lists[0] == lists[1]
        assert len({one["penalty"] for one in lists[0]}) == 6


@pytest.mark.parametrize("method", ["random", "quasi-random", "tpe", "cma-es"])
def test_a_stopped_sweep_goes_on_as_if_it_had_not(small: SmallSweep, tmp_path: Path, method: str):
    plan = small.plan(f'method = "{method}"\nruns = 9\nseed = 1', models=RIDGE)
    whole = tmp_path / "whole"
    start_sweep(plan, whole)
    work(plan, whole)
    for _ in range(3):
        tally = small.run(plan, limits=Limits(runs=4))
    assert tally.why == "every run has been taken"
    assert [run.settings for run in runs_of(small)] == [
        run.settings for run in read_sweep(whole).runs
    ]
    assert len(runs_of(small)) == 9


def test_a_run_that_diverges_fails_and_the_sweep_goes_on(small: SmallSweep):
    tally = small.run(small.plan("runs = 4", fault='{ values = ["none", "nan"] }'))
    failed = [run for run in runs_of(small) if run.state == "failed"]
    assert tally.count("failed") == len(failed) > 0
    assert tally.count("finished") == 4 - len(failed) > 0
    assert failed[0].reason == "the loss is not a number after 6 steps"
    assert failed[0].metrics["epochs"] == 2
    assert read_sweep(small.folder).curves([failed[0].number])


def test_a_bug_in_a_model_ends_its_run_and_leaves_a_traceback(small: SmallSweep):
    tally = small.run(small.plan("runs = 2", fault='"raise"'))
    assert tally.count("failed") == 2
    assert runs_of(small)[0].reason == "ZeroDivisionError: a bug of somebody's"
    log = (small.folder / "sweep/runs/00000/log.txt").read_text()
    assert "Traceback" in log
    assert "line_network.py" in log


def test_failed_runs_are_tried_again_as_often_as_asked(small: SmallSweep):
    small.run(small.plan("runs = 2\nretries = 2", fault='"raise"'))
    assert [(run.number, run.attempt, run.state) for run in runs_of(small)] == [
        (0, 3, "failed"),
        (1, 3, "failed"),
    ]
    small.run(small.plan("runs = 2\nretries = 2", fault='"raise"'))
    assert [run.attempt for run in runs_of(small)] == [3, 3]


def test_a_full_disk_ends_the_worker_and_the_run_is_taken_again(
    small: SmallSweep, monkeypatch: pytest.MonkeyPatch
):
    plan = small.plan("runs = 2", fault='"disk"')
    with pytest.raises(OSError, match="No space left"):
        small.run(plan)
    monkeypatch.setitem(line_network.FAULTS, "disk", lambda _: None)
    small.run(plan)
    assert [(run.attempt, run.state) for run in runs_of(small)] == [
        (2, "finished"),
        (1, "finished"),
    ]


def test_an_interrupted_run_goes_on_from_its_checkpoint(
    small: SmallSweep, monkeypatch: pytest.MonkeyPatch
):
    plan = small.plan("runs = 2", fault='"interrupt"')
    seen: list[int] = []

    def interrupt(epoch: int) -> None:
        seen.append(epoch)
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setitem(line_network.FAULTS, "interrupt", interrupt)
    with pytest.raises(KeyboardInterrupt):
        small.run(plan)
    assert runs_of(small)[0].state == "stopped"
    small.run(plan)
    assert seen == [0, 1, 2, 2, 3, 0, 1, 2, 3]
    first = runs_of(small)[0]
    assert (first.state, first.attempt, first.metrics["epochs"]) == ("finished", 2, 4)
    curve = read_sweep(small.folder).curves([0])[0].columns
    assert curve["epoch"] == (1.0, 2.0, 3.0, 4.0)
    assert not (small.folder / "sweep/runs/00000/training").exists()


def test_a_metric_that_is_never_reported_is_said_after_three_runs(small: SmallSweep):
    plan = small.plan('runs = 20\nmetric = "val_force_mae"')
    with pytest.raises(InputError, match="has not reported 'val_force_mae'"):
        small.run(plan)
    assert [run.state for run in runs_of(small)] == ["failed"] * 3


def test_the_target_ends_a_sweep(small: SmallSweep):
    tally = small.run(small.plan("runs = 50\ntarget = 1e6"))
    assert tally.why == "val_loss has reached the target, 1e+06"
    assert len(runs_of(small)) == 1


def test_the_time_of_a_sweep_ends_it(small: SmallSweep):
    tally = small.run(small.plan("seconds = 1e-6"))
    assert tally.why == "the sweep has had its 1e-06 seconds"
    assert len(runs_of(small)) == 1


def test_repeats_have_the_same_settings_and_other_seeds(small: SmallSweep):
    small.run(small.plan("runs = 6\nrepeats = 3"))
    runs = runs_of(small)
    assert [run.seed for run in runs] == [0, 1, 2, 0, 1, 2]
    assert runs[0].settings == runs[1].settings == runs[2].settings != runs[3].settings
    assert len({run.metrics["val_loss"] for run in runs}) == 6


def test_several_metrics_make_a_sweep_of_several_goals(small: SmallSweep):
    sweep = 'method = "tpe"\nruns = 12\nmetric = ["val_mae", "epochs"]'
    tally = small.run(small.plan(sweep, epochs="{ min = 1, max = 8 }"))
    assert tally.count("finished") == 12
    assert read_sweep(small.folder).metrics == ("val_mae", "epochs")


def test_networks_and_kernels_make_one_sweep(small: SmallSweep):
    models = RIDGE + (
        '[models.line]\nmodel = { kind = "line", training = { rate = { values = [0.1, 0.5] } } }\n'
    )
    small.run(small.plan("runs = 8", models=models))
    runs = runs_of(small)
    by_model = {
        name: [r for r in runs if r.settings["model"] == name] for name in ("ridge", "line")
    }
    assert all("penalty" in run.settings for run in by_model["ridge"])
    assert all(set(run.settings) == {"model", "rate"} for run in by_model["line"])
    assert "epochs" not in by_model["ridge"][0].metrics
    assert set(read_sweep(small.folder).opened) == {"model", "penalty", "rate"}


def test_ten_thousand_runs_are_read_line_by_line(small: SmallSweep):
    small.run(small.plan("runs = 1"))
    path = next((small.folder / "sweep/records").iterdir())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    many = [json.dumps({**line, "number": k}) for k in range(10_000) for line in lines]
    path.write_text("\n".join(many) + "\n")
    runs = runs_of(small)
    assert [run.number for run in runs] == list(range(10_000))
    assert {run.state for run in runs} == {"finished"}
