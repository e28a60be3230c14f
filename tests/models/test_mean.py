"""The mean."""

from __future__ import annotations

import numpy as np
from tests.models.feature_samples import atom_features

from atomarium.models.mean import Mean


def test_intensive_mean_is_that_of_structures() -> None:
    features = atom_features(3)
    fitted = Mean().fit(features, np.array([[1.0], [2.0], [6.0]]), extensive=False)
    assert fitted.predict(atom_features(2)).tolist() == [[3.0], [3.0]]


def test_extensive_mean_is_per_atom() -> None:
    features = atom_features(3)
    values = np.array([[1.0], [2.0], [6.0]])
    predicted = Mean().fit(features, values, extensive=True).predict(features)
    np.testing.assert_allclose(predicted[:, 0], 9.0 * features.sizes / features.sizes.sum())
