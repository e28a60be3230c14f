"""NOMAD 2018: two tables and a geometry file for each crystal, in a zip of the repository.

Source: C. Sutton et al., npj Comput. Mater. 5, 111 (2019).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported, join_structures

_ENERGY = "formation_energy_ev_natom"
_GAP = "bandgap_energy_ev"


def import_nmd18(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read the repository's zip; the label `split` tells the 2,400 from the 600.

    Args:
        files: The zip.
        options: None are known.

    Raises:
        InputError: it is not the repository.
    """
    (path,) = files
    try:
        with zipfile.ZipFile(path) as archive:
            splits = {split: _read_split(archive, split) for split in ("train", "test")}
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(f"{path} is not the repository of NOMAD 2018: {error}") from None
    rows = [row for table, _ in splits.values() for row in table]
    return Imported(
        structures=join_structures(one for _, many in splits.values() for one in many),
        columns={
            # Published as "per natom"; the energies are per cation.
            "formation_energy": np.array([float(row[_ENERGY]) for row in rows]),
            "band_gap": np.array([float(row[_GAP]) for row in rows]),
        },
        ids=tuple(f"{split}-{row['id']}" for split, (table, _) in splits.items() for row in table),
        labels={
            "split": np.repeat(list(splits), [len(table) for table, _ in splits.values()]),
            "space_group": np.array([int(row["spacegroup"]) for row in rows]),
        },
    )


def _read_split(
    archive: zipfile.ZipFile, split: str
) -> tuple[list[dict[str, str]], list[Structures]]:
    # GitHub puts everything under a folder named by the commit.
    member_of = {name.partition("/")[2]: name for name in archive.namelist()}
    table = f"{split}.csv"
    if split == "test" and "labeled_test.csv" in member_of:
        table = "labeled_test.csv"
    text = archive.read(member_of[table]).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    geometries = [member_of[f"{split}/{row['id']}/geometry.xyz"] for row in rows]
    return rows, [_read_geometry(archive.read(name).decode("ascii")) for name in geometries]


def _read_geometry(text: str) -> Structures:
    """Read the geometry of FHI-aims: lines `lattice_vector x y z` and `atom x y z symbol`."""
    words = [line.split() for line in text.splitlines()]
    cell = [row[1:4] for row in words if row[:1] == ["lattice_vector"]]
    atoms = [row[1:5] for row in words if row[:1] == ["atom"]]
    return Structures.from_arrays(
        np.array([number_of(atom[3]) for atom in atoms]),
        np.array([atom[:3] for atom in atoms], dtype=float),
        cells=np.array(cell, dtype=float),
    )
