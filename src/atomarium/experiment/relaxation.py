"""Relax many structures at once: every step of all of them is one call of the potential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of, rows_of_segments, segment_sum
from atomarium.core.structures import Structures
from atomarium.experiment.calculator import PredictsForces
from atomarium.experiment.potential import VOIGT, Outcome

#: Parameters of FIRE as published; lengths are limited besides, as in ASE.
_TIME, _MOST_TIME, _MIXING = 0.1, 1.0, 0.1
_LONGER, _SHORTER, _LESS_MIXING, _PATIENCE = 1.1, 0.5, 0.99, 5
#: Å. Longest step of an atom.
_LONGEST = 0.2


@dataclass(frozen=True, eq=False, kw_only=True)
class Relaxed:
    """Structures after relaxation.

    Args:
        structures: Where their atoms are now.
        energies: eV.
        forces: eV/Å, of each atom.
        stress: eV/Å³, in the order of Voigt; NaN without a cell.
        converged: Whether the largest force fell below the limit.
        steps: Calls of the potential that each took part in.
    """

    structures: Structures = field(repr=False)
    energies: Float64[np.ndarray, "structures"]
    forces: Float64[np.ndarray, "atoms 3"] = field(repr=False)
    stress: Float64[np.ndarray, "structures 6"] = field(repr=False)
    converged: Bool[np.ndarray, "structures"]
    steps: Int64[np.ndarray, "structures"]


def relax(
    potential: PredictsForces,
    structures: Structures,
    *,
    largest_force: float = 0.05,
    most_steps: int = 500,
    cells: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Relaxed:
    """Move atoms until forces are small; each structure by itself, all of them in one batch.

    A structure whose forces are no longer numbers stays where it was, and has not converged.

    Source: E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), FIRE; cells move as in E. B.
        Tadmor et al., Phys. Rev. B 59, 235 (1999), with the deformation counted as three rows of
        an atom as heavy as the structure, as in ASE's `UnitCellFilter`.

    Args:
        potential: What tells forces.
        structures: Where to begin.
        largest_force: eV/Å, above 0. The length of every force shall be below; with `cells` also
            volume times stress, over the number of atoms, eV.
        most_steps: At least 1.
        cells: Whether cells relax, too.
        advance: Told how many structures have converged whenever some do.

    Raises:
        InputError: a setting is out of range, a structure has no atoms, or no cell that could
            relax, or the potential does not know an element.
    """
    _check(structures, largest_force, most_steps, cells=cells)
    places, found = _Places(structures, cells=cells), _Found(structures)
    mover = _Mover(places.offsets)
    for _ in range(most_steps):
        active = np.flatnonzero(~found.over)
        if not len(active):
            break
        outcome = potential.predict(places.structures.take(active))
        pulls, offsets = places.pulls(active, outcome)
        largest = np.maximum.reduceat(np.linalg.norm(pulls, axis=1), offsets[:-1])
        sound = np.isfinite(largest) & np.isfinite(outcome.energies)
        done = sound & (largest < largest_force)
        found.note(active, outcome, sound=sound, done=done)
        advance(int(done.sum()))
        going = sound & ~done
        if going.any():
            rows, _ = rows_of_segments(offsets, np.flatnonzero(going))
            places.move(active[going], mover.moves(active[going], pulls[rows]))
    return found.relaxed(places.structures)


def _check(structures: Structures, largest_force: float, most_steps: int, *, cells: bool) -> None:
    if not (np.isfinite(largest_force) and largest_force > 0):
        raise InputError(f"largest_force must be above 0 eV/Å, got {largest_force}")
    if most_steps < 1:
        raise InputError(f"most_steps must be at least 1, got {most_steps}")
    empty = np.flatnonzero(structures.sizes == 0)
    if len(empty):
        raise InputError(f"structure {empty[0]} has no atoms")
    flat = np.flatnonzero(structures.volumes == 0)
    if cells and len(flat):
        raise InputError(f"structure {flat[0]} has no cell that could relax")


class _Found:
    """What the potential said of each structure the last time that it said numbers."""

    def __init__(self, structures: Structures) -> None:
        n = len(structures)
        self._offsets = structures.offsets
        self._energies, self._stress = np.full(n, np.nan), np.full((n, 6), np.nan)
        self._forces = np.full((structures.n_atoms, 3), np.nan)
        self._converged, self._steps = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
        self.over = np.zeros(n, dtype=bool)

    def note(
        self, active: np.ndarray, outcome: Outcome, *, sound: np.ndarray, done: np.ndarray
    ) -> None:
        """Write down what the potential says of some structures."""
        kept = np.flatnonzero(sound)
        atoms, _ = rows_of_segments(self._offsets, active[kept])
        lengths = np.diff(self._offsets)[active]
        own, _ = rows_of_segments(offsets_of(lengths), kept)
        self._energies[active[kept]] = outcome.energies[kept]
        self._forces[atoms] = outcome.forces[own]
        self._stress[active[kept]] = outcome.stress[kept]
        self._steps[active] += 1
        self._converged[active[done]] = True
        self.over[active[done | ~sound]] = True

    def relaxed(self, structures: Structures) -> Relaxed:
        """Return everything with where the atoms are now."""
        return Relaxed(
            structures=structures,
            energies=self._energies,
            forces=self._forces,
            stress=self._stress,
            converged=self._converged,
            steps=self._steps,
        )


class _Places:
    """Where atoms are, and how far cells are deformed: rows that are pulled and moved.

    A structure has a row for each atom, in the frame of its first cell, and, where cells relax,
    three for its deformation.
    """

    def __init__(self, structures: Structures, *, cells: bool) -> None:
        self.structures, self._first = structures, structures
        self._cells = cells
        self._extra = 3 if cells else 0
        self._atoms = structures.positions.copy()
        self._deformed = np.tile(np.eye(3), (len(structures), 1, 1))
        self.offsets = offsets_of(structures.sizes + self._extra)

    def pulls(
        self, active: Int64[np.ndarray, "active"], outcome: Outcome
    ) -> tuple[Float64[np.ndarray, "rows 3"], Int64[np.ndarray, "borders"]]:
        """Return the forces on all rows of some structures, and where each structure's begin."""
        sizes = self._first.sizes[active]
        if not self._cells:
            return outcome.forces, offsets_of(sizes)
        deformed = self._deformed[active]
        borders = offsets_of(sizes + 3)
        rows = np.empty((int(borders[-1]), 3))
        of_cell = np.concatenate([borders[1:] - 3 + k for k in range(3)]).reshape(3, -1).T
        is_atom = np.ones(len(rows), dtype=bool)
        is_atom[of_cell.ravel()] = False
        rows[is_atom] = np.einsum("ai,aij->aj", outcome.forces, deformed.repeat(sizes, axis=0))
        full = np.empty((len(active), 3, 3))
        for k, (a, b) in enumerate(VOIGT):
            full[:, a, b] = full[:, b, a] = outcome.stress[:, k]
        volumes = self.structures.volumes[active]
        virials = -volumes[:, None, None] * full
        turned = np.linalg.solve(deformed, virials.transpose(0, 2, 1)).transpose(0, 2, 1)
        rows[of_cell] = turned / sizes[:, None, None]
        return rows, borders

    def move(self, going: Int64[np.ndarray, "going"], moves: Float64[np.ndarray, "rows 3"]) -> None:
        """Move the rows of some structures."""
        sizes = self._first.sizes[going]
        atoms, _ = rows_of_segments(self._first.offsets, going)
        if not self._cells:
            self._atoms[atoms] += moves
            self.structures = replace(self._first, positions=self._atoms.copy())
            return
        borders = offsets_of(sizes + 3)
        of_cell = np.concatenate([borders[1:] - 3 + k for k in range(3)]).reshape(3, -1).T
        is_atom = np.ones(len(moves), dtype=bool)
        is_atom[of_cell.ravel()] = False
        self._atoms[atoms] += moves[is_atom]
        self._deformed[going] += moves[of_cell] / sizes[:, None, None]
        turned = self._deformed.transpose(0, 2, 1)
        places = np.einsum("ai,aij->aj", self._atoms, turned.repeat(self._first.sizes, axis=0))
        self.structures = replace(self._first, positions=places, cells=self._first.cells @ turned)


