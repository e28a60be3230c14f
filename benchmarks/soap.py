"""Measure SOAP and its pair search against featomic and DScribe.

CPU microseconds per atom of one thread, pair search included, the least of several runs, all in
one process; cutoff 5 Å, width 0.5 Å. Featomic gives the same numbers, DScribe similar ones: it looks
for neighbors 1.86 Å beyond the cutoff, so a second column of it is at 3.14 Å, where it sees as many
as the others. The wheels of both use the SSE2 instructions that every processor has; machine code
that is compiled here uses what this processor has, AVX-512 for instance. Packages that are not
installed are left out. The molecules are those of `../shared/data` beside the checkout, else
ASE's; crystals and water are made here.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"

import gzip
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from ase.build import bulk, molecule
from ase.collections import g2

from atomarium.core.elements import SYMBOLS
from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_SIZES = ((8, 6), (12, 9))
_SHORT_CUTOFF = 3.14
_HEAD = ("featomic", "DScribe", "DScribe at equal neighbors")


def main() -> None:
    """Print a table of pair searches and one of representations."""
    works = workloads()
    print(f"first call, compilation included where it is not kept: {_first_call():.2f} s\n")
    print(f"{'pairs':<26}{'ours':>8}{'vesin':>16}")
    for name, frames in works.items():
        structures = Structures.from_ase(frames)
        ours = _least(lambda s=structures: find_pairs(s, 5.0))
        _print_line(name, structures, ours, [_vesin(structures)])
    print(f"\n{'SOAP':<26}{'ours':>8}{_HEAD[0]:>16}{_HEAD[1]:>16}   {_HEAD[2]}")
    for n_max, l_max in _SIZES:
        for name, frames in works.items():
            structures = Structures.from_ase(frames)
            soap = Soap(n_max=n_max, l_max=l_max).settle(structures)
            ours = _least(lambda s=structures, p=soap: p.compute(s))
            theirs = [
                _featomic(soap, frames),
                _dscribe(soap, frames, soap.cutoff),
                _dscribe(soap, frames, _SHORT_CUTOFF),
            ]
            _print_line(f"{name} n{n_max} l{l_max}", structures, ours, theirs)
    _compare_species()


def _compare_species() -> None:
    """Print a table of two cells of silicon whose atoms are of more and more species at random.

    Compact rows, into fresh memory, into memory that is used again, and that in float32.
    """
    print(
        f"\n{'species':<12}{'blocks':>8}{'kB':>8}{'fresh':>10}{'again':>10}{'float32':>10}", end=""
    )
    print("   DScribe, and how many times longer it takes")
    for n_species in (1, 2, 4, 8, 16, 32):
        frames = [_mixed(n_species, seed) for seed in range(2)]
        structures = Structures.from_ase(frames)
        # All are declared, also those that none of the atoms happened to become.
        soap = Soap(species=tuple(SYMBOLS[1 : n_species + 1]))
        half = replace(soap, dtype="float32")
        rows = soap.compute_compact(structures)
        room, half_room = rows.values.copy(), rows.values.astype(np.float32)
        works: tuple[Callable[[], Any], ...] = (
            partial(soap.compute_compact, structures),
            partial(soap.compute_compact, structures, out=room),
            partial(half.compute_compact, structures, out=half_room),
        )
        ours = [1e6 * _least(work) / structures.n_atoms for work in works]
        blocks, kilobytes = len(rows.blocks), rows.values.nbytes / 1e3
        line = f"{n_species:<12}{blocks / rows.n_rows:8.0f}{kilobytes / rows.n_rows:8.0f}"
        line += "".join(f"{one:10.1f}" for one in ours)
        seconds = _dscribe(soap, frames, soap.cutoff)
        if seconds is not None:
            theirs = 1e6 * seconds / structures.n_atoms
            line += f"{theirs:10.0f}" + "".join(f"{theirs / one:7.1f}×" for one in ours)
        print(line, flush=True)


def _mixed(n_species: int, seed: int) -> Atoms:
    cell = bulk("Si", cubic=True).repeat(2)
    cell.rattle(0.1, seed=seed)
    cell.numbers = np.random.default_rng(seed).integers(1, n_species + 1, len(cell))
    return cell


def _first_call() -> float:
    water = Structures.from_ase(molecule("H2O"))
    before = time.process_time()
    Soap().compute(water)
    return time.process_time() - before


def _print_line(name: str, structures: Structures, ours: float, theirs: list[float | None]) -> None:
    line = f"{name:<26}{1e6 * ours / structures.n_atoms:8.2f}"
    for seconds in theirs:
        if seconds is None:
            line += f"{'–':>16}"
        else:
            line += f"{1e6 * seconds / structures.n_atoms:9.1f} {seconds / ours:5.1f}×"
    print(line, flush=True)


def _least(work: Callable[[], Any], runs: int = 7) -> float:
    """Return the least CPU seconds of several runs; the first, which compiles, is free."""
    work()
    least = np.inf
    for _ in range(runs):
        before = time.process_time()
        work()
        least = min(least, time.process_time() - before)
    return float(least)


def _vesin(structures: Structures) -> float | None:
    if find_spec("vesin") is None:
        return None
    search = import_module("vesin").NeighborList(cutoff=5.0, full_list=True, sorted=True)

    def compute() -> None:
        for one in structures:
            search.compute(one.positions, one.cells[0], one.periodic[0], quantities="PSdD")

    return _least(compute, runs=3)


def _featomic(soap: Soap, frames: list[Atoms]) -> float | None:
    if find_spec("featomic") is None:
        return None
    calculator = featomic_calculator(soap)
    return _least(lambda: calculator.compute(frames), runs=3)


def featomic_calculator(soap: Soap) -> Any:
    """Return what computes the same with featomic.

    Args:
        soap: The settings.
    """
    return import_module("featomic").SoapPowerSpectrum(
        cutoff={
            "radius": soap.cutoff,
            "smoothing": {"type": "ShiftedCosine", "width": soap.cutoff_width},
        },
        density={"type": "Gaussian", "width": soap.width},
        basis={
            "type": "TensorProduct",
            "max_angular": soap.l_max,
            "radial": {"type": "Gto", "max_radial": soap.n_max - 1},
        },
    )


def _dscribe(soap: Soap, frames: list[Atoms], cutoff: float) -> float | None:
    if find_spec("dscribe") is None:
        return None
    descriptor = import_module("dscribe.descriptors").SOAP(
        species=soap.species,
        r_cut=cutoff,
        n_max=soap.n_max,
        l_max=soap.l_max,
        sigma=soap.width,
        periodic=bool(frames[0].pbc.any()),
    )
    return _least(lambda: descriptor.create(frames), runs=3)


def workloads() -> dict[str, list[Atoms]]:
    """Return molecules, crystals and water by name."""
    silicon = bulk("Si", cubic=True)
    strontium_titanate = Atoms(
        "SrTiO3",
        scaled_positions=[[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
        cell=[3.905] * 3,
        pbc=True,
    )
    crystals = {
        "SrTiO3, 40 atoms": [strontium_titanate.repeat(2) for _ in range(20)],
        "silicon, 64 atoms": [silicon.repeat(2) for _ in range(10)],
        "silicon, 512 atoms": [silicon.repeat(4) for _ in range(2)],
        "water, 192 atoms": [_water(seed) for seed in range(4)],
    }
    for frames in crystals.values():
        for seed, frame in enumerate(frames):
            frame.rattle(0.1, seed=seed)
    return {**_molecules(), **crystals}


def _molecules() -> dict[str, list[Atoms]]:
    path = _DATA / "qm7.extxyz.gz"
    if not path.is_file():
        names = [name for name in g2.names if set(molecule(name).symbols) <= set("HCNOS")]
        return {"molecules of the G2 set": [molecule(name) for name in names]}
    # ASE would seek backwards in the compressed stream, which takes minutes.
    with tempfile.NamedTemporaryFile(suffix=".extxyz") as plain:
        plain.write(gzip.decompress(path.read_bytes()))
        plain.flush()
        frames = list(ase.io.iread(plain.name, index="::71"))
    for frame in frames:
        frame.set_cell(None)
        frame.pbc = False
    return {"QM7 molecules": frames}


def _water(seed: int) -> Atoms:
    """Put 64 molecules on a lattice at 1 g/cm³, turned at random."""
    rng = np.random.default_rng(seed)
    box = Atoms(cell=[12.42] * 3, pbc=True)
    for place in np.ndindex(4, 4, 4):
        one = molecule("H2O")
        one.rotate(360 * rng.random(), rng.normal(size=3))
        one.translate(np.array(place) * 12.42 / 4)
        box += one
    return box


if __name__ == "__main__":
    main()
