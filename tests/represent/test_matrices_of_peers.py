"""Coulomb, sine and Ewald matrices and bags of bonds of real structures against other packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomarium.core.structures import Structures
from atomarium.represent.bag_of_bonds import BagOfBonds
from atomarium.represent.coulomb import CoulombMatrix
from atomarium.represent.periodic_matrices import EwaldMatrix, SineMatrix

PEERS = np.load(Path(__file__).parents[1] / "references" / "matrices_peers.npz")


def _structures(name: str) -> Structures:
    cells = {"cells": PEERS[f"{name} cells"]} if name == "crystals" else {}
    return Structures.from_arrays(
        PEERS[f"{name} numbers"],
        PEERS[f"{name} positions"],
        offsets=PEERS[f"{name} offsets"],
        **cells,
    )


def _rows(kind: Any, structures: Structures, permutation: str) -> list[np.ndarray]:
    settings = kind(permutation=permutation, triangle=False, length_unit="Å")
    return [settings.compute(one).values[0] for one in structures]


# Ewald's sums of both packages end at 1e-11 of their first terms.
@pytest.mark.parametrize(
    ("name", "kind", "system", "tolerance"),
    [
        ("coulomb", CoulombMatrix, "molecules", 1e-14),
        ("sine", SineMatrix, "crystals", 1e-14),
        ("ewald", EwaldMatrix, "crystals", 1e-10),
    ],
)
def test_matrices_and_eigenvalues_are_those_of_dscribe(
    name: str, kind: Any, system: str, tolerance: float
) -> None:
    structures = _structures(system)
    found = [row for how in ("none", "eigenspectrum") for row in _rows(kind, structures, how)]
    borders = np.cumsum([len(row) for row in found])[:-1]
    for row, expected in zip(found, np.split(PEERS[name], borders), strict=True):
        # Eigenvalues of a matrix are rounded by its largest.
        atol = max(tolerance, 1e-14 * len(row)) * np.abs(expected).max()
        np.testing.assert_allclose(row, expected, rtol=0, atol=atol)


@pytest.mark.parametrize("permutation", ["sorted_l2", "random"])
@pytest.mark.parametrize(
    ("kind", "system"),
    [(CoulombMatrix, "molecules"), (SineMatrix, "crystals"), (EwaldMatrix, "crystals")],
)
def test_sorting_keeps_the_entries_and_puts_long_rows_first(
    kind: Any, system: str, permutation: str
) -> None:
    structures = _structures(system)
    plain = _rows(kind, structures, "none")
    for row, unsorted in zip(_rows(kind, structures, permutation), plain, strict=True):
        assert np.array_equal(np.sort(row), np.sort(unsorted))
        size = int(np.sqrt(len(row)))
        matrix = row.reshape(size, size)
        np.testing.assert_allclose(matrix, matrix.T, rtol=1e-14)
        lengths = np.linalg.norm(matrix, axis=1)
        if permutation == "sorted_l2":
            # Equal atoms of a crystal have equal rows but for rounding.
            assert np.all(np.diff(lengths) <= 1e-12 * lengths.max())


def test_bags_hold_the_numbers_of_qmllib() -> None:
    structures = _structures("molecules")
    rows = BagOfBonds(length_unit="Å").compute(structures).values
    found = np.concatenate([np.sort(row[row != 0]) for row in rows])
    np.testing.assert_allclose(found, PEERS["bags"], rtol=1e-13)
