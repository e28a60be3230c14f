"""Many structures relax together as each would alone with ASE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.filters import UnitCellFilter
from ase.optimize import FIRE

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.potential import Outcome
from atomarium.experiment.relaxation import relax


class Together:
    """A calculator of ASE as a potential, one structure after the other."""

    def __init__(self, calculator: Calculator, *, broken: str = "") -> None:
        self._calculator, self._broken = calculator, broken

    def predict(self, structures: Structures) -> Outcome:
        energies, forces, stress = [], [], []
        for atoms in structures.to_ase():
            atoms.calc = self._calculator
            wrong = np.nan if atoms.get_chemical_formula() == self._broken else 0.0
            energies.append(atoms.get_potential_energy() + wrong)
            forces.append(atoms.get_forces() + wrong)
            has_stress = atoms.cell.rank == 3
            stress.append(atoms.get_stress() if has_stress else np.full(6, np.nan))
        return Outcome(
            energies=np.array(energies), forces=np.concatenate(forces), stress=np.array(stress)
        )


def test_structures_relax_together_as_alone_with_ase(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = [bulk("Ar", cubic=True, a=5.4), Atoms("Ar3", rng.normal(scale=2.5, size=(3, 3)))]
    frames[0].positions += rng.normal(scale=0.1, size=(4, 3))
    lj = LennardJones(sigma=3.4, epsilon=0.01, rc=7.0, smooth=True)
    done: list[int] = []
    found = relax(
        Together(lj),
        Structures.from_ase(frames),
        largest_force=1e-4,
        most_steps=2000,
        advance=done.append,
    )
    assert found.converged.all()
    assert sum(done) == 2
    assert np.linalg.norm(found.forces, axis=1).max() < 1e-4
    for atoms, energy in zip(frames, found.energies, strict=True):
        atoms.calc = lj
        with FIRE(atoms, logfile=str(tmp_path / "log")) as alone:
            alone.run(fmax=1e-4, steps=2000)
        assert energy == pytest.approx(atoms.get_potential_energy(), abs=1e-6)


def test_cells_relax_as_with_ase(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frames = [bulk("Cu", cubic=True, a=3.75), bulk("Ag", cubic=True, a=4.0) * (1, 1, 2)]
    for atoms in frames:
        strain = np.eye(3) + 0.02 * rng.normal(size=(3, 3))
        atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
        atoms.rattle(0.05, seed=3)
    found = relax(
        Together(EMT()),
        Structures.from_ase(frames),
        largest_force=1e-3,
        most_steps=2000,
        cells=True,
    )
    assert found.converged.all()
    assert np.abs(found.stress).max() < 1e-3
    for row, atoms in enumerate(frames):
        atoms.calc = EMT()
        with FIRE(UnitCellFilter(atoms), logfile=str(tmp_path / "log")) as alone:
            alone.run(fmax=1e-3, steps=2000)
        energy = atoms.get_potential_energy() / len(atoms)
        # Where forces are below 1e-3 eV/Å, energies are 1e-6 eV from the minimum.
        assert found.energies[row] / len(atoms) == pytest.approx(energy, abs=1e-5)
        volume = found.structures.volumes[row]
        assert volume == pytest.approx(atoms.get_volume(), rel=1e-3)


def test_structure_that_breaks_down_leaves_the_others_alone() -> None:
    frames = [bulk("Cu", cubic=True), bulk("Ag", cubic=True)]
    for atoms in frames:
        atoms.rattle(0.1, seed=0)
    structures = Structures.from_ase(frames)
    found = relax(Together(EMT(), broken="Ag4"), structures)
    assert found.converged.tolist() == [True, False]
    assert found.steps[1] == 1
    assert np.isfinite(found.energies).tolist() == [True, False]
    np.testing.assert_array_equal(found.structures.positions[4:], structures.positions[4:])


def test_relaxation_that_is_too_short_says_so() -> None:
    atoms = Atoms("Ar2", [[0, 0, 0], [3.0, 0, 0]])
    lj = LennardJones(sigma=3.4, epsilon=0.01)
    found = relax(Together(lj), Structures.from_ase(atoms), largest_force=1e-8, most_steps=2)
    assert not found.converged.any()
    assert found.steps == [2]


def test_lone_atom_is_where_it_should_be() -> None:
    found = relax(Together(EMT()), Structures.from_ase(Atoms("Cu")))
    assert found.converged.all()
    assert found.steps == [1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"largest_force": 0.0}, "largest_force must be above 0"),
        ({"most_steps": 0}, "most_steps must be at least 1"),
        ({"cells": True}, "structure 0 has no cell that could relax"),
    ],
)
def test_unfit_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        relax(Together(EMT()), Structures.from_ase(molecule("CO")), **settings)


def test_structure_without_atoms_is_refused() -> None:
    with pytest.raises(InputError, match="structure 1 has no atoms"):
        relax(Together(EMT()), Structures.from_ase([molecule("CO"), Atoms()]))
