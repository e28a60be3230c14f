"""Measure what a second thread gains: seconds by the clock with one thread and with two.

On a machine that does nothing else; with other work beside it the ratios mean little. Molecules
of the G2 set, many times over, and one large crystal. `python benchmarks/threads.py`.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"

import time
from collections.abc import Callable

import numpy as np
from ase.build import bulk, molecule
from ase.collections import g2

from atomarium.core.compiled import limit_threads
from atomarium.core.structures import Structures
from atomarium.represent import REPRESENTATIONS

_SETTINGS = {
    "soap": {"n_max": 6, "l_max": 4},
    "symmetry-functions": {},
    "mbtr": {},
    "fchl19": {},
}
_RUNS = 3


def main() -> None:
    """Print a line for each representation and kind of structure."""
    print(f"{'work':<36}{'1 thread':>10}{'2 threads':>11}{'ratio':>7}")
    for name, structures in _workloads().items():
        for kind, settings in _SETTINGS.items():
            if kind not in REPRESENTATIONS.places:
                continue
            settled = REPRESENTATIONS.load(kind)(**settings).settle(structures)
            one = _seconds(lambda s=settled, a=structures: s.compute(a), threads=1)
            two = _seconds(lambda s=settled, a=structures: s.compute(a), threads=2)
            print(f"{f'{kind}, {name}':<36}{one:10.2f}{two:11.2f}{one / two:7.2f}")


def _seconds(work: Callable[[], object], *, threads: int) -> float:
    """Return the least seconds of several runs; the first, which compiles, is free."""
    least = np.inf
    with limit_threads(threads):
        work()
        for _ in range(_RUNS):
            before = time.perf_counter()
            work()
            least = min(least, time.perf_counter() - before)
    return float(least)


def _workloads() -> dict[str, Structures]:
    names = [name for name in g2.names if set(molecule(name).symbols) <= set("HCNOF")]
    molecules = [molecule(name) for name in names] * 200
    crystal = bulk("Si", cubic=True).repeat(20)
    crystal.rattle(0.1, seed=0)
    return {
        f"{len(molecules)} molecules": Structures.from_ase(molecules),
        f"{len(crystal)} atoms of silicon": Structures.from_ase(crystal),
    }


if __name__ == "__main__":
    main()
