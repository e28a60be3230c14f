"""Networks as potentials: energies, forces and stress, learned together and kept in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64
from safetensors import SafetensorError
from safetensors.numpy import load_file, save  # pyright: ignore[reportUnknownVariableType]

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.files import write_json, written_atomically
from atomarium.core.own_files import read_own
from atomarium.core.structures import Structures
from atomarium.experiment.potential import VOIGT, Observations, Outcome
from atomarium.experiment.settings import make_settings
from atomarium.models import MODELS
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.moving import MovingGraphs
from atomarium.models.nn.readouts import Extensive
from atomarium.models.nn.scales import Scale
from atomarium.models.nn.trained import (
    Weights,
    rebuild_network,
    train_network,
    weights_of_network,
)

_FORMAT, _VERSION = "atomarium-network-potential", 1
_ENERGY, _FORCES, _STRESS = "energy", "forces", "stress"


@dataclass(frozen=True, eq=False)
class NetworkPotential:
    """A trained network with the energies of single atoms that it adds to.

    Args:
        settings: Of network and training: `SchNetModel`, `PaiNNModel` or `CgcnnModel`.
        networks: The trained network twice: without and with stress, which needs cells.
        scale: Of its energies.
        species: Atomic numbers.
        atomic_energies: eV, of each species.
        epochs: What came of each epoch of training; empty when read from a file.
        batch_size: Structures that the network looks at together.
        graphs_of: Makes graphs of structures; the settings do when left out.
    """

    settings: Any
    networks: tuple[Any, Any] = field(repr=False)
    scale: Scale
    species: tuple[int, ...]
    atomic_energies: Float64[np.ndarray, "species"]
    epochs: tuple[Epoch, ...] = field(default=(), repr=False)
    batch_size: int = 64
    graphs_of: Callable[[Structures], Graphs] | None = field(default=None, repr=False)

    def predict(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress; no stress unless all structures have cells.

        Raises:
            InputError: a structure holds an element that was not learned from, or has no atoms.
        """
        from atomarium.models.nn.predicting import predict

        self._refuse_unseen(structures)
        has_cell, derived = structures.volumes > 0, self.scale.derived()
        rows = predict(
            self.networks[int(has_cell.all())],
            (self.graphs_of or self.settings.represent)(structures),
            {_ENERGY: self.scale, _FORCES: derived, _STRESS: derived},
            batch_size=self.batch_size,
        )
        stress = np.full((len(structures), 6), np.nan)
        if _STRESS in rows:
            full = rows[_STRESS].reshape(-1, 3, 3)
            stress = np.stack([full[:, a, b] for a, b in VOIGT], axis=1)
        energies = rows[_ENERGY][:, 0] + structures.composition(self.species) @ self.atomic_energies
        return Outcome(energies=energies, forces=rows[_FORCES], stress=stress)

    def with_skin(self, skin: float) -> NetworkPotential:
        """Return a potential that keeps pairs from call to call.

        Args:
            skin: Å, above 0. How much beyond the cutoff they are kept.
        """
        return replace(self, graphs_of=MovingGraphs(self.settings.graph, skin=skin))

    def _refuse_unseen(self, structures: Structures) -> None:
        unseen = sorted(set(structures.species) - set(self.species))
        if unseen:
            known = ", ".join(SYMBOLS[z] for z in self.species)
            raise InputError(
                f"{SYMBOLS[unseen[0]]} was not among the elements learned from: {known}"
            )

    def save(self, folder: Path | str) -> None:
        """Write the potential into a folder; every file is whole or absent."""
        folder = Path(folder)
        weights = weights_of_network(self.networks[0])
        with written_atomically(folder / "network.safetensors") as part:
            part.write_bytes(save(weights))
        plain = {
            "format": _FORMAT,
            "version": _VERSION,
            "model": MODELS.describe(self.settings),
            "center": self.scale.center.tolist(),
            "spread": self.scale.spread,
            "species": [SYMBOLS[z] for z in self.species],
            "atomic_energies": self.atomic_energies.tolist(),
        }
        write_json(folder / "potential.json", plain)


