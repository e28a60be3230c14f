"""Alchemical models in studies: structures aside, maps beside trials and in the report, predictions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from tests.models.alchemical.crystals import clusters
from tests.study.alchemical_study import STUDY, folder_with_clusters, plan_of

from atomarium.cli.predict import predict
from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import write
from atomarium.data.sources import load_dataset
from atomarium.experiment.saved_model import load_model
from atomarium.study.carry_out import carry_out
from atomarium.study.element_maps import element_maps
from atomarium.study.report import report_payload

pytest.importorskip("torch", reason="couplings are learned with torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return folder_with_clusters(tmp_path_factory.mktemp("alchemical"))


@pytest.fixture(scope="module")
def outcome(folder):
    plan = plan_of(folder)
    return plan, carry_out(plan, folder / "run", show=False)


def trial_of(outcome, model: str, n_train: int = 30):
    plan, done = outcome
    (record,) = [r for r in done.records if (r.model, r.n_train) == (model, n_train)]
    (trial,) = [t for t in plan.trials if t.id == record.id]
    return record, trial


def test_every_trial_finishes_and_says_what_it_chose(outcome):
    assert [record.state for record in outcome[1].records] == ["finished"] * 6
    record, _ = trial_of(outcome, "same")
    assert record.chosen["n_pseudo"] == 2
    assert {"noise", "learning_loss", "third_mae"} <= set(record.chosen)
    lengths = [float(one) for one in str(record.chosen["singular_values"]).split(", ")]
    assert len(lengths) == 2
    assert lengths[0] >= lengths[1] > 0


def test_structures_aside_neither_train_nor_test_and_only_those_see_them_who_learn_from_them(
    outcome,
):
    _, others = trial_of(outcome, "others")
    assert others.aside is not None
    assert len(others.aside) == 25
    assert not set(others.aside) & (set(others.train) | set(others.test))
    assert trial_of(outcome, "same")[1].aside is None
    assert trial_of(outcome, "apart")[1].aside is None


def test_couplings_from_others_are_the_same_at_every_training_size(folder, outcome):
    maps = []
    for n_train in (15, 30):
        record, _ = trial_of(outcome, "others", n_train)
        path = folder / "run" / "trials" / record.id / "elements.json"
        maps.append(json.loads(path.read_text())["couplings"])
    assert maps[0] == maps[1]


def test_the_report_holds_the_map_of_each_model_that_has_one(folder, outcome):
    plan, done = outcome
    maps = report_payload(plan, done.records, folder / "run")["elements"]
    assert [one["model"] for one in maps] == ["others", "same"]
    assert all(one["n_train"] == 30 and one["symbols"] == ["Li", "F", "Na", "Cl"] for one in maps)
    assert (folder / "run" / "trials" / maps[0]["trial"] / "elements-explorer.json").is_file()


def test_a_damaged_map_is_refused(outcome, tmp_path):
    record, _ = trial_of(outcome, "others")
    path = tmp_path / "trials" / record.id / "elements.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(InputError, match=r"elements\.json is damaged: .*; delete the folder"):
        element_maps([record], tmp_path)


def test_a_kept_model_predicts_the_same_and_guesses_elements_it_has_not_seen(folder, outcome):
    record, trial = trial_of(outcome, "same")
    model = load_model(folder / "run" / "trials" / record.id / "model")
    dataset = outcome[0].dataset
    said = model.predict(dataset.take(trial.test))
    with np.load(folder / "run" / "trials" / record.id / "predictions.npz") as kept:
        np.testing.assert_allclose(said, kept["test_prediction"], atol=1e-12)
    strange = Dataset(structures=clusters(4, elements=np.array([9, 19])))
    assert np.isfinite(model.predict(strange)).all()
    unknown = Dataset(structures=clusters(4, elements=np.array([9, 61])), ids=tuple("abcd"))
    with pytest.raises(InputError, match=r"structure '[abcd]': nothing is known of Pm \(61\)"):
        model.predict(unknown)
    apart, _ = trial_of(outcome, "apart")
    usual = load_model(folder / "run" / "trials" / apart.id / "model")
    with pytest.raises(InputError, match="which the model has never seen"):
        usual.predict(strange)


def test_a_baseline_of_elements_has_no_number_for_those_never_seen(folder, outcome):
    record, _ = trial_of(outcome, "others")
    model = load_model(folder / "run" / "trials" / record.id / "model")
    with pytest.raises(
        InputError, match=r"holds K, which the model has never seen; it has learned"
    ):
        model.predict(
            Dataset(structures=clusters(4, elements=np.array([9, 19])), ids=tuple("abcd"))
        )


def test_predictions_for_elements_never_seen_come_with_their_spread(folder, outcome, capsys):
    record, _ = trial_of(outcome, "same")
    model = folder / "run" / "trials" / record.id / "model"
    mixed = Structures.concatenate([clusters(3), clusters(3, elements=np.array([9, 19]))])
    write(folder / "mixed.npz", Dataset(structures=mixed))
    write(folder / "seen.npz", Dataset(structures=clusters(3)))
    predict(model, str(folder / "mixed.npz"))
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0][2:] == ["energy [eV]", "energy spread [eV]"]
    spreads = [float(row[3]) for row in rows[1:]]
    assert [spread > 0 for spread in spreads] == [19 in one.numbers for one in mixed]
    predict(model, str(folder / "mixed.npz"), out=folder / "out.npz")
    kept = load_dataset(folder / "out.npz").targets
    np.testing.assert_allclose(kept["energy_spread"].scalar, spreads)
    predict(model, str(folder / "seen.npz"))
    assert capsys.readouterr().out.splitlines()[0] == "id,formula,energy [eV]"


def test_other_structures_aside_make_another_trial(folder, outcome):
    fewer = plan_of(folder, STUDY.replace("aside = 25", "aside = 20"))
    ids = {(t.model, t.n_train): t.id for t in fewer.trials}
    assert ids["others", 30] != trial_of(outcome, "others")[1].id
    assert ids["same", 30] == trial_of(outcome, "same")[1].id


def test_a_map_that_was_edited_makes_another_trial(folder, outcome, monkeypatch):
    record, _ = trial_of(outcome, "others")
    monkeypatch.chdir(folder)
    given = (folder / "run" / "trials" / record.id / "elements.json").read_text()
    text = STUDY.replace('couplings = "none"', 'couplings = "mine.json"')
    with pytest.raises(InputError, match=r"models\.apart: mine\.json: cannot be opened"):
        plan_of(folder, text)
    ids = []
    for content in (given, given, given + "\n"):
        (folder / "mine.json").write_text(content)
        ids.append({(t.model, t.n_train): t.id for t in plan_of(folder, text).trials})
    assert ids[0] == ids[1]
    assert ids[1]["apart", 30] != ids[2]["apart", 30]
    assert ids[1]["same", 30] == ids[2]["same", 30]


def test_too_many_structures_aside_are_refused(folder):
    with pytest.raises(InputError, match="training size 61 does not fit"):
        plan_of(folder, STUDY.replace("[15, 30]", "[31]").replace("aside = 25", "aside = 30"))
    without_sizes = STUDY.replace("train = [15, 30]\n", "").replace("aside = 25", "aside = 60")
    with pytest.raises(InputError, match=r"split\.aside: 60 structures leave none to train with"):
        plan_of(folder, without_sizes)


def test_an_unknown_setting_of_learning_is_refused_with_the_one_that_was_meant(folder):
    text = STUDY.replace("learning = { epochs = 5 }", "learning = { epoch = 5 }")
    with pytest.raises(
        InputError, match=r"learning: there is no setting 'epoch'; did you mean 'ep"
    ):
        plan_of(folder, text)


def test_a_representation_without_pairs_of_elements_is_refused_at_its_line(folder):
    text = STUDY.replace(
        'representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }\n', ""
    )
    with pytest.raises(
        InputError, match=r"models\.apart\.representation: the model needs pairs of"
    ):
        plan_of(folder, text)
