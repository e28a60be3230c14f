from __future__ import annotations

import gzip
import shutil
import warnings
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.spacegroup import crystal

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.cif_crystal import parse_operation
from atomarium.data.formats import read, write

_CELL = """data_test
_cell_length_a 4.0(2)
_cell_length_b 5
_cell_length_c 6.5
_cell_angle_alpha 90
_cell_angle_beta 100.
_cell_angle_gamma 90
"""
_SITES = """loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
_ONE = _CELL + _SITES + "Na1 Na1+ 0 0 0 1\n"


def _read(folder: Path, text: str | bytes) -> Dataset:
    content = text.encode() if isinstance(text, str) else text
    (folder / "one.cif").write_bytes(content)
    return read(folder / "one.cif")


def _folder(folder: Path, table: str | None, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / f"{name}.cif").write_text(_ONE)
    if table is not None:
        (folder / "id_prop.csv").write_text(table)
    return folder


def _distances(structures: Structures) -> np.ndarray:
    (atoms,) = structures.to_ase()
    return np.sort(atoms.get_all_distances(mic=True).ravel())


def _read_by_ase(path: Path) -> Structures:
    with warnings.catch_warnings():
        # ASE doubts the settings of centered groups even where the operations are listed.
        warnings.simplefilter("ignore")
        return Structures.from_ase(ase.io.read(path))


def test_cgcnns_own_sample_is_read_as_ase_reads_it(real_data: Path) -> None:
    folder = real_data / "cgcnn" / "sample-regression"
    found = read(folder)
    assert found.ids[:2] == ("1000041", "1000050")
    assert found.target("target").scalar.tolist() == list(range(1, 11))
    for name, ours in zip(found.ids, found.structures, strict=True):
        theirs = _read_by_ase(folder / f"{name}.cif")
        np.testing.assert_allclose(ours.cells, theirs.cells, atol=1e-12)  # angles to radians
        assert sorted(ours.numbers) == sorted(theirs.numbers)
        # One of them has 0.3333, which ASE leaves as it is: 3e-5 of a cell of 4 Å, for two atoms.
        rounded = 3e-4 if name == "1101051" else 1e-9
        np.testing.assert_allclose(_distances(ours), _distances(theirs), atol=rounded)


@pytest.mark.parametrize(
    ("group", "sites"),
    [
        (225, {"Na": (0, 0, 0), "Cl": (0.5, 0.5, 0.5)}),
        (194, {"Mg": (1 / 3, 2 / 3, 0.25)}),
        (62, {"Ca": (0.03, 0.25, 0.99), "Ti": (0, 0, 0.5), "O": (0.29, 0.04, 0.71)}),
        (167, {"Al": (0, 0, 0.352), "O": (0.306, 0, 0.25)}),
        (1, {"C": (0.1, 0.2, 0.3)}),
    ],
)
def test_symmetry_makes_the_atoms_that_ase_makes(
    tmp_path: Path, group: int, sites: dict[str, tuple[float, float, float]]
) -> None:
    angles = [90, 90, 120] if group in {194, 167} else [90, 90, 90]
    cellpar = [5.0, 5.0, 7.0, *angles] if group != 225 else [5.6] * 3 + angles
    theirs = crystal(list(sites), list(sites.values()), spacegroup=group, cellpar=cellpar)
    operations = [
        ",".join(_as_text(*row) for row in zip(rotation, shift, strict=True))
        for rotation, shift in theirs.info["spacegroup"].get_symop()
    ]
    lengths = [f"_cell_length_{axis} {x}" for axis, x in zip("abc", cellpar[:3], strict=True)]
    names = ("alpha", "beta", "gamma")
    lengths += [f"_cell_angle_{name} {x}" for name, x in zip(names, angles, strict=True)]
    rows = [f"{s} {s} {x:.5f} {y:.5f} {z:.5f} 1" for s, (x, y, z) in sites.items()]
    text = "\n".join(
        [
            "data_x",
            *lengths,
            "loop_",
            "_space_group_symop.operation_xyz",
            *operations,
            _SITES.strip(),
        ]
    )
    ours = _read(tmp_path, text + "\n" + "\n".join(rows) + "\n").structures
    assert ours.formulas() == Structures.from_ase(theirs).formulas()
    # Five decimals of 1/3 in a cell of 5 Å.
    np.testing.assert_allclose(_distances(ours), _distances(Structures.from_ase(theirs)), atol=2e-4)


def _as_text(row: np.ndarray, shift: float) -> str:
    terms = [
        f"{'-' if factor < 0 else '+'}{axis}"
        for factor, axis in zip(row, "xyz", strict=True)
        if factor
    ]
    return "".join(terms) + (f"+{round(shift * 12)}/12" if shift else "")


@pytest.mark.parametrize(
    ("text", "rotation", "shift"),
    [
        ("x,y,z", [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0]),
        ("-y,x-y,z+1/3", [[0, -1, 0], [1, -1, 0], [0, 0, 1]], [0, 0, 1 / 3]),
        ("1/2+x,.25-y,-z-0.5", [[1, 0, 0], [0, -1, 0], [0, 0, -1]], [0.5, 0.25, -0.5]),
    ],
)
def test_operations_in_every_spelling(
    text: str, rotation: list[list[int]], shift: list[float]
) -> None:
    found = parse_operation(text)
    assert found[0].tolist() == rotation
    np.testing.assert_allclose(found[1], shift, rtol=1e-15)


def test_a_group_that_is_only_named_is_expanded_when_it_is_clear(tmp_path: Path) -> None:
    text = _ONE.replace("100.", "90").replace("_cell_length_b 5", "_cell_length_b 4.0")
    text = text.replace("6.5", "4.0")
    named = text.replace("loop_", "_symmetry_space_group_name_H-M 'F m -3 m'\nloop_", 1)
    assert _read(tmp_path, named).structures.formulas() == ["Na4"]
    numbered = text.replace("loop_", "_space_group_IT_number 221\nloop_", 1)
    assert _read(tmp_path, numbered).structures.formulas() == ["Na"]


@pytest.mark.parametrize("group", ["'F d -3 m'", "227", "'no such group'", "999"])
def test_a_group_of_two_settings_is_refused_without_operations(tmp_path: Path, group: str) -> None:
    named = _ONE.replace("loop_", f"_symmetry_space_group_name_H-M {group}\nloop_", 1)
    with pytest.raises(InputError, match=r"one\.cif, line 8: space group .* list the operations"):
        _read(tmp_path, named)


def test_quotes_comments_texts_and_several_blocks(tmp_path: Path) -> None:
    text = (
        "# made by hand\r\n" + _ONE.replace("\n", "\r\n") + "_author 'O'Neil, \"x\"' # who\r\n"
        "_title\r\n;\r\nloop_ is no loop here\r\n;\r\n"
        "data_empty\n_note ?\n" + _ONE.replace("data_test", "data_other").replace("1\n", ".\n")
    )
    found = _read(tmp_path, text)
    assert found.ids == ("test", "other")
    assert found.structures.formulas() == ["Na", "Na"]
    np.testing.assert_allclose(found.structures.cells[0, 0], [4, 0, 0])
    assert found.structures.periodic.all()


@pytest.mark.parametrize(
    ("label", "symbol", "element"),
    [
        ("x", "Na1+", 11),
        ("x", "O2-", 8),
        ("x", "D", 1),
        ("Ca1", "?", 20),
        ("OW1", ".", 8),
        ("CaA", "?", 20),
        ("x", "Si(IV)", 14),
    ],
)
def test_elements_come_from_symbols_or_else_from_labels(
    tmp_path: Path, label: str, symbol: str, element: int
) -> None:
    found = _read(tmp_path, _ONE.replace("Na1 Na1+", f"{label} {symbol}"))
    assert found.structures.numbers.tolist() == [element]


def test_compressed_and_old_latin_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "one.cif.gz").write_bytes(gzip.compress(_ONE.encode()))
    assert read(tmp_path / "one.cif.gz").structures.formulas() == ["Na"]
    assert len(_read(tmp_path, _ONE.encode() + "# Müller\n".encode("latin-1"))) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("data_x\n_a 1\n", "has no sites"),
        ("hello\n", "line 1: expected data_, got 'hello'"),
        ("data_x\n_a\n_b 1\n", "line 2: _a has no value"),
        ("data_x\nvalue\n", "line 2: no name before 'value'"),
        ("data_x\nloop_\n_a\n_b\n1 2 3\n", "line 5: a loop of 2 columns has 3 values"),
        ("data_x\n_a\n;\nnever ends\n", "line 3: a text begins with ; and never ends"),
        (_ONE.replace("_cell_length_b 5\n", ""), "data_test has no _cell_length_b"),
        (_ONE.replace("_cell_length_b 5", "_cell_length_b five"), "line 3: .* no number: 'five'"),
        (_ONE.replace("_cell_length_b 5", "_cell_length_b ?"), r"line 3: .* no number: '\?'"),
        (_ONE.replace("100.", "200"), "no cell has lengths"),
        (_ONE.replace("_fract_y", "_cartn_y"), "has no _atom_site_fract_y"),
        (_ONE.replace("0 0 0", "0 O 0"), "line 15: _atom_site_fract_y is no number: 'O'"),
        (_ONE.replace("0 0 0", "0 ? 0"), "line 15: _atom_site_fract_y is no number"),
        (_ONE.replace("0 0 0 1", "0 0 0 0.5"), "line 15: site 'Na1' is occupied to 0.5"),
        (_ONE + "K1 K 0 0 0 1\n", "line 16: sites 'Na1' and 'K1' share a place"),
        (_ONE + "K1 K .999 0 1 1\n", "line 16: sites 'Na1' and 'K1' share a place"),
        (_ONE.replace("Na1+", "Q1"), "line 15: no element in 'Q1'"),
        (_ONE.replace("Na1 Na1+", "CL1 ?"), "line 15: no element in 'CL1'"),
        (_ONE.replace("Na1 Na1+", "? ?"), "names no elements"),
        (_ONE + "_symmetry_equiv_pos_as_xyz x,y\n", "line 16: no operation: 'x,y'"),
        (_ONE + "_symmetry_equiv_pos_as_xyz x,y,w\n", "line 16: no operation"),
        (_ONE + "_symmetry_equiv_pos_as_xyz x,y,y\n", "line 16: no operation"),
    ],
)
def test_faults_are_named_with_file_and_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=rf"one\.cif.*{complaint}"):
        _read(tmp_path, text)


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
    (folder / "a.cif").write_text(_ONE + _ONE)
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
        theirs = _read_by_ase(tmp_path / "set" / f"{name}.cif")
        np.testing.assert_allclose(_distances(theirs), _distances(ours), atol=1e-9)


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


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("0.3333", 1 / 3),
        ("0.666667", 2 / 3),
        ("-0.33333(2)", -1 / 3),
        ("0.333", 0.333),  # too few digits to tell
        ("0.3334", 0.3334),
        ("0.33331234", 0.33331234),
        ("0.5000", 0.5),
    ],
)
def test_rounded_thirds_are_thirds(tmp_path: Path, given: str, meant: float) -> None:
    crystal = _read(tmp_path, f"{_CELL}{_SITES}Na1 Na {given} 0 0 1\n").structures
    fraction = (crystal.positions @ np.linalg.inv(crystal.cells[0]))[0, 0]
    assert fraction - meant == pytest.approx(round(fraction - meant), abs=1e-14)