class _Mover:
    """Velocities and time steps of all structures."""

    def __init__(self, offsets: Int64[np.ndarray, "borders"]) -> None:
        n = len(offsets) - 1
        self._offsets = offsets
        self._velocities = np.zeros((int(offsets[-1]), 3))
        self._times = np.full(n, _TIME)
        self._mixing = np.full(n, _MIXING)
        self._downhill = np.zeros(n, dtype=np.int64)

    def moves(
        self, going: Int64[np.ndarray, "going"], force: Float64[np.ndarray, "rows 3"]
    ) -> Float64[np.ndarray, "rows 3"]:
        """Return how far the rows of these structures move."""
        rows, offsets = rows_of_segments(self._offsets, going)
        sizes = np.diff(offsets)
        velocities = self._velocities[rows]
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
        return step

    def _learn(self, going: np.ndarray, downhill: np.ndarray) -> None:
        """Go faster downhill, slower after going uphill."""
        on, back = going[downhill], going[~downhill]
        patient = on[self._downhill[on] >= _PATIENCE]
        self._times[patient] = np.minimum(self._times[patient] * _LONGER, _MOST_TIME)
        self._mixing[patient] *= _LESS_MIXING
        self._downhill[on] += 1
        self._times[back] *= _SHORTER
        self._mixing[back], self._downhill[back] = _MIXING, 0
