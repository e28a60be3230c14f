"""Databases of ASE and SchNetPack are read with all that they hold; faults are named."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.db import connect
from tests.data.ase_molecules import molecules

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.formats import read

_BOHR = 0.529177210903
_METADATA = {
    "_distance_unit": "Bohr",
    "_property_unit_dict": {
        "energy": "Ha",
        "forces": "Ha/Bohr",
        "dipole": "Debye",
        "stress": None,
        "charges": "e",
    },
    "atomrefs": {"energy": [0.0, -0.5, *[0.0] * 6, -74.8]},
}


def _properties(image: Atoms, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "energy": rng.normal(size=1),
        "forces": rng.normal(size=(len(image), 3)),
        "dipole": rng.normal(size=(1, 3)),
        "stress": rng.normal(size=(1, 3, 3)),
        "charges": rng.normal(size=(len(image),)),
    }


def _write_by_ase(path: Path, rows: list[dict[str, Any]], metadata: dict[str, Any]) -> None:
    images = molecules()
    with connect(path) as database:
        for image, row in zip(images, rows, strict=False):
            database.write(image, **row)
    if metadata:
        connect(path).metadata = metadata


def _schnetpack(path: Path) -> None:
    rows = [{"data": _properties(image, seed)} for seed, image in enumerate(molecules())]
    _write_by_ase(path, rows, _METADATA)


def _change(path: Path, statement: str, *values: object) -> None:
    database = sqlite3.connect(path)
    database.execute(statement, values)
    database.commit()
    database.close()


def test_schnetpacks_databases_are_read_with_units_and_free_atoms(tmp_path: Path) -> None:
    _schnetpack(tmp_path / "set.db")
    found = read(tmp_path / "set.db")
    # ASE's hydrogen atom brings a magnetic moment, which is no property of SchNetPack's.
    found = replace(
        found, targets={name: found.target(name) for name in _METADATA["_property_unit_dict"]}
    )
    images = molecules()
    expected = np.concatenate([image.positions for image in images]) * _BOHR
    np.testing.assert_allclose(found.structures.positions, expected, rtol=1e-15)
    assert found.structures.numbers.tolist() == [z for image in images for z in image.numbers]
    units = {name: target.unit for name, target in found.targets.items()}
    assert units == {**_METADATA["_property_unit_dict"], "stress": ""}
    assert found.target("energy").references.tolist() == _METADATA["atomrefs"]["energy"]
    rows = {name: target.rows for name, target in found.targets.items()}
    assert rows == {
        "energy": "structures",
        "forces": "atoms",
        "dipole": "structures",
        "stress": "structures",
        "charges": "atoms",
    }
    properties = [_properties(image, seed) for seed, image in enumerate(images)]
    for name, target in found.targets.items():
        every = [one[name] for one in properties]
        np.testing.assert_array_equal(
            target.values.ravel(), np.concatenate([*map(np.ravel, every)])
        )


def test_what_ase_wrote_is_read_as_ase_reads_it(tmp_path: Path) -> None:
    images = [bulk("Cu") * (n, 1, 1) for n in (1, 2, 3)] + [molecule("CO")]
    images[1].pbc = (True, False, True)
    with connect(tmp_path / "emt.db") as database:
        for seed, image in enumerate(images):
            image.rattle(0.05, seed=seed)
            image.set_initial_magnetic_moments(np.arange(len(image)) + 0.5)
            if seed < 3:
                image.calc = EMT()
                image.get_forces(), image.get_stress()
            database.write(image, kind=f"k{seed}", even=seed % 2 == 0, size=seed * 0.5)
    found = read(tmp_path / "emt.db")
    rows = list(connect(tmp_path / "emt.db").select())
    assert found.structures.content_hash() == (
        Structures.from_ase([row.toatoms() for row in rows]).content_hash()
    )
    np.testing.assert_array_equal(
        found.target("energy").scalar, [row.get("energy", np.nan) for row in rows]
    )
    forces = np.concatenate([row.get("forces", np.full((row.natoms, 3), np.nan)) for row in rows])
    np.testing.assert_array_equal(found.target("forces").values, forces)
    stress = found.target("stress").values.reshape(-1, 3, 3)
    np.testing.assert_array_equal(stress, stress.swapaxes(1, 2))
    np.testing.assert_array_equal(stress[0][[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]], rows[0].stress)
    moments = np.concatenate([row.initial_magmoms for row in rows])
    np.testing.assert_array_equal(found.target("initial_magmoms").scalar, moments)
    assert found.target("size").scalar.tolist() == [0, 0.5, 1, 1.5]
    assert found.labels["kind"].tolist() == ["k0", "k1", "k2", "k3"]
    assert found.labels["even"].tolist() == [True, False, True, False]
    assert found.target("energy").unit == "eV"


def test_data_of_other_kinds_and_of_some_rows(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"data": {"a": 1.5, "text": "x", "inner": {"b": [1, 2]}, "none": None}},
        {"data": {"c": np.arange(2, dtype=np.float32)}},
        {},
    ]
    _write_by_ase(tmp_path / "set.db", rows, {})
    found = read(tmp_path / "set.db")
    np.testing.assert_array_equal(found.target("a").scalar, [1.5, np.nan, np.nan])
    np.testing.assert_array_equal(found.target("inner.b").values[0], [1, 2])
    np.testing.assert_array_equal(found.target("c").values[1], [0, 1])
    assert found.labels["text"].tolist() == ["x", "", ""]


def test_data_as_text_from_before_version_9(tmp_path: Path) -> None:
    _write_by_ase(tmp_path / "set.db", [{}, {}], {})
    text = '{"q": {"__ndarray__": [[1, 3], "float64", [1, 2, 3]]}}'
    _change(tmp_path / "set.db", "UPDATE systems SET data = ?", text)
    _change(tmp_path / "set.db", "UPDATE information SET value = '8' WHERE name = 'version'")
    assert read(tmp_path / "set.db").target("q").values.tolist() == [[1, 2, 3]] * 2


def test_data_come_before_what_a_calculator_found(tmp_path: Path) -> None:
    image = bulk("Cu")
    image.calc = EMT()
    image.get_potential_energy()
    connect(tmp_path / "set.db").write(image, data={"energy": np.array([7.0])})
    found = read(tmp_path / "set.db")
    assert found.target("energy").scalar.tolist() == [7.0]
    assert found.target("calculator_energy").scalar.tolist() == [image.get_potential_energy()]


def test_names_in_key_value_pairs_become_ids(tmp_path: Path) -> None:
    _write_by_ase(tmp_path / "set.db", [{"material_id": f"mp-{n}"} for n in range(3)], {})
    assert read(tmp_path / "set.db").ids == ("mp-0", "mp-1", "mp-2")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 500])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.db").write_bytes(content)
    with pytest.raises(InputError, match=r"set\.db: (is no SQLite file|no database of ASE)"):
        read(tmp_path / "set.db")


def test_databases_of_others_are_refused(tmp_path: Path) -> None:
    _change(tmp_path / "set.db", "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(InputError, match=r"set\.db: no database of ASE.*no such table"):
        read(tmp_path / "set.db")


def test_a_database_without_structures_is_refused(tmp_path: Path) -> None:
    _write_by_ase(tmp_path / "set.db", [{}], {})
    _change(tmp_path / "set.db", "DELETE FROM systems")
    with pytest.raises(InputError, match=r"set\.db: has no structures"):
        read(tmp_path / "set.db")


@pytest.mark.parametrize(
    ("statement", "value", "complaint"),
    [
        ("UPDATE information SET value = ? WHERE name = 'version'", "10", "version 10 of ASE"),
        ("UPDATE information SET value = ? WHERE name = 'metadata'", "{", "metadata are no JSON"),
        ("UPDATE systems SET positions = ? WHERE id = 2", b"12345678", "row 2: 5 elements, other"),
        ("UPDATE systems SET cell = ? WHERE id = 2", None, "row 2: 5 elements, other"),
        ("UPDATE systems SET key_value_pairs = ?", "{", "key-value pairs are no JSON"),
        ("UPDATE systems SET data = ? WHERE id = 3", b"123", "row 3: the data are cut off"),
        ("UPDATE systems SET data = ? WHERE id = 3", b"\x08" + bytes(7) + b"{", "row 3: .*no JSON"),
        (
            "UPDATE systems SET data = ? WHERE id = 3",
            b"\x08" + bytes(7) + b"[]",
            "row 3: .*no names",
        ),
        (
            "UPDATE systems SET data = ? WHERE id = 3",
            b"\x08" + bytes(7) + b'{"a":{"__ndarray__":[[9],"float64",8]}}',
            "row 3: 'a' is no array of numbers within the data",
        ),
        (
            "UPDATE systems SET data = ? WHERE id = 3",
            b"\x08" + bytes(7) + b'{"a":{"__ndarray__":[[9],"complex128",8]}, "b": 1}',
            "row 3: 'a' is no array of numbers within the data",
        ),
        (
            "UPDATE systems SET data = ? WHERE id = 3",
            b"\x08" + bytes(7) + b'{"a":{"__ndarray__":[[9],"nothing",8]}}',
            "row 3: the data cannot be read",
        ),
        (
            "UPDATE systems SET data = ? WHERE id = 3",
            '{"a": [1, "x"]}',
            "row 3: 'a' is neither numbers nor text",
        ),
    ],
)
def test_faults_are_named_with_their_row(
    tmp_path: Path, statement: str, value: object, complaint: str
) -> None:
    _schnetpack(tmp_path / "set.db")
    _change(tmp_path / "set.db", statement, value)
    with pytest.raises(InputError, match=rf"set\.db.*{complaint}"):
        read(tmp_path / "set.db")


def test_positions_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    _schnetpack(tmp_path / "set.db")
    blob = np.full((5, 3), np.nan).tobytes()
    _change(tmp_path / "set.db", "UPDATE systems SET positions = ? WHERE id = 2", blob)
    with pytest.raises(InputError, match=r"set\.db: structure 1, atom 0: position .* not finite"):
        read(tmp_path / "set.db")


def test_a_property_that_a_row_has_not_is_named(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"data": {"energy": np.ones(1)}}, {}]
    _write_by_ase(tmp_path / "set.db", rows, {"_property_unit_dict": {"energy": "eV"}})
    with pytest.raises(InputError, match="row 2: has no 'energy', which the metadata say"):
        read(tmp_path / "set.db")
    _change(
        tmp_path / "set.db",
        "UPDATE information SET value = ? WHERE name = 'metadata'",
        '{"_property_unit_dict": {"gap": "eV"}}',
    )
    with pytest.raises(InputError, match="row 1: has no 'gap'"):
        read(tmp_path / "set.db")


def test_an_array_that_fits_neither_structures_nor_atoms_is_refused(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"data": {"q": np.ones(n)}} for n in (2, 7)]
    _write_by_ase(tmp_path / "set.db", rows, {})
    with pytest.raises(InputError, match=r"'q' of shape .* fits neither"):
        read(tmp_path / "set.db")
