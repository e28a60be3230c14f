"""Rows of pairs of elements: joined, and told what their blocks are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.alchemical.crystals import SOAP, clusters, features_of

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError


def test_joined_parts_are_the_whole():
    structures = clusters(9)
    whole = features_of(structures, atoms=True)
    settled = SOAP.settle(structures)
    parts = [settled.compute_compact(structures[run]) for run in (slice(0, 4), slice(4, 9))]
    joined = CompactFeatures.concatenate(parts)
    assert np.array_equal(joined.to_dense().values, whole.to_dense().values)
    assert np.array_equal(joined.offsets, whole.offsets)
    assert np.array_equal(joined.numbers, whole.numbers)


def test_parts_of_other_elements_cannot_be_joined():
    parts = [features_of(clusters(3, elements=np.array(z))) for z in ([3, 9], [3, 17, 9])]
    with pytest.raises(InputError, match="only features of one kind can be joined, got 2 kinds"):
        CompactFeatures.concatenate(parts)


@pytest.mark.parametrize("change", [{"layout": "dscribe"}, {"compression": "crossover"}])
def test_blocks_that_are_no_pairs_of_all_elements_say_nothing(change):
    assert replace(SOAP, **change).compute_compact(clusters(3)).pairs is None
    assert SOAP.compute_compact(clusters(3)).pairs is not None
