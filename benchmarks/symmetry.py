"""Measure symmetry functions against DScribe, and how far the two differ.

CPU microseconds per atom of one thread, pair search included, the least of several runs, both in
one process. Set A is 8 G2 and 4 G4 functions, set B 10 G2 and 40 G4; DScribe adds G1 to both, so
ours has it too. Without DScribe only ours is measured. Molecules are read from `../shared/data`
beside the checkout, where it is; crystals and water are made here.

DScribe's binary wheels do without AVX and FMA instructions, which code compiled here uses: part of
the ratio is that.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"

import gzip
import itertools
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from ase.build import bulk, molecule

from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.represent.acsf import SymmetryFunctions

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_RUNS = 5
_CUTOFF = 5.0
_SETS = {
    "A": {
        "g2_params": list(itertools.product((0.5, 2.0), (0.0, 1.0, 2.0, 3.0))),
        # Those of DScribe's tutorial.
        "g4_params": list(itertools.product((1.0,), (1.0, 2.0), (1.0, -1.0))),
    },
    "B": {
        "g2_params": list(itertools.product((0.5, 2.0), (0.0, 1.0, 2.0, 3.0, 4.0))),
        "g4_params": list(
            itertools.product((0.005, 0.02, 0.05, 0.1, 0.3), (1.0, 2.0, 4.0, 16.0), (1.0, -1.0))
        ),
    },
}


def main() -> None:
    """Print a line for each piece of work."""
    print(
        f"{'work':<22}{'ours':>9}{'pairs':>8}{'pull back':>11}{'DScribe':>10}{'ratio':>7}"
        "  largest difference"
    )
    for name, atoms in molecules_and_crystals().items():
        for label, parameters in _SETS.items():
            _print_line(f"{name}, set {label}", atoms, parameters)


def _print_line(work: str, atoms: list[Atoms], parameters: dict[str, Any]) -> None:
    structures = Structures.from_ase(atoms)
    species = sorted({symbol for one in atoms for symbol in one.get_chemical_symbols()})
    ours = SymmetryFunctions.like("dscribe", species=species, r_cut=_CUTOFF, **parameters)
    rows, seconds = measured(lambda: ours.compute(structures).values)
    cotangents = np.random.default_rng(0).normal(size=rows.shape)
    _, pull_seconds = measured(lambda: ours.pull_back(structures, cotangents))
    _, pair_seconds = measured(lambda: find_pairs(structures, _CUTOFF))
    parts = (seconds, pair_seconds, pull_seconds)
    ours_of, pairs_of, pull_of = (1e6 * one / structures.n_atoms for one in parts)
    line = f"{work:<22}{ours_of:9.2f}{pairs_of:8.2f}{pull_of:11.1f}"
    if find_spec("dscribe") is None:
        print(line)
        return
    theirs = import_module("dscribe.descriptors").ACSF(
        r_cut=_CUTOFF, species=species, periodic=bool(structures.periodic.any()), **parameters
    )
    expected, their_seconds = measured(
        lambda: np.concatenate([theirs.create(one) for one in atoms]), runs=3
    )
    apart = np.abs(rows - expected).max() / np.abs(expected).max()
    theirs_of = 1e6 * their_seconds / structures.n_atoms
    print(f"{line}{theirs_of:10.1f}{their_seconds / seconds:7.1f}  {apart:.0e}")


def measured(work: Callable[[], Any], runs: int = _RUNS) -> tuple[Any, float]:
    """Return what work gives and the least CPU seconds; the first run, which compiles, is free.

    Args:
        work: What to do.
        runs: How often, after the first.
    """
    result = work()
    least = np.inf
    for _ in range(runs):
        before = time.process_time()
        result = work()
        least = min(least, time.process_time() - before)
    return result, least


def molecules_and_crystals() -> dict[str, list[Atoms]]:
    """Return work by name."""
    rng = np.random.default_rng(0)
    srtio3 = Atoms(
        "SrTiO3",
        scaled_positions=[[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
        cell=[3.905] * 3,
        pbc=True,
    )
    silicon = bulk("Si", cubic=True)
    work = {
        "SrTiO3 (20)": [_rattled(srtio3.repeat(2), rng) for _ in range(20)],
        "Si64 (10)": [_rattled(silicon.repeat(2), rng) for _ in range(10)],
        "Si512 (2)": [_rattled(silicon.repeat(4), rng) for _ in range(2)],
        "64 waters (4)": [_waters(rng) for _ in range(4)],
    }
    if not (_DATA / "qm7.extxyz.gz").is_file():
        print(f"no QM7 in {_DATA}: without molecules")
        return work
    molecules = read_frames(_DATA / "qm7.extxyz.gz")[::71][:100]
    for one in molecules:
        one.set_cell(None)
        one.pbc = False
    return {"QM7 (100)": molecules, **work}


def _rattled(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    atoms.positions += rng.normal(scale=0.1, size=atoms.positions.shape)
    return atoms


def _waters(rng: np.random.Generator) -> Atoms:
    """Put 64 molecules, turned at random, on a grid with the density of water."""
    edge = 12.42
    box = Atoms(cell=[edge] * 3, pbc=True)
    for place in itertools.product(range(4), repeat=3):
        one = molecule("H2O")
        one.rotate(360 * rng.random(), rng.normal(size=3))
        one.translate((np.array(place) + 0.5) * edge / 4 - one.get_center_of_mass())
        box += one
    return box


def read_frames(path: Path) -> list[Atoms]:
    """Return what a compressed file holds; ASE would seek backwards in the stream, for minutes.

    Args:
        path: The file, extended XYZ.
    """
    with tempfile.NamedTemporaryFile(suffix=".extxyz") as plain:
        plain.write(gzip.decompress(path.read_bytes()))
        plain.flush()
        return list(ase.io.iread(plain.name, index=":"))


if __name__ == "__main__":
    main()
