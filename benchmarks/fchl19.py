"""Measure FCHL19 against qmllib, and how far the two differ.

CPU microseconds per atom of one thread, pair search included, the least of several runs, both in
one process. Without qmllib only ours is measured. Molecules are read from `../shared/data` beside
the checkout, where it is.

qmllib's binary wheels do without AVX and FMA instructions, which code compiled here uses: part of
the ratio is that. qmllib knows no crystals.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"

from importlib import import_module
from importlib.util import find_spec

import numpy as np
from symmetry import measured, molecules_and_crystals

from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.represent.fchl19 import Fchl19


def main() -> None:
    """Print a line for each piece of work."""
    print(
        f"{'work':<18}{'ours':>9}{'pairs':>8}{'pull back':>11}{'qmllib':>10}{'ratio':>7}"
        "  largest difference"
    )
    for name, atoms in molecules_and_crystals().items():
        structures = Structures.from_ase(atoms)
        ours = Fchl19().settle(structures)
        rows, seconds = measured(lambda s=structures, f=ours: f.compute(s).values)
        cotangents = np.random.default_rng(0).normal(size=rows.shape)
        _, pull_seconds = measured(
            lambda s=structures, f=ours, c=cotangents: f.pull_back(s, c), runs=2
        )
        _, pair_seconds = measured(lambda s=structures, f=ours: find_pairs(s, f.cutoff))
        parts = (seconds, pair_seconds, pull_seconds)
        ours_of, pairs_of, pull_of = (1e6 * one / structures.n_atoms for one in parts)
        line = f"{name:<18}{ours_of:9.2f}{pairs_of:8.2f}{pull_of:11.1f}"
        if structures.periodic.any() or find_spec("qmllib") is None:
            print(line)
            continue
        print(line + _against_qmllib(structures, rows, seconds))


def _against_qmllib(structures: Structures, rows: np.ndarray, seconds: float) -> str:
    generate = import_module("qmllib.representations").generate_fchl19
    elements = [int(z) for z in structures.species]
    given = [(one.numbers, one.positions) for one in structures]

    def make() -> np.ndarray:
        return np.concatenate([generate(z, r, elements=elements) for z, r in given])

    expected, their_seconds = measured(make, runs=3)
    apart = np.abs(rows - expected).max() / np.abs(expected).max()
    theirs_of = 1e6 * their_seconds / structures.n_atoms
    return f"{theirs_of:10.1f}{their_seconds / seconds:7.1f}  {apart:.0e}"


if __name__ == "__main__":
    main()