def fit_network_potential(  # noqa: PLR0913 - weights are of the three kinds
    settings: Any,
    observations: Observations,
    *,
    energy_weight: float = 1.0,
    force_weight: float = 10.0,
    stress_weight: float = 1.0,
    folder: Path | None = None,
    watch: Callable[[Epoch], None] = lambda _: None,
) -> NetworkPotential:
    """Train a network on energies, forces and stress.

    Args:
        settings: `SchNetModel`, `PaiNNModel` or `CgcnnModel`.
        observations: What to learn from.
        energy_weight: How much errors of energies count; all errors are in units of the spread of
            the energies (per Å for forces).
        force_weight: Of forces.
        stress_weight: Of stress, per Å³.
        folder: Where checkpoints are kept, to go on from.
        watch: Told of each epoch when it is done.

    Raises:
        InputError: torch is not installed, or what is learned is not finite.
    """
    structures = observations.structures
    species = structures.species
    counts = structures.composition(species)
    atomic_energies = np.linalg.lstsq(counts, observations.energies, rcond=None)[0]
    graphs = settings.represent(structures)
    learns_stress = observations.stress is not None
    readout = Extensive(name=_ENERGY, forces=_FORCES, stress=_STRESS if learns_stress else "")
    lesson = Lesson(
        values=_values(observations, observations.energies - counts @ atomic_energies),
        weights={_ENERGY: energy_weight, _FORCES: force_weight, _STRESS: stress_weight},
    )
    trained = train_network(
        settings, (readout,), graphs, lesson, masked={_STRESS}, folder=folder, watch=watch
    )
    weights = weights_of_network(trained.network)
    scale = trained.scales[_ENERGY]
    return _assembled(settings, weights, scale, species, atomic_energies, epochs=trained.epochs)


def load_network_potential(folder: Path | str) -> NetworkPotential:
    """Read what `NetworkPotential.save` wrote.

    Raises:
        InputError: the folder holds no such potential, or a damaged one.
    """
    folder = Path(folder)
    plain = read_own(folder / "potential.json", _FORMAT, _VERSION)
    try:
        weights = load_file(folder / "network.safetensors")
        settings = make_settings(MODELS, plain["model"])
        numbers = tuple(SYMBOLS.index(symbol) for symbol in plain["species"])
        scale = Scale(np.array(plain["center"]), float(plain["spread"]), per_atom=True)
        atomic_energies = np.array(plain["atomic_energies"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise InputError(f"no potential can be read from {folder}: {error}") from None
    return _assembled(settings, weights, scale, numbers, atomic_energies, epochs=())


def _assembled(
    settings: Any,
    weights: Weights,
    scale: Scale,
    species: tuple[int, ...],
    atomic_energies: Float64[np.ndarray, "species"],
    *,
    epochs: tuple[Epoch, ...],
) -> NetworkPotential:
    """Return a potential that tells forces and stress, whatever its network was trained on."""
    plain, stressed = (
        rebuild_network(
            settings, (Extensive(name=_ENERGY, forces=_FORCES, stress=stress),), weights
        )
        for stress in ("", _STRESS)
    )
    networks = plain, stressed
    return NetworkPotential(settings, networks, scale, species, atomic_energies, epochs=epochs)


def _values(
    observations: Observations, energies: Float64[np.ndarray, "structures"]
) -> dict[str, np.ndarray]:
    values = {_ENERGY: energies[:, None]}
    if observations.forces is not None:
        values[_FORCES] = observations.forces
    if observations.stress is not None:
        full = np.zeros((len(energies), 3, 3))
        for k, (a, b) in enumerate(VOIGT):
            full[:, a, b] = full[:, b, a] = observations.stress[:, k]
        values[_STRESS] = full.reshape(-1, 9)
    return values
