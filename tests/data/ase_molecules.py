"""Molecules of ASE, a little shaken."""

from __future__ import annotations

from ase import Atoms
from ase.build import molecule


def molecules() -> list[Atoms]:
    """Return water twice, methane and a hydrogen atom."""
    names = ["H2O", "CH4", "H", "H2O"]
    images = [molecule(name) for name in names]
    for seed, image in enumerate(images):
        image.rattle(0.1, seed=seed)
    return images
