"""What has no counterpart in sweep configurations is refused by file and key."""

from __future__ import annotations

import pytest
from tests.study.sweep.test_wandb_import import ONE, made, study_of, with_parameters

from atomarium.core.errors import InputError
from atomarium.study.sweep.wandb_import import import_configuration


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"dropout": {"value": 0.5}}, "parameters.dropout: schnet has no such setting"),
        ({"lr": {"min": 0, "max": 0.1}}, "parameters.lr: learning_rate must be above 0, got 0"),
        ({"lr": {"min": 1e-4}}, "parameters.lr: needs value, values, or min and max"),
        ({"lr": {"minimum": 1, "max": 2}}, "parameters.lr: unknown key 'minimum'"),
        ({"lr": {"values": ["x"]}}, "parameters.lr: expected a number, got 'x'"),
        ({"lr": {"distribution": "gamma"}}, "parameters.lr: no distribution 'gamma'"),
        ({"lr": 0.1}, "parameters.lr: expected a table"),
        ({"lr": {"value": 1}, "learning_rate": {"value": 1}}, "means model.training.learning_rate"),
        ({"epochs": {"values": [1.5, 2]}}, "parameters.epochs: epochs is a whole number, got 1.5"),
        ({"optimizer": {"values": ["lion"]}}, "parameters.optimizer: no optimizer 'lion'"),
        ({"model": {"values": ["gpt"]}}, "parameters.model: no model 'gpt'"),
        ({"model": {"min": 1, "max": 2}}, "parameters.model: a choice of models needs value"),
        ({"optim": {"parameters": {"lr": {"value": None}}}}, "parameters.optim.lr: expected a num"),
        ({"basis": {"values": [None]}}, "parameters.basis: null has no counterpart"),
        ({"lr": {"value": 1e-3}}, "needs settings that are left open"),
    ],
)
def test_parameters_without_counterpart_are_refused_by_name(tmp_path, parameters, words) -> None:
    with pytest.raises(InputError) as caught:
        made(tmp_path, with_parameters(**parameters))
    assert words in str(caught.value)
    assert "sweep.json" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("method", "hyperopt", "method: no counterpart of 'hyperopt'"),
        ("method", "custom", "method: no counterpart of 'custom'"),
        ("metric", {"name": "bleu"}, "metric.name: no counterpart of 'bleu'"),
        ("metric", {"goal": "minimize"}, "metric.name: missing"),
        ("metric", {"name": "loss", "goal": "shrink"}, "metric.goal: no goal 'shrink'"),
        ("metric", {"name": "loss", "gaol": "x"}, "metric.gaol: unknown key"),
        ("metric", {"name": "loss", "target": "low"}, "metric.target: expected a number"),
        ("metric", 5, "metric: expected a table"),
        ("metrics", [], "metrics: expected a list"),
        ("run_cap", 0, "run_cap: must be at least 1"),
        ("run_cap", "many", "run_cap: expected a number"),
        ("early_terminate", {"type": "median"}, "early_terminate.type: there is hyperband alone"),
        ("early_terminate", {"type": "hyperband"}, "early_terminate: needs min_iter, or max_iter"),
        ("early_terminate", {"type": "hyperband", "min_iter": 0}, "early_terminate.min_iter: must"),
        ("early_terminate", {"type": "hyperband", "minimum": 3}, "early_terminate.minimum: unkn"),
        ("early_terminate", {"type": "hyperband", "min_iter": 3, "eta": 1}, "early_terminate.eta:"),
        ("early_terminate", "hyperband", "early_terminate: expected a table"),
        ("paramters", {}, "paramters: no counterpart; did you mean 'parameters'"),
        ("parameters", {}, "parameters: missing"),
    ],
)
def test_other_keys_without_counterpart_are_refused_by_name(tmp_path, key, value, words) -> None:
    with pytest.raises(InputError) as caught:
        made(tmp_path, {**with_parameters(**ONE), key: value})
    assert words in str(caught.value)


def test_what_only_running_would_tell_is_named_with_its_line(tmp_path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        "import torch\nsweep = {'method': 'grid', 'parameters': {'batch_size':\n"
        "  {'value': torch.cuda.device_count()}}}\n"
    )
    with pytest.raises(InputError, match=r"line 3: parameters\.batch_size\.value: torch\.cuda\."):
        import_configuration(path)


def test_several_dicts_ask_which_is_meant(tmp_path) -> None:
    path = tmp_path / "train.py"
    one = "{'method': 'grid', 'parameters': {'epochs': {'values': [1, %d]}}}"
    path.write_text(f"a = {one % 2}\nb = {one % 3}\n")
    with pytest.raises(InputError, match="several sweeps; say --variable a or b"):
        import_configuration(path)
    study = study_of(import_configuration(path, variable="b"))
    assert study["models"]["schnet"]["model"]["training"]["epochs"] == {"values": [1, 3]}
    with pytest.raises(InputError, match="no variable 'c'"):
        import_configuration(path, variable="c")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.py", "x = 1\n", "no dict with the keys method and parameters"),
        ("a.py", "x = (\n", "not valid Python"),
        ("a.json", "{", "a.json: "),
        ("a.json", "[1]", "expected a table"),
        ("a.yaml", "a: [", "a.yaml: "),
        ("a.toml", "", "expected .py, .ipynb, .json, .yaml or .yml, got '.toml'"),
        ("a.ipynb", "{}", "is not a notebook"),
        ("b.json", None, "no file"),
    ],
)
def test_files_that_hold_no_configuration_are_refused(tmp_path, name, text, words) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        import_configuration(tmp_path / name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "method: grid\nparameters: &here\n  epochs: {values: [1, 2]}\n  more: *here\n"),
        ("a.py", "a = {'method': 'grid', 'parameters': {'x': {}}}\na['parameters']['x'] = a\n"),
    ],
)
def test_a_table_that_holds_itself_is_refused(tmp_path, name, text) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="a table in it holds itself"):
        import_configuration(tmp_path / name)


def test_one_dict_under_two_names_is_one(tmp_path) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"a = {{'method': 'grid', 'parameters': {ONE}}}\nb = a\nwandb.sweep(sweep=b)\n")
    assert study_of(import_configuration(path))["sweep"]["method"] == "grid"


def test_only_python_files_have_variables(tmp_path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InputError, match="only Python files have variables, got --variable x"):
        import_configuration(tmp_path / "a.json", variable="x")
