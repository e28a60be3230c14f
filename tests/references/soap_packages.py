"""Rows of DScribe, featomic and quippy for settings in their own words."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures


def dscribe_rows(
    structures: Structures, species: tuple[str, ...], arguments: dict[str, Any]
) -> np.ndarray:
    """Return the rows of DScribe."""
    from dscribe.descriptors import SOAP

    periodic = bool(structures.periodic.any())
    descriptor = SOAP(species=list(species), periodic=periodic, **arguments)
    return np.concatenate([np.atleast_2d(descriptor.create(one)) for one in structures.to_ase()])


def quippy_rows(structures: Structures, line: str) -> np.ndarray:
    """Return the rows of quippy, which wants molecules in a box."""
    from quippy.descriptors import Descriptor

    descriptor, rows = Descriptor(line), []
    for one in structures.to_ase():
        if not one.pbc.any():
            one.set_cell([30.0, 30.0, 30.0])
        rows.append(descriptor.calc(one)["data"])
    return np.concatenate(rows)


def featomic_rows(
    structures: Structures, species: tuple[str, ...], arguments: dict[str, Any]
) -> np.ndarray:
    """Return the rows of featomic, columns by neighbor types, l, n_1, n_2."""
    from featomic import SoapPowerSpectrum
    from metatensor import Labels

    numbers = [NUMBERS[symbol] for symbol in species]
    keys = [[c, a, b] for c in numbers for a in numbers for b in numbers if a <= b]
    names = ["center_type", "neighbor_1_type", "neighbor_2_type"]
    selected = Labels(names, np.array(keys, dtype=np.int32))
    blocks = SoapPowerSpectrum(**arguments).compute(structures.to_ase(), selected_keys=selected)
    block = blocks.keys_to_samples(names[0]).keys_to_properties(names[1:]).block()
    rows = np.lexsort((block.samples["atom"], block.samples["system"]))
    columns = np.lexsort(
        [block.properties[name] for name in ("n_2", "n_1", "l", names[2], names[1])]
    )
    return np.asarray(block.values)[rows][:, columns]


def featomic_expansion(
    structures: Structures, species: tuple[str, ...], arguments: dict[str, Any]
) -> np.ndarray:
    """Return featomic's expansion coefficients by atom, species, l² + l + m, and n."""
    from featomic import SphericalExpansion

    numbers = [NUMBERS[symbol] for symbol in species]
    l_max, n_max = (
        arguments["basis"]["max_angular"],
        arguments["basis"]["radial"]["max_radial"] + 1,
    )
    out = np.zeros((structures.n_atoms, len(species), (l_max + 1) ** 2, n_max))
    blocks = SphericalExpansion(**arguments).compute(structures.to_ase())
    for key, block in blocks.items():
        degree, column = key["o3_lambda"], numbers.index(key["neighbor_type"])
        atoms = structures.offsets[block.samples["system"]] + block.samples["atom"]
        out[atoms, column, degree**2 : (degree + 1) ** 2] = block.values
    return out
