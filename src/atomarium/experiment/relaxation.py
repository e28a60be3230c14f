"""Relax many structures at once: every step of all of them is one call of the potential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.segments import rows_of_segments, segment_sum
from atomarium.core.structures import Structures
from atomarium.experiment.calculator import PredictsForces

#: Parameters of FIRE as published; lengths are limited besides, as in ASE.
_TIME, _MOST_TIME, _MIXING = 0.1, 1.0, 0.1
_LONGER, _SHORTER, _LESS_MIXING, _PATIENCE = 1.1, 0.5, 0.99, 5
#: Å. Longest step of an atom.
_LONGEST = 0.2


@dataclass(frozen=True, eq=False, kw_only=True)
class Relaxed:
    """Structures after relaxation.

    Args:
        structures: Where their atoms are now; cells are as they were.
        energies: eV.
        forces: eV/Å, of each atom.
        converged: Whether the largest force fell below the limit.
        steps: Calls of the potential that each took part in.
    """

    structures: Structures = field(repr=False)
    energies: Float64[np.ndarray, "structures"]
    forces: Float64[np.ndarray, "atoms 3"] = field(repr=False)
    converged: Bool[np.ndarray, "structures"]
    steps: Int64[np.ndarray, "structures"]


def relax(
    potential: PredictsForces,
    structures: Structures,
    *,
    largest_force: float = 0.05,
    most_steps: int = 500,
    advance: Callable[[int], None] = lambda _: None,
) -> Relaxed:
    """Move atoms until forces are small; each structure by itself, all of them in one batch.

    Source: E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), FIRE.

    Args:
        potential: What tells forces.
        structures: Where to begin.
        largest_force: eV/Å, above 0. The length of every force shall be below.
        most_steps: At least 1.
        advance: Told how many structures have converged whenever some do.

    Raises:
        InputError: a setting is out of range, or the potential does not know an element.
    """
    if not (np.isfinite(largest_force) and largest_force > 0):
        raise InputError(f"largest_force must be above 0 eV/Å, got {largest_force}")
    if most_steps < 1:
        raise InputError(f"most_steps must be at least 1, got {most_steps}")
    n = len(structures)
    energies, forces = np.zeros(n), np.zeros((structures.n_atoms, 3))
    positions = structures.positions
    converged, steps = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
    mover = _Mover(structures)
    for _ in range(most_steps):
        active = np.flatnonzero(~converged)
        if not len(active):
            break
        atoms, offsets = rows_of_segments(structures.offsets, active)
        outcome = potential.predict(replace(structures, positions=positions).take(active))
        energies[active], forces[atoms] = outcome.energies, outcome.forces
        steps[active] += 1
        lengths = np.linalg.norm(outcome.forces, axis=1)
        done = np.maximum.reduceat(lengths, offsets[:-1]) < largest_force
        converged[active] = done
        advance(int(done.sum()))
        going = active[~done]
        if len(going):
            positions = positions + mover.moves(going, forces)
    return Relaxed(
        structures=replace(structures, positions=positions),
        energies=energies,
        forces=forces,
        converged=converged,
        steps=steps,
    )


class _Mover:
    """Velocities and time steps of all structures."""

    def __init__(self, structures: Structures) -> None:
        n = len(structures)
        self._offsets = structures.offsets
        self._velocities = np.zeros((structures.n_atoms, 3))
        self._times = np.full(n, _TIME)
        self._mixing = np.full(n, _MIXING)
        self._downhill = np.zeros(n, dtype=np.int64)

    def moves(
        self, going: Int64[np.ndarray, "going"], forces: Float64[np.ndarray, "atoms 3"]
    ) -> Float64[np.ndarray, "atoms 3"]:
        """Return how far every atom moves; those of other structures do not."""
        rows, offsets = rows_of_segments(self._offsets, going)
        sizes = np.diff(offsets)
        velocities, force = self._velocities[rows], forces[rows]
        power = segment_sum((velocities * force).sum(axis=1)[:, None], offsets)[:, 0]
        downhill = power > 0
        speeds = np.sqrt(segment_sum((velocities**2).sum(axis=1)[:, None], offsets)[:, 0])
        pulls = np.sqrt(segment_sum((force**2).sum(axis=1)[:, None], offsets)[:, 0])
        mixing = np.where(downhill, self._mixing[going], 0.0)
        turned = (mixing * speeds / np.maximum(pulls, 1e-300)).repeat(sizes)[:, None] * force
        velocities = np.where(
            downhill.repeat(sizes)[:, None],
            (1 - mixing).repeat(sizes)[:, None] * velocities + turned,
            0.0,
        )
        self._learn(going, downhill)
        times = self._times[going].repeat(sizes)[:, None]
        velocities = velocities + times * force
        step = times * velocities
        longest = np.maximum.reduceat(np.linalg.norm(step, axis=1), offsets[:-1])
        step *= np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300)).repeat(sizes)[:, None]
        self._velocities[rows] = velocities
        moves = np.zeros_like(forces)
        moves[rows] = step
        return moves

    def _learn(self, going: np.ndarray, downhill: np.ndarray) -> None:
        """Go faster downhill, slower after going uphill."""
        on, back = going[downhill], going[~downhill]
        patient = on[self._downhill[on] >= _PATIENCE]
        self._times[patient] = np.minimum(self._times[patient] * _LONGER, _MOST_TIME)
        self._mixing[patient] *= _LESS_MIXING
        self._downhill[on] += 1
        self._times[back] *= _SHORTER
        self._mixing[back], self._downhill[back] = _MIXING, 0
