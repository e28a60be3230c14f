"""Energies of atoms as sums of kernels, after fitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.features import Features
from atomarium.core.segments import segment_sum
from atomarium.models._environments import Environments, Group
from atomarium.models.training import check_features

_ROWS = "points."


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedForces:
    """Energies of atoms as sums of kernels on environments, and a constant for each element.

    Args:
        settings: What it was fitted with.
        environments: The points.
        weights: eV, of the points, for each target.
        priors: That were chosen, as shares of the mean size of a direction.
        species: Atomic numbers.
        atomic_energies: eV, of each species.
        extensive: Whether values are sums over atoms, not averages.
        unit: eV; one unit of the values learned.
    """

    settings: Any
    environments: Environments = field(repr=False)
    weights: Float64[np.ndarray, "points targets"] = field(repr=False)
    priors: Float64[np.ndarray, "targets"]
    species: tuple[int, ...] = ()
    atomic_energies: Float64[np.ndarray, "species targets"] = field(
        default_factory=partial(np.zeros, (0, 1)), repr=False
    )
    extensive: bool = True
    unit: float = 1.0

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """How many points there are, and the prior."""
        priors = {
            "prior" if len(self.priors) == 1 else f"prior_{target}": float(prior)
            for target, prior in enumerate(self.priors)
        }
        return {"n_points": self.environments.n_points, **priors}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about the fit."""
        return ()

    def energies(self, features: Features) -> Float64[np.ndarray, "atoms targets"]:
        """Return the energy of each atom, eV, without the constant of its element."""
        return self.environments.values(features) @ self.weights

    def cotangents(self, features: Features) -> Float64[np.ndarray, "atoms width"]:
        """Return the change of the energy, eV, with each number of each row: what to pull back."""
        return self.environments.slopes_of_sum(features, self.weights[:, 0])

    def predict(self, features: Features) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure, in the unit of the values learned.

        Raises:
            InputError: a structure has no atoms or an element that was not learned from, or
                features are not such as were learned from.
        """
        check_features(features, width=self.environments.width)
        totals = segment_sum(self.energies(features), features.offsets)
        counts = counts_of(features, self.species)
        totals += counts @ self.atomic_energies
        divisors = self.unit if self.extensive else self.unit * features.sizes[:, None]
        return totals / divisors

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it."""
        groups = self.environments.groups
        return {
            **{f"{_ROWS}{element}": group.rows for element, group in groups.items()},
            "degree": np.array(self.environments.degree),
            "length_scale": np.array(self.environments.length_scale),
            "weights": self.weights,
            "priors": self.priors,
            "species": np.array(self.species, dtype=np.int64),
            "atomic_energies": self.atomic_energies,
            "extensive": np.array(self.extensive),
            "unit": np.array(self.unit),
        }

    @classmethod
    def restore(cls, settings: object, arrays: Mapping[str, np.ndarray]) -> FittedForces:
        """Return what `arrays` was made from; it can predict, not learn further."""
        elements = [int(name.removeprefix(_ROWS)) for name in arrays if name.startswith(_ROWS)]
        groups, start = {}, 0
        for element in sorted(elements):
            rows = np.asarray(arrays[f"{_ROWS}{element}"])
            columns = slice(start, start + len(rows))
            groups[element] = Group(rows, np.zeros((0, 0)), columns)
            start = columns.stop
        degree, scale = arrays["degree"].item(), arrays["length_scale"].item()
        return cls(
            settings=settings,
            environments=Environments(groups, degree, scale),
            weights=np.asarray(arrays["weights"]),
            priors=np.asarray(arrays["priors"]),
            species=tuple(arrays["species"].tolist()),
            atomic_energies=np.asarray(arrays["atomic_energies"]),
            extensive=bool(arrays["extensive"].item()),
            unit=arrays["unit"].item(),
        )


def counts_of(
    features: Features, species: tuple[int, ...]
) -> Float64[np.ndarray, "structures species"]:
    """Count the atoms of each element in each structure."""
    atoms = np.asarray(features.numbers)[:, None] == np.array(species)
    return segment_sum(atoms.astype(np.float64), features.offsets)
