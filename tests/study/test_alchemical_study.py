"""Alchemical models in studies: structures aside, maps beside trials and in the report, predictions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from tests.models.alchemical.crystals import clusters, features_of, values_of

from atomarium.cli.predict import predict
from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import write
from atomarium.data.sources import load_dataset
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.saved_model import load_model
from atomarium.experiment.spec import read_study
from atomarium.models.alchemical.couplings import learn_couplings
from atomarium.models.alchemical.krr import AlchemicalKrr
from atomarium.models.alchemical.learning import Learning
from atomarium.study.carry_out import carry_out
from atomarium.study.element_maps import element_maps
from atomarium.study.estimate import estimate
from atomarium.study.plan import make_plan
from atomarium.study.report import report_payload
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.training import Trainer

pytest.importorskip("torch", reason="couplings are learned with torch")

STUDY = """
name = "small"
[data]
source = "clusters.npz"
[targets.energy]
unit = "eV"
extensive = false
[split]
test = 20
train = [15, 30]
aside = 25
repeats = 1
[models.apart]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
model = { kind = "alchemical-krr", couplings = "none" }
[models.others]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
baseline = "composition"
model = { kind = "alchemical-krr", n_pseudo = 2, learn_from = "aside", learning = { epochs = 5 } }
[models.same]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
model = { kind = "alchemical-krr", n_pseudo = 2, learning = { epochs = 5 } }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("alchemical")
    structures = clusters(80)
    energy = Target(name="energy", values=values_of(structures), unit="eV")
    write(folder / "clusters.npz", Dataset(structures=structures, targets={"energy": energy}))
    return folder


def plan_of(folder: Path, text: str = STUDY):
    (folder / "study.toml").write_text(text)
    return make_plan(read_study(folder / "study.toml"))


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


def test_too_many_structures_aside_are_refused(folder):
    with pytest.raises(InputError, match="training size 61 does not fit"):
        plan_of(folder, STUDY.replace("[15, 30]", "[31]").replace("aside = 25", "aside = 30"))
    without_sizes = STUDY.replace("train = [15, 30]\n", "").replace("aside = 25", "aside = 60")
    with pytest.raises(InputError, match=r"split\.aside: 60 structures leave none to train with"):
        plan_of(folder, without_sizes)


def test_learning_from_others_needs_others(folder):
    for text in (STUDY, OPEN + SEARCH + SEARCHED + OF_EITHER):
        with pytest.raises(
            InputError, match=r"split\.aside: models\.\w+ learns from structures aside, and there"
        ):
            plan_of(folder, text.replace("aside = 25\n", ""))


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


OPEN = STUDY[: STUDY.index("[models.apart]")].replace("train = [15, 30]", "train = [30]")
SEARCH = "[search]\nruns = 3\nfolds = 2\n"
SEARCHED = """
[models.searched]
representation = { kind = "soap", cutoff = { values = [3.0, 3.5] }, n_max = 2, l_max = 1 }
"""
LEARNING = 'n_pseudo = 2, learn_from = "aside", learning = { epochs = 5 }'
OF_THESE = f'model = {{ kind = "alchemical-krr", {LEARNING} }}\n'
OF_EITHER = OF_THESE.replace('"aside"', '{ values = ["training", "aside"] }')


@pytest.fixture
def learned_from(monkeypatch):
    """From how many structures couplings were learned, each time that they were."""
    from atomarium.models.alchemical import kept

    sizes: list[int] = []
    learn = kept.learn_couplings

    def noted(recipe, features, values):
        sizes.append(len(values))
        return learn(recipe, features, values)

    kept.forget()
    monkeypatch.setattr(kept, "learn_couplings", noted)
    return sizes


def test_a_search_learns_from_structures_aside_once_for_each_representation(folder, learned_from):
    plan = plan_of(folder, OPEN + SEARCH + SEARCHED + OF_THESE)
    (record,) = carry_out(plan, folder / "searched", show=False).records
    assert (record.state, record.error) == ("finished", None)
    # Whatever is left out in folds, couplings come from all that is aside.
    assert learned_from == [25, 25]
    maps = folder / "searched" / "trials" / record.id / "elements.json"
    assert sum(json.loads(maps.read_text())["seen"]) > 25


def test_a_search_may_choose_what_couplings_are_learned_from(folder, learned_from):
    plan = plan_of(folder, OPEN + SEARCH + SEARCHED + OF_EITHER)
    assert plan.trials[0].aside is not None
    (record,) = carry_out(plan, folder / "either", show=False).records
    assert (record.state, record.error) == ("finished", None)
    assert record.chosen["model.learn_from"] in {"training", "aside"}
    assert set(learned_from) <= {15, 25, 30}


def test_runs_of_a_sweep_learn_from_structures_aside(folder, learned_from):
    noise = OF_THESE.replace("n_pseudo = 2", "n_pseudo = 2, noise = { values = [1e-4, 1e-2] }")
    text = OPEN + "[sweep]\nruns = 2\nmethod = 'grid'\n" + SEARCHED.replace("[3.0, 3.5]", "[3.5]")
    (folder / "sweep.toml").write_text(text + noise)
    plan = make_sweep_plan(read_study(folder / "sweep.toml"))
    trainer = Trainer(plan.trial, plan.dataset)
    for noise in (0, 1):
        opened = plan.plan.candidates["searched"]
        assert isinstance(opened, CandidateSpace)
        trained = trainer.train(opened.candidate(lambda name, _, k=noise: k * ("noise" in name)))
        assert np.isfinite(trained.metrics["val_mae"])
    assert learned_from == [25]


def test_the_estimate_counts_learning_once_for_each_split_where_it_is_shared(folder):
    text = STUDY.replace("train = [15, 30]", "train = [10, 20, 30]").replace("epochs = 5", "")
    costs = {cost.model: cost.seconds for cost in estimate(plan_of(folder, text))}
    assert 5 * costs["apart"] < costs["others"] < costs["same"]


@pytest.mark.parametrize("n_pseudo", [2, 0])
def test_no_more_steps_are_made_than_the_estimate_counts(n_pseudo, monkeypatch):
    from atomarium.models.alchemical.objective import Objective

    model = AlchemicalKrr(
        n_pseudo=n_pseudo or "auto",
        most_pseudo=3,
        learning=Learning(optimizer="adam", epochs=4, restarts=2, patience=99),
    )
    calls: list[int] = []
    slope = Objective.value_and_gradient
    monkeypatch.setattr(
        Objective, "value_and_gradient", lambda *given: calls.append(1) or slope(*given)
    )
    structures = clusters(60)
    learn_couplings(model.recipe(), features_of(structures), values_of(structures)[:, 0])
    most = model.recipe().most_steps
    assert 0.7 * most < len(calls) <= most + 20
