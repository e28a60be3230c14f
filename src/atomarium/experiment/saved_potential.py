"""Models that a study has trained on an energy, as potentials: for ASE, and for relaxation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.experiment.candidate import FittedCandidate
from atomarium.experiment.potential import VOIGT, Differentiable, Outcome, Potential
from atomarium.experiment.saved_model import SavedModel, load_model
from atomarium.models.fitted_forces import FittedForces
from atomarium.models.nn.aims import FORCES, STRESS
from atomarium.models.nn.fitted import FittedNetwork
from atomarium.models.nn.graph_rules import CutoffGraph
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.moving import MovingGraphs
from atomarium.models.nn.readouts import Extensive, Readout, returned_names
from atomarium.models.nn.trained import Architecture, rebuild_network, weights_of_network


@dataclass(frozen=True, eq=False)
class SavedPotential:
    """A trained model that tells energies, and their derivatives.

    Args:
        model: What a study has kept.
        energy: Its energies, forces and stress, in the unit of the model.
        to_ev: What energies are multiplied by to be in eV.
    """

    model: SavedModel
    energy: NetworkEnergy | KernelEnergy = field(repr=False)
    to_ev: float

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a potential.

        Args:
            folder: Of a model, or of a trial of a study.

        Raises:
            InputError: there is no model, or it is not of an energy of whole structures, in a
                stated unit, learned by a network or kernels with derivatives.
        """
        folder = Path(folder)
        inner = folder / "model"
        model = load_model(inner if (inner / "model.json").is_file() else folder)
        fitted = model.fitted
        energy = _energy_of(fitted)
        if energy is None:
            kind = type(fitted.candidate.model).__name__
            raise InputError(
                f"{folder}: {kind} has no derivatives of the energy; potentials are SchNet, PaiNN, "
                "and sparse-forces on a representation with derivatives"
            )
        if not fitted.extensive:
            raise InputError(f"{folder}: {model.target} does not add up over atoms: no forces")
        try:
            to_ev = convert(1.0, model.unit, "eV")
        except InputError:
            given = f"{model.target} is in {model.unit or 'no stated unit'}"
            raise InputError(f"{folder}: {given}, not in one of energy") from None
        return cls(model, energy, to_ev)

    def predict(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress; no stress without a cell.

        Raises:
            InputError: a structure holds an element that was not learned from, or has no atoms.
        """
        fitted = self.model.fitted
        fitted.refuse_unseen(structures, tuple(map(str, range(len(structures)))))
        found = self.energy(structures)
        energies = found.energies
        if fitted.baseline is not None:
            energies = energies + fitted.baseline.predict(structures)[:, 0]
        return Outcome(
            energies=energies * self.to_ev,
            forces=found.forces * self.to_ev,
            stress=found.stress * self.to_ev,
        )

    def with_skin(self, skin: float) -> Self:
        """Return a potential for structures that move a little from call to call.

        Networks then look for neighbors again only when some atom has moved half the skin;
        kernels look for them each time.

        Args:
            skin: Å, above 0. How much beyond the cutoff pairs are kept.
        """
        if isinstance(self.energy, NetworkEnergy):
            return replace(self, energy=self.energy.with_skin(skin))
        return self


@dataclass(frozen=True, eq=False)
class NetworkEnergy:
    """Energies of a network with their derivatives.

    Args:
        networks: Twice: without and with stress, which needs cells.
        graphs_of: Makes graphs of structures.
        rule: Which atoms are joined.
    """

    networks: tuple[FittedNetwork, FittedNetwork]
    graphs_of: Callable[[Structures], Graphs]
    rule: CutoffGraph

    def __call__(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress, in the unit of the network."""
        has_cell = structures.volumes > 0
        if has_cell.any() and not has_cell.all():
            return self._apart(structures, has_cell)
        network = self.networks[int(has_cell.all())]
        rows = network.outputs(self.graphs_of(structures))
        stress = np.full((len(structures), 6), np.nan)
        if STRESS in rows:
            full = rows[STRESS].reshape(-1, 3, 3)
            stress = np.stack([full[:, a, b] for a, b in VOIGT], axis=1)
        return Outcome(energies=rows[network.shown][:, 0], forces=rows[FORCES], stress=stress)

    def with_skin(self, skin: float) -> NetworkEnergy:
        """Return the same that keeps pairs from call to call."""
        return replace(self, graphs_of=MovingGraphs(self.rule, skin=skin))

    def _apart(self, structures: Structures, has_cell: np.ndarray) -> Outcome:
        """Treat molecules and crystals one after the other."""
        energies, stress = np.empty(len(structures)), np.empty((len(structures), 6))
        forces = np.empty((structures.n_atoms, 3))
        for chosen in (np.flatnonzero(has_cell), np.flatnonzero(~has_cell)):
            atoms = np.isin(structures.structure_of_atom, chosen)
            part = self(structures.take(chosen))
            energies[chosen], stress[chosen], forces[atoms] = (
                part.energies,
                part.stress,
                part.forces,
            )
        return Outcome(energies=energies, forces=forces, stress=stress)


@dataclass(frozen=True, eq=False)
class KernelEnergy:
    """Energies of kernels on environments with their derivatives.

    Args:
        potential: In eV.
        unit: eV; the unit of the model.
    """

    potential: Potential
    unit: float

    def __call__(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress, in the unit of the model."""
        found = self.potential.predict(structures)
        return Outcome(
            energies=found.energies / self.unit,
            forces=found.forces / self.unit,
            stress=found.stress / self.unit,
        )


def _energy_of(trained: FittedCandidate) -> NetworkEnergy | KernelEnergy | None:
    fitted, settings = trained.fitted, trained.candidate.model
    representation = trained.candidate.representation
    if isinstance(fitted, FittedForces) and isinstance(representation, Differentiable):
        return KernelEnergy(Potential(representation, fitted), fitted.unit)
    if not (isinstance(fitted, FittedNetwork) and isinstance(settings, Architecture)):
        return None
    if not isinstance(settings.graph, CutoffGraph) or fitted.n_classes:
        return None
    if not any(isinstance(one, Extensive) and one.name == fitted.shown for one in fitted.readouts):
        return None
    plain, stressed = (_with_derivatives(fitted, settings, stress) for stress in ("", STRESS))
    return NetworkEnergy((plain, stressed), settings.represent, settings.graph)


def _with_derivatives(fitted: FittedNetwork, settings: Architecture, stress: str) -> FittedNetwork:
    """Return the same networks with forces and stress, whatever they were trained on."""
    readouts = tuple(_read_as(one, fitted.shown, stress) for one in fitted.readouts)
    networks = tuple(
        rebuild_network(settings, readouts, weights_of_network(network))
        for network in fitted.networks
    )
    derived = fitted.scales[fitted.shown].derived()
    known = {name for one in readouts for name in returned_names(one)}
    scales = {name: one for name, one in fitted.scales.items() if name in known}
    return replace(fitted, networks=networks, scales={**scales, FORCES: derived, STRESS: derived})


def _read_as(readout: Readout, shown: str, stress: str) -> Readout:
    if not isinstance(readout, Extensive):
        return readout
    if readout.name != shown:
        return replace(readout, forces="", stress="")
    return replace(readout, forces=FORCES, stress=stress)
