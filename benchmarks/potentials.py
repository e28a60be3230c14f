"""Learning curves of kernel potentials: forces of ethanol, energies and forces of solids.

Revised MD17 (ethanol) and the cells of Zuo et al. (2020) with random splits. Needs
`rmd17_ethanol_2000.extxyz.xz` and `mlearn_zuo2020.extxyz.xz` in a folder `../shared/data` beside
the checkout. CPU seconds of one thread.

    python benchmarks/potentials.py [ethanol Ni Cu Mo Si Ge Li]
"""

from __future__ import annotations

import io
import lzma
import sys
import time
from dataclasses import replace
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from threadpoolctl import threadpool_limits

from atomarium.core.structures import Structures
from atomarium.data.splits import split_random
from atomarium.experiment.potential import Observations, fit_potential
from atomarium.models.sparse_forces import SparseForces
from atomarium.represent.soap import Soap

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_SOAPS = {
    "ethanol": Soap(cutoff=4.0, n_max=8, l_max=6, width=0.4),
    "Ni": Soap(cutoff=4.5, n_max=8, l_max=6, width=0.5),
    "Cu": Soap(cutoff=4.5, n_max=8, l_max=6, width=0.5),
    "Mo": Soap(cutoff=5.0, n_max=8, l_max=6, width=0.5),
    "Si": Soap(cutoff=5.0, n_max=8, l_max=6, width=0.5),
    "Ge": Soap(cutoff=5.2, n_max=8, l_max=6, width=0.5),
    "Li": Soap(cutoff=5.0, n_max=8, l_max=6, width=0.5),
}


def main() -> None:
    """Print a line for each training size."""
    print(
        f"{'system':<10}{'train':>7}{'points':>8}{'energy':>10}{'force':>10}{'fit':>8}{'predict':>9}"
    )
    print(f"{'':<10}{'':>7}{'':>8}{'meV/atom':>10}{'meV/Å':>10}{'CPU s':>8}{'ms/atom':>9}")
    with threadpool_limits(limits=1):
        for name in sys.argv[1:] or list(_SOAPS):
            if name == "ethanol":
                _ethanol()
            else:
                _solid(name)


def _ethanol() -> None:
    every = _observations(_read("rmd17_ethanol_2000.extxyz.xz"))
    split = split_random(len(every.structures), n_test=500, seed=0)
    settings = SparseForces(n_points=2000, energy_noise=0.0005, force_noise=0.01)
    for n_train in (50, 100, 200, 400, 800):
        train = _chosen(every, split.training(n_train))
        _report("ethanol", _SOAPS["ethanol"], settings, train, _chosen(every, split.test))


def _solid(name: str) -> None:
    atoms = [one for one in _read("mlearn_zuo2020.extxyz.xz") if one.symbols[0] == name]
    every = _observations(atoms)
    split = split_random(len(atoms), n_test=max(20, len(atoms) // 10), seed=0)
    settings = SparseForces(n_points=500)
    for n_train in (25, 50, 100):
        if n_train + len(split.test) <= len(atoms):
            train = _chosen(every, split.training(n_train))
            _report(name, _SOAPS[name], settings, train, _chosen(every, split.test))


def _report(
    name: str, soap: Soap, settings: SparseForces, train: Observations, test: Observations
) -> None:
    before = time.process_time()
    potential = fit_potential(soap, settings, train)
    middle = time.process_time()
    outcome = potential.predict(test.structures)
    after = time.process_time()
    assert test.forces is not None
    energy = np.abs((outcome.energies - test.energies) / test.structures.sizes).mean()
    force = np.abs(outcome.forces - test.forces).mean()
    n_points = len(potential.fitted.weights)
    line = (
        f"{name:<10}{len(train.structures):>7}{n_points:>8}{1e3 * energy:10.2f}{1e3 * force:10.1f}"
    )
    per_atom = (after - middle) / test.structures.n_atoms * 1e3
    print(f"{line}{middle - before:8.1f}{per_atom:9.2f}", flush=True)


def _observations(atoms: list[Atoms]) -> Observations:
    structures = Structures.from_ase(atoms)
    return Observations(
        structures=structures,
        energies=np.array([one.get_potential_energy() for one in atoms]),
        forces=np.concatenate([one.get_forces() for one in atoms]),
    )


def _chosen(every: Observations, indices: np.ndarray) -> Observations:
    offsets = every.structures.offsets
    assert every.forces is not None
    parts = [every.forces[offsets[i] : offsets[i + 1]] for i in indices]
    return replace(
        every,
        structures=every.structures.take(indices),
        energies=every.energies[indices],
        forces=np.concatenate(parts),
    )


def _read(name: str) -> list[Atoms]:
    text = lzma.decompress((_DATA / name).read_bytes()).decode()
    atoms = ase.io.read(io.StringIO(text), ":", format="extxyz")
    assert isinstance(atoms, list)
    return atoms


if __name__ == "__main__":
    main()
