"""Measure how much learned similarity of elements helps, and what it costs.

Levels: mean absolute errors of formation energies of elpasolites on idealized geometries, on 2,500
structures, from 250, 500 and 1,000. Couplings are learned from other structures; λ of every model,
the orthogonal SOAP kernel too, is chosen by an oracle on the test set. The share of elements whose
nearest neighbor is in their own group is that of the learned map (chance: a tenth).

Costs: CPU seconds of one thread and the peak memory of a process of its own: expansions of all
elpasolites; couplings from 1,000 + 1,000 structures, and from 4,000 + 2,000 where `--large` is given.

Needs `../shared/data/elpasolites_compositions.npz` beside the checkout, and torch.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"

import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from atomarium.core.compact_features import CompactFeatures
from atomarium.data.importers import load_importer
from atomarium.models.alchemical.blocks import elements_of
from atomarium.models.alchemical.couplings import Couplings, couplings_of_prior, learn_couplings
from atomarium.models.alchemical.kernel import ElementKernel
from atomarium.models.alchemical.krr import AlchemicalKrr
from atomarium.models.alchemical.learning import Learning
from atomarium.models.nn.element_data import ELEMENT_DATA
from atomarium.represent.soap import Soap
from atomarium.represent.streaming import ATOMS_AT_ONCE, runs_of_atoms

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "elpasolites_compositions.npz"
_SOAP = {"cutoff": 5.0, "n_max": 6, "l_max": 4, "width": 0.3}
_SIZES = (250, 500, 1000)
_N_TEST = 2500
_NOISES = 10.0 ** np.arange(-8, 1, 0.5)


def main() -> None:
    """Print costs, then levels; or one cost, when asked by another process."""
    if not _DATA.exists():
        print(f"{_DATA} is not there; nothing to measure")
        return
    if len(sys.argv) == 3 and sys.argv[1] == "cost":
        print(json.dumps(_cost(int(sys.argv[2]))))
        return
    # Before levels: a process begins with the peak memory of the one that has started it.
    for n_structures in (0, 2000, *((6000,) if "--large" in sys.argv else ())):
        command = [sys.executable, __file__, "cost", str(n_structures)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"couplings from {n_structures:,}" if n_structures else "expansions of all"
        print(f"{what:<24}{found['cpu']:8.1f} CPU s{found['memory'] / 1e9:7.2f} GB", flush=True)
    _print_levels()


def _expansions(n_structures: int) -> tuple[CompactFeatures, np.ndarray]:
    """Return averaged rows and energies of elpasolites in random order; 0 takes all."""
    imported = load_importer("elpasolites-idealized")((_DATA,), {})
    order = np.random.default_rng(0).permutation(len(imported.structures))
    chosen = order[: n_structures or len(order)]
    structures = imported.structures.take(chosen)
    soap = Soap(**_SOAP).settle(imported.structures)
    rows = [soap.compute_compact(run).mean() for run in runs_of_atoms(structures, ATOMS_AT_ONCE)]
    energies = imported.columns["formation_energy_per_atom"][chosen]
    return CompactFeatures.concatenate(rows), energies


def _cost(n_structures: int) -> dict[str, float]:
    """Return CPU seconds and peak memory, compiling apart."""
    _expansions(100)
    started = time.process_time()
    features, energies = _expansions(n_structures)
    if n_structures:
        # Without a third part: training and left-out structures alone, in the course of one start.
        learning = Learning(folds=2, third=0.0, restarts=1, structures=0)
        if n_structures > 2000:
            learning = replace(learning, folds=1, left_out=1 / 3)
        recipe = AlchemicalKrr(n_pseudo=4, learning=learning).recipe()
        started = time.process_time()
        learn_couplings(recipe, features, energies)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"cpu": time.process_time() - started, "memory": memory}


def _print_levels() -> None:
    features, energies = _expansions(2000 + max(_SIZES) + _N_TEST)
    others, rest = np.arange(2000), np.arange(2000, 2000 + max(_SIZES))
    test = np.arange(2000 + max(_SIZES), len(features))
    elements = elements_of(features)
    learned = {
        f"learned, J = {n}": learn_couplings(
            AlchemicalKrr(n_pseudo=n).recipe(), features.take(others), energies[others]
        )
        for n in (1, 2, 4)
    }
    nothing = np.zeros(len(elements), dtype=np.int64)
    fixed = {
        f"fixed, {name}": couplings_of_prior(
            AlchemicalKrr(couplings="prior", n_pseudo=n).recipe(), elements, nothing
        )
        for name, n in (("J = 4", 4), ("99 %", "auto"))
    }
    kernels: dict[str, Couplings | None] = {"orthogonal": None, **fixed, **learned}
    print(f"{'MAE, eV/atom':<18}" + "".join(f"{n:>9}" for n in _SIZES) + "   same group")
    for name, couplings in kernels.items():
        kernel = ElementKernel(
            elements=elements if couplings is None else couplings.elements,
            couplings=None if couplings is None else couplings.values,
        )
        train, others_ = features.take(rest), features.take(test)
        inside, cross = kernel.between(train, train), kernel.between(others_, train)
        errors = [
            _oracle(inside[:n, :n], cross[:, :n], energies[rest[:n]], energies[test])
            for n in _SIZES
        ]
        share = "" if couplings is None else f"{_same_group(couplings):12.0%}"
        print(f"{name:<18}" + "".join(f"{error:9.4f}" for error in errors) + share, flush=True)


def _oracle(inside: np.ndarray, cross: np.ndarray, values: np.ndarray, truth: np.ndarray) -> float:
    """Return the least test error over all λ, with a centered kernel."""
    middle = inside.mean(axis=0)
    centered = inside - middle - middle[:, None] + middle.mean()
    between = cross - cross.mean(axis=1)[:, None] - middle + middle.mean()
    squares, vectors = np.linalg.eigh(centered)
    turned, rotated = between @ vectors, vectors.T @ (values - values.mean())
    unit = squares.sum() / len(values)
    return min(
        float(np.abs(turned @ (rotated / (squares + noise * unit)) + values.mean() - truth).mean())
        for noise in _NOISES
    )


def _same_group(couplings: Couplings) -> float:
    """Return the share of elements whose nearest neighbor is in their group."""
    groups = ELEMENT_DATA.groups[couplings.elements]
    apart = np.linalg.norm(couplings.values[:, None] - couplings.values, axis=-1)
    np.fill_diagonal(apart, np.inf)
    return float(np.mean(groups[apart.argmin(axis=1)] == groups))


if __name__ == "__main__":
    main()
