"""Extended XYZ in every spelling; faults are named with their line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.data.formats import read


def _read(folder: Path, text: str | bytes, name: str = "data.extxyz") -> Dataset:
    content = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(content)
    return read(folder / name)


def test_plain_xyz_has_no_cell_and_its_comment_is_a_label(tmp_path: Path) -> None:
    found = _read(tmp_path, "2\nwater, or not\nO 0 0 0.5\nH 1 2 3e0\n")
    assert found.structures.numbers.tolist() == [8, 1]
    assert found.structures.positions.tolist() == [[0, 0, 0.5], [1, 2, 3]]
    assert not found.structures.periodic.any()
    assert found.labels["comment"].tolist() == ["water, or not"]


def test_plain_xyz_with_numbers_for_elements_and_key_values_in_the_comment(tmp_path: Path) -> None:
    found = _read(tmp_path, "1\nenergy=-1.5\n79 0 0 0\n\n1\nenergy=2\n118 0 0 1\n\n\n")
    assert found.structures.numbers.tolist() == [79, 118]
    assert found.target("energy").scalar.tolist() == [-1.5, 2.0]
    assert not found.labels


def test_the_comments_of_codes_are_read_where_they_are_key_values(tmp_path: Path) -> None:
    # As CP2K writes them.
    comment = " i =        0, time =        0.500, E =       -17.1643447508"
    found = _read(tmp_path, f"1\n{comment}\nH 0 0 0\n")
    values = {name: target.scalar.tolist() for name, target in found.targets.items()}
    assert values == {"i": [0.0], "time": [0.5], "E": [-17.1643447508]}


@pytest.mark.parametrize(
    "lattice",
    [
        'Lattice="2 0 0 0 3 0 0 0 4"',
        'lattice = "2.0,0,0, 0,3,0, 0,0,4"',
        "Lattice=[[2, 0, 0], [0, 3, 0], [0, 0, 4]]",
        "Lattice=[2, 0, 0, 0, 3, 0, 0, 0, 4]",
        "Lattice={2 0 0 0 3 0 0 0 4}",
        'Lattice="2 3 4"',
        "Lattice='2 0 0 0 3 0 0 0 4'",
    ],
)
def test_lattice_in_every_spelling(tmp_path: Path, lattice: str) -> None:
    found = _read(tmp_path, f"1\n{lattice}\nH 0 0 0\n").structures
    assert found.cells.tolist() == [np.diag([2.0, 3.0, 4.0]).tolist()]
    assert found.periodic.all()


def test_lattice_holds_one_vector_after_the_other(tmp_path: Path) -> None:
    found = _read(tmp_path, '1\nLattice="1 2 0 0 1 3 0 0 1"\nH 0 0 0\n').structures
    assert found.cells[0].tolist() == [[1, 2, 0], [0, 1, 3], [0, 0, 1]]


@pytest.mark.parametrize("flags", ['"T F T"', "[T, F, T]", '"1 0 1"', "[true, false, true]"])
def test_periodic_flags_in_every_spelling(tmp_path: Path, flags: str) -> None:
    found = _read(tmp_path, f'1\nLattice="2 0 0 0 2 0 0 0 2" pbc={flags}\nH 0 0 0\n')
    assert found.structures.periodic.tolist() == [[True, False, True]]


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    text = (
        "2\nProperties=forces:R:3:Z:I:1:name:S:1:pos:R:3:free:L:1:q:R:1\n"
        "1 2 3 8 OW 0 0 0 T 0.1\n4 5 6 1 HW 0 0 1 F nan\n"
    )
    found = _read(tmp_path, text)
    assert found.structures.numbers.tolist() == [8, 1]
    assert found.target("forces").values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert (found.target("forces").rows, found.target("forces").per) == ("atoms", "atom")
    assert found.target("free").values.tolist() == [[1.0], [0.0]]
    np.testing.assert_array_equal(found.target("q").scalar, [0.1, np.nan])
    assert found.labels["name"].tolist() == ["OW HW"]


def test_values_are_numbers_truth_values_or_text(tmp_path: Path) -> None:
    comment = (
        r'a=1 b=1e-3 c="1 2 3" d=[4, 5] e=T f="say \"hi\"" g=C\C=C h="_JSON [[1,2],[3,4]]"'
        ' i=[NH4+] "two words"=7 j=1_000 flag Properties=species:S:1:pos:R:3'
    )
    found = _read(tmp_path, f"1\n{comment}\nH 0 0 0\n")
    numbers = {name: target.values.tolist() for name, target in found.targets.items()}
    assert numbers == {
        "a": [[1]],
        "b": [[1e-3]],
        "c": [[1, 2, 3]],
        "d": [[4, 5]],
        "h": [[1, 2, 3, 4]],
        "two words": [[7]],
    }
    labels = {name: label.tolist() for name, label in found.labels.items()}
    assert labels == {
        "e": [True],
        "f": ['say "hi"'],
        "g": [r"C\C=C"],
        "i": ["[NH4+]"],
        "j": ["1_000"],
        "flag": [True],
    }


def test_keys_of_some_structures_are_missing_in_the_others(tmp_path: Path) -> None:
    head = "Properties=species:S:1:pos:R:3"
    text = (
        f"1\n{head} gap=1.5\nH 0 0 0\n1\n{head} kind=new\nH 0 0 0\n"
        f"1\n{head}:forces:R:3\nH 0 0 0 1 2 3\n"
    )
    found = _read(tmp_path, text)
    np.testing.assert_array_equal(found.target("gap").scalar, [1.5, np.nan, np.nan])
    assert found.labels["kind"].tolist() == ["", "new", ""]
    assert np.isnan(found.target("forces").values).tolist() == [[True] * 3] * 2 + [[False] * 3]


def test_windows_line_ends_and_no_last_line_end(tmp_path: Path) -> None:
    found = _read(tmp_path, b'1\r\nenergy=1 name="a b"\r\nH 0 0 0\r\n1\r\nenergy=2\r\nHe 0 0 1')
    assert found.structures.numbers.tolist() == [1, 2]
    assert found.labels["name"].tolist() == ["a b", ""]


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        ("id=007", "id=8", ("007", "8")),
        ("material_id=mp-1", "material_id=mp-2", ("mp-1", "mp-2")),
        ("id=1", "id=1", ("0", "1")),
        ("id=1", "", ("0", "1")),
    ],
)
def test_a_column_of_ids_names_structures_when_each_has_its_own(
    tmp_path: Path, first: str, second: str, ids: tuple[str, ...]
) -> None:
    head = "Properties=species:S:1:pos:R:3"
    found = _read(tmp_path, f"1\n{head} {first}\nH 0 0 0\n1\n{head} {second}\nH 0 0 0\n")
    assert found.ids == ids


def test_structures_longer_than_a_block_and_without_atoms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomarium.data.extxyz._BLOCK", 16)
    lines = "".join(f"H {i} 0 0.25\n" for i in range(50))
    found = _read(tmp_path, f"50\nx=1\n{lines}0\nx=2\n1\nx=words\nHe 0 0 0\n")
    assert found.structures.sizes.tolist() == [50, 0, 1]
    assert found.structures.positions[:50, 0].tolist() == list(range(50))
    assert found.labels["x"].tolist() == ["1", "2", "words"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("two\n\nH 0 0 0\n", "line 1: expected the number of atoms, got 'two'"),
        ("-1\n\n", "line 1: expected the number of atoms"),
        ("1\n\nH 0 0 0\nH 0 0 1\n", "line 4: expected .* at line 1, says 1"),
        ("2\n\nH 0 0 0\n", "line 1: says 2 atoms, but the file ends after 1"),
        ("3\n", "line 1: says 3 atoms, but the file ends after 0"),
        ("2\n\nH 0 0 0\n1\n\nH 0 0 1\n", "line 6: expected .* at line 1, says 2"),
        ("1\n\nH 0 0 0 0\n", "line 3: 5 columns, expected 4"),
        ("2\n\nH 0 0\nH 0 0 0 0\n", "line 3: 3 columns, expected 4"),
        ("1\n\n\n", "line 3: 0 columns, expected 4"),
        ("2\n\nH 0 0 0\nH 0 O 0\n", "line 4: pos: expected a number, got 'O'"),
        ("1\n\nH 0 1_0 0\n", "line 3: pos: expected a number, got '1_0'"),
        ("2\n\nH 0 0 0\nH 0 nan 0\n", "line 4: position .*nan.* not finite"),
        ("1\n\nH 0 0 -inf\n", "line 3: position .*inf.* not finite"),
        ("1\n\nCL 0 0 0\n", "line 3: no element 'CL'; did you mean 'Cl'"),
        ("1\n\n119 0 0 0\n", "line 3: no element '119'"),
        ("1\n\n\u00e9\u00e9 0 0 0\n", "line 3: no element"),
        ("1\nProperties=species:S:1\nH\n", "line 2: .*needs species:S:1 or Z:I:1, and pos:R:3"),
        ("1\nProperties=species:S:1:pos:R\nH 0\n", "line 2: .*write name:kind:width"),
        ("1\nProperties=species:S:1:pos:Q:3\nH 0 0 0\n", "line 2: .*pos:Q:3 is not"),
        ("1\nProperties=pos:R:3:pos:R:3\nH 0 0 0\n", "line 2: .*'pos' comes twice"),
        ("1\nProperties=Z:I:1:pos:R:3\n1.5 0 0 0\n", "line 3: no element has the number 1.5"),
        ("1\nProperties=species:S:1:Z:I:1:pos:R:3\nH 2 0 0 0\n", "line 3: species H but Z 2"),
        ("1\nProperties=Z:I:1:pos:R:3:a:L:1\n1 0 0 0 x\n", "line 3: a: expected T or F, got 'x'"),
        ('1\nLattice="1 0 0"x\nH 0 0 0\n', "line 2: cannot read"),
        ('1\nLattice="1 0 0 0 1\nH 0 0 0\n', "line 2: cannot read"),
        ('1\nLattice="1 0 0 0"\nH 0 0 0\n', "line 2: Lattice needs 9 numbers"),
        ('1\nLattice="a b c"\nH 0 0 0\n', "line 2: Lattice needs 9 numbers"),
        ('1\nLattice="1 0 0 1 0 0 0 0 1"\nH 0 0 0\n', "line 2: the cell has no volume"),
        ('1\npbc="T T T" a=1\nH 0 0 0\n', "line 2: periodic along a cell vector of length 0"),
        ('1\nLattice="1 1 1" pbc="T maybe F"\nH 0 0 0\n', "line 2: pbc='T maybe F' is not three"),
        ('1\nLattice="1 1 1" a=1 a=2\nH 0 0 0\n', "line 2: the key 'a' comes twice"),
        (b"1\n\xff\nH 0 0 0\n", "line 2: not UTF-8"),
        (b"1\n\0\nH 0 0 0\n", "is no text"),
        (b"1\nProperties=a:S:1:Z:I:1:pos:R:3\n\xff 1 0 0 0\n", "line 3: a: not UTF-8"),
    ],
)
def test_faults_are_named_with_file_and_line(
    tmp_path: Path, text: str | bytes, complaint: str
) -> None:
    with pytest.raises(InputError, match=rf"data\.extxyz.*{complaint}"):
        _read(tmp_path, text)


def test_the_line_of_a_fault_is_right_in_later_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomarium.data.extxyz._BLOCK", 64)
    good = "2\nenergy=1\nH 0 0 0\nH 0 0 1\n\n"
    with pytest.raises(InputError, match="line 104: pos: expected a number, got 'y'"):
        _read(tmp_path, good * 20 + "2\nenergy=1\nH 0 0 0\nH 0 y 1\n")


def test_columns_of_one_name_have_one_width(tmp_path: Path) -> None:
    head = "1\nProperties=species:S:1:pos:R:3:f:R:"
    with pytest.raises(InputError, match="'f' has 1 columns here and 3 there"):
        _read(tmp_path, f"{head}1\nH 0 0 0 1\n{head}3\nH 0 0 0 1 2 3\n")
