"""Write crystals as CIF: one file, or a folder as CGCNN reads it.

Cells keep lengths and angles, not how they lie in space. One target alone stands in id_prop.csv
without a header, which is what CGCNN reads, so its name is lost; several have one.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.file_names import fault_of_name
from atomarium.core.files import write_text
from atomarium.core.progress import progress
from atomarium.core.structures import Structures
from atomarium.data.cif import TABLE
from atomarium.data.folders import written_as_folder


def write(path: Path, dataset: Dataset) -> None:
    """Write a file, if the name ends with .cif, or else a folder with id_prop.csv.

    Raises:
        InputError: a structure is no crystal, an id cannot name a file, or there are data that
            have no place: targets of atoms, vectors, or anything but structures in a file.
    """
    for s, one in enumerate(dataset.structures):
        if not one.periodic.all():
            raise InputError(f"{path}: structure {s} does not repeat in space; CIF is for crystals")
    if path.suffix == ".cif":
        if dataset.targets or dataset.labels:
            raise InputError(f"{path}: a CIF holds structures alone; write a folder for targets")
        blocks = [cif_of(n, one) for n, one in zip(dataset.ids, dataset.structures, strict=True)]
        write_text(path, "\n".join(blocks))
        return
    _check_ids(path, dataset)
    table = _table(path, dataset)
    with written_as_folder(path) as part, progress(f"writing {path.name}", len(dataset)) as bar:
        for name, one in zip(dataset.ids, dataset.structures, strict=True):
            (part / f"{name}.cif").write_text(cif_of(name, one), encoding="utf-8", newline="\n")
            bar.advance()
        (part / TABLE).write_text(table, encoding="utf-8", newline="\n")


def cif_of(name: str, crystal: Structures) -> str:
    """Return one crystal as a block of a CIF, with all its atoms and no symmetry."""
    cell = crystal.cells[0]
    if np.linalg.det(cell) < 0:
        # The same lattice, but right-handed, as lengths and angles are understood.
        cell = -cell
    fractions = crystal.positions @ np.linalg.inv(cell)
    lengths = np.linalg.norm(cell, axis=1)
    directions = cell / lengths[:, None]
    cosines = [directions[1] @ directions[2], directions[0] @ directions[2]]
    cosines.append(directions[0] @ directions[1])
    angles = np.degrees(np.arccos(cosines))
    symbols = [SYMBOLS[number] for number in crystal.numbers.tolist()]
    rows = [
        f"{symbol} {symbol}{n} {x!r} {y!r} {z!r} 1.0"
        for n, (symbol, (x, y, z)) in enumerate(zip(symbols, fractions.tolist(), strict=True), 1)
    ]
    return "\n".join([
        "data_" + "_".join(name.split()),
        *(f"_cell_length_{axis} {x!r}" for axis, x in zip("abc", lengths.tolist(), strict=True)),
        *(
            f"_cell_angle_{angle} {x!r}"
            for angle, x in zip(("alpha", "beta", "gamma"), angles.tolist(), strict=True)
        ),
        "_symmetry_space_group_name_H-M 'P 1'",
        "_symmetry_Int_Tables_number 1",
        *("loop_", "_symmetry_equiv_pos_site_id", "_symmetry_equiv_pos_as_xyz", "1 'x, y, z'"),
        *("loop_", "_atom_site_type_symbol", "_atom_site_label", "_atom_site_fract_x"),
        *("_atom_site_fract_y", "_atom_site_fract_z", "_atom_site_occupancy"),
        *rows,
        "",
    ])  # fmt: skip


def _check_ids(path: Path, dataset: Dataset) -> None:
    seen: set[str] = set()
    for name in dataset.ids:
        fault = "it does so twice" if name.casefold() in seen else fault_of_name(name)
        if fault:
            raise InputError(f"{path}: the id {name!r} cannot name a file: {fault}")
        seen.add(name.casefold())


def _table(path: Path, dataset: Dataset) -> str:
    columns: dict[str, list[object]] = {}
    for name, target in dataset.targets.items():
        if target.rows == "atoms" or target.values.shape[1] != 1:
            raise InputError(f"{path}: {name!r} is more than one number for each structure")
        columns[name] = ["" if np.isnan(one) else repr(one) for one in target.scalar.tolist()]
    for name, label in dataset.labels.items():
        columns[name] = np.asarray(label).tolist()
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    if len(columns) > 1 or dataset.labels:
        rows.writerow(["id", *columns])
    rows.writerows(zip(dataset.ids, *columns.values(), strict=True))
    return out.getvalue()
