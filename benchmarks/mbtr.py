"""Measure many-body tensor representations against DScribe, and how far the two differ.

CPU microseconds per atom of one thread, pair search included, the least of several runs, both in
one process. Without DScribe only ours is measured. The molecules and perovskites are read from
`../shared/data` beside the checkout, where it is; SrTiO3 is made here.

Angles differ by 1e-8 and more where three atoms stand in line: DScribe's arccosine magnifies the
rounding of the cosine. `tests/represent/test_mbtr_of_peers.py` compares both with 40 digits.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from ase import Atoms
from symmetry import measured, read_frames

from atomarium.core.structures import Structures
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_TERMS = {
    "k2": MbtrTerm(
        geometry="inverse_distance",
        start=0.0,
        stop=1.0,
        width=0.02,
        weighting="exp",
        cutoff=5.0,
    ),
    "k3": MbtrTerm(
        geometry="cosine", start=-1.0, stop=1.0, width=0.05, weighting="exp", cutoff=5.0
    ),
    "k3 angle": MbtrTerm(
        geometry="angle", start=0.0, stop=180.0, width=3.0, weighting="smooth_cutoff", cutoff=4.0
    ),
}


def main() -> None:
    """Print a line for each piece of work."""
    warnings.simplefilter("ignore", FutureWarning)
    print(f"{'work':<34}{'ours':>9}{'DScribe':>10}{'ratio':>8}  largest difference")
    for name, crystals in _workloads().items():
        structures = Structures.from_ase(crystals)
        for label, term in _TERMS.items():
            ours = Mbtr(terms=(term,)).settle(structures)
            _print_line(f"{name} {label}", ours, crystals)
        _print_pull_back(name, structures)


def _print_line(work: str, ours: Mbtr, crystals: list[Atoms]) -> None:
    structures = Structures.from_ase(crystals)
    rows, seconds = measured(lambda: ours.compute(structures).values)
    line = f"{work:<34}{_per_atom(seconds, structures):9.2f}"
    theirs = _dscribe(ours, periodic=bool(structures.periodic.any()))
    if theirs is None:
        print(line)
        return
    expected, their_seconds = measured(lambda: theirs(crystals), runs=1)
    apart = np.abs(rows - expected).max() / np.abs(expected).max()
    ratio = their_seconds / seconds
    print(f"{line}{_per_atom(their_seconds, structures):10.1f}{ratio:8.1f}  {apart:.0e}")


def _print_pull_back(name: str, structures: Structures) -> None:
    for label in ("k2", "k3"):
        ours = Mbtr(terms=(_TERMS[label],)).settle(structures)
        shape = ours.compute(structures).values.shape
        cotangents = np.random.default_rng(0).normal(size=shape)
        _, seconds = measured(lambda s=ours, c=cotangents: s.pull_back(structures, c))
        print(f"{f'{name} {label} pull_back':<34}{_per_atom(seconds, structures):9.2f}")
        local = LocalMbtr(terms=(_TERMS[label],)).settle(structures)
        _, seconds = measured(lambda s=local: s.compute(structures))
        print(f"{f'{name} {label} local':<34}{_per_atom(seconds, structures):9.2f}")


def _per_atom(seconds: float, structures: Structures) -> float:
    return 1e6 * seconds / structures.n_atoms


def _dscribe(ours: Mbtr, *, periodic: bool) -> Callable[[list[Atoms]], np.ndarray] | None:
    if find_spec("dscribe") is None:
        return None
    descriptors = import_module("dscribe.descriptors")
    system = import_module("dscribe.core.system").System
    # DScribe 2.1 hands on velocities and momenta, of which ASE takes only one since 3.27.
    system.from_atoms = staticmethod(
        lambda one: system(one.symbols, one.positions, cell=one.cell, pbc=one.pbc)
    )
    (term,) = ours.terms
    weighting = {"function": term.weighting, "r_cut": term.cutoff}
    if term.weighting == "exp":
        weighting["threshold"] = term.threshold
    return descriptors.MBTR(
        geometry={"function": term.geometry},
        grid={"min": term.start, "max": term.stop, "sigma": term.width, "n": term.n_bins},
        weighting=weighting,
        species=ours.species,
        periodic=periodic,
    ).create


def _workloads() -> dict[str, list[Atoms]]:
    rng = np.random.default_rng(0)
    srtio3 = Atoms(
        "SrTiO3",
        scaled_positions=[[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
        cell=[3.905] * 3,
        pbc=True,
    )
    crystals: list[Atoms] = []
    for _ in range(5):
        crystals.append(srtio3.repeat(2))
        crystals[-1].positions += rng.normal(scale=0.1, size=(40, 3))
    work = {"SrTiO3 2x2x2 (5)": crystals}
    if _DATA.is_dir():
        molecules = read_frames(_DATA / "qm7.extxyz.gz")[:500]
        for molecule in molecules:
            molecule.set_cell(None)
            molecule.pbc = False
        perovskites = read_frames(_DATA / "cs182_mp_perovskites.extxyz.gz")
        few = [one for one in perovskites if len(one) <= 20][:8]
        work = {"QM7 (500)": molecules, **work, "perovskites (8)": few}
    return work


if __name__ == "__main__":
    main()
