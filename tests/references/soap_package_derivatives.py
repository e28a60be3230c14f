"""Derivatives of Σ cotangents · rows by DScribe, featomic and quippy, from their Jacobians."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures


def featomic_pulled(
    structures: Structures,
    species: tuple[str, ...],
    arguments: dict[str, Any],
    cotangents: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the change with positions and with strain; cotangents go as in `featomic_rows`."""
    from featomic import SoapPowerSpectrum
    from metatensor import Labels

    numbers = [NUMBERS[symbol] for symbol in species]
    keys = [[c, a, b] for c in numbers for a in numbers for b in numbers if a <= b]
    names = ["center_type", "neighbor_1_type", "neighbor_2_type"]
    blocks = SoapPowerSpectrum(**arguments).compute(
        structures.to_ase(),
        gradients=["positions", "strain"],
        selected_keys=Labels(names, np.array(keys, dtype=np.int32)),
    )
    block = blocks.keys_to_samples(names[0]).keys_to_properties(names[1:]).block()
    rows = np.lexsort((block.samples["atom"], block.samples["system"]))
    columns = np.lexsort(
        [block.properties[name] for name in ("n_2", "n_1", "l", names[2], names[1])]
    )
    weights = np.empty_like(cotangents)
    weights[np.ix_(rows, columns)] = cotangents
    positions, strain = np.zeros((structures.n_atoms, 3)), np.zeros((len(structures), 3, 3))
    moved = block.gradient("positions")
    changes = np.einsum("gxw,gw->gx", moved.values, weights[moved.samples["sample"]])
    atoms = structures.offsets[moved.samples["system"]] + moved.samples["atom"]
    np.add.at(positions, atoms, changes)
    strained = block.gradient("strain")
    changes = np.einsum("gxyw,gw->gxy", strained.values, weights[strained.samples["sample"]])
    np.add.at(strain, block.samples["system"][strained.samples["sample"]], changes)
    return positions, strain


def dscribe_pulled(
    structures: Structures,
    species: tuple[str, ...],
    arguments: dict[str, Any],
    cotangents: np.ndarray,
) -> np.ndarray:
    """Return the change with positions; DScribe has formulas for molecules, and no strain."""
    from dscribe.descriptors import SOAP

    descriptor = SOAP(species=list(species), periodic=False, **arguments)
    parts: list[np.ndarray] = []
    for number, one in enumerate(structures.to_ase()):
        slopes = descriptor.derivatives(
            one, method="analytical", return_descriptor=False, attach=True
        )
        mine = cotangents[structures.offsets[number] : structures.offsets[number + 1]]
        parts.append(np.einsum("caxw,cw->ax", slopes, mine))
    return np.concatenate(parts)


def quippy_pulled(structures: Structures, line: str, cotangents: np.ndarray) -> np.ndarray:
    """Return the change with positions; quippy wants molecules in a box."""
    from quippy.descriptors import Descriptor

    descriptor, start = Descriptor(line), 0
    positions = np.zeros((structures.n_atoms, 3))
    for number, one in enumerate(structures.to_ase()):
        if not one.pbc.any():
            one.set_cell([30.0, 30.0, 30.0])
        found = descriptor.calc(one, grad=True)
        rows, atoms = found["grad_index_0based"].T
        mine = cotangents[start : start + len(found["data"])]
        start += len(mine)
        slopes = found["grad_data"].reshape(len(rows), 3, -1)
        changes = np.einsum("gxw,gw->gx", slopes, mine[rows])
        np.add.at(positions, structures.offsets[number] + atoms, changes)
    return positions
