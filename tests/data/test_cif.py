"""CIFs: symmetry, every spelling, elements and faults."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from ase.spacegroup import crystal
from tests.data.cif_samples import CELL, ONE, SITES, distances

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.cif_crystal import parse_operation
from atomarium.data.formats import read


def _read(folder: Path, text: str | bytes) -> Dataset:
    content = text.encode() if isinstance(text, str) else text
    (folder / "one.cif").write_bytes(content)
    return read(folder / "one.cif")


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
            SITES.strip(),
        ]
    )
    ours = _read(tmp_path, text + "\n" + "\n".join(rows) + "\n").structures
    assert ours.formulas() == Structures.from_ase(theirs).formulas()
    # Five decimals of 1/3 in a cell of 5 Å.
    np.testing.assert_allclose(distances(ours), distances(Structures.from_ase(theirs)), atol=2e-4)


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
    text = ONE.replace("100.", "90").replace("_cell_length_b 5", "_cell_length_b 4.0")
    text = text.replace("6.5", "4.0")
    named = text.replace("loop_", "_symmetry_space_group_name_H-M 'F m -3 m'\nloop_", 1)
    assert _read(tmp_path, named).structures.formulas() == ["Na4"]
    numbered = text.replace("loop_", "_space_group_IT_number 221\nloop_", 1)
    assert _read(tmp_path, numbered).structures.formulas() == ["Na"]


@pytest.mark.parametrize("group", ["'F d -3 m'", "227", "'no such group'", "999"])
def test_a_group_of_two_settings_is_refused_without_operations(tmp_path: Path, group: str) -> None:
    named = ONE.replace("loop_", f"_symmetry_space_group_name_H-M {group}\nloop_", 1)
    with pytest.raises(InputError, match=r"one\.cif, line 8: space group .* list the operations"):
        _read(tmp_path, named)


def test_quotes_comments_texts_and_several_blocks(tmp_path: Path) -> None:
    text = (
        "# made by hand\r\n" + ONE.replace("\n", "\r\n") + "_author 'O'Neil, \"x\"' # who\r\n"
        "_title\r\n;\r\nloop_ is no loop here\r\n;\r\n"
        "data_empty\n_note ?\n" + ONE.replace("data_test", "data_other").replace("1\n", ".\n")
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
    found = _read(tmp_path, ONE.replace("Na1 Na1+", f"{label} {symbol}"))
    assert found.structures.numbers.tolist() == [element]


def test_compressed_and_old_latin_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "one.cif.gz").write_bytes(gzip.compress(ONE.encode()))
    assert read(tmp_path / "one.cif.gz").structures.formulas() == ["Na"]
    assert len(_read(tmp_path, ONE.encode() + "# Müller\n".encode("latin-1"))) == 1


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
        (ONE.replace("_cell_length_b 5\n", ""), "data_test has no _cell_length_b"),
        (ONE.replace("_cell_length_b 5", "_cell_length_b five"), "line 3: .* no number: 'five'"),
        (ONE.replace("_cell_length_b 5", "_cell_length_b ?"), r"line 3: .* no number: '\?'"),
        (ONE.replace("100.", "200"), "no cell has lengths"),
        (ONE.replace("_fract_y", "_cartn_y"), "has no _atom_site_fract_y"),
        (ONE.replace("0 0 0", "0 O 0"), "line 15: _atom_site_fract_y is no number: 'O'"),
        (ONE.replace("0 0 0", "0 ? 0"), "line 15: _atom_site_fract_y is no number"),
        (ONE.replace("0 0 0 1", "0 0 0 0.5"), "line 15: site 'Na1' is occupied to 0.5"),
        (ONE + "K1 K 0 0 0 1\n", "line 16: sites 'Na1' and 'K1' share a place"),
        (ONE + "K1 K .999 0 1 1\n", "line 16: sites 'Na1' and 'K1' share a place"),
        (ONE.replace("Na1+", "Q1"), "line 15: no element in 'Q1'"),
        (ONE.replace("Na1 Na1+", "CL1 ?"), "line 15: no element in 'CL1'"),
        (ONE.replace("Na1 Na1+", "? ?"), "names no elements"),
        (ONE + "_symmetry_equiv_pos_as_xyz x,y\n", "line 16: no operation: 'x,y'"),
        (ONE + "_symmetry_equiv_pos_as_xyz x,y,w\n", "line 16: no operation"),
        (ONE + "_symmetry_equiv_pos_as_xyz x,y,y\n", "line 16: no operation"),
    ],
)
def test_faults_are_named_with_file_and_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=rf"one\.cif.*{complaint}"):
        _read(tmp_path, text)


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
    crystal = _read(tmp_path, f"{CELL}{SITES}Na1 Na {given} 0 0 1\n").structures
    fraction = (crystal.positions @ np.linalg.inv(crystal.cells[0]))[0, 0]
    assert fraction - meant == pytest.approx(round(fraction - meant), abs=1e-14)
