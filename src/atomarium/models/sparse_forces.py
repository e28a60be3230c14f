"""Energies of atoms as sums of kernels on environments, learned from energies, forces and stress.

The energy of an atom is a sum over points, environments of its element. Forces and stress are
derivatives of that sum by way of the features, so all three are linear in the same weights.

Source: A. P. Bartók and G. Csányi, Int. J. Quantum Chem. 115, 1051 (2015), eqs. 35-38, solved as
in `SparseEquations`; how large the prior is against the noise is that of the largest evidence, C.
E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006), eq. 5.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float64
from scipy.linalg import get_blas_funcs

from atomarium.core.derivatives import Gradients
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.segments import segment_sum
from atomarium.models._environments import Environments, choose_environments
from atomarium.models._left_out import FactoredKernel
from atomarium.models.fitted_forces import FittedForces, counts_of
from atomarium.models.training import check_training

(_ADD_SQUARE,) = get_blas_funcs(("syrk",), dtype=np.dtype(np.float64))
_KERNELS = ("cosine", "gaussian")
#: Shares of the mean size of a direction that the prior is tried with, as powers of two.
_PRIORS = range(-44, 5, 2)
#: Rows of the design matrix that are held at a time, times points: 64 MB.
_NUMBERS_AT_ONCE = 1 << 23


@dataclass(frozen=True, kw_only=True)
class SparseForces:
    """Kernel regression on environments, trained on energies, forces and stress.

    Args:
        kernel: `cosine` of the angle of two environments' rows, to the power of `degree`, or
            `gaussian` of their distance.
        degree: Power of the cosine, 2 or above.
        length_scale: Of the Gaussian, in units of the features; `auto` is twice the typical
            distance of two environments.
        n_points: Number of environments that stand for all, over all elements.
        energy_noise: eV per atom, above 0; how well energies should be met, beside the others.
        force_noise: eV/Å, above 0.
        stress_noise: eV per atom, above 0, of strain times volume.
    """

    kernel: str = "cosine"
    degree: int = 4
    length_scale: float | str = "auto"
    n_points: int = 500
    energy_noise: float = 0.001
    force_noise: float = 0.05
    stress_noise: float = 0.02

    def __post_init__(self) -> None:
        if self.kernel not in _KERNELS:
            hint = did_you_mean(self.kernel, _KERNELS)
            raise InputError(f"no kernel of environments {self.kernel!r}{hint}")
        if self.degree < 2:
            raise InputError(f"degree must be at least 2, got {self.degree}")
        if self.n_points < 1:
            raise InputError(f"n_points must be at least 1, got {self.n_points}")
        scale = self.length_scale
        wrong = scale != "auto" if isinstance(scale, str) else not 0 < scale < np.inf
        if wrong:
            raise InputError(f"length_scale must be above 0 or 'auto', got {scale!r}")
        for name in ("energy_noise", "force_noise", "stress_noise"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError(f"{name} must be above 0, got {getattr(self, name)}")

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return the features as they are: every atom counts by itself.

        Raises:
            InputError: rows are not atoms, or elements are missing.
        """
        del extensive
        if features.rows != "atoms" or features.numbers is None:
            raise InputError("learning forces needs features of atoms that know their elements")
        return features

    def fit(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> FittedForces:
        """Learn values alone; `experiment.potential` learns forces and stress with them.

        Args:
            features: Of the atoms of training structures.
            values: Sums over atoms, or averages.
            extensive: Whether they are sums.

        Raises:
            InputError: there are no structures, one has no atoms, a number is not finite, or rows
                are not atoms.
        """
        features = self.digest(features, extensive=extensive)
        check_training(features, values)
        totals = values if extensive else values * features.sizes[:, None]
        parts: list[FittedForces] = []
        for target in range(values.shape[1]):
            rest, constants = take_off_elements(features, totals[:, target])
            equations = self.equations(features)
            equations.add_energies(features, rest)
            parts.append(replace(equations.solve(), **constants, extensive=extensive))
        return replace(
            parts[0],
            weights=np.hstack([part.weights for part in parts]),
            priors=np.concatenate([part.priors for part in parts]),
            atomic_energies=np.hstack([part.atomic_energies for part in parts]),
        )

    def restore(self, arrays: Mapping[str, np.ndarray], features: Features | None) -> FittedForces:
        """Return what `fit` once returned; features are not needed."""
        del features
        return FittedForces.restore(self, arrays)

    def equations(self, features: Features) -> ForceEquations:
        """Return empty equations on points chosen among environments.

        Args:
            features: Of atoms, with their elements; all training atoms, or a sample.

        Raises:
            InputError: rows are not atoms, there are none, or elements are missing.
        """
        self.digest(features, extensive=True)
        if not len(features.values):
            raise InputError("no atoms to learn from")
        environments = choose_environments(
            features,
            kernel=self.kernel,
            degree=self.degree,
            length_scale=self.length_scale,
            n_points=self.n_points,
        )
        return ForceEquations(self, environments)


class ForceEquations:
    """Equations for the weights of points, to which structures are added run by run.

    Args:
        settings: How much each kind of equation weighs.
        environments: The points.
    """

    def __init__(self, settings: SparseForces, environments: Environments) -> None:
        self._settings, self._environments = settings, environments
        n = environments.n_points
        self._normal = np.zeros((n, n), order="F")
        self._right, self._square, self._n_equations = np.zeros(n), 0.0, 0

    def add_energies(self, features: Features, energies: Float64[np.ndarray, "structures"]) -> None:
        """Add one equation for each structure.

        Args:
            features: Of the structures' atoms.
            energies: eV, what atoms on their own have taken off.
        """
        rows = segment_sum(self._environments.values(features), features.offsets)
        noise = self._settings.energy_noise * np.maximum(features.sizes, 1)
        self._add(rows / noise[:, None], energies / noise)

    def add_forces(
        self, features: Features, gradients: Gradients, forces: Float64[np.ndarray, "atoms 3"]
    ) -> None:
        """Add three equations for each atom.

        Args:
            features: Of the structures' atoms.
            gradients: Of the features.
            forces: eV/Å.
        """
        n_atoms = len(features.values)
        # Whole structures at a time: an atom's force needs the rows of all atoms near it.
        at_once = max(1, _NUMBERS_AT_ONCE // (3 * self._environments.n_points))
        borders = [0]
        for stop in features.offsets[1:].tolist():
            if stop - borders[-1] >= at_once or stop == n_atoms:
                borders.append(int(stop))
        for first, last in pairwise(borders):
            blocks = slice(*np.searchsorted(gradients.rows, [first, last]).tolist())
            slopes = np.zeros((last - first, 3, self._environments.n_points))
            self._environments.add_slopes(
                features,
                gradients.rows[blocks],
                gradients.atoms[blocks] - first,
                gradients.values[blocks],
                slopes,
            )
            rows = slopes.reshape(-1, self._environments.n_points)
            noise = self._settings.force_noise
            self._add(rows / -noise, forces[first:last].ravel() / noise)

    def add_stress(
        self,
        features: Features,
        strains: Float64[np.ndarray, "atoms 6 width"],
        virials: Float64[np.ndarray, "structures 6"],
    ) -> None:
        """Add six equations for each structure.

        Args:
            features: Of the structures' atoms.
            strains: Change of each row with six components of strain.
            virials: eV; stress times volume, in the same components. What is not finite is left
                out.
        """
        structure_of_atom = np.repeat(np.arange(len(features)), features.sizes)
        slopes = np.zeros((len(features), 6, self._environments.n_points))
        atoms = np.arange(len(features.values))
        self._environments.add_slopes(features, atoms, structure_of_atom, strains, slopes)
        noise = self._settings.stress_noise * features.sizes[:, None] * np.ones(6)
        known = np.isfinite(virials)
        self._add((slopes / noise[:, :, None])[known], (virials / noise)[known])

    def solve(self) -> FittedForces:
        """Return the weights, with the prior of the largest evidence."""
        normal = self._normal + np.tril(self._normal, -1).T
        unit = float(normal.diagonal().mean())
        factored = FactoredKernel(np.ascontiguousarray(normal), unit=max(unit, 1e-300))
        right = factored.rotated(self._right[:, None])
        best, least = 2.0 ** _PRIORS[-1], np.inf
        for power in _PRIORS:
            if factored.choose_noise(2.0**power):
                left = self._square - float(np.sum(right * factored.solve(right)))
                log_prior = self._environments.n_points * np.log(2.0**power * unit)
                value = self._n_equations * np.log(max(left, 1e-300) / self._n_equations)
                value += factored.log_determinant() - log_prior
                if value < least:
                    best, least = 2.0**power, value
        factored.choose_noise(best)
        inside = factored.turned_back(factored.solve(right))[:, 0]
        return FittedForces(
            settings=self._settings,
            environments=self._environments,
            weights=self._environments.weights(inside)[:, None],
            priors=np.array([best]),
        )

    def _add(self, rows: np.ndarray, values: np.ndarray) -> None:
        if not np.isfinite(values).all():
            raise InputError("energies and forces to learn from must be finite")
        whitened = self._environments.whitened(rows)
        self._normal = _ADD_SQUARE(1.0, whitened, beta=1.0, c=self._normal, lower=1, overwrite_c=1)
        self._right += whitened @ values
        self._square += float(values @ values)
        self._n_equations += len(values)


def take_off_elements(
    features: Features, energies: Float64[np.ndarray, "structures"]
) -> tuple[Float64[np.ndarray, "structures"], dict[str, Any]]:
    """Return what constants of the elements leave of energies, and those constants.

    Args:
        features: Of the structures' atoms.
        energies: eV.

    Returns:
        What is left, and `species` with `atomic_energies` as `FittedForces` has them.
    """
    species = tuple(np.unique(np.asarray(features.numbers)).tolist())
    counts = counts_of(features, species)
    constants = np.linalg.lstsq(counts, energies, rcond=None)[0]
    return energies - counts @ constants, {
        "species": species,
        "atomic_energies": constants[:, None],
    }
