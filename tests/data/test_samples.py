"""The packaged sets: small, quick, and equal to what they were made from."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers import Imported
from atomarium.data.samples import load_sample, pack, packaged_bytes, unpack, write_sample

NAMES = ("qm9-sample", "mp-elastic")


@pytest.fixture(scope="module")
def build(repository):
    path = repository / "scripts" / "build_samples.py"
    spec = importlib.util.spec_from_file_location("build_samples", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def some_molecules(n_structures):
    rng = np.random.default_rng(5)
    sizes = rng.integers(3, 9, n_structures)
    n_atoms = int(sizes.sum())
    return Imported(
        structures=Structures.from_arrays(
            rng.integers(1, 9, n_atoms),
            rng.normal(scale=3, size=(n_atoms, 3)),
            offsets=np.concatenate([[0], np.cumsum(sizes)]),
        ),
        columns={"u0_atomization": rng.normal(size=n_structures) - 4 * sizes},
        ids=tuple(f"gdb {s}" for s in range(n_structures)),
        labels={"smiles": np.array(["C"] * n_structures)},
    )


def test_together_they_are_at_most_two_megabytes():
    assert sum(map(packaged_bytes, NAMES)) <= 2_000_000


def test_the_molecules_are_those_that_are_promised():
    sample = load_sample("qm9-sample")
    assert len(sample) == 2000
    assert sample.structures.species == (1, 6, 7, 8, 9)
    assert not sample.structures.periodic.any()
    assert len(sample.targets) == 16
    assert len(set(sample.ids)) == 2000
    assert sample.ids[0] == "gdb 18"
    assert sample.labels["smiles"][0] == "CC(C)=O"
    assert "140022" in sample.provenance.citation


def test_the_sample_is_spread_like_all_of_qm9():
    values = load_sample("qm9-sample").target("u0_atomization").scalar
    # Mean and standard deviation of the 130,831 molecules, computed from all of them.
    assert abs(values.mean() - -76.116) < 0.05
    assert abs(values.std() - 10.324) < 0.1


def test_the_crystals_are_those_that_are_promised():
    crystals = load_sample("mp-elastic")
    assert len(crystals) == 1181
    assert crystals.structures.periodic.all()
    assert crystals.ids[0] == "mp-10003"
    assert crystals.labels["space_group"][0] == 124
    # Nb4CoSi in the table of de Jong et al. 2015 as matminer 0.4.0 gives it.
    assert crystals.target("K_VRH").scalar[0] == 194.268884359
    assert crystals.target("K_VRH").unit == "GPa"
    assert crystals.structures.cells[0].tolist() == [
        [6.22178, 0, 0],
        [0, 6.22178, 0],
        [0, 0, 5.0224],
    ]
    np.testing.assert_allclose(
        crystals.target("log10_G_VRH").scalar, np.log10(crystals.target("G_VRH").scalar)
    )


def test_every_structure_passes_the_check_of_the_core():
    for name in NAMES:
        load_sample(name).structures.check()


def test_a_set_that_does_not_come_with_the_package_is_refused():
    with pytest.raises(InputError, match="'qm9' does not come with the package"):
        load_sample("qm9")


@pytest.mark.parametrize("periodic", [False, True])
def test_packing_and_unpacking_keeps_six_decimals(periodic):
    given = some_molecules(20)
    if periodic:
        rng = np.random.default_rng(1)
        cells = np.round(rng.normal(size=(20, 3, 3)) + 6 * np.eye(3), 6)
        s = given.structures
        structures = Structures.from_arrays(s.numbers, s.positions, cells=cells, offsets=s.offsets)
        given = Imported(
            structures=structures, columns=given.columns, ids=given.ids, labels=given.labels
        )
    back = unpack(pack(given))
    # Half of the last decimal; in fractions of a cell of some 6 Å in three directions.
    atol = 12e-6 if periodic else 0.51e-6
    np.testing.assert_allclose(back.structures.positions, given.structures.positions, atol=atol)
    np.testing.assert_allclose(back.structures.cells, given.structures.cells, atol=1e-12)
    assert back.structures.periodic.tolist() == given.structures.periodic.tolist()
    assert back.columns["u0_atomization"].tolist() == given.columns["u0_atomization"].tolist()
    assert (back.ids, list(back.labels)) == (given.ids, list(given.labels))


def test_molecules_and_crystals_in_one_sample_are_refused():
    cells = np.stack([np.eye(3) * 4, np.zeros((3, 3))])
    both = Structures.from_arrays([1, 1], np.zeros((2, 3)), cells=cells, offsets=[0, 1, 2])
    with pytest.raises(InputError, match="molecules or crystals, not both"):
        pack(Imported(structures=both, columns={}))


def test_the_same_data_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_sample(tmp_path / f"{name}.npz", some_molecules(20))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_the_drawing_gives_every_stratum_its_share(build):
    whole = some_molecules(20_000)
    drawn = build.draw(whole)
    assert len(np.unique(drawn)) == build.N_MOLECULES
    sizes = whole.structures.sizes
    share = np.bincount(sizes[drawn], minlength=10) / np.bincount(sizes, minlength=10).clip(1)
    # One in ten of every size, but for the two borders of its stretch.
    np.testing.assert_allclose(share[3:9], 0.1, atol=2 / 3000)
    energies = whole.columns["u0_atomization"]
    for quantile in (0.1, 0.5, 0.9):
        ours, all_of_them = (np.quantile(e, quantile) for e in (energies[drawn], energies))
        assert abs(ours - all_of_them) < 0.05


def test_the_drawing_is_the_same_every_time(build):
    assert build.draw(some_molecules(5000)).tolist() == build.draw(some_molecules(5000)).tolist()


def test_what_is_taken_keeps_its_values(build):
    whole = some_molecules(50)
    some = build.take(whole, np.array([7, 3]))
    assert some.ids == ("gdb 7", "gdb 3")
    assert (
        some.columns["u0_atomization"].tolist() == whole.columns["u0_atomization"][[7, 3]].tolist()
    )
    assert some.structures.sizes.tolist() == whole.structures.sizes[[7, 3]].tolist()


def test_molecules_agree_with_those_published(real_data):
    published = dict(np.load(real_data / "qm9.npz"))
    sample = load_sample("qm9-sample")
    row_of_index = {int(index): row for row, index in enumerate(published["index"])}
    rows = np.array([row_of_index[int(name.removeprefix("gdb "))] for name in sample.ids])
    for p, target in enumerate(list(sample.targets.values())[:15]):
        assert target.scalar.tolist() == published["properties"][rows, p].tolist(), target.name
    offsets = np.concatenate([[0], np.cumsum(published["n_atoms"].astype(int))])
    places = np.concatenate([published["positions"][offsets[r] : offsets[r + 1]] for r in rows])
    # Half of our last decimal and that of a float32 near 10 Å.
    np.testing.assert_allclose(sample.structures.positions, places, atol=1.1e-6)


def test_crystals_agree_with_those_published(real_data):
    from atomarium.data.formats import read

    published = read(real_data / "mp_elastic2015.extxyz.xz")
    crystals = load_sample("mp-elastic")
    assert crystals.structures.numbers.tolist() == published.structures.numbers.tolist()
    np.testing.assert_allclose(
        crystals.structures.positions, published.structures.positions, atol=6e-9
    )
    np.testing.assert_allclose(crystals.structures.cells, published.structures.cells, atol=1e-12)
    for name in ("K_VRH", "G_VRH", "poisson_ratio", "elastic_anisotropy"):
        assert crystals.target(name).scalar.tolist() == published.target(name).scalar.tolist()
