"""Features are computed once, and only as long as nothing that they depend on changes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment import feature_cache
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.feature_cache import cache_folder, represent
from atomarium.models.krr import Krr
from atomarium.represent.coulomb import CoulombMatrix
from atomarium.represent.soap import Soap


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache that keeps everything, however cheap."""
    monkeypatch.setenv("ATOMARIUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(feature_cache, "_LEAST_SECONDS", 0.0)
    return tmp_path / "cache"


@pytest.fixture
def structures() -> Structures:
    """Three molecules."""
    return Structures.from_ase([molecule(name) for name in ("H2O", "CH4", "C2H6")])


def candidate_for(structures: Structures, **settings: object) -> Candidate:
    """Return SOAP and kernel ridge regression."""
    soap = Soap(n_max=2, l_max=1)
    return Candidate(representation=soap, model=Krr(**settings)).settle(structures)  # type: ignore[arg-type]


def test_second_time_nothing_is_computed(
    structures: Structures, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_for(structures)
    first = represent(candidate, structures, extensive=False)
    monkeypatch.setattr(
        Candidate, "represent", lambda self, some, **_: _only_probe(self, some, len(structures))
    )
    second = represent(candidate, structures, extensive=False)
    np.testing.assert_array_equal(first.features.values, second.features.values)
    assert second.seconds == first.seconds
    assert second.features.reduced == first.features.reduced


def _only_probe(candidate: Candidate, structures: Structures, n_all: int):
    assert len(structures) < n_all
    features = candidate.representation.compute(structures)
    return candidate.model.digest(features, extensive=False)


def test_what_features_depend_on_makes_another_entry(structures: Structures, cache: Path) -> None:
    candidate = candidate_for(structures)
    represent(candidate, structures, extensive=False)
    represent(candidate_for(structures, noise=1e-3), structures, extensive=False)
    assert len(list(cache.iterdir())) == 1  # the noise of a model changes no feature
    represent(candidate, structures, extensive=True)
    represent(candidate, structures[:2], extensive=False)
    represent(candidate_for(structures, reduce="atoms"), structures, extensive=False)
    other = replace(candidate, representation=CoulombMatrix().settle(structures))
    represent(other, structures, extensive=False)
    assert len(list(cache.iterdir())) >= 4


def test_oldest_goes_when_there_is_no_room(
    structures: Structures, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_for(structures)
    size = represent(candidate, structures, extensive=False).features.values.nbytes
    (first,) = cache.iterdir()
    os.utime(first, (1.0, 1.0))
    monkeypatch.setenv("ATOMARIUM_CACHE_GB", str((2 * size + 100) / 1e9))
    represent(candidate_for(structures, reduce="sum"), structures, extensive=False)
    assert not first.exists()
    assert len(list(cache.iterdir())) == 1


def test_damaged_entry_is_computed_again(structures: Structures, cache: Path) -> None:
    candidate = candidate_for(structures)
    first = represent(candidate, structures, extensive=False)
    (entry,) = cache.iterdir()
    (entry / "about.json").write_text('{"rows": "atoms"')
    again = represent(candidate, structures, extensive=False)
    np.testing.assert_array_equal(first.features.values, again.features.values)


def test_cache_that_cannot_be_written_is_no_fault(
    structures: Structures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ATOMARIUM_CACHE", str(tmp_path / "file" / "below"))
    assert len(represent(candidate_for(structures), structures, extensive=False).features) == 3


def test_unfit_size_is_refused(structures: Structures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMARIUM_CACHE_GB", "much")
    with pytest.raises(InputError, match="ATOMARIUM_CACHE_GB must be a number, 0 or above"):
        represent(candidate_for(structures), structures, extensive=False)


def test_folder_is_that_of_the_platform_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATOMARIUM_CACHE")
    assert cache_folder().name == "features"
