"""Potentials as calculators of ASE."""

from __future__ import annotations

from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.potential import Outcome


@runtime_checkable
class PredictsForces(Protocol):
    """A trained potential."""

    def predict(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress."""
        ...


@runtime_checkable
class KeepsPairs(PredictsForces, Protocol):
    """A trained potential that can keep pairs of neighbors from call to call."""

    def with_skin(self, skin: float) -> PredictsForces:
        """Return the potential that does."""
        ...


class AtomariumCalculator(Calculator):
    """Energies, forces and stress of a potential, for ASE.

    Args:
        potential: What predicts them.
        skin: Å, 0 or above. Networks look for neighbors again only when an atom has moved half as
            far; 0 looks for them at every step.
        **settings: What every calculator of ASE takes.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012 - ASE's

    def __init__(self, potential: PredictsForces, *, skin: float = 0.5, **settings: Any) -> None:
        super().__init__(**settings)  # pyright: ignore[reportUnknownMemberType]
        if not (np.isfinite(skin) and skin >= 0):
            raise InputError(f"skin must be 0 Å or above, got {skin}")
        self.potential: PredictsForces = potential
        if skin > 0 and isinstance(potential, KeepsPairs):
            self.potential = potential.with_skin(skin)

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
        properties = properties or ["energy"]
        super().calculate(atoms, properties, system_changes)  # pyright: ignore[reportUnknownMemberType]
        # ASE keeps its own copy, so that it sees what has changed at the next call.
        outcome = self.potential.predict(Structures.from_ase(cast("Atoms", self.atoms)))
        energy = float(outcome.energies[0])
        self.results = {"energy": energy, "free_energy": energy, "forces": outcome.forces}
        if np.isfinite(outcome.stress).all():
            self.results["stress"] = outcome.stress[0]
