from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomarium.core.dataset import Dataset, Provenance, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write
from atomarium.data.store import verify
from atomarium.data.store_writer import StoreWriter


def _dataset(n_structures: int, seed: int = 0, *, named: bool = True) -> Dataset:
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(0, 6, n_structures))])
    n_atoms = int(offsets[-1])
    return Dataset(
        structures=Structures.from_arrays(
            rng.integers(1, 90, n_atoms), rng.normal(size=(n_atoms, 3)), offsets=offsets
        ),
        targets={
            "energy": Target(
                name="energy", values=rng.normal(size=(n_structures, 1)), unit="eV", extensive=True
            ),
            "forces": Target(
                name="forces", values=rng.normal(size=(n_atoms, 3)), per="atom", rows="atoms"
            ),
        },
        ids=tuple(f"é{seed}-{s}" for s in range(n_structures)) if named else (),
        labels={
            "smiles": np.array(["C" * (s % 7) for s in range(n_structures)], dtype=str),
            "group": rng.integers(0, 5, n_structures),
        },
        provenance=Provenance(name="random"),
    )


def _assert_same(one: Dataset, other: Dataset) -> None:
    assert one.content_hash() == other.content_hash()
    assert one.provenance == other.provenance
    for name, label in one.labels.items():
        assert label.tolist() == other.labels[name].tolist()


def _store(path: Path, *parts: Dataset, stop: BaseException | None = None) -> None:
    with StoreWriter(path) as store:
        for part in parts:
            store.append(part)
        if stop is not None:
            raise stop


def _edit(path: Path, **changes: Any) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | changes))


@pytest.mark.parametrize("named", [True, False])
def test_everything_comes_back(tmp_path: Path, *, named: bool) -> None:
    dataset = _dataset(50, named=named)
    write(tmp_path / "set.atoms", dataset)
    again = read(tmp_path / "set.atoms")
    _assert_same(again, dataset)
    assert again.target("energy").unit == "eV"
    assert again.target("energy").extensive
    verify(tmp_path / "set.atoms")


def test_numbers_stay_in_the_files(tmp_path: Path) -> None:
    write(tmp_path / "set.atoms", _dataset(50))
    again = read(tmp_path / "set.atoms")
    for array in (again.structures.positions, again.target("forces").values):
        assert isinstance(array.base, np.memmap)
        assert not array.flags.writeable


def test_random_access_gives_what_is_there(tmp_path: Path) -> None:
    dataset = _dataset(50)
    write(tmp_path / "set.atoms", dataset)
    chosen = np.array([49, 3, 3, 0])
    _assert_same(read(tmp_path / "set.atoms").take(chosen), dataset.take(chosen))


def test_parts_are_joined(tmp_path: Path) -> None:
    parts = [_dataset(n, seed=n) for n in (0, 5, 0, 7)]
    _store(tmp_path / "set.atoms", *parts)
    joined = read(tmp_path / "set.atoms")
    assert joined.ids == tuple(one for part in parts for one in part.ids)
    structures = Structures.concatenate(part.structures for part in parts)
    assert joined.structures.content_hash() == structures.content_hash()
    forces = np.concatenate([part.target("forces").values for part in parts])
    np.testing.assert_array_equal(joined.target("forces").values, forces)
    assert joined.labels["smiles"].tolist() == [
        one for part in parts for one in part.labels["smiles"].tolist()
    ]


def test_structures_without_ids_are_counted_through_all_parts(tmp_path: Path) -> None:
    _store(tmp_path / "set.atoms", _dataset(2, named=False), _dataset(3, named=False))
    assert read(tmp_path / "set.atoms").ids == ("0", "1", "2", "3", "4")


