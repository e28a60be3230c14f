"""Networks as potentials: trained on forces, kept in a folder, used by ASE."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.calculator import AtomariumCalculator
from atomarium.experiment.network_potential import (
    NetworkPotential,
    fit_network_potential,
    load_network_potential,
)
from atomarium.experiment.potential import Observations
from atomarium.models.nn.learners import SchNetModel
from atomarium.models.nn.training import Training

pytest.importorskip("torch", reason="networks need torch")

NETWORK = SchNetModel(
    width=16,
    n_interactions=2,
    cutoff=4.0,
    training=Training(
        epochs=40, batch_size=10, learning_rate=5e-3, precision="float64", schedule="cosine"
    ),
)


@pytest.fixture(scope="module")
def potential() -> NetworkPotential:
    """A potential of shaken water."""
    rng = np.random.default_rng(0)
    frames, energies, forces = [], [], []
    rest = molecule("H2O")
    for _ in range(60):
        atoms = rest.copy()
        moves = rng.normal(scale=0.05, size=(3, 3))
        atoms.positions += moves
        frames.append(atoms)
        # Springs to where atoms rest, of the distances alone.
        energy, force = _springs(atoms, rest)
        energies.append(energy - 10.0)
        forces.append(force)
    observed = Observations(
        structures=Structures.from_ase(frames),
        energies=np.array(energies),
        forces=np.concatenate(forces),
    )
    return fit_network_potential(NETWORK, observed)


def _springs(atoms: Atoms, rest: Atoms) -> tuple[float, np.ndarray]:
    energy, forces = 0.0, np.zeros((3, 3))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        bond = atoms.positions[j] - atoms.positions[i]
        length = float(np.linalg.norm(bond))
        stretch = length - float(rest.get_distance(i, j))
        energy += 5.0 * stretch**2
        pull = 10.0 * stretch * bond / length
        forces[i] += pull
        forces[j] -= pull
    return energy, forces


def test_forces_are_slopes_of_the_energy(potential: NetworkPotential) -> None:
    atoms = molecule("H2O")
    atoms.positions += np.random.default_rng(1).normal(scale=0.05, size=(3, 3))
    forces = potential.predict(Structures.from_ase(atoms)).forces
    for axis in range(3):
        sides = []
        for sign in (1, -1):
            moved = atoms.copy()
            moved.positions[1, axis] += sign * 1e-4
            sides.append(potential.predict(Structures.from_ase(moved)).energies[0])
        assert forces[1, axis] == pytest.approx(-(sides[0] - sides[1]) / 2e-4, abs=1e-6)


def test_it_has_learned_the_springs(potential: NetworkPotential) -> None:
    rest = molecule("H2O")
    atoms = rest.copy()
    atoms.positions += np.random.default_rng(2).normal(scale=0.04, size=(3, 3))
    _, forces = _springs(atoms, rest)
    said = potential.predict(Structures.from_ase(atoms)).forces
    assert np.abs(said - forces).mean() < 0.25 * np.abs(forces).mean()


def test_folder_gives_the_same_numbers(potential: NetworkPotential, tmp_path: Path) -> None:
    potential.save(tmp_path / "water")
    again = load_network_potential(tmp_path / "water")
    water = Structures.from_ase(molecule("H2O"))
    assert np.array_equal(again.predict(water).forces, potential.predict(water).forces)
    assert again.predict(water).energies == potential.predict(water).energies
    (tmp_path / "water/potential.json").write_text("{}")
    with pytest.raises(InputError, match=r"potential\.json: not a file of the format"):
        load_network_potential(tmp_path / "water")


def test_unknown_elements_are_refused(potential: NetworkPotential) -> None:
    with pytest.raises(InputError, match="C was not among the elements learned from: H, O"):
        potential.predict(Structures.from_ase(molecule("CO")))


def test_ase_gets_energy_forces_and_stress(potential: NetworkPotential) -> None:
    atoms = molecule("H2O")
    atoms.calc = AtomariumCalculator(potential)
    assert np.isfinite(atoms.get_potential_energy())
    boxed = molecule("H2O")
    boxed.set_cell([5.0, 5.0, 5.0])
    boxed.pbc = True
    boxed.calc = AtomariumCalculator(potential)
    stress = boxed.get_stress()
    for k, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        sides = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * 5e-5
            strain[b, a] += sign * 5e-5
            moved = boxed.copy()
            moved.set_cell(boxed.cell.array @ strain, scale_atoms=True)
            sides.append(potential.predict(Structures.from_ase(moved)).energies[0])
        slope = (sides[0] - sides[1]) / 2e-4 / boxed.get_volume()
        assert stress[k] == pytest.approx(slope, abs=1e-7)


def test_pairs_that_are_kept_change_nothing(potential: NetworkPotential) -> None:
    atoms, rng = molecule("H2O"), np.random.default_rng(4)
    kept, new = AtomariumCalculator(potential), AtomariumCalculator(potential, skin=0.0)
    for _ in range(5):
        atoms.positions += rng.normal(scale=0.03, size=(3, 3))
        # float64: sums over the same pairs in another order.
        np.testing.assert_allclose(kept.get_forces(atoms), new.get_forces(atoms), atol=1e-10)
        assert kept.get_potential_energy(atoms) == pytest.approx(new.get_potential_energy(atoms))
    with pytest.raises(InputError, match="skin must be 0 Å or above, got -1"):
        AtomariumCalculator(potential, skin=-1.0)
