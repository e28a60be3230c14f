from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write


def _dataset() -> Dataset:
    return Dataset(
        structures=Structures.from_arrays(
            [1, 8, 3],
            np.arange(9).reshape(3, 3) / 7,
            cells=[np.zeros((3, 3)), np.eye(3) * 4],
            offsets=[0, 2, 3],
        ),
        targets={
            "energy": Target(
                name="energy",
                values=np.array([[np.nan], [1 / 3]]),
                unit="eV",
                extensive=True,
                description="of everything",
                references=np.array([0.0, -13.6, np.nan]),
            ),
            "forces": Target(
                name="forces", values=np.ones((3, 3)) / 3, unit="eV/Å", per="atom", rows="atoms"
            ),
        },
        ids=("a", "ä b"),
        labels={
            "kind": np.array(["x", ""]),
            "group": np.array([7, -1]),
            "ok": np.array([True, False]),
        },
        provenance=Provenance(name="made up", license="none", citation="é"),
    )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return dict(archive)


def test_everything_comes_back(tmp_path: Path) -> None:
    dataset = _dataset()
    write(tmp_path / "set.npz", dataset)
    again = read(tmp_path / "set.npz")
    assert again.content_hash() == dataset.content_hash()
    assert again.provenance == dataset.provenance
    for name, target in dataset.targets.items():
        other = again.target(name)
        assert (other.per, other.rows, other.description) == (
            target.per,
            target.rows,
            target.description,
        )
        np.testing.assert_array_equal(other.references, target.references)
    for name, label in dataset.labels.items():
        assert again.labels[name].dtype == label.dtype
        assert again.labels[name].tolist() == label.tolist()


def test_no_structures_and_labels_of_python_text_come_back(tmp_path: Path) -> None:
    write(tmp_path / "none.npz", Dataset(structures=Structures.empty()))
    assert len(read(tmp_path / "none.npz")) == 0
    structures = Structures.from_arrays([1], [[0, 0, 0]])
    labels = {"a": np.array(["long text"], dtype=object)}
    write(tmp_path / "one.npz", Dataset(structures=structures, labels=labels))
    assert read(tmp_path / "one.npz").labels["a"].tolist() == ["long text"]


def test_a_label_of_other_things_is_refused(tmp_path: Path) -> None:
    structures = Structures.from_arrays([1], [[0, 0, 0]])
    dataset = Dataset(structures=structures, labels={"a": np.array([{}], dtype=object)})
    with pytest.raises(InputError, match="label 'a' holds other things"):
        write(tmp_path / "no.npz", dataset)


def test_qm9_comes_back(real_data: Path, tmp_path: Path) -> None:
    with np.load(real_data / "qm9.npz") as archive:
        n_atoms, names = archive["n_atoms"][:3000].astype(int), archive["property_names"]
        n_all = n_atoms.sum()
        structures = Structures.from_arrays(
            archive["numbers"][:n_all],
            archive["positions"][:n_all],
            offsets=np.concatenate([[0], np.cumsum(n_atoms)]),
        )
        values = archive["properties"][:3000]
    targets = {
        str(name): Target(name=str(name), values=values[:, [column]].copy())
        for column, name in enumerate(names)
    }
    dataset = Dataset(structures=structures, targets=targets)
    write(tmp_path / "qm9.npz", dataset)
    assert read(tmp_path / "qm9.npz").content_hash() == dataset.content_hash()


def test_files_that_are_no_archive_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "set.npz", _dataset())
    whole = (tmp_path / "set.npz").read_bytes()
    (tmp_path / "set.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"set\.npz: broken or no npz file"):
        read(tmp_path / "set.npz")
    (tmp_path / "set.npz").write_bytes(b"")
    with pytest.raises(InputError, match=r"set\.npz: broken or no npz file"):
        read(tmp_path / "set.npz")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "set.npz", _dataset())
    whole = bytearray((tmp_path / "set.npz").read_bytes())
    with zipfile.ZipFile(tmp_path / "set.npz") as archive:
        place = archive.getinfo("positions.npy").header_offset + 80
    whole[place : place + 20] = b"x" * 20
    (tmp_path / "set.npz").write_bytes(whole)
    with pytest.raises(InputError, match=r"set\.npz: broken or no npz file"):
        read(tmp_path / "set.npz")


def test_other_arrays_are_refused_and_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "md17.npz", E=np.zeros(2), R=np.zeros((2, 3)))
    with pytest.raises(InputError, match=r"not an npz file of atomarium .* holds E, R"):
        read(tmp_path / "md17.npz")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"positions": None}, "array 'positions' is missing"),
        ({"target:energy": None}, "array 'target:energy' is missing"),
        ({"positions": np.full((3, 3), np.nan)}, "structure 0, atom 0: position .* not finite"),
        ({"numbers": np.ones(3)}, "'numbers' cannot be float64"),
        ({"offsets": np.array([0, 2, 9])}, "must run from 0 to 3"),
        ({"ids": np.array(["a"])}, "1 ids but 2 structures"),
        ({"about": np.array("{")}, "'about' cannot be read"),
        ({"about": np.array("[]")}, "not a file of the format"),
        ({"about": np.array('{"format": "other"}')}, "not a file of the format"),
        (
            {"about": np.array('{"format": "atomarium-npz", "version": 99}')},
            "version 99 of the format 'atomarium-npz', this atomarium reads 1",
        ),
    ],
)
def test_unfit_content_is_named(
    tmp_path: Path, changed: dict[str, np.ndarray | None], complaint: str
) -> None:
    write(tmp_path / "set.npz", _dataset())
    arrays = {**_arrays(tmp_path / "set.npz"), **changed}
    kept = {name: array for name, array in arrays.items() if array is not None}
    np.savez(tmp_path / "set.npz", **kept)
    with pytest.raises(InputError, match=complaint):
        read(tmp_path / "set.npz")


def test_objects_of_python_are_never_loaded(tmp_path: Path) -> None:
    write(tmp_path / "set.npz", _dataset())
    arrays = _arrays(tmp_path / "set.npz")
    arrays["ids"] = np.array([{}, []], dtype=object)
    np.savez(tmp_path / "set.npz", **arrays)
    with pytest.raises(InputError, match="'ids' holds Python objects"):
        read(tmp_path / "set.npz")


def test_a_header_that_promises_more_than_there_is_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "set.npz", _dataset())
    about = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 3)}
    text = repr(about).encode().ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w") as archive:
        archive.writestr(
            "positions.npy", b"\x93NUMPY\x01\x00" + bytes([118, 0]) + text + b"12345678"
        )
    with pytest.raises(InputError, match="'positions' has 8 bytes, not those of"):
        read(tmp_path / "bomb.npz")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("positions.npy", json.dumps("no array"))
    with pytest.raises(InputError, match="'positions' is not an array of numpy"):
        read(tmp_path / "text.npz")


def test_an_archive_that_swells_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomarium.data.compressed.ALWAYS_ALLOWED", 1000)
    np.savez_compressed(tmp_path / "bomb.npz", about=np.zeros(10**6))
    with pytest.raises(InputError, match=r"more than .* bytes, refused"):
        read(tmp_path / "bomb.npz")
