"""Folders of CIFs with and without a table, and CIFs that we write."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.data.cif_samples import ONE, distances, read_by_ase

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write


def _folder(folder: Path, table: str | None, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / f"{name}.cif").write_text(ONE)
    if table is not None:
        (folder / "id_prop.csv").write_text(table)
    return folder


def test_cgcnns_own_sample_is_read_as_ase_reads_it(real_data: Path) -> None:
    folder = real_data / "cgcnn" / "sample-regression"
    found = read(folder)
    assert found.ids[:2] == ("1000041", "1000050")
    assert found.target("target").scalar.tolist() == list(range(1, 11))
    for name, ours in zip(found.ids, found.structures, strict=True):
        theirs = read_by_ase(folder / f"{name}.cif")
        np.testing.assert_allclose(ours.cells, theirs.cells, atol=1e-12)  # angles to radians
        assert sorted(ours.numbers) == sorted(theirs.numbers)
        # One of them has 0.3333, which ASE leaves as it is: 3e-5 of a cell of 4 Å, for two atoms.
        rounded = 3e-4 if name == "1101051" else 1e-9
        np.testing.assert_allclose(distances(ours), distances(theirs), atol=rounded)


def test_tables_without_and_with_header(tmp_path: Path) -> None:
    plain = read(_folder(tmp_path / "plain", "b,1.5\r\na,-2e3\r\n", "a", "b"))
    assert plain.ids == ("b", "a")
    assert plain.target("target").scalar.tolist() == [1.5, -2000]
    several = read(_folder(tmp_path / "several", "a,1,\nb,,2\n", "a", "b"))
    np.testing.assert_array_equal(several.target("target_1").scalar, [1, np.nan])
    np.testing.assert_array_equal(several.target("target_2").scalar, [np.nan, 2])
    named = read(_folder(tmp_path / "named", "id,gap,kind\na,1,x\nb,2,\n", "a", "b", "c"))
    assert named.target("gap").scalar.tolist() == [1, 2]
    assert named.labels["kind"].tolist() == ["x", ""]


def test_atom_init_json_changes_nothing(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "cgcnn" / "sample-regression"
    shutil.copytree(source, tmp_path / "bare", ignore=shutil.ignore_patterns("atom_init.json"))
    assert read(tmp_path / "bare").content_hash() == read(source).content_hash()


def test_a_folder_without_table_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    found = read(_folder(tmp_path / "bare", None, "b", "a", "c"))
    assert found.ids == ("a", "b", "c")
    assert not found.targets


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("", "is empty"),
        ("a,1\nc,2\n", "line 2: no file 'c.cif' for this id"),
        ("a,1\nb\n", "line 2: 1 columns, expected 2"),
        ("a,1\nb,x\n", "line 2: expected a number, got 'x'"),
        ("a,1\nb,1 2\n", "line 2: expected a number, got '1 2'"),
        ("a,1\nb,2\na,3\n", "line 3: the id 'a' stands in line 1 already"),
        ("id,gap,gap\na,1,2\n", "line 1: needs different names"),
        ("id,gap\n", "line 1: needs different names and rows"),
    ],
)
def test_faults_of_the_table_are_named(tmp_path: Path, table: str, complaint: str) -> None:
    folder = _folder(tmp_path / "set", table, "a", "b")
    with pytest.raises(InputError, match=rf"id_prop\.csv.*{complaint}"):
        read(folder)


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "set", None, "a")
    (folder / "id_prop.csv").write_bytes(b"a,\xff\n")
    with pytest.raises(InputError, match=r"id_prop\.csv: not UTF-8"):
        read(folder)


def test_a_folder_without_crystals_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no CIF at all"):
        read(_folder(tmp_path / "set", "a,1\n"))
    with pytest.raises(InputError, match="has no CIF"):
        read(_folder(tmp_path / "none", None), format="cif")


def test_a_file_of_two_crystals_is_no_member_of_a_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "set", None, "a")
    (folder / "a.cif").write_text(ONE + ONE)
    with pytest.raises(InputError, match=r"a\.cif: has 2 structures, expected one"):
        read(folder)


def _crystals(n_crystals: int) -> Dataset:
    rng = np.random.default_rng(5)
    cells = rng.normal(size=(n_crystals, 3, 3)) + 4 * np.eye(3)
    cells[1] *= -1  # left-handed
    fractions = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.25, 1.3, -0.2]] * n_crystals)
    return Dataset(
        structures=Structures.from_arrays(
            [11, 17, 8] * n_crystals,
            np.einsum("ai,aij->aj", fractions, np.repeat(cells, 3, axis=0)),
            cells=cells,
            offsets=np.arange(n_crystals + 1) * 3,
        ),
        ids=tuple(f"mp-{n}" for n in range(n_crystals)),
    )


def _assert_same_up_to_rotation(one: Structures, other: Structures) -> None:
    assert one.numbers.tolist() == other.numbers.tolist()
    np.testing.assert_allclose(one.volumes, other.volumes, rtol=1e-12)
    for ours, theirs in zip(one, other, strict=True):
        # Distances and the sense of turning tell two structures apart.
        gaps = [s.positions - s.positions[0] for s in (ours, theirs)]
        np.testing.assert_allclose(gaps[0] @ gaps[0].T, gaps[1] @ gaps[1].T, atol=1e-9)
        sense = [np.linalg.det([*gap[1:], s.cells[0, 0] * np.linalg.det(s.cells[0])])
                 for gap, s in zip(gaps, (ours, theirs), strict=True)]  # fmt: skip
        np.testing.assert_allclose(sense[0], sense[1], atol=1e-6)


def test_folders_come_back(tmp_path: Path) -> None:
    values = np.array([[1 / 3], [np.nan], [-1e-300]])
    dataset = _crystals(3).with_targets(
        Target(name="gap", values=values), Target(name="heat", values=values[::-1].copy())
    )
    write(tmp_path / "set", dataset, format="cif")
    again = read(tmp_path / "set")
    assert again.ids == dataset.ids
    for name, target in dataset.targets.items():
        np.testing.assert_array_equal(again.target(name).values, target.values)
    _assert_same_up_to_rotation(again.structures, dataset.structures)


def test_cgcnn_reads_a_folder_of_one_target(tmp_path: Path) -> None:
    # CGCNN takes the first two cells of every row, and has no header.
    dataset = _crystals(2).with_targets(Target(name="gap", values=np.array([[0.5], [2.0]])))
    write(tmp_path / "set", dataset, format="cif")
    assert (tmp_path / "set" / "id_prop.csv").read_text() == "mp-0,0.5\nmp-1,2.0\n"


def test_ase_reads_what_we_wrote(tmp_path: Path) -> None:
    dataset = _crystals(2)
    write(tmp_path / "set", dataset, format="cif")
    for name, ours in zip(dataset.ids, dataset.structures, strict=True):
        theirs = read_by_ase(tmp_path / "set" / f"{name}.cif")
        np.testing.assert_allclose(distances(theirs), distances(ours), atol=1e-9)


def test_one_file_holds_all_structures(tmp_path: Path) -> None:
    dataset = _crystals(3)
    write(tmp_path / "all.cif", dataset)
    again = read(tmp_path / "all.cif")
    assert again.ids == dataset.ids
    _assert_same_up_to_rotation(again.structures, dataset.structures)


@pytest.mark.parametrize(
    ("dataset", "name", "complaint"),
    [
        (Dataset(structures=Structures.from_arrays([1], [[0, 0, 0]])), "set", "does not repeat"),
        (_crystals(2).with_targets(Target(name="a", values=np.ones((2, 1)))), "a.cif", "alone"),
        (
            _crystals(2).with_targets(Target(name="a", values=np.ones((2, 3)))),
            "set",
            "more than one",
        ),
        (Dataset(structures=_crystals(2).structures, ids=("a", "A")), "set", "'A' cannot name"),
        (Dataset(structures=_crystals(2).structures, ids=("a", "../b")), "set", "cannot name"),
    ],
)
def test_what_has_no_place_is_not_written(
    tmp_path: Path, dataset: Dataset, name: str, complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        write(tmp_path / name, dataset, format="cif")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_not_replaced(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "set", None, "a")
    with pytest.raises(InputError, match="exists already"):
        write(folder, _crystals(2), format="cif")
    assert [child.name for child in folder.iterdir()] == ["a.cif"]
