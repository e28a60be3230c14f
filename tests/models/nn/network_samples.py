"""Structures that networks are tried on."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell, molecule

from atomarium.core.structures import Structures


def molecules():
    """Return molecules of several sizes, one atom alone among them, a little shaken."""
    rng = np.random.default_rng(0)
    frames = [molecule(name) for name in ("CH3CH2OH", "H2O", "C6H6", "NH3")] + [Atoms("He")]
    for frame in frames:
        frame.positions += rng.normal(scale=0.05, size=frame.positions.shape)
    return Structures.from_ase(frames)


def crystals():
    """Return crystals: a perovskite, shaken silicon, one copper atom, rock salt."""
    rng = np.random.default_rng(1)
    silicon = bulk("Si", cubic=True)
    silicon.positions += rng.normal(scale=0.05, size=silicon.positions.shape)
    places = np.array([[0, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]]) / 2
    perovskite = Atoms("SrTiO3", scaled_positions=places, cell=np.eye(3) * 3.9, pbc=True)
    return Structures.from_ase([perovskite, silicon, bulk("Cu"), bulk("NaCl", "rocksalt", a=5.64)])


def described_otherwise(frame):
    """Yield the same crystal in other words: name and ASE's atoms."""
    rng = np.random.default_rng(2)
    yield "reversed", frame[::-1]
    yield "two cells", make_supercell(frame, np.diag([2, 1, 1]))
    yield "slanted cell", make_supercell(frame, [[1, 1, 0], [0, 1, 0], [0, -1, 1]])
    turned = frame.copy()
    turned.rotate(37.0, (1.0, 2.0, 3.0), rotate_cell=True)
    yield "turned", turned
    shifted = frame.copy()
    shifted.positions += [0.3, 1.7, -0.4]
    shifted.wrap()
    yield "shifted", shifted
    for _ in range(3):
        noisy = frame.copy()
        noisy.positions += rng.normal(scale=1e-7, size=noisy.positions.shape)
        yield "noisy", noisy
