"""Features computed run by run equal those computed at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import streaming
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.composition import Composition
from atomarium.represent.coulomb import CoulombMatrix
from atomarium.represent.soap import Soap
from atomarium.represent.streaming import (
    Representation,
    compute_into,
    open_features,
    runs_of_atoms,
)

MOLECULES = Structures.from_ase([molecule(name) for name in ("CH4", "H2O", "C2H6", "O2", "NH3")])


REPRESENTATIONS = [
    Composition(),
    CoulombMatrix(),
    Soap(n_max=3, l_max=2),
    SymmetryFunctions(n_radial=3, n_angular=1),
]


@pytest.mark.parametrize("atoms_at_once", [1, 7, 10_000])
@pytest.mark.parametrize("representation", REPRESENTATIONS, ids=lambda one: type(one).__name__)
def test_runs_of_any_length_equal_all_at_once(
    representation: Representation,
    atoms_at_once: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "ATOMS_AT_ONCE", atoms_at_once)
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


def test_a_killed_run_leaves_what_was_there(tmp_path: Path) -> None:
    compute_into(tmp_path / "rows", Composition(), MOLECULES, show=False)
    killed = (
        "import os, signal, sys\n"
        "from ase.build import molecule\n"
        "from atomarium.core.structures import Structures\n"
        "from atomarium.represent import streaming\n"
        "from atomarium.represent.composition import Composition\n"
        "streaming.ATOMS_AT_ONCE = 1\n"
        "whole, runs = Composition.compute, []\n"
        "def compute(self, structures):\n"
        "    runs.append(structures)\n"
        "    if len(runs) == 4:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return whole(self, structures)\n"
        "Composition.compute = compute\n"
        "water = Structures.from_ase([molecule('H2O')] * 9)\n"
        "for name in ('rows', 'other'):\n"
        "    if os.fork() == 0:\n"
        "        streaming.compute_into(f'{sys.argv[1]}/{name}', Composition(), water, show=False)\n"
        "    assert os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGKILL\n"
    )
    subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=True)
    assert len(open_features(tmp_path / "rows")) == len(MOLECULES)
    assert not (tmp_path / "other").exists()
    kept = compute_into(tmp_path / "other", Composition(), MOLECULES, show=False)
    assert len(kept) == len(MOLECULES)


def test_other_folders_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(InputError, match="does not hold features"):
        compute_into(tmp_path / "thesis", Composition(), MOLECULES, show=False)


def test_no_structures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no structures"):
        compute_into(tmp_path / "rows", Composition(), Structures.empty(), show=False)


def test_missing_and_foreign_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"features\.json: cannot be opened"):
        open_features(tmp_path)
    compute_into(tmp_path / "rows", Composition(), MOLECULES, show=False)
    manifest = tmp_path / "rows" / "features.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 7'))
    with pytest.raises(InputError, match="version 7 of the format 'atomarium-features'"):
        open_features(tmp_path / "rows")
    manifest.write_text("[]")
    with pytest.raises(InputError, match="not a file of the format 'atomarium-features'"):
        open_features(tmp_path / "rows")
