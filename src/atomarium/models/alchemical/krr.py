"""Kernel ridge regression that learns which elements resemble each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError, did_you_mean
from atomarium.models._lesson import center_counts
from atomarium.models.alchemical.blocks import columns_of_pair, element_pairs, elements_of
from atomarium.models.alchemical.couplings import (
    Couplings,
    Recipe,
    count_structures,
    couplings_of_prior,
)
from atomarium.models.alchemical.fitted import FittedAlchemicalKrr, Part, restore_part
from atomarium.models.alchemical.kept import learned_once
from atomarium.models.alchemical.kernel import ElementKernel
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.map_files import read_map
from atomarium.models.alchemical.prior import ElementPrior
from atomarium.models.alchemical.regression import regress
from atomarium.models.training import check_training

_COUPLINGS = ("learned", "prior", "none")
_LEARN_FROM = ("training", "aside")


@dataclass(frozen=True, kw_only=True)
class AlchemicalKrr:
    """Mix elements into a few pseudo-elements such that left-out structures are predicted best.

    The density of pseudo-element J is Σ_a U_aJ times that of element a; the kernel is the one of
    power spectra of pseudo-elements, averaged over atoms, centered; extensive values are learned
    per atom. Couplings U = L W have a Gaussian process over elements as their prior, and are
    learned through the solved regression: each fold is predicted from the others, and the error
    goes down by its gradient with U and λ. The weights are then learned from all structures.

    Takes soap with layout "kernel"; rows that soap normalizes stay averages, `normalize` and
    `zeta` above 1 need every environment.

    Example:
        >>> from atomarium.models.alchemical.krr import AlchemicalKrr
        >>> AlchemicalKrr(n_pseudo=2).couplings
        'learned'

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018).

    Args:
        n_pseudo: Number of pseudo-elements, 1 or above. With learned couplings, `auto` begins with
            `most_pseudo`, prunes by singular values, and takes the fewest whose cross-validated
            error is within one standard error of the least; with those of the prior, it takes as
            many as hold 99 % of the similarity.
        couplings: "learned"; "prior", elements as alike as the prior says; "none", all elements
            apart: the usual SOAP kernel; or the file of a map of elements that was learned before.
        learn_from: Couplings are learned from the structures of "training", or from those that the
            split puts "aside".
        most_pseudo: Where `auto` begins.
        zeta: Power of the kernel of two environments.
        normalize: Whether that is the power of their cosine.
        noise: λ of the regression, in mean diagonals of the centered kernel; `auto` takes the least
            leave-one-out error.
        prior: Which elements are alike before anything is learned.
        learning: How couplings are learned.
    """

    #: Rows without the blocks of elements that are not there, in place of features.
    takes_compact: ClassVar[bool] = True

    n_pseudo: int | str = 4
    couplings: str = "learned"
    learn_from: str = "training"
    most_pseudo: int = 6
    zeta: int = 1
    normalize: bool = False
    noise: float | str = "auto"
    prior: ElementPrior = field(default_factory=ElementPrior)
    learning: Learning = field(default_factory=Learning)

    def __post_init__(self) -> None:
        if self.n_pseudo != "auto" and (isinstance(self.n_pseudo, str) or self.n_pseudo < 1):
            raise InputError(f"n_pseudo must be at least 1, or 'auto', got {self.n_pseudo!r}")
        if self.learn_from not in _LEARN_FROM:
            hint = did_you_mean(self.learn_from, _LEARN_FROM)
            raise InputError(f"couplings cannot be learned from {self.learn_from!r}{hint}")
        if self.couplings not in _COUPLINGS and not self.couplings.endswith(".json"):
            hint = did_you_mean(self.couplings, _COUPLINGS)
            raise InputError(f"no couplings {self.couplings!r}{hint}, or the .json file of a map")
        for name in ("most_pseudo", "zeta"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.noise != "auto" and (isinstance(self.noise, str) or not 0 < self.noise < np.inf):
            raise InputError(f"noise must be above 0, or 'auto', got {self.noise!r}")

    @property
    def needs_torch(self) -> bool:
        """Whether gradients are needed: couplings that are given need none."""
        return self.couplings == "learned"

    def digest(self, features: CompactFeatures, *, extensive: bool) -> CompactFeatures:
        """Return averages over atoms; atoms as they are where the kernel needs each environment.

        Raises:
            InputError: the features are not power spectra of pairs of elements.
        """
        del extensive
        element_pairs(features)
        if self.zeta > 1 or self.normalize:
            if features.rows != "atoms":
                raise InputError("zeta above 1 and normalize need features of atoms")
            return features
        if features.reduced == "sum":
            raise InputError("this model needs features reduced by mean, got sum")
        return features.mean()

    def fit(
        self,
        features: CompactFeatures,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        aside: tuple[CompactFeatures, Float64[np.ndarray, "aside targets"]] | None = None,
    ) -> FittedAlchemicalKrr:
        """Learn couplings, then weights; for each target on its own.

        Args:
            features: Of training structures.
            values: Of each, for each target.
            extensive: Whether values grow with the number of atoms.
            aside: Features and values of other structures, to learn couplings from.

        Raises:
            InputError: there are no structures, one has no atoms, a number is not finite, nothing
                is aside to learn from, or torch is not installed.
            Stopped: everything is asked to.
        """
        rows, values = self._ready(features, values, extensive=extensive)
        source = rows, values
        if self.learn_from == "aside" and self.couplings == "learned":
            if aside is None:
                right = "give split.aside in the study, or learn from training"
                raise InputError(f"no structures are aside to learn couplings from; {right}")
            source = self._ready(*aside, extensive=extensive)
        parts = [
            self._fit_one(rows, values[:, target], (source[0], source[1][:, target]))
            for target in range(values.shape[1])
        ]
        return FittedAlchemicalKrr(
            settings=self,
            parts=tuple(parts),
            extensive=extensive,
            n_columns=columns_of_pair(rows),
        )

    def _ready(
        self,
        features: CompactFeatures,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
    ) -> tuple[CompactFeatures, Float64[np.ndarray, "structures targets"]]:
        """Return features as they are compared, and values per atom where they are extensive."""
        rows = self.digest(features, extensive=extensive)
        check_training(rows, values)
        return rows, values / center_counts(rows, extensive=extensive)[:, None]

    def restore(
        self, arrays: Mapping[str, np.ndarray], features: CompactFeatures
    ) -> FittedAlchemicalKrr:
        """Return what `fit` once returned, its warnings apart.

        Args:
            arrays: Of the fitted model.
            features: The training features that it was fitted to.

        Raises:
            InputError: the numbers of structures do not agree.
        """
        extensive = bool(arrays["extensive"])
        features = self.digest(features, extensive=extensive)
        n_targets = arrays["n_targets"].item()
        parts = [restore_part(self, arrays, f"{target}.", features) for target in range(n_targets)]
        return FittedAlchemicalKrr(
            settings=self,
            parts=tuple(parts),
            extensive=extensive,
            n_columns=arrays["n_columns"].item(),
        )

    def recipe(self) -> Recipe:
        """Return all that decides what couplings are learned."""
        return Recipe(
            n_pseudo=0 if isinstance(self.n_pseudo, str) else self.n_pseudo,
            most_pseudo=self.most_pseudo,
            prior=self.prior,
            learning=self.learning,
            degree=self.zeta,
            normalize=self.normalize,
        )

    def kernel(
        self, couplings: Couplings | None, elements: Int64[np.ndarray, "elements"]
    ) -> ElementKernel:
        """Return the kernel that couplings make; without any, elements are all apart."""
        return ElementKernel(
            elements=elements if couplings is None else couplings.elements,
            couplings=None if couplings is None else couplings.values,
            degree=self.zeta,
            normalize=self.normalize,
        )

    def _fit_one(
        self,
        features: CompactFeatures,
        values: Float64[np.ndarray, "structures"],
        source: tuple[CompactFeatures, Float64[np.ndarray, "others"]],
    ) -> Part:
        """Return couplings, learned from a source, and the regression of one target."""
        elements = elements_of(features)
        couplings = self._couplings(*source)
        if couplings is not None:
            couplings = couplings.extended(elements, self.prior)
        regression = regress(self.kernel(couplings, elements), features, values, self.noise)
        return Part(couplings=couplings, regression=regression)

    def _couplings(
        self, features: CompactFeatures, values: Float64[np.ndarray, "structures"]
    ) -> Couplings | None:
        if self.couplings == "learned":
            return learned_once(self.recipe(), features, values)
        if self.couplings == "prior":
            seen = count_structures(features)
            return couplings_of_prior(self.recipe(), elements_of(features), seen)
        return None if self.couplings == "none" else read_map(Path(self.couplings))
