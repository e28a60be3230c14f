"""Databases of ASE that we write: they come back, and ASE reads them; refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.db import connect
from tests.data.ase_molecules import molecules

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write


def _dataset() -> Dataset:
    structures = Structures.from_ase([*molecules(), bulk("NaCl", "rocksalt", a=5.6)])
    rng = np.random.default_rng(3)
    n_atoms = structures.n_atoms
    return Dataset(
        structures=structures,
        targets={
            "energy": Target(
                name="energy",
                values=rng.normal(size=(5, 1)),
                unit="eV",
                extensive=True,
                references=np.array([0.0, -13.6]),
            ),
            "gap": Target(name="gap", values=np.array([[1.0], [np.nan], [2.0], [3.0], [0.0]])),
            "alpha": Target(name="alpha", values=rng.normal(size=(5, 9)), unit="a0^3"),
            "heat": Target(name="heat", values=rng.normal(size=(5, 1)), unit="meV", per="atom"),
            "forces": Target(
                name="forces",
                values=rng.normal(size=(n_atoms, 3)),
                unit="eV/Å",
                per="atom",
                rows="atoms",
            ),
            "levels": Target(name="levels", values=rng.normal(size=(5, 4))),
        },
        ids=("a", "b", "c", "1e5", "é"),
        labels={
            "split": np.array(["train", "", "T", "F", "1"]),
            "formula": np.array(["H2O", "CH4", "H", "H2O", "NaCl"]),
            "group": np.array([1, 2, 3, -4, 5]),
            "ok": np.array([True, False, True, True, True]),
        },
        provenance=Provenance(name="made up", citation="none"),
    )


def test_everything_comes_back(tmp_path: Path) -> None:
    dataset = _dataset()
    write(tmp_path / "set.db", dataset)
    again = read(tmp_path / "set.db")
    assert again.content_hash() == dataset.content_hash()
    assert again.provenance == dataset.provenance
    assert again.target("heat").per == "atom"
    assert again.target("energy").references.tolist() == [0.0, -13.6]
    for name, label in dataset.labels.items():
        assert again.labels[name].dtype.kind == label.dtype.kind
        assert again.labels[name].tolist() == label.tolist()


def test_ase_reads_what_we_wrote(tmp_path: Path) -> None:
    dataset = _dataset()
    write(tmp_path / "set.db", dataset)
    database = connect(tmp_path / "set.db")
    rows = list(database.select())
    theirs = Structures.from_ase([row.toatoms() for row in rows])
    assert theirs.content_hash() == dataset.structures.content_hash()
    assert database.count("H=2") == 2
    assert database.count(split="train") == 1
    assert database.count("group>2") == 2
    assert rows[0].natoms == 3
    np.testing.assert_allclose(rows[0].mass, molecule("H2O").get_masses().sum(), rtol=1e-14)
    np.testing.assert_allclose(rows[4].volume, 5.6**3 / 4, rtol=1e-14)


def test_schnetpacks_conventions_are_kept(tmp_path: Path) -> None:
    # Every property in every row, structures with a leading 1, units of ASE without powers.
    write(tmp_path / "set.db", _dataset())
    database = connect(tmp_path / "set.db")
    assert database.metadata["_distance_unit"] == "Ang"
    units = database.metadata["_property_unit_dict"]
    assert units["alpha"] == "a0 a0 a0"
    assert units["forces"] == "eV/Ang"
    assert units["gap"] is None
    assert database.metadata["atomrefs"] == {"energy": [0.0, -13.6]}
    for row in database.select():
        shapes = {name: row.data[name].shape for name in units}
        assert shapes == {
            "energy": (1,),
            "gap": (1,),
            "alpha": (1, 3, 3),
            "heat": (1,),
            "forces": (row.natoms, 3),
            "levels": (1, 4),
        }


@pytest.mark.parametrize(
    "name", ["nmd18.extxyz.xz", "perov5_castelli_val_test.extxyz.xz", "3bpa_train.extxyz.xz"]
)
def test_real_files_come_back(real_data: Path, tmp_path: Path, name: str) -> None:
    dataset = read(real_data / name).take(np.arange(500))
    write(tmp_path / "set.db", dataset)
    again = read(tmp_path / "set.db")
    assert again.content_hash() == dataset.content_hash()
    assert {name: label.tolist() for name, label in again.labels.items()} == {
        name: label.tolist() for name, label in dataset.labels.items()
    }


def test_a_name_for_two_things_is_not_written(tmp_path: Path) -> None:
    dataset = _dataset()
    target = Target(name="split", values=np.zeros((5, 1)))
    with pytest.raises(InputError, match="'split' is a target and a label"):
        write(tmp_path / "set.db", dataset.with_targets(target))
    assert not list(tmp_path.iterdir())


def test_labels_of_other_things_are_not_written(tmp_path: Path) -> None:
    structures = Structures.from_arrays([1], [[0, 0, 0]])
    dataset = Dataset(structures=structures, labels={"a": np.array([None], dtype=object)})
    with pytest.raises(InputError, match="label 'a' holds neither text nor numbers"):
        write(tmp_path / "set.db", dataset)
