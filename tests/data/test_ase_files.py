from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write


def _images() -> list[Atoms]:
    images = [bulk("Cu") * (n, 1, 1) for n in (1, 2, 3)]
    for seed, image in enumerate(images):
        image.rattle(0.05, seed=seed)
        image.info["stage"] = f"s{seed}"
        image.calc = EMT()
        image.get_forces(), image.get_stress()
    return images


def test_trajectories_are_read_with_what_calculators_found(tmp_path: Path) -> None:
    images = _images()
    ase.io.write(tmp_path / "run.traj", images)
    found = read(tmp_path / "run.traj")
    assert found.structures.content_hash() == Structures.from_ase(images).content_hash()
    energies = [image.get_potential_energy() for image in images]
    assert found.target("energy").scalar.tolist() == energies
    assert (found.target("energy").unit, found.target("forces").unit) == ("eV", "eV/Å")
    forces = np.concatenate([image.get_forces() for image in images])
    np.testing.assert_array_equal(found.target("forces").values, forces)
    stress = found.target("stress").values[:, [0, 4, 8, 5, 2, 1]]
    np.testing.assert_array_equal(stress, [image.get_stress() for image in images])
    assert found.labels["stage"].tolist() == ["s0", "s1", "s2"]


@pytest.mark.parametrize(("name", "format_"), [("POSCAR", "vasp"), ("slab.xsf", "xsf")])
def test_anything_that_ase_reads(tmp_path: Path, name: str, format_: str) -> None:
    image = bulk("NaCl", "rocksalt", a=5.6)
    ase.io.write(tmp_path / name, image, format=format_)
    found = read(tmp_path / name).structures
    assert found.formulas() == ["ClNa"]
    np.testing.assert_allclose(found.cells[0], image.cell.array, atol=1e-9)


def test_arrays_of_atoms_are_targets_of_atoms(tmp_path: Path) -> None:
    images = _images()[1:]
    for image in images:
        image.set_tags(np.arange(len(image)))
        image.info["ragged"] = np.zeros(len(image))
        image.info["inner"] = {"a": 1}
    ase.io.write(tmp_path / "run.traj", images)
    found = read(tmp_path / "run.traj")
    assert found.target("tags").rows == "atoms"
    assert found.target("tags").scalar.tolist() == [0, 1, 0, 1, 2]
    assert not {"ragged", "inner"} & {*found.targets, *found.labels}


def test_what_ase_cannot_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of use\n")
    with pytest.raises(InputError, match=r"notes\.txt: ASE cannot read it"):
        read(tmp_path / "notes.txt")
    (tmp_path / "empty.traj").write_bytes(b"")
    with pytest.raises(InputError, match=r"empty\.traj: is empty"):
        read(tmp_path / "empty.traj")


def test_positions_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "run.traj", Atoms("H2", [[0, 0, 0], [0, 0, np.nan]]))
    with pytest.raises(InputError, match=r"run\.traj: structure 0, atom 1: position .*nan"):
        read(tmp_path / "run.traj")


def test_a_file_without_structures_is_refused(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "run.extxyz", [], format="extxyz")
    (tmp_path / "run.extxyz").write_text("\n")
    with pytest.raises(InputError, match=r"run\.extxyz: (ASE cannot read|holds no structure)"):
        read(tmp_path / "run.extxyz", format="ase")


def test_formats_of_ase_are_not_written(tmp_path: Path) -> None:
    dataset = read_one(tmp_path)
    with pytest.raises(InputError, match=r"cannot tell how to write .*POSCAR.*known: ase-db, cif"):
        write(tmp_path / "POSCAR", dataset)


def read_one(folder: Path):
    ase.io.write(folder / "one.traj", bulk("Cu"))
    return read(folder / "one.traj")
