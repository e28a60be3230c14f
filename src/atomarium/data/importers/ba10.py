"""BA10-18 (DFT-10B): XYZ blocks with properties above and cell vectors below the atoms.

Source: C. Nyshadham et al., npj Comput. Mater. 5, 51 (2019), and the archive's readme.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported, join_structures


def import_ba10(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read ba10-18.zip; the label `lattice` is fcc, bcc or hcp, `alloy` the two elements.

    Args:
        files: The zip.
        options: None are known.

    Raises:
        InputError: it is not the archive, or a block in it cannot be read.
    """
    (path,) = files
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("ba10-18.xyz")]
            if not names:
                raise InputError(f"{path}: no ba10-18.xyz in it")
            text = archive.read(names[0]).decode("utf-8")
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} is not a zip: {error}") from None
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    crystals, names, lattices, energies = zip(*map(_read_block, blocks), strict=True)
    values = np.array(energies)
    return Imported(
        structures=join_structures(crystals),
        columns={"total_energy": values[:, 0], "formation_enthalpy": values[:, 1]},
        ids=tuple(names),
        labels={
            "lattice": np.array(lattices),
            "alloy": np.array([name.rstrip("0123456789_- ") for name in names]),
        },
    )


def _read_block(block: str) -> tuple[Structures, str, str, tuple[float, float]]:
    """Read `n`, then `name lattice total-energy enthalpy`, then n atoms, then three vectors."""
    lines = block.strip().splitlines()
    try:
        n_atoms = int(lines[0])
        name, lattice, total_energy, enthalpy = lines[1].split()
        atoms = [line.split() for line in lines[2 : 2 + n_atoms]]
        vectors = [line.split()[-3:] for line in lines[2 + n_atoms : 5 + n_atoms]]
        crystal = Structures.from_arrays(
            np.array([number_of(atom[0]) for atom in atoms]),
            np.array([atom[1:4] for atom in atoms], dtype=float),
            cells=np.array(vectors, dtype=float).reshape(1, 3, 3),
        )
        return crystal, name, lattice, (float(total_energy), float(enthalpy))
    except (IndexError, ValueError) as error:
        given = " | ".join(lines[:3])
        raise InputError(f"ba10-18.xyz: cannot read the block {given!r}: {error}") from None
