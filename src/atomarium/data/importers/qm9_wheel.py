"""QM9 from the wheel of the Python package qm9pack: three large tables."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported
from atomarium.data.importers.qm9 import PROPERTIES, U0_OF_ATOMS, atomization_energy

_TABLES = tuple(f"qm9pack/data/qm9_part{part}.csv" for part in (1, 2, 3))
#: Columns of the tables, in the order of PROPERTIES.
_COLUMNS = (
    "RotA_GHz",
    "RotB_GHz",
    "RotC_GHz",
    "Dipole_debye",
    "Polarizability_bohr3",
    "HOMO_au",
    "LUMO_au",
    "HOMO_LUMO_gap_au",
    "R2_bohr2",
    "ZPVE_au",
    "InternalEnergy_0K_au",
    "InternalEnergy_298K_au",
    "Enthalphy_298K_au",
    "GibbsFreeEnergy_298K_au",
    "Heatcapacity_Cv_cal_mol_K",
)
_ROWS_AT_A_TIME = 5000
_NO_BRACKETS = str.maketrans("", "", "[]' ")


def import_wheel(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read a wheel of qm9pack; it holds the molecules that passed the consistency check.

    Args:
        files: The wheel.
        options: None are known.

    Raises:
        InputError: it is not a wheel of qm9pack.
    """
    (wheel,) = files
    blocks = [_Block(rows, wheel) for rows in _read_rows(wheel)]
    sizes = np.concatenate([block.sizes for block in blocks])
    structures = Structures.from_arrays(
        np.concatenate([block.numbers for block in blocks]),
        np.concatenate([block.positions for block in blocks]),
        offsets=offsets_of(sizes),
    )
    properties = np.concatenate([block.properties for block in blocks])
    columns = {name: properties[:, p] for p, name in enumerate(PROPERTIES)}
    columns["u0_atomization"] = atomization_energy(structures, columns["u0"], U0_OF_ATOMS)
    return Imported(
        structures=structures,
        columns=columns,
        ids=tuple(f"gdb {index}" for block in blocks for index in block.indices),
        labels={"smiles": np.array([smiles for block in blocks for smiles in block.smiles])},
    )


class _Block:
    """A few thousand rows of a table as arrays."""

    def __init__(self, rows: list[dict[str, str]], wheel: Path) -> None:
        symbols = [row["Elements"].translate(_NO_BRACKETS).split(",") for row in rows]
        places = ",".join(row["XYZ_Ang"] for row in rows).translate(_NO_BRACKETS)
        self.indices = [row["Index"] for row in rows]
        self.smiles = [row["SMILES"] for row in rows]
        self.sizes = np.array([len(molecule) for molecule in symbols])
        self.numbers = np.array([number_of(s) for molecule in symbols for s in molecule])
        self.positions = np.fromstring(places, sep=",").reshape(-1, 3)
        self.properties = np.array([[row[c] for c in _COLUMNS] for row in rows], dtype=float)
        if len(self.positions) != len(self.numbers):
            raise InputError(f"{wheel}: a molecule near gdb {self.indices[0]} lacks coordinates")


def _read_rows(wheel: Path) -> Iterator[list[dict[str, str]]]:
    # A row holds every coordinate of a molecule; the module's limit of 128 KiB is far above that.
    try:
        with zipfile.ZipFile(wheel) as archive:
            for table in _TABLES:
                with archive.open(table) as stream:
                    yield from _in_blocks(csv.DictReader(io.TextIOWrapper(stream, "utf-8")), wheel)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{wheel} is not a wheel of qm9pack: {error}") from None


def _in_blocks(reader: csv.DictReader, wheel: Path) -> Iterator[list[dict[str, str]]]:
    missing = {"Index", "SMILES", "Elements", "XYZ_Ang", *_COLUMNS} - set(reader.fieldnames or ())
    if missing:
        raise InputError(f"{wheel}: its tables lack the columns {', '.join(sorted(missing))}")
    block: list[dict[str, str]] = []
    for row in reader:
        block.append(row)
        if len(block) == _ROWS_AT_A_TIME:
            yield block
            block = []
    if block:
        yield block
