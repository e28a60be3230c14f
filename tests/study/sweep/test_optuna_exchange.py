"""Sweeps go to Optuna's storages and come back as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
from tests.study.sweep.made_sweep import TEXT, draw, keep_curves, made_sweep

from atomarium.cli.study import app
from atomarium.core.errors import InputError
from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.optuna_exchange import from_optuna, to_optuna
from atomarium.study.sweep.runs import Sweep, read_sweep, record_run

STUDY = parse_study(TEXT.format(method="random", goal="minimize"), name="made", folder=Path())


@pytest.fixture
def sweep(tmp_path) -> Sweep:
    """Six runs: four finished, one pruned, one failed."""
    rng = np.random.default_rng(2)
    drawn = [draw(rng) for _ in range(6)]
    del drawn[1]["cutoff"]
    made = made_sweep(drawn, lambda s, _: 1 / s["epochs"], folder=tmp_path / "run")
    keep_curves(made, lambda s: [1 / (k + 1) for k in range(s["epochs"])])
    runs = [
        *made.runs[:4],
        replace(made.runs[4], state="pruned", reason="worse than others"),
        replace(made.runs[5], state="failed", metrics={}, reason="no number"),
    ]
    return replace(made, runs=tuple(runs))


@pytest.mark.parametrize("storage", ["journal.log", "sqlite:///{folder}/study.db"])
def test_what_goes_out_comes_back(sweep: Sweep, tmp_path, monkeypatch, storage: str) -> None:
    monkeypatch.chdir(tmp_path)
    storage = storage.format(folder=tmp_path)
    assert to_optuna(sweep, storage) == 6
    assert from_optuna(storage, tmp_path / "back") == 6
    back = read_sweep(tmp_path / "back")
    assert back.study.spec.name == "made"
    for own, other in zip(sweep.runs, back.runs, strict=True):
        assert (other.number, other.state, other.reason) == (own.number, own.state, own.reason)
        assert other.settings == own.settings
        assert other.seed == own.seed
        # A metric `seconds` that is its own, not the duration that Optuna measures.
        assert other.metrics == own.metrics or own.state == "failed"
    losses = back.curves([0])[0].columns["val_loss"]
    assert losses == sweep.curves([0])[0].columns["val_loss"]


def test_optuna_itself_finds_the_best_and_the_spaces(sweep: Sweep, tmp_path) -> None:
    to_optuna(sweep, f"sqlite:///{tmp_path}/study.db", name="mine")
    study = optuna.load_study(study_name="mine", storage=f"sqlite:///{tmp_path}/study.db")
    best = min(sweep.runs[:4], key=lambda run: run.metrics["val_loss"])
    assert study.best_params == best.settings
    spaces = study.trials[0].distributions
    assert spaces["learning_rate"] == optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True)
    assert spaces["epochs"].choices == (5, 10, 20, 40)
    assert spaces["schedule"].choices == ("constant", "cosine", "step")
    assert "cutoff" not in study.trials[1].params


def test_a_study_of_optuna_alone_becomes_a_sweep(tmp_path) -> None:
    storage = f"sqlite:///{tmp_path}/theirs.db"
    theirs = optuna.create_study(storage=storage, study_name="theirs")

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("optimizer.learning_rate", 1e-4, 1e-2, log=True)
        trial.suggest_categorical("schedule", ["constant", "step"])
        if trial.number == 3:
            raise optuna.TrialPruned
        trial.report(2.0, 1)
        return (np.log10(rate) + 3) ** 2

    theirs.optimize(objective, n_trials=5)
    assert from_optuna(storage, tmp_path / "run", study=STUDY) == 5
    sweep = read_sweep(tmp_path / "run")
    assert set(sweep.runs[0].settings) == {"learning_rate", "schedule"}
    assert [run.state for run in sweep.runs].count("pruned") == 1
    assert sweep.runs[0].metrics["val_loss"] == theirs.trials[0].value
    assert sweep.curves([0])[0].columns == {"epoch": (1.0,), "val_loss": (2.0,)}


def test_what_cannot_be_exchanged_is_refused(sweep: Sweep, tmp_path) -> None:
    journal = str(tmp_path / "a.log")
    to_optuna(sweep, journal)
    with pytest.raises(InputError, match="has a study 'made' already; give another --name"):
        to_optuna(sweep, journal)
    with pytest.raises(InputError, match="no storage"):
        from_optuna(str(tmp_path / "b.log"), tmp_path / "b")
    with pytest.raises(InputError, match="no study 'maid'; did you mean 'made'"):
        from_optuna(journal, tmp_path / "b", name="maid")
    to_optuna(sweep, journal, name="again")
    with pytest.raises(InputError, match="holds 2 studies: again, made; say which with --name"):
        from_optuna(journal, tmp_path / "b")
    from_optuna(journal, tmp_path / "b", name="made")
    with pytest.raises(InputError, match="holds a sweep already"):
        from_optuna(journal, tmp_path / "b", name="made")


def test_parameters_and_objectives_must_be_those_of_the_study_file(tmp_path) -> None:
    storage = f"sqlite:///{tmp_path}/theirs.db"
    one = optuna.create_study(storage=storage, study_name="one")
    one.optimize(lambda trial: trial.suggest_float("dropout", 0, 1), n_trials=1)
    two = optuna.create_study(storage=storage, study_name="two", directions=["minimize"] * 2)
    two.optimize(lambda trial: (trial.suggest_float("learning_rate", 1e-4, 1), 2.0), n_trials=1)
    with pytest.raises(InputError, match="leaves no setting 'dropout' open"):
        from_optuna(storage, tmp_path / "run", name="one", study=STUDY)
    with pytest.raises(InputError, match="two has 2 objectives, the study file 1: val_loss"):
        from_optuna(storage, tmp_path / "run", name="two", study=STUDY)
    with pytest.raises(InputError, match=r"does not say what was studied; .* --study"):
        from_optuna(storage, tmp_path / "run", name="one")


def test_commands_take_a_sweep_there_and_back(sweep: Sweep, tmp_path, capsys) -> None:
    (sweep.folder / "study.toml").write_text(sweep.study.text)
    for run in sweep.runs:
        record_run(sweep.folder, run)
    storage = str(tmp_path / "sweep.log")
    app(["to-optuna", str(sweep.folder), storage], result_action="return_value")
    app(["from-optuna", storage, "--out", str(tmp_path / "back")], result_action="return_value")
    assert capsys.readouterr().out == f"6 runs: {storage}\n6 runs: {tmp_path / 'back'}\n"
