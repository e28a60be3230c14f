"""Write what DScribe and qmllib make of real molecules and crystals.

Made with dscribe 2.1.2, qmllib 1.2.0, ase 3.29.0, numpy 2.4.6, from 25 molecules of QM7 and 12
crystals of the Materials Project with up to 14 atoms: `python -m
tests.references.make_matrices_peers`, in the folder of the checkout, with data in `../shared/data`.
"""

from __future__ import annotations

import gzip
import io
import lzma
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from dscribe.core.system import System
from dscribe.descriptors import CoulombMatrix, EwaldSumMatrix, SineMatrix
from qmllib.representations import generate_bob

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def main() -> None:
    """Write matrices_peers.npz beside this file."""
    # DScribe 2.1 gives velocities and momenta, of which ASE takes only one since 3.27.
    System.from_atoms = staticmethod(_as_system)
    molecules = _read(gzip.decompress((_DATA / "qm7.extxyz.gz").read_bytes()))[::280][:25]
    crystals = _read(lzma.decompress((_DATA / "mp_elastic2015.extxyz.xz").read_bytes()))
    crystals = [one for one in crystals if len(one) <= 14][::70][:12]
    for one in molecules:
        one.set_cell(None)
        one.pbc = False
    kept = {**_structures("molecules", molecules), **_structures("crystals", crystals)}
    kept["coulomb"] = _matrices(CoulombMatrix, molecules)
    kept["sine"] = _matrices(SineMatrix, crystals)
    kept["ewald"] = _matrices(EwaldSumMatrix, crystals, accuracy=1e-12)
    most = {s: max(one.symbols.count(s) for one in molecules) for s in ("H", "C", "N", "O", "S")}
    bags = [generate_bob(m.numbers, m.positions, m.symbols, asize=most) for m in molecules]
    kept["bags"] = np.concatenate([np.sort(bag[bag != 0]) for bag in bags])
    np.savez_compressed(Path(__file__).with_name("matrices_peers.npz"), **kept)


def _as_system(atoms: Atoms) -> System:
    return System(atoms.get_chemical_symbols(), atoms.positions, cell=atoms.cell, pbc=atoms.pbc)


def _read(content: bytes) -> list[Atoms]:
    return list(ase.io.read(io.StringIO(content.decode()), index=":", format="extxyz"))


def _structures(name: str, atoms: list[Atoms]) -> dict[str, np.ndarray]:
    return {
        f"{name} numbers": np.concatenate([one.numbers for one in atoms]),
        f"{name} positions": np.concatenate([one.positions for one in atoms]),
        f"{name} cells": np.stack([one.cell.array for one in atoms]),
        f"{name} offsets": np.cumsum([0, *map(len, atoms)]),
    }


def _matrices(kind: type, atoms: list[Atoms], **more: float) -> np.ndarray:
    """Return the matrix of each structure, unsorted, then its eigenvalues, one behind another."""
    parts = []
    for permutation in ("none", "eigenspectrum"):
        parts += [kind(len(one), permutation=permutation).create(one, **more) for one in atoms]
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
