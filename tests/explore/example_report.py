"""A report with invented numbers and real geometries, for tests of the page and for looking at it.

`python tests/explore/example_report.py report.html` writes the page.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk, molecule
from ase.collections import g2

from atomarium.core.structures import Structures

MODELS = {
    "mean": ({"kind": "mean"}, None, 1.0, 0.0, 2e-7),
    "composition-ridge": ({"kind": "ridge"}, {"kind": "composition"}, 0.42, -0.18, 4e-6),
    "coulomb-krr": (
        {"kind": "krr", "kernel": {"kind": "laplacian"}},
        {"kind": "coulomb", "order": "norm"},
        1.1,
        -0.42,
        3e-4,
    ),
    "soap-krr": (
        {"kind": "krr", "kernel": {"kind": "gaussian"}, "sum_atoms": True},
        {"kind": "soap", "cutoff": 5.0, "n_max": 8, "l_max": 6, "width": 0.4},
        0.9,
        -0.66,
        2.5e-3,
    ),
}
TARGETS = (
    ("atomization_energy", "eV", True, "Energy to take the molecule apart", -62.0, 21.0),
    ("gap", "eV", False, "Gap between the highest occupied and lowest empty orbital", 6.9, 1.3),
)
SIZES = (50, 100, 200, 400, 800)
N_REPEATS = 3
TOML = """# Which representation learns fastest?
name = "small-molecules"

[data]
name = "g2-rattled"
targets = ["atomization_energy", "gap"]

[split]
kind = "stratified"
n_train = [50, 100, 200, 400, 800]
repeats = 3
seed = 0

