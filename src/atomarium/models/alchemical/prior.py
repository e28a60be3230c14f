"""What is known of elements before anything is learned: which of them are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy import linalg

from atomarium.core.errors import InputError
from atomarium.models.nn.element_data import ELEMENT_DATA

_PM_PER_ANGSTROM = 100.0
#: Light noble gases form no bonds, so that Pauling's scale has no place for them.
_NOBLE = (2, 10, 18, 36)


@dataclass(frozen=True, kw_only=True)
class ElementPrior:
    """Elements are alike whose electronegativities and radii are: a Gaussian process over elements.

    κ(a, b) = exp(−(χ_a − χ_b)² / 2σ_χ² − (r_a − r_b)² / 2σ_r²), plus the nugget where a = b. χ is
    Pauling's electronegativity, 0 for He, Ne, Ar and Kr, and r the covalent radius. Elements of
    which either is not known resemble none.

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), eq. 13;
        a Gaussian process in place of its first eigenvectors, covalent radii in place of those of
        van der Waals.

    Args:
        electronegativity: Above 0. How far apart on Pauling's scale elements still are alike.
        radius: Å, above 0. How far apart in covalent radius.
        nugget: Above 0. Share that every element has on its own.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    electronegativity: float = 0.5
    radius: float = 0.3
    nugget: float = 0.05

    def __post_init__(self) -> None:
        for name in ("electronegativity", "radius", "nugget"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} of the prior must be above 0, got {value}")

    def similarity(
        self, elements: Int64[np.ndarray, "elements"], others: Int64[np.ndarray, "others"]
    ) -> Float64[np.ndarray, "elements others"]:
        """Return κ between elements, by atomic number, without the nugget."""
        first, second = properties_of(elements), properties_of(others)
        scales = np.array([self.electronegativity, self.radius])
        apart = (first[:, None] - second[None, :]) / scales
        alike = np.exp(-0.5 * np.square(apart).sum(axis=-1))
        return np.where(np.isnan(alike), elements[:, None] == others[None, :], alike)

    def covariance(
        self, elements: Int64[np.ndarray, "elements"]
    ) -> Float64[np.ndarray, "elements elements"]:
        """Return κ among elements, the nugget included."""
        return self.similarity(elements, elements) + self.nugget * np.eye(len(elements))

    def root(
        self, elements: Int64[np.ndarray, "elements"]
    ) -> Float64[np.ndarray, "elements elements"]:
        """Return L with L Lᵀ = κ."""
        return linalg.cholesky(self.covariance(elements), lower=True)

    def extend(
        self,
        couplings: Float64[np.ndarray, "seen pseudo"],
        seen: Int64[np.ndarray, "seen"],
        unseen: Int64[np.ndarray, "unseen"],
    ) -> tuple[Float64[np.ndarray, "unseen pseudo"], Float64[np.ndarray, "unseen"]]:
        """Return couplings of elements that were not learned, and their standard deviations.

        Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning
            (2006), eqs. 2.25 and 2.26; the variance is scaled to the couplings that were learned.

        Args:
            couplings: Of elements that were learned.
            seen: Their atomic numbers.
            unseen: Atomic numbers of others.

        Raises:
            InputError: nothing is known of one of the others.
        """
        self.refuse_unknown(unseen)
        factor = linalg.cho_factor(self.covariance(seen), lower=True)
        cross = self.similarity(unseen, seen)
        solved = linalg.cho_solve(factor, couplings)
        left = 1.0 + self.nugget - np.einsum("us,su->u", cross, linalg.cho_solve(factor, cross.T))
        # What the prior calls a variance of one, as the learned couplings have it.
        scale = np.mean(np.einsum("sj,sj->j", couplings, solved) / len(seen))
        return cross @ solved, np.sqrt(np.maximum(left, 0.0) * scale)

    def refuse_unknown(self, elements: Int64[np.ndarray, "elements"]) -> None:
        """Do nothing where both properties of all elements are known.

        Raises:
            InputError: they are not of one; the message names it.
        """
        unknown = np.asarray(elements)[~is_known(elements)]
        if len(unknown):
            from atomarium.core.elements import symbols_of

            raise InputError(
                f"nothing is known of {symbols_of(unknown)}: it was in no training structure, and "
                "has no electronegativity or radius to tell which elements it resembles"
            )


def properties_of(elements: Int64[np.ndarray, "elements"]) -> Float64[np.ndarray, "elements two"]:
    """Return electronegativity (Pauling) and covalent radius (Å); NaN is not known."""
    elements = np.asarray(elements, dtype=np.int64)
    electronegativity = ELEMENT_DATA.electronegativities[elements].copy()
    electronegativity[np.isin(elements, _NOBLE)] = 0.0
    radius = ELEMENT_DATA.radii[elements] / _PM_PER_ANGSTROM
    return np.stack([electronegativity, radius], axis=1)


def is_known(elements: Int64[np.ndarray, "elements"]) -> Bool[np.ndarray, "elements"]:
    """Return which elements the prior knows anything of."""
    return np.asarray(np.isfinite(properties_of(elements)).all(axis=1))
