from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import atomarium
from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import FORMATS, format_of, read, write

_TEXT = (
    '1\nLattice="3 3 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=-2.5 group=12 c="1 2"\n'
    "H 0 0 0 1 2 3\n"
    '1\nLattice="3 3 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3 group=14 c="1 2"\n'
    "He 0 0 0 4 5 6\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data.extxyz").write_text(_TEXT)
    return tmp_path / "data.extxyz"


def _crystals() -> Dataset:
    return Dataset(
        structures=Structures.from_arrays(
            [1, 2], np.zeros((2, 3)), cells=[np.eye(3) * 3] * 2, offsets=[0, 1, 2]
        ),
        targets={"gap": Target(name="gap", values=np.array([[1.0], [2.0]]))},
        labels={"kind": np.array(["a", "b"])},
        ids=("x", "y"),
    )


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_modules(name: str) -> None:
    assert callable(import_module(FORMATS[name].reader).read)
    if FORMATS[name].writer:
        assert callable(import_module(FORMATS[name].writer).write)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("set.extxyz", "extxyz"),
        ("set.xyz.gz", "extxyz"),
        ("set.db", "ase-db"),
        ("set.npz", "npz"),
        ("set.atoms", "store"),
        ("set", "cif"),
    ],
)
def test_what_is_written_is_found_by_name_and_content(tmp_path: Path, name: str, kind: str) -> None:
    dataset = _crystals()
    write(tmp_path / name, dataset, format="cif" if kind == "cif" else None)
    assert format_of(tmp_path / name) == kind
    again = read(tmp_path / name)
    assert again.structures.content_hash() == dataset.structures.content_hash()
    assert again.ids == dataset.ids
    assert again.target("gap").values.tolist() == dataset.target("gap").values.tolist()
    assert again.labels["kind"].tolist() == ["a", "b"]


def test_a_database_is_known_by_its_content(tmp_path: Path) -> None:
    write(tmp_path / "set.db", _crystals())
    shutil.copy(tmp_path / "set.db", tmp_path / "set.anything")
    assert read(tmp_path / "set.anything").ids == ("x", "y")


def test_a_store_may_have_any_name(tmp_path: Path) -> None:
    write(tmp_path / "my set", _crystals(), format="store")
    assert len(read(tmp_path / "my set")) == 2


def test_the_package_offers_read_and_write() -> None:
    assert atomarium.read is read
    assert atomarium.write is write


def test_nothing_is_assumed_of_a_target(path: Path) -> None:
    target = read(path).target("energy")
    assert (target.unit, target.per, target.extensive) == ("", "structure", False)


def test_the_caller_says_what_numbers_mean(path: Path) -> None:
    units = {"energy": "eV", "forces": "eV/Å", "group": "meV/atom"}
    found = read(path, units=units, extensive=["energy"])
    energy, forces, group = (found.target(name) for name in units)
    assert (energy.unit, energy.per, energy.extensive) == ("eV", "structure", True)
    assert (forces.unit, forces.per, forces.extensive) == ("eV/Å", "atom", False)
    assert (group.unit, group.per, group.extensive) == ("meV", "atom", False)


def test_numbers_that_are_names_become_labels(path: Path) -> None:
    found = read(path, labels=["group", "energy"])
    assert set(found.targets) == {"c", "forces"}
    assert found.labels["group"].tolist() == [12, 14]
    assert found.labels["energy"].tolist() == ["-2.5", "-3"]


@pytest.mark.parametrize(
    ("wishes", "complaint"),
    [
        ({"units": {"energi": "eV"}}, "no target 'energi'; did you mean 'energy'"),
        ({"extensive": ["nothing"]}, "no target 'nothing'"),
        ({"labels": ["nothing"]}, "no target 'nothing'"),
        ({"units": {"energy": "parrots"}}, "no unit 'parrots'"),
        ({"units": {"energy": "eV/atom"}, "extensive": ["energy"]}, "cannot be extensive"),
        ({"labels": ["forces"]}, "'forces' has more than one number for each structure"),
        ({"labels": ["c"]}, "'c' has more than one number for each structure"),
        ({"labels": ["energy"], "extensive": ["energy"]}, "'energy' cannot be a label and"),
        ({"labels": ["energy"], "units": {"energy": "eV"}}, "'energy' cannot be a label and"),
        ({"format": "extxzy"}, "no format 'extxzy'; did you mean 'extxyz'"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(
    path: Path, wishes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        read(path, **wishes)  # type: ignore[arg-type]


def test_a_unit_that_the_file_states_otherwise_is_refused(tmp_path: Path) -> None:
    dataset = _crystals()
    target = Target(name="gap", values=np.ones((2, 1)), unit="eV")
    write(tmp_path / "set.npz", dataset.with_targets(target))
    assert read(tmp_path / "set.npz", units={"gap": "eV"}).target("gap").unit == "eV"
    with pytest.raises(InputError, match=r"states 'gap' in 'eV', not 'Ha'.* Target\.to_unit"):
        read(tmp_path / "set.npz", units={"gap": "Ha"})


def test_a_file_that_is_not_there_is_named_with_one_like_it(path: Path) -> None:
    with pytest.raises(InputError, match=r"no file or folder .*; did you mean .*data\.extxyz"):
        read(path.with_name("data.extxy"))
    with pytest.raises(InputError, match="there is no folder"):
        read(path.parent / "nowhere" / "data.extxyz")


def test_a_folder_of_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a folder of no known format.* holds nothing"):
        read(tmp_path)
    for name in "abcdefg":
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="this one holds a, b, c, d, e …"):
        read(tmp_path)


def test_a_folder_where_a_file_must_be_is_refused(tmp_path: Path) -> None:
    for kind in ("extxyz", "npz", "ase-db"):
        with pytest.raises(InputError, match="is a folder"):
            read(tmp_path, format=kind)


def test_a_file_where_a_folder_must_be_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json: cannot be opened"):
        read(path, format="store")


def test_a_file_that_may_not_be_opened_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(InputError, match=r"data\.extxyz: cannot be opened: Permission denied"):
        read(path)


def test_a_place_that_cannot_be_written_is_refused(path: Path) -> None:
    for name in ("set.extxyz", "set.npz", "set.db", "set.atoms"):
        with pytest.raises(InputError, match=r"cannot be written: (File exists|Not a dir)"):
            write(path / name, _crystals())


def test_an_ending_that_tells_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot tell how to write .*endings \.extxyz"):
        write(tmp_path / "data.foo", _crystals())
    with pytest.raises(InputError, match="did you mean 'extxyz'"):
        write(tmp_path / "data", _crystals(), format="extxzy")
    assert not list(tmp_path.iterdir())
