"""Extended XYZ that we write comes back, and ASE reads the same; refusals."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write

_REAL = (
    "3bpa_train.extxyz.xz",
    "cs182_mp_perovskites.extxyz.gz",
    "mlearn_zuo2020.extxyz.xz",
    "mp_elastic2015.extxyz.xz",
    "mp_flla2015.extxyz.xz",
    "nmd18.extxyz.xz",
    "perov5_castelli_val_test.extxyz.xz",
    "qm7.extxyz.gz",
    "rmd17_ethanol_2000.extxyz.xz",
)


def _assert_same(one: Dataset, other: Dataset) -> None:
    assert one.structures.content_hash() == other.structures.content_hash()
    assert one.ids == other.ids
    assert set(one.targets) == set(other.targets)
    for name, target in one.targets.items():
        assert target.values.tobytes() == other.targets[name].values.tobytes(), name
        assert target.rows == other.targets[name].rows
    assert set(one.labels) == set(other.labels)
    for name, label in one.labels.items():
        np.testing.assert_array_equal(label, other.labels[name], err_msg=name)


def test_ase_reads_the_same(tmp_path: Path) -> None:
    images = [molecule("CH3CH2OH"), bulk("NaCl", "rocksalt", a=5.6), bulk("Cu") * (2, 2, 1)]
    for seed, image in enumerate(images):
        image.rattle(0.1, seed=seed)
        image.info["tensor"] = np.arange(9.0).reshape(3, 3)
        image.info["stage"] = f"number {seed}"
    images[2].calc = EMT()
    images[2].get_forces(), images[2].get_stress()
    ase.io.write(tmp_path / "ase.extxyz", images, format="extxyz")
    theirs = ase.io.read(tmp_path / "ase.extxyz", ":")
    ours = read(tmp_path / "ase.extxyz")
    assert ours.structures.content_hash() == Structures.from_ase(theirs).content_hash()
    assert ours.labels["stage"].tolist() == [image.info["stage"] for image in theirs]
    assert ours.target("tensor").values.tolist() == [list(range(9))] * 3
    assert ours.target("energy").scalar[2] == theirs[2].get_potential_energy()
    voigt = ours.target("stress").values[2][[0, 4, 8, 5, 2, 1]]
    np.testing.assert_array_equal(voigt, theirs[2].get_stress())
    forces = ours.target("forces").values[ours.structures.offsets[2] :]
    np.testing.assert_array_equal(forces, theirs[2].get_forces())

    write(tmp_path / "ours.extxyz", ours)
    again = ase.io.read(tmp_path / "ours.extxyz", ":")
    assert Structures.from_ase(again).content_hash() == ours.structures.content_hash()
    np.testing.assert_array_equal(again[2].get_forces(), theirs[2].get_forces())
    np.testing.assert_array_equal(again[2].get_stress(), theirs[2].get_stress())


@pytest.mark.parametrize("ending", ["extxyz", "xyz.gz", "extxyz.xz", "extxyz.bz2"])
def test_what_is_written_is_read_bit_by_bit(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(1)
    structures = Structures.from_arrays(
        [6, 1, 29, 0],
        rng.normal(size=(4, 3)) * 10.0 ** rng.integers(-12, 12, size=(4, 1)),
        cells=[np.zeros((3, 3)), rng.normal(size=(3, 3)), np.zeros((3, 3))],
        offsets=[0, 2, 4, 4],
    )
    gaps = np.array([[np.nan], [1 / 3], [-0.0]])
    dataset = Dataset(
        structures=structures,
        targets={
            "gap": Target(name="gap", values=gaps),
            "stress": Target(name="stress", values=rng.normal(size=(3, 9))),
            "forces": Target(
                name="forces", values=rng.normal(size=(4, 3)), rows="atoms", per="atom"
            ),
        },
        ids=("a b", 'c"d', "e\\f"),
        labels={
            "note": np.array(["", "two\nlines = {1}", "\\n 'x' é"]),
            "good": np.array([True, False, True]),
        },
    )
    write(tmp_path / f"data.{ending}", dataset)
    _assert_same(read(tmp_path / f"data.{ending}"), dataset)


@pytest.mark.parametrize("name", _REAL)
def test_real_files_come_back_as_they_were(real_data: Path, tmp_path: Path, name: str) -> None:
    dataset = read(real_data / name)
    write(tmp_path / "again.extxyz", dataset)
    _assert_same(read(tmp_path / "again.extxyz"), dataset)


@pytest.mark.parametrize("name", ["cs182_mp_perovskites.extxyz.gz", "rmd17_ethanol_2000.extxyz.xz"])
def test_real_files_are_read_as_ase_reads_them(real_data: Path, tmp_path: Path, name: str) -> None:
    opener = gzip.open if name.endswith("gz") else lzma.open
    (tmp_path / "plain.extxyz").write_bytes(opener(real_data / name).read())
    theirs = ase.io.read(tmp_path / "plain.extxyz", ":300")
    ours = read(real_data / name)
    assert ours.structures[:300].content_hash() == Structures.from_ase(theirs).content_hash()
    for key in set(theirs[0].info) & set(ours.targets):
        values = [image.info.get(key, np.nan) for image in theirs]
        np.testing.assert_array_equal(ours.target(key).scalar[:300], values)


@pytest.mark.parametrize("name", ["Lattice", "pbc"])
def test_names_of_the_format_itself_are_not_written(tmp_path: Path, name: str) -> None:
    dataset = Dataset(
        structures=Structures.from_arrays([1], [[0, 0, 0]]), labels={name: np.array(["x"])}
    )
    with pytest.raises(InputError, match="uses the name"):
        write(tmp_path / "no.extxyz", dataset)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["pos", "a:b", "a b"])
def test_names_that_no_column_of_atoms_can_have_are_not_written(tmp_path: Path, name: str) -> None:
    dataset = Dataset(structures=Structures.from_arrays([1], [[0, 0, 0]]))
    target = Target(name=name, values=np.zeros((1, 1)), rows="atoms", per="atom")
    with pytest.raises(InputError, match="cannot name a column of atoms"):
        write(tmp_path / "no.extxyz", dataset.with_targets(target))


def test_labels_with_nul_are_not_written(tmp_path: Path) -> None:
    structures = Structures.from_arrays([1], [[0, 0, 0]])
    dataset = Dataset(structures=structures, labels={"a": np.array(["x\0y"])})
    with pytest.raises(InputError, match="NUL"):
        write(tmp_path / "no.extxyz", dataset)
