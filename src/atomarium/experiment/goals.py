"""Goals: targets of a study with how they are learned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float64

from atomarium.core.dataset import Target
from atomarium.core.hashing import hash_arrays
from atomarium.models.nn.aims import Aim, Derivatives


@dataclass(frozen=True, kw_only=True, eq=False)
class Goal:
    """A target, for all structures of a data set, with what networks must know to learn it.

    Args:
        target: One number for each structure; NaN where there is none.
        readout: How networks read it from atoms; see `Aim`.
        weight: How much its errors count beside those of others in one network.
        masked: Whether values may be missing for some structures.
        derivatives: Forces and stress that belong to it, in its unit per Å and Å³.
        references: Values of single atoms by atomic number, of every element of the data; empty
            where they are not known. Networks without a baseline take them off first.
    """

    target: Target = field(repr=False)
    readout: str = "auto"
    weight: float = 1.0
    masked: bool = False
    derivatives: Derivatives | None = field(default=None, repr=False)
    references: Float64[np.ndarray, "elements"] = field(
        default_factory=lambda: np.zeros(0), repr=False
    )

    @cached_property
    def known(self) -> Bool[np.ndarray, "structures"]:
        """Which structures have a value."""
        return np.isfinite(self.target.scalar)

    def take(self, offsets: np.ndarray, chosen: np.ndarray) -> Goal:
        """Return the same goal for the chosen structures.

        Args:
            offsets: Where the atoms of each structure begin.
            chosen: Which structures.
        """
        return replace(
            self,
            target=replace(self.target, values=self.target.values[chosen]),
            derivatives=self.derivatives and self.derivatives.take(offsets, chosen),
        )

    def aim(self, name: str) -> Aim:
        """Return what a network is to learn.

        Args:
            name: Under which it returns it.
        """
        return Aim(
            name=name,
            values=self.target.values,
            extensive=self.target.extensive,
            n_classes=len(self.target.classes),
            readout=self.readout,
            weight=self.weight,
            masked=self.masked,
            derivatives=self.derivatives,
            references=self.references[:, None],
        )

    @property
    def target_settings(self) -> dict[str, object]:
        """What the values are, as plain text form."""
        return {
            "unit": self.target.unit,
            "per": self.target.per,
            "extensive": self.target.extensive,
            "values": hash_arrays(self.target.values),
        }

    @property
    def settings(self) -> dict[str, object]:
        """How they are learned where that is not as usual, as plain text form."""
        settings: dict[str, object] = {}
        more = self.derivatives
        if more is not None and more.forces is not None:
            settings["forces"] = {"values": hash_arrays(more.forces), "weight": more.force_weight}
        if more is not None and more.stress is not None:
            settings["stress"] = {"values": hash_arrays(more.stress), "weight": more.stress_weight}
        if self.target.classes:
            settings["classes"] = list(self.target.classes)
        if self.readout != "auto":
            settings["readout"] = self.readout
        if self.weight != 1.0:
            settings["weight"] = self.weight
        if self.references.size:
            settings["references"] = hash_arrays(self.references)
        return settings
