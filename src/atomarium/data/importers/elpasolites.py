"""Elpasolites (ABC2D6-16): pickled dicts of arrays in a zip.

Source: F. A. Faber et al., Phys. Rev. Lett. 117, 135502 (2016).
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported, join_structures

#: Everything that pickled arrays of numbers need; a pickle that names anything else is refused.
_HARMLESS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
}


class _NumbersOnly(pickle.Unpickler):  # noqa: S301 - what is harmless is listed above
    """Reads pickled arrays and never runs anything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise InputError(f"the archive wants to run {module}.{name}; it is not what it was")
        return super().find_class(module, name)


def import_elpasolites(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read abc2d6-16.zip; the label `set` is the name of the file that a crystal stands in.

    Args:
        files: The zip.
        options: None are known.

    Raises:
        InputError: it is not the archive, or a pickle in it holds more than numbers.
    """
    (path,) = files
    tables = read_tables(path)
    crystals = [crystal for table in tables.values() for crystal in _crystals(table, path)]
    energies = np.concatenate([np.ravel(table["T"]) for table in tables.values()]).astype(float)
    sizes = np.array([len(crystal.numbers) for crystal in crystals])
    lengths = [len(np.ravel(table["T"])) for table in tables.values()]
    return Imported(
        structures=join_structures(crystals),
        columns={"formation_energy": energies, "formation_energy_per_atom": energies / sizes},
        ids=tuple(f"{name} {i}" for name, n in zip(tables, lengths, strict=True) for i in range(n)),
        labels={"set": np.repeat(list(tables), lengths)},
    )


def read_tables(path: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays of each file of the archive, by its name.

    Raises:
        InputError: it is not the archive, or a pickle in it holds more than numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".pkl"))
            # Written by Python 2, whose text is latin-1 here.
            tables = {
                Path(name).stem: _NumbersOnly(
                    io.BytesIO(archive.read(name)), encoding="latin1"
                ).load()
                for name in names
            }
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError) as error:
        raise InputError(f"{path} is not the archive of elpasolites: {error}") from None
    if not tables:
        raise InputError(f"{path}: no .pkl in it")
    for name, table in tables.items():
        missing = {"T", "Z", "Co", "Ce"} - set(table)
        if missing:
            raise InputError(f"{path}: {name} lacks {', '.join(sorted(missing))}")
    return tables


def _crystals(table: Mapping[str, np.ndarray], path: Path) -> list[Structures]:
    """Make crystals of Z (atomic numbers), Co (fractional coordinates) and Ce (cells, Å)."""
    try:
        return [
            Structures.from_arrays(numbers, np.asarray(places) @ np.asarray(cell), cells=cell)
            for numbers, places, cell in zip(table["Z"], table["Co"], table["Ce"], strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: arrays do not fit together: {error}") from None
