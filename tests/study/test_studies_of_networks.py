"""Networks in studies: beside kernel models, kept, used for predictions, stopped and resumed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.study.conftest import put_models

from atomarium.core.errors import InputError
from atomarium.core.stopping import Stopped
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import read_study
from atomarium.study.plan import Plan, make_plan
from atomarium.study.runner import run_study

pytest.importorskip("torch", reason="networks need torch")

NETWORK = """
[models.schnet]
model = { kind = "schnet", width = 8, n_interactions = 1, cutoff = 3.0, training = { epochs = 6, batch_size = 5 } }
baseline = "composition"
"""


def network_plan(study_path: Path) -> Plan:
    """Return the small study with one network."""
    put_models(study_path, NETWORK)
    return make_plan(read_study(study_path))


def test_network_is_trained_kept_and_predicts(study_path: Path, tmp_path: Path) -> None:
    plan = network_plan(study_path)
    records = run_study(plan, tmp_path / "run", show=False)
    assert [record.state for record in records] == ["finished"] * 4
    folder = tmp_path / "run/trials" / records[-1].id
    lines = (folder / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == list(range(6))
    model = load_model(folder / "model")
    test = plan.trials[-1].test
    said, truth = model.predict(plan.dataset.take(test)), plan.targets["energy"].scalar[test]
    assert np.abs(said - truth).mean() == pytest.approx(records[-1].scores["mae"])
    assert not (tmp_path / "run/training").exists()


def test_stopped_training_goes_on_with_the_study(
    study_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atomarium.models.nn import loop

    plan = network_plan(study_path)
    whole = run_study(plan, tmp_path / "whole", show=False)
    steps = iter(range(10**9))
    monkeypatch.setattr(loop, "is_stop_asked", lambda: next(steps) >= 7)
    with pytest.raises(Stopped):
        run_study(plan, tmp_path / "run", show=False)
    assert list((tmp_path / "run/training").glob("*/checkpoint.safetensors"))
    monkeypatch.setattr(loop, "is_stop_asked", lambda: False)
    resumed = run_study(plan, tmp_path / "run", show=False)
    assert [one.scores for one in resumed] == [one.scores for one in whole]


def test_network_takes_no_representation(study_path: Path) -> None:
    models = '[models.wrong]\nrepresentation = { kind = "soap" }\nmodel = { kind = "schnet" }\n'
    put_models(study_path, models)
    with pytest.raises(InputError, match="schnet learns from structures; leave this out"):
        read_study(study_path)


def test_settings_of_training_are_checked_by_place(study_path: Path) -> None:
    network_plan(study_path)
    study_path.write_text(study_path.read_text().replace("epochs = 6", "epoch = 6"))
    with pytest.raises(InputError, match=r"line \d+: models\.schnet\.model\.training.*epoch"):
        read_study(study_path)
