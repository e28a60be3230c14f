"""QM9 from its original archive: one small file for each molecule in a tar.bz2.

Source: R. Ramakrishnan et al., Sci. Data 1, 140022 (2014), tables 2 and 3, and the archive's readme.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.data.importers.imported import Imported

#: Our names of the 15 properties, in the order of the archive.
PROPERTIES = (
    "rotational_constant_a",
    "rotational_constant_b",
    "rotational_constant_c",
    "mu",
    "alpha",
    "homo",
    "lumo",
    "gap",
    "r2",
    "zpve",
    "u0",
    "u",
    "h",
    "g",
    "cv",
)
#: Energies of the free atoms at 0 K, Ha; as in the archive's atomref.txt.
U0_OF_ATOMS = {"H": -0.500273, "C": -37.846772, "N": -54.583861, "O": -75.064579, "F": -99.718730}
_REFERENCED = ("u0", "u", "h", "g")


def import_archive(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read dsgdb9nsd.xyz.tar.bz2, uncharacterized.txt and atomref.txt.

    Args:
        files: The three, in this order.
        options: None are known.

    Raises:
        InputError: a file is not what it should be.
    """
    archive, uncharacterized, atomref = files
    left_out = read_uncharacterized(uncharacterized)
    references = read_references(atomref)
    molecules = [
        molecule for molecule in _read_molecules(archive) if molecule.index not in left_out
    ]
    if not molecules:
        raise InputError(f"{archive}: no molecules in it")
    molecules.sort(key=lambda molecule: molecule.index)
    sizes = [len(molecule.numbers) for molecule in molecules]
    structures = Structures.from_arrays(
        np.concatenate([molecule.numbers for molecule in molecules]),
        np.concatenate([molecule.positions for molecule in molecules]),
        offsets=offsets_of(sizes),
    )
    properties = np.stack([molecule.properties for molecule in molecules])
    columns = {name: properties[:, p] for p, name in enumerate(PROPERTIES)}
    columns["u0_atomization"] = atomization_energy(structures, columns["u0"], references["u0"])
    return Imported(
        structures=structures,
        columns=columns,
        ids=tuple(f"gdb {molecule.index}" for molecule in molecules),
        labels={"smiles": np.array([molecule.smiles for molecule in molecules])},
        references=references,
    )


def atomization_energy(
    structures: Structures,
    energies: Float64[np.ndarray, "structures"],
    references: Mapping[str, float],
) -> Float64[np.ndarray, "structures"]:
    """Return energies minus those of the free atoms, in eV; negative is bound.

    Args:
        structures: What the energies are of.
        energies: Ha.
        references: Ha, energy of the free atom by symbol.
    """
    symbols = list(references)
    counts = structures.composition([number_of(symbol) for symbol in symbols])
    of_atoms = counts @ np.array([references[symbol] for symbol in symbols])
    # 1e-9 eV is far below the six decimals published, in Ha, and makes every machine agree.
    return np.round((energies - of_atoms) * convert(1.0, "Ha", "eV"), 9)


class _Molecule:
    """One file of the archive."""

    def __init__(self, text: str, name: str) -> None:
        # Written by Mathematica: 1.5*^-6 is 1.5e-6.
        lines = text.replace("*^", "e").splitlines()
        try:
            n_atoms = int(lines[0])
            words = lines[1].split()
            atoms = [line.split() for line in lines[2 : 2 + n_atoms]]
            self.index = int(words[1])
            self.properties = np.array(words[2:17], dtype=float)
            self.numbers = np.array([number_of(atom[0]) for atom in atoms])
            self.positions = np.array([atom[1:4] for atom in atoms], dtype=float)
            self.smiles = lines[3 + n_atoms].split()[0]
        except (IndexError, ValueError) as error:
            raise InputError(f"{name} is not a molecule of QM9: {error}") from None
        if len(self.properties) != len(PROPERTIES) or len(atoms) != n_atoms:
            raise InputError(f"{name} is not a molecule of QM9: it is cut short")


def _read_molecules(archive: Path) -> list[_Molecule]:
    molecules = []
    try:
        with tarfile.open(archive, "r|*") as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is not None and member.name.endswith(".xyz"):
                    molecules.append(_Molecule(stream.read().decode("ascii"), member.name))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{archive} cannot be unpacked: {error}") from None
    return molecules


def read_uncharacterized(path: Path) -> frozenset[int]:
    """Return the indices of the molecules that failed the consistency check.

    Raises:
        InputError: the file lists none.
    """
    rows = [line.split() for line in path.read_text("utf-8").splitlines()]
    # A line of the list has an index, SMILES and a number; the last line, "3054 compounds", has
    # not.
    indices = frozenset(int(row[0]) for row in rows if len(row) > 2 and row[0].isdigit())
    if not indices:
        raise InputError(f"{path} lists no molecules")
    return indices


def read_references(path: Path) -> dict[str, dict[str, float]]:
    """Return the energies of free atoms, Ha, by target and symbol.

    Raises:
        InputError: an element of QM9 is missing.
    """
    rows = [line.split() for line in path.read_text("utf-8").splitlines()]
    of_symbol = {row[0]: row for row in rows if len(row) == 7 and row[0] in U0_OF_ATOMS}
    missing = set(U0_OF_ATOMS) - set(of_symbol)
    if missing:
        raise InputError(f"{path} has no line for {', '.join(sorted(missing))}")
    # Columns: element, zero-point energy (0 for atoms), U0, U, H, G, heat capacity.
    return {
        target: {symbol: float(row[2 + t]) for symbol, row in of_symbol.items()}
        for t, target in enumerate(_REFERENCED)
    }
