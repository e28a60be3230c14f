"""Potentials: derivatives, what is learned, conservation of energy, what is refused."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.emt import EMT
from ase.md.verlet import VelocityVerlet

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.experiment.calculator import AtomariumCalculator
from atomarium.experiment.potential import Observations, Potential, fit_potential
from atomarium.models.sparse_forces import SparseForces
from atomarium.represent.soap import Soap

_SOAP = Soap(cutoff=4.0, n_max=5, l_max=3, width=0.5)


def _rattled(n: int, seed: int = 0) -> list[Atoms]:
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(n):
        atoms = ase.build.bulk("Cu", cubic=True) * (2, 1, 1)
        atoms.set_cell(
            atoms.cell[:] @ (np.eye(3) + 0.03 * rng.normal(size=(3, 3))), scale_atoms=True
        )
        atoms.positions += 0.1 * rng.normal(size=atoms.positions.shape)
        atoms.numbers[:2] = 28
        atoms.calc = EMT()
        out.append(atoms)
    return out


def _observed(atoms: list[Atoms], *, stress: bool = True) -> Observations:
    return Observations(
        structures=Structures.from_ase(atoms),
        energies=np.array([one.get_potential_energy() for one in atoms]),
        forces=np.concatenate([one.get_forces() for one in atoms]),
        stress=np.array([one.get_stress() for one in atoms]) if stress else None,
    )


@pytest.fixture(scope="module")
def potential() -> Potential:
    settings = SparseForces(
        n_points=120, degree=3, energy_noise=1e-3, force_noise=1e-2, stress_noise=2e-3
    )
    return fit_potential(_SOAP, settings, _observed(_rattled(25)))


def test_potential_learns_energies_forces_and_stress(potential: Potential) -> None:
    truth = _observed(_rattled(8, seed=1))
    outcome = potential.predict(truth.structures)
    assert truth.forces is not None
    assert truth.stress is not None
    for name in ("energies", "forces", "stress"):
        true, found = getattr(truth, name), getattr(outcome, name)
        spread = np.abs(true - true.mean(axis=0)).mean()
        assert np.abs(found - true).mean() < 0.25 * spread, name


@pytest.mark.parametrize("kernel", ["cosine", "gaussian"])
def test_forces_and_stress_are_derivatives_of_the_energy(kernel: str) -> None:
    settings = SparseForces(kernel=kernel, n_points=40)
    fitted = fit_potential(_SOAP, settings, _observed(_rattled(5)))
    atoms = _rattled(1, seed=2)[0]
    atoms.calc = AtomariumCalculator(fitted)
    forces, stress = atoms.get_forces(), atoms.get_stress()
    for atom, axis in ((0, 0), (3, 2)):
        sides = []
        for step in (1e-4, -1e-4):
            moved = atoms.copy()
            moved.positions[atom, axis] += step
            moved.calc = atoms.calc
            sides.append(moved.get_potential_energy())
        # Differences of energies of 1e1 eV over 2e-4: eight digits.
        assert forces[atom, axis] == pytest.approx((sides[1] - sides[0]) / 2e-4, abs=1e-6)
    for place, (a, b) in {0: (0, 0), 5: (0, 1)}.items():
        sides = []
        for step in (1e-5, -1e-5):
            strain = np.eye(3)
            strain[a, b] += step / 2
            strain[b, a] += step / 2
            strained = atoms.copy()
            strained.set_cell(atoms.cell[:] @ strain, scale_atoms=True)
            strained.calc = atoms.calc
            sides.append(strained.get_potential_energy())
        expected = (sides[0] - sides[1]) / 2e-5 / atoms.get_volume()
        assert stress[place] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kernel", ["cosine", "gaussian"])
def test_equations_are_the_derivatives_of_predictions(kernel: str) -> None:
    """Weights that are learned from what a potential predicts are those of that potential."""
    settings = SparseForces(kernel=kernel, n_points=20)
    observed = _observed(_rattled(6))
    first = fit_potential(_SOAP, settings, observed)
    outcome = first.predict(observed.structures)
    again = Observations(
        structures=observed.structures,
        energies=outcome.energies,
        forces=outcome.forces,
        stress=outcome.stress,
    )
    second = fit_potential(_SOAP, settings, again).predict(observed.structures)
    # The least prior that is tried shrinks weights by less than 1e-6.
    np.testing.assert_allclose(second.forces, outcome.forces, atol=1e-4)
    np.testing.assert_allclose(second.stress, outcome.stress, atol=1e-5)


def test_energy_is_conserved(potential: Potential) -> None:
    atoms = ase.build.bulk("Cu", cubic=True) * (2, 1, 1)
    atoms.numbers[:2] = 28
    atoms.calc = AtomariumCalculator(potential)
    spread = np.sqrt(300 * units.kB * atoms.get_masses())[:, None]
    atoms.set_momenta(spread * np.random.default_rng(0).normal(size=(8, 3)))
    dynamics = VelocityVerlet(atoms, timestep=2 * units.fs)
    energies = []
    for _ in range(100):
        dynamics.run(1)
        energies.append([atoms.get_potential_energy(), atoms.get_total_energy()])
    potential_part, total = np.std(energies, axis=0)
    # Steps of 2 fs leave 1 % of what goes to and fro between kinetic and potential energy.
    assert total < 0.02 * potential_part


def test_energies_alone_are_enough() -> None:
    observed = _observed(_rattled(20))
    alone = Observations(structures=observed.structures, energies=observed.energies)
    outcome = fit_potential(_SOAP, SparseForces(n_points=60), alone).predict(observed.structures)
    assert np.abs(outcome.energies - observed.energies).mean() < 0.2 * observed.energies.std()


def test_molecules_have_no_stress() -> None:
    rng = np.random.default_rng(0)
    molecules = []
    for _ in range(6):
        water = ase.build.molecule("H2O")
        water.positions += 0.05 * rng.normal(size=(3, 3))
        water.calc = EMT()
        molecules.append(water)
    fitted = fit_potential(_SOAP, SparseForces(n_points=30), _observed(molecules, stress=False))
    water = molecules[0].copy()
    water.calc = AtomariumCalculator(fitted)
    assert np.isfinite(water.get_forces()).all()
    assert "stress" not in water.calc.results


def test_unfit_input_is_refused(potential: Potential) -> None:
    observed = _observed(_rattled(2))
    with pytest.raises(InputError, match="no structures to learn from"):
        Observations(structures=Structures.empty(), energies=np.zeros(0))
    with pytest.raises(InputError, match="energies to learn from must be finite"):
        Observations(structures=observed.structures, energies=np.full(2, np.nan))
    features = _SOAP.compute(observed.structures)
    with pytest.raises(InputError, match="features of atoms that know their elements"):
        SparseForces().equations(features.mean())
    none = features.take(np.zeros(0, dtype=np.int64))
    with pytest.raises(InputError, match="no atoms to learn from"):
        SparseForces().equations(none)
    gold = Features(features.values, "atoms", features.offsets, numbers=np.full(16, 79))
    with pytest.raises(InputError, match="no environments of element 79"):
        potential.fitted.energies(gold)
    equations = SparseForces(n_points=5).equations(features)
    with pytest.raises(InputError, match="must be finite"):
        equations.add_energies(features, np.array([np.nan, 0.0]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kernel": "cosin"}, "did you mean 'cosine'"),
        ({"degree": 1}, "degree must be at least 2, got 1"),
        ({"n_points": 0}, "n_points must be at least 1, got 0"),
        ({"length_scale": 0.0}, "length_scale must be above 0 or 'auto', got 0.0"),
        ({"length_scale": "long"}, "above 0 or 'auto', got 'long'"),
        ({"force_noise": 0.0}, "force_noise must be above 0, got 0.0"),
    ],
)
def test_unfit_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SparseForces(**change)  # type: ignore[arg-type]
