"""Importers of molecules, each on a small archive of the form that is published."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from tests.data.archives import run, tar, zipped

from atomarium.core.errors import InputError
from atomarium.data.importers.qm9 import PROPERTIES, read_references, read_uncharacterized

METHANE = """5
gdb 1\t157.7118\t157.70997\t157.70699\t0.\t13.21\t-0.3877\t0.1171\t0.5048\t35.3641\t0.044749\t\
-40.47893\t-40.476062\t-40.475117\t-40.498597\t6.469\t
C\t-0.0126981359\t 1.0858041578\t 0.0080009958\t-0.535689
H\t 0.002150416\t-0.0060313176\t 0.0019761204\t 0.133921
H\t 1.0117308433\t 1.4637511618\t 0.0002765748\t 0.133922
H\t-0.540815069\t 1.4475266138\t-0.8766437152\t 0.133923
H\t-0.5238136345\t 1.4379326443\t 9.063972942*^-1\t 0.133923
1341.307\t1341.3284\t1341.365\t1562.6731\t1562.7453\t3038.3205\t3151.6034\t3151.6788\t3151.7078
C\tC\t
InChI=1S/CH4/h1H4\tInChI=1S/CH4/h1H4
"""
UNCHARACTERIZED = """List of molecules
==========
# Index GDB17 SMILES
==========
     2 N N [NH3] 6.036217
    58 NC(=N)C#N NC(=N)C#N [NH]C(=[NH2])C#N 6.036217
