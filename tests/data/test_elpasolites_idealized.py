"""Elpasolites on idealized geometries: the prototype, and where elements and energies come from."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.pairs import find_pairs
from atomarium.data.catalog import assemble, find_entry
from atomarium.data.importers import load_importer
from atomarium.data.importers.elpasolites_idealized import idealized

_REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "elpasolites_compositions.npz"
CRYOLITE = np.array([[13, 11, 19, 9]])  # Al Na K2 F6


def run(path: Path):
    return load_importer("elpasolites-idealized")((path,), {})


def test_an_elpasolite_comes_near_to_its_measured_cell():
    # K2NaAlF6: a = 8.12 Å, x = 0.219; L. R. Morss, J. Inorg. Nucl. Chem. 36, 3876 (1974).
    structures = idealized(CRYOLITE)
    edge = float((4 * structures.volumes[0]) ** (1 / 3))
    assert edge == pytest.approx(8.12, rel=0.03)
    x = np.linalg.norm(structures.positions[4]) / edge
    assert x == pytest.approx(0.219, abs=0.01)


def test_the_prototype_has_the_symmetry_and_neighbors_of_an_elpasolite():
    from ase.data import covalent_radii

    structures = idealized(CRYOLITE)
    assert structures.numbers.tolist() == [13, 11, 19, 19] + [9] * 6
    pairs = find_pairs(structures, 3.1)
    of_first, of_second = (np.flatnonzero(pairs.centers == k) for k in (0, 1))
    for found, z in ((of_first, 13), (of_second, 11)):
        bonds = pairs.distances[found][:6]
        np.testing.assert_allclose(bonds, covalent_radii[z] + covalent_radii[9], atol=1e-12)
    potassium = np.flatnonzero((pairs.centers == 2) & (structures.numbers[pairs.neighbors] == 9))
    assert len(potassium) == 12


def test_no_two_neighbors_overlap_whatever_the_radii():
    from ase.data import covalent_radii

    sites = np.array([[1, 4, 55, 9], [55, 56, 3, 1], [2, 9, 37, 6]])
    structures = idealized(sites)
    pairs = find_pairs(structures, 6.0)
    a, b = structures.numbers[pairs.centers], structures.numbers[pairs.neighbors]
    kind = np.repeat([0, 1, 2, 2, 3, 3, 3, 3, 3, 3], 1)[np.arange(structures.n_atoms) % 10]
    touching = np.abs(kind[pairs.centers] - kind[pairs.neighbors]) > 0
    touching &= (kind[pairs.centers] == 3) | (kind[pairs.neighbors] == 3)
    least = covalent_radii[a] + covalent_radii[b]
    assert (pairs.distances[touching] >= least[touching] - 1e-9).all()


def test_sites_are_read_with_their_energies(tmp_path):
    path = tmp_path / "sites.npz"
    np.savez(path, sites_ABCD=CRYOLITE.astype(np.uint8), formation_energy_per_atom=[-3.2])
    imported = run(path)
    assert imported.ids == ("AlNaK2F6 0",)
    assert imported.columns["formation_energy"].tolist() == [-32.0]
    entry = find_entry("elpasolites-idealized")
    dataset = assemble(entry, imported, entry.provenance())
    assert dataset.target("formation_energy_per_atom").unit == "eV"
    assert "idealized" in dataset.provenance.notes


def archive(path: Path, numbers: list[list[int]]) -> Path:
    table = {"T": np.full(len(numbers), -32.0), "Z": np.array(numbers), "Co": [], "Ce": []}
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("TrainingSet.pkl", pickle.dumps(table, protocol=2))
    return path


def test_the_published_archive_gives_the_same_crystals(tmp_path):
    imported = run(archive(tmp_path / "e.zip", [[9] * 6 + [13, 19, 11, 19]]))
    assert imported.structures.numbers.tolist() == idealized(CRYOLITE).numbers.tolist()
    assert imported.columns["formation_energy_per_atom"].tolist() == [-3.2]


def test_what_is_no_elpasolite_is_refused(tmp_path):
    with pytest.raises(InputError, match="atoms that are not ABC2D6"):
        run(archive(tmp_path / "e.zip", [[9] * 7 + [13, 19, 19]]))
    wrong = tmp_path / "sites.npz"
    np.savez(wrong, sites_ABCD=CRYOLITE)
    with pytest.raises(InputError, match="does not hold sites of elpasolites"):
        run(wrong)
    np.savez(wrong, sites_ABCD=CRYOLITE[:, :3], formation_energy_per_atom=[-3.2])
    with pytest.raises(InputError, match="must be four atomic numbers for each energy"):
        run(wrong)
    wrong.write_bytes(b"nothing")
    with pytest.raises(InputError, match="does not hold sites"):
        run(wrong)


@pytest.mark.real_data
@pytest.mark.skipif(not _REAL.exists(), reason="elpasolites_compositions.npz is not there")
def test_all_published_elpasolites_can_be_built():
    imported = run(_REAL)
    assert len(imported.structures) == find_entry("elpasolites-idealized").structures
    assert len(imported.structures.species) == 39
    edges = (4 * imported.structures.volumes) ** (1 / 3)
    assert edges.min() > 3.7
    assert edges.max() < 18.0
