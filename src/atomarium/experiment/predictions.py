"""Predictions as targets of a data set, to be written with their structures."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Target
from atomarium.experiment.potential import VOIGT


def predicted_targets(
    name: str,
    unit: str,
    energies: Float64[np.ndarray, "structures"],
    forces: Float64[np.ndarray, "atoms 3"],
    stress: Float64[np.ndarray, "structures 6"],
) -> dict[str, Target]:
    """Return an energy with its derivatives; no stress where no structure has one.

    Args:
        name: Of the energy.
        unit: Of the energy; derivatives are per Å and Å³.
        energies: Of each structure.
        forces: Of each atom.
        stress: In the order of Voigt; NaN where there is none.
    """
    found = [
        Target(name=name, values=energies[:, None], unit=unit, extensive=True),
        Target(name="forces", values=forces, unit=f"{unit}/Å", per="atom", rows="atoms"),
    ]
    if np.isfinite(stress).any():
        full = np.empty((len(stress), 3, 3))
        for k, (a, b) in enumerate(VOIGT):
            full[:, a, b] = full[:, b, a] = stress[:, k]
        found.append(Target(name="stress", values=full.reshape(-1, 9), unit=f"{unit}/Å^3"))
    return {one.name: one for one in found}