1 compounds
"""
ATOMREF = """Atom reference data
===================
Ele- ZPVE U (0 K) U (298.15 K) H G CV
ment Hartree
===================
H     0.000000     -0.500273      -0.498857       -0.497912       -0.510927       2.981
C     0.000000    -37.846772     -37.845355      -37.844411      -37.861317       2.981
N     0.000000    -54.583861     -54.582445      -54.581501      -54.598897       2.981
O     0.000000    -75.064579     -75.063163      -75.062219      -75.079532       2.981
F     0.000000    -99.718730     -99.717314      -99.716370      -99.733544       2.981
"""


def qm9_files(tmp_path, members):
    (tmp_path / "uncharacterized.txt").write_text(UNCHARACTERIZED)
    (tmp_path / "atomref.txt").write_text(ATOMREF)
    archive = tar(tmp_path / "qm9.tar.bz2", members)
    return archive, tmp_path / "uncharacterized.txt", tmp_path / "atomref.txt"


def test_qm9_archive_reads_mathematicas_exponents_and_leaves_out_what_failed(tmp_path):
    failed = METHANE.replace("gdb 1", "gdb 2")
    names = {"dsgdb9nsd_000002.xyz": failed, "dsgdb9nsd_000001.xyz": METHANE}
    imported = run("qm9-archive", *qm9_files(tmp_path, names))
    assert imported.ids == ("gdb 1",)
    assert imported.structures.numbers.tolist() == [6, 1, 1, 1, 1]
    assert imported.structures.positions[4].tolist() == [-0.5238136345, 1.4379326443, 0.9063972942]
    assert imported.columns["cv"].tolist() == [6.469]
    assert imported.labels["smiles"].tolist() == ["C"]
    # -40.47893 + 37.846772 + 4 · 0.500273 Ha, by hand, times 27.211386245988.
    np.testing.assert_allclose(imported.columns["u0_atomization"], [-17.172181], atol=1e-6)


def test_qm9_archive_refuses_a_molecule_that_is_cut_short(tmp_path):
    short = "\n".join(METHANE.splitlines()[:5])
    with pytest.raises(InputError, match=r"000001.xyz is not a molecule of QM9"):
        run("qm9-archive", *qm9_files(tmp_path, {"dsgdb9nsd_000001.xyz": short}))
    few = METHANE.replace("\t6.469", "")
    with pytest.raises(InputError, match=r"000001.xyz is not a molecule of QM9: it is cut short"):
        run("qm9-archive", *qm9_files(tmp_path, {"dsgdb9nsd_000001.xyz": few}))


def test_qm9_archive_refuses_what_cannot_be_unpacked_or_is_empty(tmp_path):
    archive, *others = qm9_files(tmp_path, {"readme": "nothing"})
    with pytest.raises(InputError, match="no molecules in it"):
        run("qm9-archive", archive, *others)
    archive.write_bytes(b"not a tar")
    with pytest.raises(InputError, match="cannot be unpacked"):
        run("qm9-archive", archive, *others)


def test_the_footer_of_the_uncharacterized_list_is_no_molecule(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(UNCHARACTERIZED)
    assert read_uncharacterized(path) == {2, 58}
    path.write_text("nothing\n")
    with pytest.raises(InputError, match="lists no molecules"):
        read_uncharacterized(path)


def test_references_are_read_by_target_and_element(tmp_path):
    path = tmp_path / "atomref.txt"
    path.write_text(ATOMREF)
    assert read_references(path)["g"]["F"] == -99.733544
    path.write_text(ATOMREF.replace("F     0.0", "Cl    0.0"))
    with pytest.raises(InputError, match="no line for F"):
        read_references(path)


def wheel_row(index, **changes):
    values = dict.fromkeys(
        ["RotA_GHz", "RotB_GHz", "RotC_GHz", "Dipole_debye", "Polarizability_bohr3", "HOMO_au"],
        "1.5",
    ) | dict.fromkeys(
        ["LUMO_au", "HOMO_LUMO_gap_au", "R2_bohr2", "ZPVE_au", "InternalEnergy_0K_au"], "-1."
    )
    values |= dict.fromkeys(
        ["InternalEnergy_298K_au", "Enthalphy_298K_au", "GibbsFreeEnergy_298K_au"], "-2."
    )
    molecule = {
        "Index": str(index),
        "SMILES": "[H][H]",
        "Elements": "['H','H']",
        "XYZ_Ang": "[[0.,0.5,-1.25],[1.,2.,3.]]",
        "Heatcapacity_Cv_cal_mol_K": "6.4",
    }
    return {**molecule, **values, **changes}


def wheel(tmp_path, *rows):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    tables = {f"qm9pack/data/qm9_part{part}.csv": stream.getvalue() for part in (1, 2, 3)}
    return zipped(tmp_path / "qm9pack.whl", tables)


def test_qm9_wheel_joins_its_three_tables(tmp_path):
    imported = run("qm9-wheel", wheel(tmp_path, wheel_row(7), wheel_row(9)))
    assert imported.ids == ("gdb 7", "gdb 9") * 3
    assert len(imported.structures) == 6
    assert imported.structures.positions[0].tolist() == [0.0, 0.5, -1.25]
    assert list(imported.columns) == [*PROPERTIES, "u0_atomization"]
    assert imported.columns["homo"].tolist() == [1.5] * 6
    np.testing.assert_allclose(
        imported.columns["u0_atomization"], (-1 + 2 * 0.500273) * 27.211386245988, atol=1e-9
    )


def test_qm9_wheel_refuses_other_tables(tmp_path):
    row = wheel_row(7)
    del row["SMILES"]
    with pytest.raises(InputError, match="lack the columns SMILES"):
        run("qm9-wheel", wheel(tmp_path, row))
    with pytest.raises(InputError, match="near gdb 7 lacks coordinates"):
        run("qm9-wheel", wheel(tmp_path, wheel_row(7, XYZ_Ang="[[0.,0.,0.]]")))
    with pytest.raises(InputError, match="not a wheel of qm9pack"):
        run("qm9-wheel", zipped(tmp_path / "other.whl", {"a": "b"}))


def test_qm7_drops_padding_and_turns_bohr_into_angstrom(tmp_path):
    from scipy.io import savemat

    arrays = {
        "Z": np.array([[6, 1, 0], [8, 1, 1]], dtype=np.float32),
        "R": np.arange(18, dtype=np.float32).reshape(2, 3, 3),
        "T": np.array([[-417.96, -712.42]], dtype=np.float32),
        "P": np.array([[1], [0]]),
    }
    savemat(tmp_path / "qm7.mat", arrays)
    imported = run("qm7", tmp_path / "qm7.mat")
    assert imported.structures.sizes.tolist() == [2, 3]
    np.testing.assert_allclose(
        imported.structures.positions[1], np.array([3, 4, 5]) * 0.529177210903
    )
    assert imported.labels["fold"].tolist() == [1, 0]
    np.testing.assert_allclose(
        imported.columns["atomization_energy"], [-417.96, -712.42], atol=1e-4
    )
    savemat(tmp_path / "qm7.mat", {"Z": arrays["Z"]})
    with pytest.raises(InputError, match="lacks the arrays P, R, T"):
        run("qm7", tmp_path / "qm7.mat")
    (tmp_path / "qm7.mat").write_bytes(b"no matlab" * 40)
    with pytest.raises(InputError, match="not a MATLAB file"):
        run("qm7", tmp_path / "qm7.mat")


def rmd17_members(n=3):
    stream = io.BytesIO()
    np.savez(
        stream,
        nuclear_charges=np.array([8, 1]),
        coords=np.arange(6.0 * n).reshape(n, 2, 3),
        energies=np.arange(1.0 * n),
        forces=-np.arange(6.0 * n).reshape(n, 2, 3),
        old_indices=np.array([7.0, 5.0, 9.0]),
    )
    members = {"rmd17/npz_data/rmd17_benzene.npz": stream.getvalue()}
    for split in range(1, 6):
        members[f"rmd17/splits/index_train_{split:02}.csv"] = "0\n"
        members[f"rmd17/splits/index_test_{split:02}.csv"] = "2\n"
    return members


def test_rmd17_reads_one_molecule_and_the_published_splits(tmp_path):
    archive = tar(tmp_path / "rmd17.tar.bz2", rmd17_members())
    imported = run("rmd17", archive, variant="benzene")
    assert imported.ids == ("benzene 7", "benzene 5", "benzene 9")
    assert imported.structures.sizes.tolist() == [2, 2, 2]
    assert imported.columns["forces"].shape == (6, 3)
    assert imported.columns["forces"][3].tolist() == [-9, -10, -11]
    assert imported.labels["split_05"].tolist() == ["train", "unused", "test"]


def test_rmd17_takes_benzene_not_azobenzene(tmp_path):
    members = rmd17_members()
    members = {"rmd17/npz_data/rmd17_azobenzene.npz": b"another"} | members
    assert len(run("rmd17", tar(tmp_path / "r.tar.bz2", members), variant="benzene").ids) == 3


def test_rmd17_refuses_other_archives(tmp_path):
    archive = tar(tmp_path / "rmd17.tar.bz2", rmd17_members())
    with pytest.raises(InputError, match=r"no npz_data/rmd17_water.npz in it"):
        run("rmd17", archive, variant="water")
    members = rmd17_members()
    del members["rmd17/splits/index_test_03.csv"]
    with pytest.raises(InputError, match="not the archive of revised MD17: 'index_test_03'"):
        run("rmd17", tar(archive, members), variant="benzene")
    archive.write_bytes(archive.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be unpacked"):
        run("rmd17", archive, variant="benzene")
