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


def _read(folder: Path, text: str | bytes, name: str = "data.extxyz") -> Dataset:
    content = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(content)
    return read(folder / name)


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
