"""How outputs of a network become values: scaled, with means and references of atoms added.

Done in float64 and outside the network: energies of −10⁴ eV that differ by 1e-3 keep their digits,
and a network in single precision only learns what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float64, Int32, Int64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.segments import segment_sum


@dataclass(frozen=True, eq=False, kw_only=True)
class Standard:
    """value = scale · output + n (mean + average of the atoms' references); read-only.

    n is the number of atoms of an extensive value, else 1.

    Args:
        scale: Of each component, above 0; forces and stress have that of their energy.
        mean: Of each component; per atom where extensive.
        references: Of each element by atomic number.
        extensive: Whether values grow with the structure.
    """

    scale: Float64[np.ndarray, "components"]
    mean: Float64[np.ndarray, "components"]
    references: Float64[np.ndarray, "numbers components"]
    extensive: bool

    def __post_init__(self) -> None:
        if not (np.isfinite(self.scale).all() and (self.scale > 0).all()):
            raise InputError(f"scale must be above 0, got {self.scale}")
        for name in ("scale", "mean", "references"):
            getattr(self, name).setflags(write=False)

    @classmethod
    def of_numbers(
        cls,
        *,
        mean: Float64[np.ndarray, "components"],
        scale: Float64[np.ndarray, "components"],
        extensive: bool,
    ) -> Self:
        """Return a standard without references of atoms."""
        references = np.zeros((len(SYMBOLS), len(mean)))
        return cls(
            scale=np.array(scale, dtype=np.float64),
            mean=np.array(mean, dtype=np.float64),
            references=references,
            extensive=extensive,
        )

    @classmethod
    def fit(
        cls,
        numbers: Int32[np.ndarray, "atoms"],
        offsets: Int64[np.ndarray, "borders"],
        values: Float64[np.ndarray, "structures components"],
        *,
        extensive: bool,
        references: Float64[np.ndarray, "numbers components"] | None = None,
    ) -> Self:
        """Take mean and deviation of training values, from which references were subtracted.

        Args:
            numbers: Atomic number of each atom.
            offsets: Where each structure begins.
            values: Of the training structures; rows with NaN do not count.
            extensive: Whether values grow with the structure.
            references: Of each element by atomic number, from 0; zeros when left out.

        Raises:
            InputError: there is no value, or references are too few for the elements.
        """
        known = np.isfinite(values).all(axis=1)
        if not known.any():
            raise InputError("no values to take mean and deviation of")
        first = cls(
            scale=np.ones(values.shape[1]),
            mean=np.zeros(values.shape[1]),
            references=_padded(references, values.shape[1]),
            extensive=extensive,
        )
        rest = (values - first.offsets(numbers, offsets))[known]
        counts = np.diff(offsets)[known, None] if extensive else np.ones((len(rest), 1))
        per_count = rest / np.maximum(counts, 1)
        mean = per_count.mean(axis=0)
        # What all have in common has no deviation; it is learned by the mean alone.
        deviation = (per_count - mean).std(axis=0)
        return cls(
            scale=np.where(deviation > 0, deviation, 1.0),
            mean=mean,
            references=first.references,
            extensive=extensive,
        )

    def offsets(
        self, numbers: Int32[np.ndarray, "atoms"], offsets: Int64[np.ndarray, "borders"]
    ) -> Float64[np.ndarray, "structures components"]:
        """Return what is added to scaled outputs of each structure."""
        counts = np.diff(offsets)[:, None].astype(np.float64)
        total = segment_sum(self.references[numbers], offsets)
        if self.extensive:
            return total + counts * self.mean
        return total / np.maximum(counts, 1) + self.mean


def _padded(references: np.ndarray | None, width: int) -> Float64[np.ndarray, "numbers width"]:
    whole = np.zeros((len(SYMBOLS), width))
    if references is not None:
        if references.ndim != 2 or references.shape[1] != width or len(references) > len(SYMBOLS):
            raise InputError(
                f"references must be a row of {width} for each atomic number from 0, "
                f"got shape {references.shape}"
            )
        whole[: len(references)] = references
    return whole
