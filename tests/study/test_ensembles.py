"""Several networks of different seeds: their mean answers, their spread says how sure they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.study.conftest import put_models

from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.spec import read_study
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.learners import SchNetModel
from atomarium.models.nn.training import Training
from atomarium.study.plan import make_plan
from atomarium.study.runner import run_study

pytest.importorskip("torch", reason="networks need torch")

ONE: Any = SchNetModel(
    width=8,
    n_interactions=1,
    cutoff=3.0,
    training=Training(epochs=4, batch_size=5, seed=3, precision="float64"),
)


@pytest.fixture
def samples(study_path: Path) -> tuple[Graphs, np.ndarray]:
    """Graphs and energies of the small study."""
    plan = make_plan(read_study(study_path))
    structures = plan.dataset.structures
    features = Candidate(representation=None, model=ONE).represent(structures, extensive=True)
    assert isinstance(features, Graphs)
    return features, plan.targets["energy"].values


def test_ensemble_answers_the_mean_of_its_members(samples: tuple[Graphs, np.ndarray]) -> None:
    graphs, values = samples
    several = replace(ONE, members=3).fit(graphs, values, extensive=True)
    alone = np.stack(
        [
            replace(ONE, training=replace(ONE.training, seed=seed))
            .fit(graphs, values, extensive=True)
            .predict(graphs)
            for seed in (3, 4, 5)
        ]
    )
    # float64: sums of three terms.
    np.testing.assert_allclose(several.predict(graphs), alone.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(several.spread(graphs), alone.std(axis=0, ddof=1), rtol=1e-9)
    again = replace(ONE, members=3).restore(several.arrays(), None)
    np.testing.assert_array_equal(again.predict(graphs), several.predict(graphs))
    np.testing.assert_array_equal(again.spread(graphs), several.spread(graphs))


def test_one_network_knows_no_spread(samples: tuple[Graphs, np.ndarray]) -> None:
    graphs, values = samples
    fitted = ONE.fit(graphs, values, extensive=True)
    with pytest.raises(InputError, match="set members = 2 or more"):
        fitted.spread(graphs)


def test_number_of_members_is_checked() -> None:
    with pytest.raises(InputError, match="members must be"):
        replace(ONE, members=0)


def test_spread_of_ensembles_is_calibrated_in_studies(study_path: Path, tmp_path: Path) -> None:
    put_models(
        study_path,
        "[intervals]\ncoverage = [0.5]\n"
        '[models.schnet]\nmodel = { kind = "schnet", width = 8, n_interactions = 1, cutoff = 3.0, '
        "members = 2, training = { epochs = 3, batch_size = 5 } }\n",
    )
    records = run_study(make_plan(read_study(study_path)), tmp_path / "run", show=False)
    kinds = {one.kind for record in records for one in record.intervals}
    assert kinds == {"conformal", "normalized", "gaussian"}
