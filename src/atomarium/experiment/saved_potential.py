"""Networks that a study has trained on an energy, as potentials: for ASE, and for relaxation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.experiment.potential import VOIGT, Outcome
from atomarium.experiment.saved_model import SavedModel, load_model
from atomarium.models.nn.fitted import FORCES, TARGET, FittedNetwork
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Scale
from atomarium.models.nn.readouts import Extensive
from atomarium.models.nn.trained import Architecture, rebuild_network, weights_of_network

_STRESS = "stress"


@dataclass(frozen=True, eq=False)
class SavedPotential:
    """A trained network that tells energies, and their derivatives.

    Args:
        model: What a study has kept.
        networks: Its networks twice: without and with stress, which needs cells.
        to_ev: What energies are multiplied by to be in eV.
    """

    model: SavedModel
    networks: tuple[FittedNetwork, FittedNetwork] = field(repr=False)
    to_ev: float

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a potential.

        Args:
            folder: Of a model, or of a trial of a study.

        Raises:
            InputError: there is no model, or it is not of an energy of whole structures, in a
                stated unit, learned by a network with derivatives.
        """
        folder = Path(folder)
        inner = folder / "model"
        model = load_model(inner if (inner / "model.json").is_file() else folder)
        fitted, settings = model.fitted.fitted, model.fitted.candidate.model
        if not isinstance(fitted, FittedNetwork) or not isinstance(settings, Architecture):
            raise InputError(f"{folder}: only networks are potentials, this is another model")
        if not model.fitted.extensive:
            raise InputError(f"{folder}: {model.target} does not add up over atoms: no forces")
        try:
            to_ev = convert(1.0, model.unit, "eV")
        except InputError:
            given = f"{model.target} is in {model.unit or 'no stated unit'}"
            raise InputError(f"{folder}: {given}, not in one of energy") from None
        scale = fitted.scales[TARGET]
        derived = Scale(np.zeros(1), scale.spread, per_atom=False)
        scales = {TARGET: scale, FORCES: derived, _STRESS: derived}
        weights = [weights_of_network(network) for network in fitted.networks]
        plain, stressed = (
            FittedNetwork(
                tuple(
                    rebuild_network(
                        settings, (Extensive(name=TARGET, forces=FORCES, stress=stress),), one
                    )
                    for one in weights
                ),
                scales,
            )
            for stress in ("", _STRESS)
        )
        return cls(model, (plain, stressed), to_ev)

    def predict(self, structures: Structures) -> Outcome:
        """Return energies, forces and stress; no stress unless all structures have cells.

        Raises:
            InputError: a structure holds an element that was not learned from, or has no atoms.
        """
        fitted = self.model.fitted
        fitted.refuse_unseen(structures, tuple(map(str, range(len(structures)))))
        network = self.networks[int((structures.volumes > 0).all())]
        graphs = fitted.candidate.represent(structures, extensive=True)
        assert isinstance(graphs, Graphs)
        rows = network.outputs(graphs)
        energies = rows[TARGET][:, 0]
        if fitted.baseline is not None:
            energies = energies + fitted.baseline.predict(structures)[:, 0]
        stress = np.full((len(structures), 6), np.nan)
        if _STRESS in rows:
            full = rows[_STRESS].reshape(-1, 3, 3)
            stress = np.stack([full[:, a, b] for a, b in VOIGT], axis=1)
        return Outcome(
            energies=energies * self.to_ev,
            forces=rows[FORCES] * self.to_ev,
            stress=stress * self.to_ev,
        )
