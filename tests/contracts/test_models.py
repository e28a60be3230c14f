"""What every kind of model promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.models.feature_samples import (
    atom_features,
    doubled,
    pair_features,
    smooth_values,
)

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models import MODELS
from atomarium.models.alchemical.learning import Learning


@dataclass(frozen=True)
class Case:
    """A model to try.

    Args:
        kind: Its kind.
        settings: What differs from the defaults.
        doubles: Whether two copies of a structure have exactly twice its extensive value.
    """

    kind: str
    settings: dict[str, Any]
    doubles: bool = True

    @property
    def model(self) -> Any:
        return MODELS.load(self.kind)(**self.settings)

    def features(
        self, n_structures: int, width: int = 4, seed: int = 0
    ) -> Features | CompactFeatures:
        """Small features such as the model takes, with so many numbers of each kind."""
        if getattr(self.model, "takes_compact", False):
            return pair_features(n_structures, n_max=width // 2, seed=seed)
        return atom_features(n_structures, width=width, seed=seed)


CASES = [
    Case("mean", {}),
    Case("ridge", {}),
    Case("ridge", {"penalty": 0.1}),
    Case("krr", {}),
    Case("krr", {"reduce": "sum"}, doubles=False),
    Case("krr", {"reduce": "sum", "kernel": "linear"}),
    Case("krr", {"reduce": "atoms"}),
    Case("krr", {"reduce": "atoms-same-element", "kernel": "laplacian"}),
    Case("krr", {"kernel": "matern5", "length_scale": 2.0}),
    Case("krr", {"kernel": "matern3", "noise": 1e-3}),
    Case("krr", {"kernel": "polynomial", "degree": 3, "centered": True, "noise": 1e-3}),
    Case("krr", {"kernel": "cosine", "reduce": "atoms", "normalize": True, "noise": 1e-2}),
    Case("krr", {"kernel": "gaussian + linear", "noise": 1e-3, "weights": (1.0, 0.5)}),
    Case("krr", {"blocks": (1, 3), "noise": 1e-2}),
    Case("krr", {"solver": "iterative", "length_scale": 2.0, "noise": 1e-2}),
    Case("alchemical-krr", {"couplings": "none"}),
    Case("alchemical-krr", {"couplings": "none", "zeta": 2, "normalize": True}),
    Case("alchemical-krr", {"couplings": "prior", "n_pseudo": 2}),
    Case("alchemical-krr", {"couplings": "prior", "n_pseudo": 2, "zeta": 2, "noise": 1e-3}),
    Case("sparse-krr", {}),
    Case("sparse-krr", {"reduce": "atoms-same-element", "points": "farthest"}),
    Case("sparse-forces", {}),
    Case("sparse-forces", {"kernel": "gaussian"}),
]
if find_spec("torch") is not None:
    # Few steps: what is promised does not depend on how far they go.
    CASES += [
        Case("alchemical-krr", {"n_pseudo": 2, "learning": Learning(epochs=5)}),
        Case("alchemical-krr", {"zeta": 2, "normalize": True, "learning": Learning(epochs=3)}),
    ]
every_case = pytest.mark.parametrize("case", CASES, ids=str)
either = pytest.mark.parametrize("extensive", [True, False], ids=["extensive", "intensive"])


def test_every_kind_has_a_case() -> None:
    networks = {kind for kind in MODELS.places if hasattr(MODELS.load(kind), "represent")}
    assert {case.kind for case in CASES} == set(MODELS.places) - networks
    source = Path(__file__).with_name("test_network_models.py").read_text(encoding="utf-8")
    assert all(f'Case("{kind}"' in source for kind in networks)


@every_case
@either
def test_predictions_have_a_row_for_each_structure(case: Case, *, extensive: bool) -> None:
    features, others = case.features(20), case.features(7, seed=1)
    values = smooth_values(features, extensive=extensive, n_targets=2)
    fitted = case.model.fit(features, values, extensive=extensive)
    predicted = fitted.predict(others)
    assert predicted.shape == (7, 2)
    assert predicted.dtype == np.float64
    assert np.isfinite(predicted).all()


@every_case
@either
def test_restored_model_predicts_the_same_bits(case: Case, *, extensive: bool) -> None:
    features, others = case.features(20), case.features(7, seed=1)
    values = smooth_values(features, extensive=extensive, n_targets=2)
    fitted = case.model.fit(features, values, extensive=extensive)
    arrays = {name: array.copy() for name, array in fitted.arrays().items()}
    restored = type(case.model).restore(case.model, arrays, features)
    assert np.array_equal(restored.predict(others), fitted.predict(others))
    assert restored.chosen == fitted.chosen


@every_case
@either
def test_several_targets_equal_one_by_one(case: Case, *, extensive: bool) -> None:
    features, others = case.features(25), case.features(7, seed=1)
    values = smooth_values(features, extensive=extensive, n_targets=3)
    together = case.model.fit(features, values, extensive=extensive).predict(others)
    for target in range(3):
        column = values[:, target : target + 1]
        alone = case.model.fit(features, column, extensive=extensive).predict(others)
        # The same equations, solved side by side; small noises lose a few digits.
        np.testing.assert_allclose(alone[:, 0], together[:, target], rtol=1e-5)


@every_case
@either
def test_digest_is_enough(case: Case, *, extensive: bool) -> None:
    features, others = case.features(20), case.features(7, seed=1)
    values = smooth_values(features, extensive=extensive)
    digest = case.model.digest(features, extensive=extensive)
    others_digest = case.model.digest(others, extensive=extensive)
    fitted = case.model.fit(digest, values, extensive=extensive)
    expected = case.model.fit(features, values, extensive=extensive).predict(others)
    assert np.array_equal(fitted.predict(others_digest), expected)
    again = case.model.digest(digest, extensive=extensive)
    assert np.array_equal(again.values, digest.values)


@every_case
def test_two_copies_have_twice_the_value(case: Case) -> None:
    features = case.features(25)
    values = smooth_values(features, extensive=True)
    fitted = case.model.fit(features, values, extensive=True)
    # Far from all that was seen, every model predicts the mean for each atom.
    one = features.take(np.array([3]))
    two = doubled(one)
    ratio = float(fitted.predict(two)[0, 0] / fitted.predict(one)[0, 0])
    assert (abs(ratio - 2) < 1e-9) == case.doubles


@every_case
@either
def test_order_of_training_structures_does_not_matter(case: Case, *, extensive: bool) -> None:
    features, others = case.features(25), case.features(7, seed=1)
    values = smooth_values(features, extensive=extensive)
    order = np.random.default_rng(0).permutation(25)
    first = case.model.fit(features, values, extensive=extensive).predict(others)
    second = case.model.fit(features.take(order), values[order], extensive=extensive)
    np.testing.assert_allclose(second.predict(others), first, rtol=1e-5)


@every_case
def test_missing_values_are_refused(case: Case) -> None:
    features = case.features(9)
    values = smooth_values(features, extensive=False)
    values[[4, 6]] = np.nan
    with pytest.raises(InputError, match=r"2 of 9 .* the first of structure 4; leave"):
        case.model.fit(features, values, extensive=False)


@every_case
def test_unfit_training_sets_are_refused(case: Case) -> None:
    features = case.features(9)
    values = smooth_values(features, extensive=False)
    with pytest.raises(InputError, match="8 rows of values but 9 structures"):
        case.model.fit(features, values[:8], extensive=False)
    nothing = features.take(np.zeros(0, dtype=np.int64))
    with pytest.raises(InputError, match="no structures to learn from"):
        case.model.fit(nothing, values[:0], extensive=False)
    empty = replace(features, offsets=np.where(np.arange(10) == 1, 0, features.offsets))
    with pytest.raises(InputError, match="structure 0 has no atoms"):
        case.model.fit(empty, values, extensive=False)


# The mean looks at no features.
@pytest.mark.parametrize("case", [case for case in CASES if case.kind != "mean"], ids=str)
def test_unfit_features_are_refused(case: Case) -> None:
    features = case.features(9)
    values = smooth_values(features, extensive=False)
    broken = features.values.copy()
    broken[len(broken) // 2] = np.inf
    with pytest.raises(InputError, match="features are not finite"):
        case.model.fit(replace(features, values=broken), values, extensive=False)
    fitted = case.model.fit(features, values, extensive=False)
    with pytest.raises(InputError, match=r"learned from \d+ columns, got \d+"):
        fitted.predict(case.features(2, width=3))


@every_case
@either
def test_equal_values_are_predicted(case: Case, *, extensive: bool) -> None:
    features, others = case.features(12), case.features(5, seed=1)
    times = features.sizes if extensive else np.ones(12)
    values = 1.7 * times[:, None]
    fitted = case.model.fit(features, values, extensive=extensive)
    expected = 1.7 * (others.sizes if extensive else np.ones(5))
    np.testing.assert_allclose(fitted.predict(others)[:, 0], expected, rtol=1e-12)


@every_case
@either
def test_one_training_structure_gives_its_value(case: Case, *, extensive: bool) -> None:
    features = case.features(1)
    fitted = case.model.fit(features, np.array([[4.2]]), extensive=extensive)
    assert fitted.predict(features)[0, 0] == pytest.approx(4.2)
    assert isinstance(fitted.warnings, tuple)
