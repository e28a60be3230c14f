"""What a network learns: one aim for each quantity, several at once if asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.segments import rows_of_segments
from atomarium.models.nn.choices import check_choice
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.readouts import (
    Classes,
    Dipole,
    Extensive,
    Intensive,
    Polarizability,
    Readout,
    SpatialExtent,
)

#: Name of what is learned alone, and of the derivatives of an energy.
TARGET, FORCES, STRESS = "value", "forces", "stress"
MOMENTS = ("dipole", "polarizability", "spatial-extent")
READOUT_NAMES = ("auto", "sum", "mean", *MOMENTS)


@dataclass(frozen=True, eq=False, kw_only=True)
class Derivatives:
    """Forces and stress to learn from beside an energy.

    Args:
        forces: In the energy's unit per Å, of each atom; None learns none.
        stress: In the energy's unit per Å³, dE/dε / volume, nine numbers of each structure, tension
            positive; NaN where there is none. None learns none.
        force_weight: How much errors of forces count beside those of energies; both are in units of
            the spread of the energies.
        stress_weight: The same of stress.
    """

    forces: Float64[np.ndarray, "atoms 3"] | None = None
    stress: Float64[np.ndarray, "structures 9"] | None = None
    force_weight: float = 10.0
    stress_weight: float = 1000.0

    def take(self, offsets: np.ndarray, chosen: np.ndarray) -> Derivatives:
        """Return those of the chosen structures.

        Args:
            offsets: Where the atoms of each structure begin.
            chosen: Which structures.
        """
        forces = self.forces
        if forces is not None:
            forces = forces[rows_of_segments(offsets, chosen)[0]]
        stress = None if self.stress is None else self.stress[chosen]
        return replace(self, forces=forces, stress=stress)


@dataclass(frozen=True, eq=False, kw_only=True)
class Aim:
    """One quantity that a network is to learn, or classes that it is to tell apart.

    Args:
        name: Under which the network returns it.
        values: One row for each structure; of classes, their numbers from 0.
        extensive: Whether values grow with the number of atoms: then the network sums what atoms
            add, else it averages.
        n_classes: How many classes there are; 0 learns numbers.
        readout: "sum" or "mean" of what atoms add, "dipole" (the length of the dipole moment),
            "polarizability" (a third of its trace) or "spatial-extent"; "auto" is sum or mean.
        weight: How much its errors count beside those of other aims, above 0; all are in units of
            the spread of the training values.
        masked: Whether values, and forces, may be missing here and there, as NaN.
        derivatives: Learned besides.
        references: Values of single atoms by atomic number, taken off first; none when empty.
    """

    name: str
    values: Float64[np.ndarray, "structures targets"]
    extensive: bool
    n_classes: int = 0
    readout: str = "auto"
    weight: float = 1.0
    masked: bool = False
    derivatives: Derivatives | None = None
    references: Float64[np.ndarray, "elements targets"] = field(
        default_factory=lambda: np.zeros((0, 1)), repr=False
    )

    def __post_init__(self) -> None:
        check_choice("readout", self.readout, READOUT_NAMES)
        if not (np.isfinite(self.weight) and self.weight > 0):
            raise InputError(f"the weight of {self.name!r} must be above 0, got {self.weight}")
        if self.derivatives is not None and not self._adds_up:
            raise InputError("forces are derivatives of an energy, which must be extensive")
        if self.n_classes and self.readout != "auto":
            raise InputError(f"{self.name!r} is of classes, so it has no readout {self.readout!r}")

    @property
    def _adds_up(self) -> bool:
        return self.readout == "sum" or (self.readout == "auto" and self.extensive)

    def take(self, offsets: np.ndarray, chosen: np.ndarray) -> Aim:
        """Return the same aim for the chosen structures.

        Args:
            offsets: Where the atoms of each structure begin.
            chosen: Which structures.
        """
        derivatives = self.derivatives and self.derivatives.take(offsets, chosen)
        return replace(self, values=self.values[chosen], derivatives=derivatives)

    def make_readout(self, *, has_vectors: bool) -> Readout:
        """Return how a network reads it.

        Args:
            has_vectors: Whether atoms of the network carry vectors.
        """
        width = self.values.shape[1]
        if self.n_classes:
            return Classes(name=self.name, n_classes=self.n_classes)
        if self.readout == "dipole":
            return Dipole(name=self.name, magnitude=width == 1, atomic_dipoles=has_vectors)
        if self.readout == "polarizability":
            return Polarizability(name=self.name, isotropic=width == 1)
        if self.readout == "spatial-extent":
            return SpatialExtent(name=self.name)
        if not self._adds_up:
            return Intensive(name=self.name, width=width)
        more = self.derivatives
        return Extensive(
            name=self.name,
            width=width,
            forces=FORCES if more is not None and more.forces is not None else "",
            stress=STRESS if more is not None and more.stress is not None else "",
        )


def lesson_of(aims: Sequence[Aim]) -> Lesson:
    """Return the values of all aims with their weights."""
    values: dict[str, np.ndarray] = {}
    weights: dict[str, float] = {}
    for aim in aims:
        values[aim.name], weights[aim.name] = aim.values, aim.weight
        more = aim.derivatives
        if more is not None and more.forces is not None:
            values[FORCES], weights[FORCES] = more.forces, aim.weight * more.force_weight
        if more is not None and more.stress is not None:
            values[STRESS], weights[STRESS] = more.stress, aim.weight * more.stress_weight
    return Lesson(values=values, weights=weights)


def may_miss(aims: Sequence[Aim]) -> set[str]:
    """Return the names of what may be missing here and there."""
    masked = [aim for aim in aims if aim.masked]
    forces = {FORCES} if any(aim.derivatives for aim in masked) else set[str]()
    # Not every calculation gives a stress, nor has every structure a cell.
    return {aim.name for aim in masked} | forces | {STRESS}
