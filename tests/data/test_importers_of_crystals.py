"""Importers of crystals, each on a small archive of the form that is published."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pickle

import numpy as np
import pytest
from tests.data.archives import run, tar, zipped

from atomarium.core.errors import InputError

GEOMETRY = """#====
lattice_vector 5.0 0.0 0.0
lattice_vector 0.0 6.0 0.0
lattice_vector 0.0 0.0 7.0
atom 1.0 2.0 3.0 In
atom 0.0 0.5 0.0 O
"""
TABLE = "id,spacegroup,formation_energy_ev_natom,bandgap_energy_ev\n1,33,0.2284,1.3584\n"


def test_nmd18_reads_both_parts_with_their_labels(tmp_path):
    folder = "nomad-8ab1dd2"
    members = {
        f"{folder}/train.csv": TABLE,
        f"{folder}/test.csv": "id,spacegroup\n1,33\n",
        f"{folder}/labeled_test.csv": TABLE.replace("0.2284", "0.5"),
        f"{folder}/train/1/geometry.xyz": GEOMETRY,
        f"{folder}/test/1/geometry.xyz": GEOMETRY,
    }
    imported = run("nmd18", zipped(tmp_path / "nmd18.zip", members))
    assert imported.ids == ("train-1", "test-1")
    assert imported.labels["split"].tolist() == ["train", "test"]
    assert imported.labels["space_group"].tolist() == [33, 33]
    assert imported.columns["formation_energy"].tolist() == [0.2284, 0.5]
    assert imported.structures.numbers.tolist() == [49, 8, 49, 8]
    assert imported.structures.volumes.round(9).tolist() == [210.0, 210.0]
    assert imported.structures.periodic.all()
    del members[f"{folder}/test/1/geometry.xyz"]
    with pytest.raises(InputError, match="not the repository of NOMAD 2018"):
        run("nmd18", zipped(tmp_path / "nmd18.zip", members))


BLOCK = """2
AgCu12 fcc -5.5 0.25
Ag 0.0 0.0 0.0
Cu 1.0 1.0 1.0
0.0 2.0 2.0
2.0 0.0 2.0
2.0 2.0 0.0
"""


def test_ba10_reads_properties_above_and_cells_below_the_atoms(tmp_path):
    text = f"{BLOCK}\n{BLOCK.replace('AgCu12 fcc', 'NbNi3 hcp')}\n"
    imported = run("ba10", zipped(tmp_path / "ba10.zip", {"ba10-18/ba10-18.xyz": text}))
    assert imported.ids == ("AgCu12", "NbNi3")
    assert imported.labels["lattice"].tolist() == ["fcc", "hcp"]
    assert imported.labels["alloy"].tolist() == ["AgCu", "NbNi"]
    assert imported.columns["total_energy"].tolist() == [-5.5, -5.5]
    assert imported.columns["formation_enthalpy"].tolist() == [0.25, 0.25]
    assert imported.structures.cells[0].tolist() == [[0, 2, 2], [2, 0, 2], [2, 2, 0]]


def test_ba10_refuses_other_archives_and_broken_blocks(tmp_path):
    with pytest.raises(InputError, match=r"no ba10-18.xyz in it"):
        run("ba10", zipped(tmp_path / "ba10.zip", {"a": "b"}))
    broken = BLOCK.replace("Cu 1.0 1.0 1.0\n", "")
    with pytest.raises(InputError, match=r"cannot read the block '2 \| AgCu12"):
        run("ba10", zipped(tmp_path / "ba10.zip", {"ba10-18.xyz": broken}))
    (tmp_path / "ba10.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match="is not a zip"):
        run("ba10", tmp_path / "ba10.zip")


def elpasolites(**changes):
    sites = np.array([[0.25] * 3, [0.75] * 3, [0.0] * 3])
    table = {
        "T": np.array([-3.0, -6.0]),
        "N": np.array([3, 3]),
        "Z": np.array([[3, 3, 8], [11, 11, 16]]),
        "Co": np.array([sites, sites]),
        "Ce": np.array([np.eye(3) * 4, np.eye(3) * 5]),
    }
    return pickle.dumps({**table, **changes}, protocol=2)


def test_elpasolites_are_read_from_pickled_arrays(tmp_path):
    members = {"abc2d6-16/TrainingSet.pkl": elpasolites(), "abc2d6-16/readme.txt": "text"}
    imported = run("elpasolites", zipped(tmp_path / "e.zip", members))
    assert imported.ids == ("TrainingSet 0", "TrainingSet 1")
    assert imported.labels["set"].tolist() == ["TrainingSet"] * 2
    assert imported.columns["formation_energy_per_atom"].tolist() == [-1.0, -2.0]
    np.testing.assert_allclose(imported.structures.positions[4], [3.75] * 3)
    np.testing.assert_allclose(imported.structures.volumes, [64, 125])


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harm",)


def test_elpasolites_never_run_what_a_pickle_asks_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archive = zipped(tmp_path / "e.zip", {"TrainingSet.pkl": elpasolites(X=Harmful())})
    with pytest.raises(InputError, match=r"wants to run posix.mkdir|wants to run nt.mkdir"):
        run("elpasolites", archive)
    assert not (tmp_path / "harm").exists()


def test_elpasolites_refuse_other_archives(tmp_path):
    with pytest.raises(InputError, match=r"no .pkl in it"):
        run("elpasolites", zipped(tmp_path / "e.zip", {"a": "b"}))
    with pytest.raises(InputError, match="lacks Ce, Co, Z"):
        run("elpasolites", zipped(tmp_path / "e.zip", {"a.pkl": pickle.dumps({"T": [1.0]})}))
    short = elpasolites(Z=np.array([[3, 3, 8]]))
    with pytest.raises(InputError, match="do not fit together"):
        run("elpasolites", zipped(tmp_path / "e.zip", {"a.pkl": short}))
    with pytest.raises(InputError, match="not the archive"):
        run("elpasolites", zipped(tmp_path / "e.zip", {"a.pkl": b"\x80"}))


POSCAR = "Na1 Cl1\n1.0\n4 0 0\n0 4 0\n0 0 4\nNa Cl\n1 1\ndirect\n0 0 0 Na\n0.5 0.5 0.5 Cl\n"


def matminer_csv(tmp_path, header, row):
    stream = io.StringIO()
    csv.writer(stream).writerows([header, row])
    text = "# ref: somebody\n" + stream.getvalue()
    return tar(
        tmp_path / "m.tar.gz", {"m-0.4.0/matminer/datasets/elastic_tensor.csv": text}, "w:gz"
    )


def test_matminer_csv_reads_poscars_and_takes_logarithms(tmp_path):
    header = ["idx", "K_VRH", "G_VRH", "poscar", "space_group", "material_id"]
    archive = matminer_csv(tmp_path, header, ["0", "100.0", "10", POSCAR, "225.0", "mp-1"])
    imported = run("matminer-csv", archive, table="elastic_tensor")
    assert imported.ids == ("mp-1",)
    assert imported.structures.positions.tolist() == [[0, 0, 0], [2, 2, 2]]
    assert imported.columns["log10_K_VRH"].tolist() == [2.0]
    assert imported.labels["space_group"].tolist() == [225]


def test_matminer_csv_drops_the_running_number_that_the_header_forgets(tmp_path):
    header = ["idx", "n", "poscar", "material_id"]
    archive = matminer_csv(tmp_path, header, ["0", "0", "1.86", POSCAR, "mp-1"])
    assert run("matminer-csv", archive, table="elastic_tensor").columns["n"].tolist() == [1.86]


def test_matminer_csv_refuses_what_it_does_not_know(tmp_path):
    header = ["n", "poscar", "material_id"]
    archive = matminer_csv(tmp_path, header, ["1", POSCAR.replace("direct", "cartesian"), "mp-1"])
    with pytest.raises(InputError, match="only direct ones are known"):
        run("matminer-csv", archive, table="elastic_tensor")
    with pytest.raises(InputError, match=r"no matminer/datasets/other.csv in it"):
        run("matminer-csv", archive, table="other")
    archive.write_bytes(b"no tar")
    with pytest.raises(InputError, match="cannot be unpacked"):
        run("matminer-csv", archive, table="elastic_tensor")


def matminer_json(tmp_path, occupancy=1):
    site = {"species": [{"element": "Po", "occu": occupancy}], "abc": [0.5, 0.5, 0.5]}
    crystal = {"lattice": {"matrix": [[3, 0, 0], [0, 3, 0], [0, 0, 3]]}, "sites": [site]}
    table = {
        "columns": ["formula", "structure", "e_form", "gap gllbsc", "vbm", "cbm"],
        "index": [0],
        "data": [["Po", crystal, 1.5, 0.0, 6.1, 6.2]],
    }
    path = tmp_path / "t.json.gz"
    path.write_bytes(gzip.compress(json.dumps(table).encode()))
    return path


def test_matminer_json_reads_the_dicts_of_pymatgen(tmp_path):
    imported = run("matminer-json", matminer_json(tmp_path))
    assert imported.ids == ("Po",)
    assert imported.structures.positions.tolist() == [[1.5, 1.5, 1.5]]
    assert imported.columns["gap_gllbsc"].tolist() == [0.0]
    assert imported.structures.numbers.tolist() == [84]


def test_matminer_json_refuses_partial_occupancies_and_other_files(tmp_path):
    with pytest.raises(InputError, match="partly occupied"):
        run("matminer-json", matminer_json(tmp_path, occupancy=0.5))
    path = tmp_path / "t.json.gz"
    path.write_bytes(gzip.compress(b"{}"))
    with pytest.raises(InputError, match="not a table of matminer"):
        run("matminer-json", path)
    path.write_bytes(b"no gzip")
    with pytest.raises(InputError, match="not a table of matminer"):
        run("matminer-json", path)


def test_mp_perovskites_have_energies_per_cell_and_atom_and_some_a_gap(tmp_path):
    site = {"species": [{"element": "Po", "occu": 1}], "abc": [0.5, 0.5, 0.5]}
    crystal = {
        "lattice": {"matrix": (3.0 * np.eye(3)).tolist()},
        "sites": [site, site | {"abc": [0, 0, 0]}],
    }
    entries = {
        "mp-1": {"bandgap": None, "structure": json.dumps(crystal), "energy": -8.0},
        "mp-2": {"bandgap": {"energy": 1.5}, "structure": json.dumps(crystal), "energy": -6.0},
    }
    path = tmp_path / "pervoskite_mp.json"
    path.write_text(json.dumps(entries))
    imported = run("mp-perovskites", path)
    assert imported.ids == ("mp-1", "mp-2")
    assert imported.structures.sizes.tolist() == [2, 2]
    assert imported.columns["energy"].tolist() == [-8.0, -6.0]
    assert imported.columns["energy_per_atom"].tolist() == [-4.0, -3.0]
    np.testing.assert_array_equal(imported.columns["band_gap"], [np.nan, 1.5])
    for wrong in ("[]", '{"mp-1": {}}', "no JSON"):
        path.write_text(wrong)
        with pytest.raises(InputError, match="not the list of perovskites"):
            run("mp-perovskites", path)
