"""What all settings of many-body tensor representations give: rows, their names and derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
from jaxtyping import Float

from atomarium.core.columns import ColumnNames
from atomarium.core.derivatives import Gradients, PulledBack
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.represent.many_body import ManyBody


class ManyBodyRows(ABC):
    """Settings that come to a `ManyBody`."""

    dtype: str

    @property
    @abstractmethod
    def many_body(self) -> ManyBody:
        """The settings as they are computed."""

    @abstractmethod
    def settle(self, structures: Structures) -> Self:
        """Return the same settings with species, where open, those of the structures."""

    def compute(self, structures: Structures) -> Features:
        """Return the rows; a structure without atoms has zeros, or none when rows stand for atoms.

        Raises:
            InputError: a structure holds other species, is periodic while a term has no cutoff,
                has two atoms in one place, or has no volume to normalize by.
        """
        settled = self.settle(structures)
        many_body = settled.many_body
        return Features(
            many_body.values(structures, np.dtype(self.dtype).type),
            "atoms" if many_body.local else "structures",
            structures.offsets,
            names=ColumnNames(settled),
            numbers=structures.numbers,
        )

    def pull_back(
        self, structures: Structures, cotangents: Float[np.ndarray, "rows width"]
    ) -> PulledBack:
        """Return the derivatives of Σ cotangents · features.

        Raises:
            InputError: as `compute`, or the cotangents do not have the features' shape.
        """
        from atomarium.represent.many_body_derivatives import pull_back

        return pull_back(self.settle(structures).many_body, structures, cotangents)

    def gradients(self, structures: Structures) -> Gradients:
        """Return the derivatives of every feature with every atom that it depends on.

        An angle has a kink where three atoms lie on one line; its derivative is taken as 0 there.

        Raises:
            InputError: as `compute`.
        """
        from atomarium.represent.many_body_derivatives import gradients

        return gradients(self.settle(structures).many_body, structures)

    @property
    def n_columns(self) -> int:
        """Length of a row, once the species are settled."""
        return self.many_body.width

    def column_names(self) -> tuple[str, ...]:
        """Return the name of each column: geometry, elements and place, `distance C-H 1.1`."""
        return self.many_body.names()
