"""What every network promises as a model of studies."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from ase.build import bulk, molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.learning import NetworkModel
from atomarium.models import MODELS
from atomarium.models.nn.training import Training

pytest.importorskip("torch", reason="networks need torch")


@dataclass(frozen=True)
class Case:
    """A network to try.

    Args:
        kind: Its kind.
        settings: What differs from the defaults.
    """

    kind: str
    settings: dict[str, Any] = field(default_factory=dict)

    def model(self, **training: Any) -> Any:
        settings = {"epochs": 3, "batch_size": 4, "learning_rate": 1e-2, "validation": 0.2}
        return MODELS.load(self.kind)(**self.settings, training=Training(**(settings | training)))


CASES = [
    Case("schnet", {"width": 8, "n_interactions": 1, "cutoff": 3.0}),
    Case("painn", {"width": 8, "n_interactions": 1, "cutoff": 3.0}),
    Case("cgcnn", {"width": 8, "hidden": 8, "n_convolutions": 1, "radius": 5.0, "n_neighbors": 6}),
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)


@lru_cache
def structures() -> Structures:
    """Molecules and a crystal, shaken."""
    rng = np.random.default_rng(0)
    many = [molecule(name) for name in ("H2O", "CH4", "NH3", "CH3OH")] + [
        bulk("NaCl", "rocksalt", 5.6)
    ]
    shaken = []
    for k in range(20):
        atoms = many[k % len(many)].copy()
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        shaken.append(atoms)
    return Structures.from_ase(shaken)


def values(n_targets: int = 1) -> np.ndarray:
    """Return something smooth that grows with the structure."""
    some = structures()
    sizes = some.sizes[:, None].astype(float)
    return sizes * np.arange(1, n_targets + 1) + np.random.default_rng(1).normal(
        scale=0.1, size=(len(some), n_targets)
    )


@every_case
@pytest.mark.parametrize("extensive", [True, False])
def test_predictions_have_a_row_for_each_structure(case: Case, *, extensive: bool) -> None:
    model = case.model()
    assert isinstance(model, NetworkModel)
    graphs = model.represent(structures())
    fitted = model.fit(graphs, values(2), extensive=extensive)
    predicted = fitted.predict(graphs.take(np.arange(7)))
    assert predicted.shape == (7, 2)
    assert np.isfinite(predicted).all()


@every_case
def test_restored_network_predicts_the_same_bits(case: Case) -> None:
    model = case.model()
    graphs = model.represent(structures())
    fitted = model.fit(graphs, values(), extensive=True)
    restored = model.restore(fitted.arrays(), None)
    assert np.array_equal(restored.predict(graphs), fitted.predict(graphs))


@every_case
def test_equal_seeds_train_equal_networks(case: Case) -> None:
    model = case.model()
    graphs = model.represent(structures())
    one, two = (model.fit(graphs, values(), extensive=True).predict(graphs) for _ in "ab")
    assert np.array_equal(one, two)
    other = case.model(seed=1).fit(graphs, values(), extensive=True).predict(graphs)
    assert not np.array_equal(one, other)


@every_case
def test_shift_of_an_intensive_value_shifts_predictions(case: Case) -> None:
    model = case.model()
    graphs = model.represent(structures())
    one = model.fit(graphs, values(), extensive=False).predict(graphs)
    two = model.fit(graphs, values() + 1000.0, extensive=False).predict(graphs)
    # float32 within, float64 outside: shifts lose nothing that matters.
    np.testing.assert_allclose(two - 1000.0, one, atol=1e-4)


@every_case
def test_missing_values_are_refused_by_row(case: Case) -> None:
    model = case.model()
    wrong = values()
    wrong[3] = np.nan
    with pytest.raises(InputError, match="not a finite number in 1 of 20 rows, the first is row 3"):
        model.fit(model.represent(structures()), wrong, extensive=True)
