"""Measure derivatives of SOAP against featomic and DScribe.

CPU microseconds per atom of one thread, pair search included, the least of several runs, all in
one process; cutoff 5 Å, width 0.5 Å. Ours are `pull_back` of random cotangents, beside the values
alone, and explicit `gradients`. Featomic computes values and position gradients, which are then
contracted with the same cotangents; both times are printed, as ratios to `pull_back`. DScribe has
analytical derivatives for molecules only; its ratio is to `gradients`. The last column says how far
the contracted gradients of featomic are from ours: its splines are right to 1e-8, slopes to 1e-6.
Jacobians of the peers are large, so they get the first few structures. Packages that are not
installed are left out.
"""

from __future__ import annotations

import os

for _variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
):
    os.environ[_variable] = "1"

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from ase import Atoms
from soap import featomic_calculator, workloads

from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

_SIZES = ((8, 6), (12, 9))
#: Of molecules and of crystals; more would not fit where peers keep whole Jacobians.
_FEW = {True: 1, False: 12}


def main() -> None:
    """Print a line for each piece of work."""
    head = ("values", "pull back", "gradients", "featomic", "contraction", "DScribe")
    print(f"{'SOAP':<34}" + "".join(f"{word:>17}" for word in head) + "   apart")
    for n_max, l_max in _SIZES:
        for name, frames in workloads().items():
            print_line(f"{name} n{n_max} l{l_max}", frames, Soap(n_max=n_max, l_max=l_max))


def print_line(name: str, frames: list[Atoms], soap: Soap) -> None:
    """Measure one workload; ratios are to our pull_back, those of DScribe to our gradients."""
    structures = Structures.from_ase(frames)
    soap = soap.settle(structures)
    shape = (structures.n_atoms, soap.n_columns)
    cotangents = np.random.default_rng(0).normal(size=shape)
    per_atom = 1e6 / structures.n_atoms
    values, _ = _measured(lambda: soap.compute(structures), 5)
    pulled, ours = _measured(lambda: soap.pull_back(structures, cotangents), 5)
    line = f"{name:<34}{values * per_atom:17.2f}{pulled * per_atom:17.2f}"
    few = frames[: _FEW[bool(frames[0].pbc.any())]]
    some = Structures.from_ase(few)
    if some.n_atoms > 256 or soap.n_max > 8:
        print(line, flush=True)
        return
    per_atom_of_few = 1e6 / some.n_atoms
    explicit, _ = _measured(lambda: soap.gradients(some), 2)
    line += f"{explicit * per_atom_of_few:17.1f}"
    apart = ""
    if find_spec("featomic") is not None:
        gradients, contraction, theirs = _featomic(soap, few, cotangents[: some.n_atoms])
        expected = ours.positions[: some.n_atoms]
        apart = f"{np.abs(theirs - expected).max() / np.abs(expected).max():.0e}"
        for seconds in (gradients, contraction):
            number = seconds * per_atom_of_few
            line += f"{number:10.0f} {number / (pulled * per_atom):5.0f}×"
    if find_spec("dscribe") is not None and not some.periodic.any():
        number = _dscribe(soap, few) * per_atom_of_few
        line += f"{number:10.0f} {number / (explicit * per_atom_of_few):5.1f}×"
    print(f"{line:<136}   {apart}", flush=True)


def _measured(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Return the least CPU seconds and what the work gives; the first run, which compiles, is free."""
    result, least = work(), np.inf
    for _ in range(runs):
        before = time.process_time()
        result = work()
        least = min(least, time.process_time() - before)
    return float(least), result


def _featomic(
    soap: Soap, frames: list[Atoms], cotangents: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Return seconds of gradients and of their contraction, and the change with positions."""
    calculator = featomic_calculator(soap)
    seconds, blocks = _measured(lambda: calculator.compute(frames, gradients=["positions"]), 2)
    weights = _weights_of_blocks(soap, frames, cotangents, blocks)
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in frames])])

    def contract() -> np.ndarray:
        positions = np.zeros((len(cotangents), 3))
        for block, mine in zip(blocks, weights, strict=True):
            moved = block.gradient("positions")
            samples = moved.samples.values
            rows = mine[samples[:, 0]][:, :, None]
            changes = np.matmul(moved.values, rows)[:, :, 0]
            np.add.at(positions, offsets[samples[:, 1]] + samples[:, 2], changes)
        return positions

    contraction, positions = _measured(contract, 2)
    return seconds, contraction, positions


def _weights_of_blocks(
    soap: Soap, frames: list[Atoms], cotangents: np.ndarray, blocks: Any
) -> list[np.ndarray]:
    """Return cotangents as featomic orders them: of two equal products each has a half."""
    structures = Structures.from_ase(frames)
    place = {name: k for k, name in enumerate(soap.column_names())}
    symbols = dict(zip(structures.species, soap.species, strict=False))
    weights: list[np.ndarray] = []
    for key, block in blocks.items():
        a, b = symbols[key["neighbor_1_type"]], symbols[key["neighbor_2_type"]]
        columns, factors = [], []
        for ell, n, k in block.properties.values.tolist():
            equal = a == b and n != k
            low, high = (min(n, k), max(n, k)) if a == b else (n, k)
            columns.append(place[f"{a} {b} l={ell} n={low} n={high}"])
            factors.append((-1) ** ell * (np.sqrt(0.5) if equal else 1.0))
        samples = block.samples.values
        atoms = structures.offsets[samples[:, 0]] + samples[:, 1]
        weights.append(cotangents[atoms][:, columns] * np.array(factors))
    return weights


def _dscribe(soap: Soap, frames: list[Atoms]) -> float:
    """Return seconds of analytical derivatives, without values."""
    descriptor = import_module("dscribe.descriptors").SOAP(
        species=soap.species,
        r_cut=soap.cutoff,
        n_max=soap.n_max,
        l_max=soap.l_max,
        sigma=soap.width,
        periodic=False,
    )

    def derive() -> None:
        for one in frames:
            descriptor.derivatives(one, method="analytical", return_descriptor=False, attach=True)

    return _measured(derive, 1)[0]


if __name__ == "__main__":
    main()