[[models]]
name = "soap-krr"
representation = { kind = "soap", cutoff = 5.0, n_max = 8, l_max = 6, width = 0.4 }
model = { kind = "krr", kernel = "gaussian" }
"""


def example_report(*, n_copies: int = 6, seed: int = 0) -> dict[str, Any]:
    """Return the payload of a finished study of molecules and a few crystals.

    Args:
        n_copies: How many shaken copies of each structure there are.
        seed: Other seeds give other shakes and other errors.
    """
    rng = np.random.default_rng(seed)
    originals = [molecule(name) for name in g2.names] + _crystals()
    shaken = [_shake(atoms, rng) for atoms in originals for _ in range(n_copies)]
    structures = Structures.from_ase(shaken)
    ids = [f"example-{i:06d}" for i in range(len(structures))]
    return {
        "format": "atomarium-report",
        "version": 1,
        "study": {
            "name": "Representations of small molecules",
            "description": "Which representation learns fastest, for the computing time it takes? "
            "An example with invented numbers.",
            "status": "finished",
            "created": "2026-11-21T10:30:00+00:00",
            "command": "atomarium run studies/demo.toml",
            "toml": TOML,
        },
        "dataset": _dataset(structures),
        "targets": [_target(*target) for target in TARGETS],
        "models": [
            {"name": name, "representation": shown, "model": model, "baseline": _baseline(model)}
            for name, (model, shown, *_) in MODELS.items()
        ],
        "trials": list(_trials(rng)),
        "predictions": list(_predictions(structures, rng)),
        "structures": {
            "ids": ids,
            "formulas": structures.formulas(),
            "numbers": structures.numbers.astype(np.uint8),
            "positions": structures.positions.astype(np.float32),
            "cells": structures.cells.astype(np.float32),
            "periodic": structures.periodic,
            "offsets": structures.offsets,
        },
        "machine": {"processor": "AMD EPYC 9B14", "cores": 2, "memory": "24 GiB", "threads": 2},
        "versions": {"atomarium": "0.1.0", "python": "3.11.7", "numpy": "2.3.1"},
        "cite": [
            "The atomarium developers, atomarium 0.1.0 (2026).",
            "L. A. Curtiss et al., J. Chem. Phys. 106, 1063 (1997), for the geometries.",
        ],
    }


def _crystals() -> list[Atoms]:
    rocksalt = bulk("MgO", "rocksalt", a=4.21, cubic=True)
    perovskite = Atoms(
        "SrTiO3",
        scaled_positions=[(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)],
        cell=[3.905] * 3,
        pbc=True,
    )
    return [bulk("Si", cubic=True), bulk("Cu", cubic=True), rocksalt, perovskite]


def _shake(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    copy = atoms.copy()
    if not copy.pbc.any():
        copy.positions += rng.normal(scale=0.03, size=copy.positions.shape)
    return copy


def _dataset(structures: Structures) -> dict[str, Any]:
    sizes = structures.sizes
    return {
        "name": "g2-rattled",
        "source": "ASE's collection of the G2 test set, shaken by 0.03 Å",
        "license": "LGPL-2.1-or-later",
        "citation": "L. A. Curtiss et al., J. Chem. Phys. 106, 1063 (1997)",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "n_structures": len(structures),
        "n_atoms": [int(sizes.min()), int(np.median(sizes)), int(sizes.max())],
        "elements": ["H", "Li", "Be", "C", "N", "O", "F", "Na", "Mg", "Al", "Si", "P", "S", "Cl"],
        "findings": [
            {"severity": "warning", "text": "24 structures occur twice within 0.05 Å."},
            {"severity": "note", "text": "atomization_energy grows with the number of atoms."},
        ],
    }


def _target(
    name: str, unit: str, extensive: bool, description: str, mean: float, std: float
) -> dict[str, Any]:
    return {
        "name": name,
        "unit": unit,
        "per": "structure",
        "extensive": extensive,
        "description": description,
        "mean": mean,
        "std": std,
    }


def _baseline(model: dict[str, Any]) -> str:
    return "" if model["kind"] in {"mean", "ridge"} else "composition ridge, subtracted"


def _error(model: str, target: str, n_train: int) -> float:
    _, _, factor, exponent, _ = MODELS[model]
    std = next(entry[-1] for entry in TARGETS if entry[0] == target)
    # The gap is harder than the energy: it falls half as fast.
    slope = exponent * (1.0 if target == "atomization_energy" else 0.45)
    return 0.8 * std * factor * (n_train / 10) ** slope


def _trials(rng: np.random.Generator):
    for model, (settings, _, _, _, seconds) in MODELS.items():
        for target, *_ in TARGETS:
            for n_train in SIZES:
                for repeat in range(N_REPEATS):
                    mae = _error(model, target, n_train) * rng.normal(1, 0.05)
                    failed = model == "coulomb-krr" and n_train == 800 and repeat == 2
                    yield {
                        "id": f"{model}-{target}-{n_train}-{repeat}",
                        "model": model,
                        "target": target,
                        "n_train": n_train,
                        "repeat": repeat,
                        "scores": None
                        if failed
                        else {"mae": mae, "rmse": 1.4 * mae, "max_error": 9 * mae, "r2": 0.97},
                        "seconds": None
                        if failed
                        else {
                            "represent": 900 * seconds,
                            "fit": 1e-7 * n_train**2 + (0.4 if settings["kind"] == "krr" else 1e-3),
                            "predict": 30 * seconds,
                        },
                        "seconds_per_structure": None
                        if failed
                        else seconds * (1 + n_train / 1000) * rng.normal(1, 0.02),
                        "chosen": {"length": 2.0 * n_train**0.1, "regularization": 1e-7}
                        if settings["kind"] == "krr" and not failed
                        else {},
                        "warnings": ["The chosen length lies on the edge of its grid."]
                        if model == "soap-krr" and n_train == 50
                        else [],
                        "state": "failed" if failed else "finished",
                        "error": "kernel matrix is not positive definite" if failed else None,
                    }


def _predictions(structures: Structures, rng: np.random.Generator):
    n = len(structures)
    for target, _, extensive, _, mean, std in TARGETS:
        values = (
            -4.3 * structures.sizes + rng.normal(scale=1.5, size=n)
            if extensive
            else rng.normal(mean, std, size=n)
        )
        for model in MODELS:
            for n_train in SIZES[-2:]:
                test = rng.permutation(n)[: max(n // 5, n - n_train)]
                error = _error(model, target, n_train)
                noise = rng.standard_t(4, size=len(test)) * error
                center = values.mean() if model == "mean" else values[test]
                yield {
                    "model": model,
                    "target": target,
                    "n_train": n_train,
                    "repeat": 0,
                    "structures": test.astype(np.int32),
                    "reference": values[test],
                    "prediction": center + (0 * noise if model == "mean" else noise),
                }


if __name__ == "__main__":
    from atomarium.explore.page import write_page

    payload = example_report()
    write_page(sys.argv[1], payload, title=payload["study"]["name"])
