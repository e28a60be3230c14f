"""Sets of the Materials Project as matminer gives them: tables in version 0.4.0, JSON later.

Source: L. Ward et al., Comput. Mater. Sci. 152, 60 (2018), and the references in the tables.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.files import parse_object
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported, join_structures

#: Published columns by our target; those that a table has are taken.
_TARGETS = {
    "K_VRH": "K_VRH",
    "G_VRH": "G_VRH",
    "poisson_ratio": "poisson_ratio",
    "elastic_anisotropy": "elastic_anisotropy",
    "formation_energy": "formation_energy",
    "formation_energy_per_atom": "formation_energy_per_atom",
    "e_above_hull": "e_above_hull",
    "band_gap": "band_gap",
    "n": "n",
    "poly_electronic": "poly_electronic",
    "poly_total": "poly_total",
    "eij_max": "eij_max",
    "e_form": "e_form",
    "gap_gllbsc": "gap gllbsc",
    "vbm": "vbm",
    "cbm": "cbm",
}
_Row = Mapping[str, Any]


def import_csv(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read one table of the source distribution of matminer 0.4.0.

    Args:
        files: The tar.gz.
        options: `table`, its name.

    Raises:
        InputError: it is not the distribution, or the table cannot be read.
    """
    (path,) = files
    rows = _read_table(path, f"matminer/datasets/{options['table']}.csv")
    read_crystal = _from_poscar if "poscar" in rows[0] else _from_text
    return _collect(rows, read_crystal, path)


def import_json(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read a table in matminer's JSON: columns, data, and crystals as dicts of pymatgen.

    Args:
        files: The json.gz.
        options: None are known.

    Raises:
        InputError: it is not such a file.
    """
    (path,) = files
    try:
        table = parse_object(gzip.decompress(path.read_bytes()))
        rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    except (OSError, EOFError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a table of matminer: {error}") from None
    return _collect(rows, crystal_of_dict, path)


def _read_table(path: Path, member: str) -> list[_Row]:
    try:
        with tarfile.open(path, "r:*") as tar:
            name = next((n for n in tar.getnames() if n.endswith(member)), None)
            stream = tar.extractfile(name) if name else None
            if stream is None:
                raise InputError(f"{path}: no {member} in it")
            text = stream.read().decode("utf-8")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{path} cannot be unpacked: {error}") from None
    # Some cells hold whole files; the first line is a reference.
    csv.field_size_limit(sys.maxsize)
    header, *rows = csv.reader(io.StringIO(text.partition("\n")[2]))
    # Two of the tables carry one more running number than their header says.
    return [dict(zip(header, row[len(row) - len(header) :], strict=True)) for row in rows]


def _collect(
    rows: Sequence[_Row], read_crystal: Callable[[_Row], Structures], path: Path
) -> Imported:
    try:
        crystals = [read_crystal(row) for row in rows]
        columns = {
            target: np.array([float(row[column]) for row in rows])
            for target, column in _TARGETS.items()
            if column in rows[0]
        }
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise InputError(f"{path}: a row cannot be read: {error}") from None
    for modulus in {"K_VRH", "G_VRH"} & set(columns):
        columns[f"log10_{modulus}"] = np.log10(columns[modulus])
    labels = {}
    if "space_group" in rows[0]:
        labels["space_group"] = np.array([int(float(row["space_group"])) for row in rows])
    name = "material_id" if "material_id" in rows[0] else "formula"
    return Imported(
        structures=join_structures(crystals),
        columns=columns,
        ids=tuple(str(row[name]) for row in rows),
        labels=labels,
    )


def _from_poscar(row: _Row) -> Structures:
    """Read VASP's POSCAR: name, scale, three vectors, symbols, counts, `direct`, coordinates."""
    lines = row["poscar"].split("\n")
    if lines[7].strip().lower() != "direct":
        raise InputError(f"a POSCAR with {lines[7]!r} coordinates; only direct ones are known")
    cell = np.array([line.split() for line in lines[2:5]], dtype=float) * float(lines[1])
    counts = [int(count) for count in lines[6].split()]
    symbols = np.repeat([number_of(symbol) for symbol in lines[5].split()], counts)
    places = [line.split()[:3] for line in lines[8 : 8 + sum(counts)]]
    return _crystal(symbols, np.array(places, dtype=float), cell)


def _from_text(row: _Row) -> Structures:
    return crystal_of_dict({"structure": ast.literal_eval(row["structure"])})


def crystal_of_dict(row: Mapping[str, Any]) -> Structures:
    """Return the crystal that pymatgen has written under the key `structure`.

    Raises:
        InputError: a site is partly occupied.
    """
    plain = row["structure"]
    numbers = np.array([_only_element(site["species"]) for site in plain["sites"]])
    places = np.array([site["abc"] for site in plain["sites"]], dtype=float)
    return _crystal(numbers, places, np.array(plain["lattice"]["matrix"], dtype=float))


def _only_element(species: Iterable[_Row]) -> int:
    found = list(species)
    if len(found) != 1 or found[0]["occu"] != 1:
        raise InputError(f"a site is partly occupied: {found}")
    return number_of(found[0]["element"])


def _crystal(numbers: np.ndarray, places: np.ndarray, cell: np.ndarray) -> Structures:
    return Structures.from_arrays(numbers, places @ cell, cells=cell)
