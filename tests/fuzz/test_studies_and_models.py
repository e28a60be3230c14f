"""Study files and saved models: whatever is in them, an answer or one sentence."""

from __future__ import annotations

import importlib.util
import random
import shutil
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from mutations import spoil
from restrained import bytes_in, fuzzed, needs_timer, read_or_refuse

from atomarium.cli.main import main
from atomarium.data.samples import load_sample
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import parse_study, read_study
from atomarium.study.carry_out import carry_out
from atomarium.study.plan import make_plan

pytestmark = needs_timer

_STUDIES = sorted((Path(__file__).resolve().parents[2] / "studies").glob("*.toml"))
_SEED = st.integers(0, 2**32 - 1)
_HAS_TORCH = importlib.util.find_spec("torch") is not None
_STUDY = """
name = "small"
[data]
source = "qm9-sample"
limit = 40
[targets.gap]
[split]
kind = "random"
test = 10
train = [20]
repeats = 1
[models.composition]
model = { kind = "ridge" }
[models.krr]
representation = { kind = "coulomb-matrix" }
model = { kind = "krr" }
baseline = "composition"
"""
_NETWORK = """
[models.network]
model = { kind = "cgcnn", width = 4, hidden = 4, n_convolutions = 1, training = { epochs = 1, device = "cpu" } }
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    text = _STUDY + (_NETWORK if _HAS_TORCH else "")
    plan = make_plan(parse_study(text, name="small", folder=folder))
    records = carry_out(plan, folder / "run", show=False).records
    return [folder / "run" / "trials" / record.id / "model" for record in records]


def _molecules():
    return load_sample("qm9-sample").take(np.arange(3))


def test_whole_models_are_read_and_predict(models):
    """A network with batch normalization is among them, where torch is installed."""
    assert len(models) == 2 + _HAS_TORCH
    for folder in models:
        assert np.isfinite(load_model(folder).predict(_molecules())).all()


@fuzzed
@given(seed=_SEED)
def test_a_spoiled_model_is_read_or_refused(models, tmp_path_factory, seed):
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("model")
    shutil.copytree(dice.choice(models), folder, dirs_exist_ok=True)
    file = dice.choice([*sorted(folder.iterdir()), folder / "model.json"])
    file.write_bytes(spoil(file.read_bytes(), dice))
    read_or_refuse(lambda: load_model(folder), size=bytes_in(folder))
    shutil.rmtree(folder)


@fuzzed
@given(seed=_SEED)
def test_a_spoiled_study_file_is_read_or_refused(tmp_path_factory, seed):
    dice = random.Random(seed)
    path = tmp_path_factory.getbasetemp() / "spoiled.toml"
    path.write_bytes(spoil(dice.choice(_STUDIES).read_bytes(), dice))
    read_or_refuse(lambda: read_study(path), size=bytes_in(path))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "7" * 5000,
        "name = 1979-05-27T07:32:00Z",
        "[models.a]\nrepresentation = { kind = 'symmetry-functions', n_radial = 99999999999 }",
    ],
    ids=["nested", "digits", "date", "functions"],
)
def test_study_files_that_ask_too_much_are_refused(tmp_path, text):
    path = tmp_path / "study.toml"
    path.write_text(f"{text}\n" if "models" not in text else f"{_STUDY}\n{text}\n")
    assert not read_or_refuse(lambda: read_study(path), size=bytes_in(path))


@pytest.mark.filterwarnings("ignore:Cyclopts application invoked")
@pytest.mark.parametrize("command", [("run",), ("data", "info"), ("open", "--check")])
@pytest.mark.parametrize("name", ["set.extxyz", "set.json", "set.npz", "set.db", "set.toml"])
def test_commands_say_one_sentence_and_end_with_2(tmp_path, monkeypatch, capsys, command, name):
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\x00[[[{{ 7 \xff" * 9)
    monkeypatch.setattr("sys.argv", ["atomarium", *command, str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("error: ")
    assert "Traceback" not in said
