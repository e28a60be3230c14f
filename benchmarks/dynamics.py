"""How well a learned potential conserves energy: ethanol in free motion for 10 ps.

PaiNN, or a kernel on SOAP, learns energies and forces of ethanol; then its atoms move by velocity Verlet, in ASE, from
velocities of some temperature. What the total energy drifts by (the slope of a straight line over
the whole time) and how far it strays are told per atom, beside the error of forces.

    python benchmarks/dynamics.py
    python benchmarks/dynamics.py --model kernel
    python benchmarks/dynamics.py rmd17-ethanol --train 950 --step 0.25
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from ase import units
from ase.md.velocitydistribution import Stationary, ZeroRotation
from ase.md.verlet import VelocityVerlet

from atomarium.core.dataset import Dataset
from atomarium.data.sources import load_dataset
from atomarium.experiment.calculator import AtomariumCalculator
from atomarium.experiment.network_potential import NetworkPotential, fit_network_potential
from atomarium.experiment.potential import Observations, Potential, fit_potential
from atomarium.models.nn.learners import PaiNNModel
from atomarium.models.nn.training import Training
from atomarium.models.sparse_forces import SparseForces
from atomarium.represent.soap import Soap

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> None:
    """Train, move, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "data",
        nargs="?",
        default=str(_DATA / "rmd17_ethanol_2000.extxyz.xz"),
        help="file, or name of `atomarium data list`; eV unless it says so",
    )
    parser.add_argument("--model", choices=("painn", "kernel"), default="painn")
    parser.add_argument("--train", type=int, default=500, help="training structures")
    parser.add_argument("--epochs", type=int, default=150, help="of PaiNN")
    parser.add_argument("--width", type=int, default=48, help="of PaiNN")
    parser.add_argument("--picoseconds", type=float, default=10.0)
    parser.add_argument("--step", type=float, default=0.5, help="fs")
    parser.add_argument("--kelvin", type=float, default=300.0)
    parser.add_argument("--skin", type=float, default=0.5, help="Å")
    given = parser.parse_args()

    dataset = load_dataset(given.data)
    order = np.random.default_rng(0).permutation(len(dataset))
    train, test = dataset.take(order[: given.train]), dataset.take(order[-500:])
    before = time.process_time()
    potential = learned(given, observed(train))
    print(f"trained on {given.train} structures in {time.process_time() - before:.0f} CPU s")
    truth, said = observed(test), potential.predict(test.structures)
    assert truth.forces is not None
    print(
        f"errors (MAE) on {len(test)} others: energies "
        f"{1e3 * np.abs(said.energies - truth.energies).mean():.1f} meV, forces "
        f"{1e3 * np.abs(said.forces - truth.forces).mean():.1f} meV/Å"
    )
    move(potential, test, given)


def learned(given: argparse.Namespace, train: Observations) -> Potential | NetworkPotential:
    """Return what has learned energies and forces."""
    if given.model == "kernel":
        kernel = SparseForces(n_points=2000, energy_noise=0.0005, force_noise=0.01)
        return fit_potential(Soap(cutoff=4.0, n_max=8, l_max=6, width=0.4), kernel, train)
    training = Training(epochs=given.epochs, learning_rate=2e-3, schedule="cosine", batch_size=10)
    return fit_network_potential(
        PaiNNModel(width=given.width, n_interactions=2, training=training), train
    )


def observed(dataset: Dataset) -> Observations:
    """Return energies and forces in eV and Å."""
    energy, forces = dataset.target("energy"), dataset.target("forces")
    if energy.unit:
        energy, forces = energy.to_unit("eV"), forces.to_unit("eV/Å")
    return Observations(structures=dataset.structures, energies=energy.scalar, forces=forces.values)


def move(potential: Potential | NetworkPotential, test: Dataset, given: argparse.Namespace) -> None:
    """Let the first test structure move, and tell what its total energy does."""
    (atoms,) = test.structures[:1].to_ase()
    atoms.calc = AtomariumCalculator(potential, skin=given.skin)
    spread = np.sqrt(given.kelvin * units.kB * atoms.get_masses())[:, None]
    momenta = spread * np.random.default_rng(0).normal(size=(len(atoms), 3))
    atoms.set_momenta(momenta)
    ZeroRotation(atoms)
    Stationary(atoms)
    n_steps = round(1e3 * given.picoseconds / given.step)
    times, totals, kinetic = [], [], []
    before = time.process_time()
    with VelocityVerlet(atoms, timestep=given.step * units.fs) as dynamics:
        for done in dynamics.irun(n_steps):
            del done
            times.append(len(times) * given.step * 1e-3)
            totals.append(atoms.get_total_energy() / len(atoms))
            kinetic.append(atoms.get_kinetic_energy() / len(atoms))
    seconds = time.process_time() - before
    total = 1e3 * (np.array(totals) - totals[0])
    slope = np.polyfit(times, total, 1)[0]
    kelvin = np.mean(kinetic) / (1.5 * units.kB)
    print(
        f"{given.picoseconds:g} ps in steps of {given.step:g} fs at {kelvin:.0f} K: drift "
        f"{slope * given.picoseconds:+.3f} meV/atom, largest deviation "
        f"{np.abs(total).max():.3f} meV/atom (kinetic energy: {1e3 * np.mean(kinetic):.0f} "
        f"meV/atom); {1e3 * seconds / n_steps:.2f} CPU ms per step"
    )


if __name__ == "__main__":
    main()
