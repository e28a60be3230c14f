"""Sweep configurations of Weights & Biases become studies that are valid, or are refused by key."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from atomarium.cli.sweep_import import import_sweep
from atomarium.core.errors import InputError
from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.space import sweep_space
from atomarium.study.sweep.wandb_import import Imported, Surroundings, import_configuration

LITERAL = """
import wandb

sweep_configuration = {
    "method": "random",
    "name": "schnet qm9, a",
    "metric": {"goal": "minimize", "name": "val_loss"},
    "parameters": {
        "batch_size": {"values": [16, 32, 64]},
        "epochs": {"values": [5, 10, 15]},
        "lr": {"max": 0.1, "min": 0.0001},
    },
    "run_cap": 65,
}
sweep_id = wandb.sweep(sweep=sweep_configuration, project="my-first-sweep")
open("ran", "w").write("this file was run")
"""
#: As the tutorial of Weights & Biases builds it, with a network of ours.
GROWN = """
import math, os
sweep_config = {'method': 'random'}
metric = {'name': 'loss', 'goal': 'minimize'}
sweep_config['metric'] = metric
parameters_dict = {'optimizer': {'values': ['adam', 'sgd']}}
sweep_config['parameters'] = parameters_dict
parameters_dict.update({'epochs': {'value': 1}})
parameters_dict.update({
    'learning_rate': {'distribution': 'log_uniform', 'min': math.log(1e-4), 'max': math.log(1e-2)},
    'batch_size': {'distribution': 'q_log_uniform_values', 'q': 8, 'min': 32, 'max': 256},
})
device = os.environ["DEVICE"]
"""
ONE = {"learning_rate": {"min": 1e-4, "max": 1e-2}}


def made(folder: Path, configuration: Any, around: Surroundings | None = None) -> Imported:
    """Return what becomes of a configuration, written as JSON."""
    path = folder / "sweep.json"
    path.write_text(json.dumps(configuration))
    return import_configuration(path, around)


def study_of(imported: Imported) -> dict[str, Any]:
    """Return the tables of a study that was made, which is valid."""
    study = parse_study(imported.text, name="made", folder=Path())
    assert study.spec.sweep is not None
    assert sweep_space(study).opened_columns
    return tomllib.loads(imported.text)


def with_parameters(**parameters: Any) -> dict[str, Any]:
    """Return a configuration of nothing but parameters."""
    return {"method": "random", "run_cap": 9, "parameters": parameters}


def test_a_literal_in_a_python_file_is_read_and_never_run(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(LITERAL)
    study = study_of(import_configuration("train.py"))
    assert not Path("ran").exists()
    assert study["name"] == "schnet-qm9-a"
    assert study["sweep"] == {
        "method": "random",
        "runs": 65,
        "metric": "val_loss",
        "goal": "minimize",
    }
    assert study["models"]["schnet"]["model"] == {
        "kind": "schnet",
        "training": {
            "batch_size": {"values": [16, 32, 64]},
            "epochs": {"values": [5, 10, 15]},
            "learning_rate": {"min": 0.0001, "max": 0.1},
        },
    }


def test_a_dict_that_grows_is_followed(tmp_path) -> None:
    path = tmp_path / "tutorial.py"
    path.write_text(GROWN)
    training = study_of(import_configuration(path))["models"]["schnet"]["model"]["training"]
    assert training["optimizer"] == {"values": ["adam", "sgd"]}
    assert training["epochs"] == 1
    assert training["batch_size"] == {"min": 32, "max": 256, "log": True, "quantum": 8}
    assert training["learning_rate"]["min"] == pytest.approx(1e-4)


def test_a_notebook_is_read_without_its_magic(tmp_path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# A sweep"]},
        {"cell_type": "code", "source": ["!pip install wandb\n", "%load_ext x\n"]},
        {"cell_type": "code", "source": LITERAL.splitlines(keepends=True)},
    ]
    path = tmp_path / "sweep.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert study_of(import_configuration(path))["sweep"]["runs"] == 65


def test_yaml_and_json_make_the_same_study(tmp_path) -> None:
    configuration = with_parameters(lr={"min": 1e-4, "max": 1e-2}, bs={"values": [4, 8]})
    (tmp_path / "a.json").write_text(json.dumps(configuration))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))
    texts = [import_configuration(tmp_path / f"a.{end}").text for end in ("json", "yaml")]
    assert texts[0].splitlines()[1:] == texts[1].splitlines()[1:]


def test_yaml_reads_1e_4_as_the_number_that_it_is(tmp_path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("method: random\nrun_cap: 3\nparameters:\n  lr: {min: 1e-4, max: 1E-2}\n")
    training = study_of(import_configuration(path))["models"]["schnet"]["model"]["training"]
    assert training["learning_rate"] == {"min": 1e-4, "max": 1e-2}


def test_nested_parameters_and_names_of_schnetpack_are_found(tmp_path) -> None:
    configuration = with_parameters(
        globals={"parameters": {"lr": {"values": [1e-3, 1e-4]}, "cutoff": {"value": 5}}},
        trainer={"parameters": {"max_epochs": {"value": 7}}},
        n_atom_basis={"values": [32, 64]},
        n_rbf={"min": 10, "max": 50},
        radial_basis={"values": ["GaussianRBF", "BesselRBF"]},
    )
    model = study_of(made(tmp_path, configuration))["models"]["schnet"]["model"]
    assert model["cutoff"] == 5.0
    assert model["width"] == {"values": [32, 64]}
    assert model["n_basis"] == {"min": 10, "max": 50}
    assert model["basis"] == {"values": ["gaussian", "bessel"]}
    assert model["training"] == {"learning_rate": {"values": [1e-3, 1e-4]}, "epochs": 7}


def test_a_choice_of_models_makes_one_table_for_each_with_what_it_has(tmp_path) -> None:
    configuration = with_parameters(
        model={"values": ["SchNet", "PaiNN"]},
        shared_filters={"values": [True, False]},
        **ONE,
    )
    models = study_of(made(tmp_path, configuration))["models"]
    assert set(models) == {"schnet", "painn"}
    assert "shared_filters" in models["painn"]["model"]
    assert "shared_filters" not in models["schnet"]["model"]


def test_seeds_become_repeats(tmp_path) -> None:
    imported = made(tmp_path, with_parameters(seed={"values": [1, 2, 3]}, **ONE))
    assert study_of(imported)["sweep"]["repeats"] == 3
    assert any("parameters.seed" in note for note in imported.notes)


def test_hyperband_becomes_halving_at_the_same_brackets(tmp_path) -> None:
    # Brackets at 3, 9, 27 … and, counted down from 27, at 9 and 3.
    by_first = {"type": "hyperband", "min_iter": 3, "eta": 3}
    by_last = {"type": "hyperband", "max_iter": 27, "s": 2}
    for given in (by_first, by_last):
        configuration = {**with_parameters(**ONE), "early_terminate": given}
        prune = study_of(made(tmp_path, configuration))["sweep"]["prune"]
        assert prune == {"kind": "asha", "min_epochs": 3, "factor": 3}


def test_metrics_are_known_by_what_they_are_called_elsewhere(tmp_path) -> None:
    for given, expected in {
        "val_loss": "val_loss",
        "Valid/energy_MAE": "val_mae",
        "validation RMSE": "val_rmse",
        "train_loss": "train_loss",
        "runtime": "seconds",
    }.items():
        configuration = {**with_parameters(**ONE), "metric": {"name": given}}
        assert study_of(made(tmp_path, configuration))["sweep"]["metric"] == expected


def test_several_metrics_keep_their_goals_and_a_target_is_kept(tmp_path) -> None:
    metrics = [{"name": "val_mae", "goal": "minimize"}, {"name": "time", "goal": "minimize"}]
    configuration = {
        **with_parameters(**ONE),
        "method": "custom",
        "scheduler": {"engine": "optuna"},
        "metrics": metrics,
    }
    table = study_of(made(tmp_path, configuration))["sweep"]
    assert (table["method"], table["metric"]) == ("tpe", ["val_mae", "seconds"])
    one = {**with_parameters(**ONE), "metric": {"name": "val_mae", "target": 0.05}}
    assert study_of(made(tmp_path, one))["sweep"]["target"] == 0.05


def test_what_has_no_effect_here_is_noted_not_refused(tmp_path) -> None:
    configuration = {
        **with_parameters(**ONE),
        "program": "train.py",
        "command": ["${env}", "python", "${program}", "${args}"],
        "entity": "me",
        "project": "qm9",
        "metric": {"name": "val_loss", "impute": "worst"},
    }
    notes = made(tmp_path, configuration).notes
    for key in ("program", "command", "entity", "project", "metric.impute"):
        assert any(note.startswith(f"{key}:") for note in notes)


def test_an_endless_sweep_gets_an_end_and_says_so(tmp_path) -> None:
    imported = made(tmp_path, {"method": "random", "parameters": ONE})
    assert study_of(imported)["sweep"]["runs"] == 50
    assert any(note.startswith("run_cap:") for note in imported.notes)
    mine = made(tmp_path, {"method": "random", "parameters": ONE}, Surroundings(runs=7))
    assert study_of(mine)["sweep"]["runs"] == 7


def test_surroundings_say_what_is_learned_and_rename_and_ignore(tmp_path) -> None:
    around = Surroundings(
        source="mp-elastic",
        target="bulk_modulus",
        unit="GPa",
        models=("krr",),
        representation="soap",
        renamed={"sigma": "representation.width"},
        ignored=("dropout",),
    )
    configuration = with_parameters(
        sigma={"values": [0.3, 0.5]}, r_cut={"values": [3.0, 5.0]}, dropout={"values": [0.1, 0.2]}
    )
    study = study_of(made(tmp_path, configuration, around))
    assert study["data"]["source"] == "mp-elastic"
    assert study["targets"] == {"bulk_modulus": {"unit": "GPa"}}
    assert study["models"]["krr"]["representation"] == {
        "kind": "soap",
        "width": {"values": [0.3, 0.5]},
        "cutoff": {"values": [3.0, 5.0]},
    }


def test_the_command_writes_a_study_and_says_what_it_left_out(tmp_path, capsys) -> None:
    path, out = tmp_path / "a.json", tmp_path / "a.toml"
    path.write_text(json.dumps({**with_parameters(hidden={"value": 32}, **ONE), "program": "x"}))
    import_sweep(path, out=out, rename=("hidden=model.width",))
    assert "width = 32" in out.read_text()
    said = capsys.readouterr()
    assert "note: program: left out" in said.err
    assert f"atomarium run {out} --dry-run" in said.out
    with pytest.raises(InputError, match=r"exists; choose another name or say --overwrite"):
        import_sweep(path, out=out)
    with pytest.raises(InputError, match="--rename takes NAME=SETTING, got 'hidden'"):
        import_sweep(path, out=out, rename=("hidden",), overwrite=True)
