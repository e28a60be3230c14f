"""Potentials as calculators of ASE."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from atomarium.core.structures import Structures
from atomarium.experiment.potential import Potential


class AtomariumCalculator(Calculator):
    """Energies, forces and stress of a potential, for ASE.

    Args:
        potential: What predicts them.
        **settings: What every calculator of ASE takes.
    """

    implemented_properties: ClassVar[list[str]] = [
        "energy",
        "free_energy",
        "forces",
        "stress",
    ]

    def __init__(self, potential: Potential, **settings: Any) -> None:
        super().__init__(**settings)
        self.potential = potential

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute everything at once; stress only where there is a cell with a volume.

        Raises:
            InputError: an atom is of an element that was not learned from.
        """
        super().calculate(atoms, properties, system_changes)
        outcome = self.potential.predict(Structures.from_ase(self.atoms))
        energy = float(outcome.energies[0])
        self.results = {"energy": energy, "free_energy": energy, "forces": outcome.forces}
        if np.isfinite(outcome.stress).all():
            self.results["stress"] = outcome.stress[0]
