"""Features computed run by run equal those computed at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import streaming
from atomarium.represent.composition import Composition
from atomarium.represent.coulomb import CoulombMatrix
from atomarium.represent.streaming import compute_into, open_features, runs_of_atoms

MOLECULES = Structures.from_ase([molecule(name) for name in ("CH4", "H2O", "C2H6", "O2", "NH3")])


@pytest.mark.parametrize("representation", [Composition(), CoulombMatrix()])
def test_runs_equal_all_at_once(
    representation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ATOMS_AT_ONCE", 7)
    kept = compute_into(tmp_path / "rows", representation, MOLECULES, show=False)
    whole = representation.compute(MOLECULES)
    assert isinstance(kept.values, np.memmap)
    assert kept.rows == whole.rows
    assert kept.names == whole.names
    np.testing.assert_array_equal(kept.values, whole.values)
    np.testing.assert_array_equal(kept.numbers, MOLECULES.numbers)


def test_averages_are_kept_in_single_precision(tmp_path: Path) -> None:
    kept = compute_into(
        tmp_path / "rows", Composition(), MOLECULES, reduce="mean", dtype="float32", show=False
    )
    assert kept.values.dtype == np.float32
    assert kept.reduced == "mean"
    np.testing.assert_allclose(kept.values, Composition().compute(MOLECULES).mean().values, 1e-6)


def test_every_structure_is_in_one_run() -> None:
    runs = list(runs_of_atoms(MOLECULES, 7))
    assert [len(run) for run in runs] == [1, 1, 1, 2]
    assert Structures.concatenate(runs).content_hash() == MOLECULES.content_hash()


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    compute_into(tmp_path / "rows", Composition(), MOLECULES, show=False)
    with pytest.raises(InputError, match="not among the species"):
        compute_into(tmp_path / "rows", Composition(species=("H",)), MOLECULES, show=False)
    assert len(open_features(tmp_path / "rows")) == len(MOLECULES)
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


def test_other_folders_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(InputError, match="does not hold features"):
        compute_into(tmp_path / "thesis", Composition(), MOLECULES, show=False)


def test_no_structures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no structures"):
        compute_into(tmp_path / "rows", Composition(), Structures.empty(), show=False)


def test_missing_and_foreign_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no features in"):
        open_features(tmp_path)
    compute_into(tmp_path / "rows", Composition(), MOLECULES, show=False)
    manifest = tmp_path / "rows" / "features.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 7'))
    with pytest.raises(InputError, match="holds atomarium-features 7"):
        open_features(tmp_path / "rows")
