"""Structures aside in searches, sweeps and estimates of what a study costs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.models.alchemical.crystals import clusters, features_of, values_of
from tests.study.alchemical_study import STUDY, folder_with_clusters, plan_of

from atomarium.core.errors import InputError
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.spec import read_study
from atomarium.models.alchemical.couplings import learn_couplings
from atomarium.models.alchemical.krr import AlchemicalKrr
from atomarium.models.alchemical.learning import Learning
from atomarium.study.carry_out import carry_out
from atomarium.study.estimate import estimate
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.training import Trainer

pytest.importorskip("torch", reason="couplings are learned with torch")

OPEN = STUDY[: STUDY.index("[models.apart]")].replace("train = [15, 30]", "train = [30]")
SEARCH = "[search]\nruns = 3\nfolds = 2\n"
SEARCHED = """
[models.searched]
representation = { kind = "soap", cutoff = { values = [3.0, 3.5] }, n_max = 2, l_max = 1 }
"""
LEARNING = 'n_pseudo = 2, learn_from = "aside", learning = { epochs = 5 }'
OF_THESE = f'model = {{ kind = "alchemical-krr", {LEARNING} }}\n'
OF_EITHER = OF_THESE.replace('"aside"', '{ values = ["training", "aside"] }')


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return folder_with_clusters(tmp_path_factory.mktemp("alchemical"))


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


def test_learning_from_others_needs_others(folder):
    for text in (STUDY, OPEN + SEARCH + SEARCHED + OF_EITHER):
        with pytest.raises(
            InputError, match=r"split\.aside: models\.\w+ learns from structures aside, and there"
        ):
            plan_of(folder, text.replace("aside = 25\n", ""))
