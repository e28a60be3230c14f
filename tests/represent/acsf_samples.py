"""Symmetry functions of every kind, in settings that they are tried with."""

from __future__ import annotations

import pytest
from tests.represent.acsf_cases import SPECIES, crystals, molecules

from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.symmetry_function import SymmetryFunction

STRUCTURES = {"molecules": molecules, "crystals": crystals}
#: Every kind, shared and lonely Gaussians and powers, two cutoffs, shifts, broken powers.
FUNCTIONS = (
    SymmetryFunction(kind="G1"),
    SymmetryFunction(kind="G2", eta=0.4, shift=1.0),
    SymmetryFunction(kind="G2", eta=0.4, cutoff=3.1),
    SymmetryFunction(kind="G3", kappa=1.3),
    SymmetryFunction(kind="G4", eta=0.05, zeta=1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=2.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=4.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=7.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=16.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.1, zeta=3.0, direction=0.5, shift=0.7),
    SymmetryFunction(kind="G4", eta=0.02, zeta=1.0, cutoff=3.0),
    SymmetryFunction(kind="G5", eta=0.02, zeta=2.5),
    SymmetryFunction(kind="G5", eta=0.02, zeta=5.0, shift=1.1),
)
SETTINGS = {
    "cosine": SymmetryFunctions(cutoff=4.2, functions=FUNCTIONS, species=SPECIES),
    "tanh3": SymmetryFunctions(
        cutoff=4.2, functions=FUNCTIONS, species=SPECIES, cutoff_function="tanh3", per_center=True
    ),
    "elements": SymmetryFunctions(
        cutoff=4.2,
        functions=(
            SymmetryFunction(kind="G2", eta=1.0, neighbors=("O",)),
            SymmetryFunction(kind="G2", eta=2.0, center="H", neighbors=("H",)),
            SymmetryFunction(kind="G4", eta=0.1, neighbors=("O", "H")),
            SymmetryFunction(kind="G4", eta=0.1, zeta=4.0, center="C"),
            SymmetryFunction(kind="G5", eta=0.1, center="O", neighbors=("C", "C")),
        ),
        species=SPECIES,
        per_center=True,
        order="runner",
    ),
}
every_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
every_structure = pytest.mark.parametrize("structures", STRUCTURES.values(), ids=STRUCTURES)