def test_numpy_alone_reads_the_files(tmp_path: Path) -> None:
    dataset = _dataset(20)
    write(tmp_path / "set.atoms", dataset)
    positions = np.load(tmp_path / "set.atoms" / "positions.npy")
    np.testing.assert_array_equal(positions, dataset.structures.positions)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"targets": {}}, "target 'energy' is None in this part"),
        ({"labels": {"smiles": np.array(["C"])}}, "label 'group' is None in this part"),
        (
            {"labels": {"smiles": np.array([1.0]), "group": np.array([1])}},
            "label 'smiles' is <f8 in this part, text in the first one",
        ),
        (
            {"targets": {"energy": Target(name="energy", values=np.ones((1, 1)), unit="Ha")}},
            "target 'energy' is .*Ha.* in this part",
        ),
    ],
)
def test_parts_must_agree(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    one = _dataset(1)
    fields = {"structures": one.structures, "targets": one.targets, "labels": one.labels}
    with pytest.raises(InputError, match=complaint):
        _store(tmp_path / "set.atoms", one, Dataset(**{**fields, **change}))
    assert not list(tmp_path.iterdir())


def test_parts_must_agree_in_components(tmp_path: Path) -> None:
    one = Dataset(structures=Structures.from_arrays([1], [[0, 0, 0]]))
    parts = [one.with_targets(Target(name="a", values=np.ones((1, n)))) for n in (1, 3)]
    with pytest.raises(InputError, match="target-000 has rows of float64"):
        _store(tmp_path / "set.atoms", *parts)


def test_labels_of_other_things_are_refused(tmp_path: Path) -> None:
    structures = Structures.from_arrays([1], [[0, 0, 0]])
    dataset = Dataset(structures=structures, labels={"a": np.array([None], dtype=object)})
    with pytest.raises(InputError, match="label 'a' holds neither text nor numbers"):
        write(tmp_path / "set.atoms", dataset)
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_a_store_that_failed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _store(tmp_path / "set.atoms", _dataset(3), stop=KeyboardInterrupt())
    with pytest.raises(InputError, match="nothing was appended"):
        _store(tmp_path / "set.atoms")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "set.atoms").mkdir()
    write(tmp_path / "set.atoms", _dataset(3))
    with pytest.raises(InputError, match=r"set\.atoms: exists already"):
        write(tmp_path / "set.atoms", _dataset(3))
    verify(tmp_path / "set.atoms")
    (tmp_path / "file.atoms").write_text("precious")
    with pytest.raises(InputError, match=r"file\.atoms: exists already"):
        write(tmp_path / "file.atoms", _dataset(3))


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "set.atoms", _dataset(3))
    _edit(tmp_path / "set.atoms", version=2)
    with pytest.raises(InputError, match=r"manifest\.json: version 2 .* reads 1"):
        read(tmp_path / "set.atoms")
    _edit(tmp_path / "set.atoms", format="something")
    with pytest.raises(InputError, match=r"manifest\.json: not a file of the format"):
        read(tmp_path / "set.atoms")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{", "is no JSON"), ("[]", "not a file of the format"), (b"\xff", "is no JSON")],
)
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    write(tmp_path / "set.atoms", _dataset(3))
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "set.atoms" / "manifest.json").write_bytes(content)
    with pytest.raises(InputError, match=rf"manifest\.json: {complaint}"):
        read(tmp_path / "set.atoms")


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("arrays", {}, "'numbers' is missing"),
        ("targets", 3, "cannot be read"),
        ("provenance", {"author": "x"}, "cannot be read"),
    ],
)
def test_a_manifest_of_other_content_is_refused(
    tmp_path: Path, key: str, value: object, complaint: str
) -> None:
    write(tmp_path / "set.atoms", _dataset(3))
    _edit(tmp_path / "set.atoms", **{key: value})
    with pytest.raises(InputError, match=rf"manifest\.json: {complaint}"):
        read(tmp_path / "set.atoms")


def test_files_of_wrong_size_or_shape_are_named(tmp_path: Path) -> None:
    write(tmp_path / "set.atoms", _dataset(30))
    place = tmp_path / "set.atoms" / "positions.npy"
    whole = place.read_bytes()
    place.write_bytes(whole[:-8])
    with pytest.raises(InputError, match=r"positions\.npy: has [\d,]+ bytes, expected"):
        read(tmp_path / "set.atoms")
    place.write_bytes(whole.replace(b"'<f8'", b"'<i8'"))
    with pytest.raises(InputError, match=r"positions\.npy: is <i8 of shape .* expected <f8"):
        read(tmp_path / "set.atoms")
    place.write_bytes(b"x" * len(whole))
    with pytest.raises(InputError, match=r"positions\.npy: is no array of numpy"):
        read(tmp_path / "set.atoms")
    place.unlink()
    with pytest.raises(InputError, match=r"positions\.npy: cannot be opened"):
        read(tmp_path / "set.atoms")
    (tmp_path / "set.atoms" / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"manifest\.json: cannot be opened"):
        read(tmp_path / "set.atoms", format="store")


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    write(tmp_path / "set.atoms", _dataset(30))
    place = tmp_path / "set.atoms" / "positions.npy"
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    with pytest.raises(InputError, match=r"positions\.npy: differs from what was written"):
        verify(tmp_path / "set.atoms")


def test_text_that_is_no_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "set.atoms", _dataset(3))
    place = tmp_path / "set.atoms" / "ids.npy"
    content = bytearray(place.read_bytes())
    content[-2:] = b"\xff\xff"
    place.write_bytes(content)
    with pytest.raises(InputError, match="'ids' is not UTF-8"):
        read(tmp_path / "set.atoms")
