"""Kernels of structures whose elements are alike to some degree."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.features import Features
from atomarium.models.alchemical.blocks import arrange, element_pairs, mixed, with_blocks_of
from atomarium.models.alchemical.environments import averaged, distinct
from atomarium.models.alchemical.summed import summed_products

#: Rows up to this length are learned from as they are; longer ones through their products.
_LONGEST_ROW = 8192
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, eq=False, kw_only=True)
class ElementKernel:
    """The kernel that couplings of elements make.

    Args:
        elements: Atomic numbers in the table of couplings, ascending.
        couplings: Of each element with each pseudo-element; None where no two elements are alike.
        degree: Power of the kernel of two environments.
        normalize: Whether that is the power of their cosine.
    """

    elements: Int64[np.ndarray, "elements"]
    couplings: Float64[np.ndarray, "elements pseudo"] | None
    degree: int = 1
    normalize: bool = False

    def has_rows(self, n_max: int, l_max: int) -> bool:
        """Return whether structures are rows of numbers whose products are the kernel."""
        if self.couplings is None or self.needs_environments:
            return False
        n = self.couplings.shape[1] * n_max
        return n * (n + 1) // 2 * (l_max + 1) <= _LONGEST_ROW

    @property
    def needs_environments(self) -> bool:
        """Whether rows of atoms cannot be averaged before their kernel is taken."""
        return self.degree > 1 or self.normalize

    def rows(self, features: CompactFeatures) -> Features:
        """Return a row for each structure."""
        values = _mixed(features, self.elements, self.couplings)
        return Features(values, "structures", features.offsets, reduced="mean")

    def between(
        self, features: CompactFeatures, others: CompactFeatures
    ) -> Float64[np.ndarray, "structures others"]:
        """Return the kernel of every structure with every other."""
        if self.needs_environments:
            return self._between_environments(features, others)
        if self.couplings is None:
            return _products(features, others)
        first = arrange(features, self.elements)
        second = first if others is features else arrange(others, self.elements)
        return summed_products(first, second, self.couplings)

    def _between_environments(
        self, features: CompactFeatures, others: CompactFeatures
    ) -> Float64[np.ndarray, "structures others"]:
        mine = _Directions(features, self)
        theirs = mine if others is features else _Directions(others, self)

        def products(chosen: Int64[np.ndarray, "rows"]) -> np.ndarray:
            if isinstance(mine.rows, np.ndarray) and isinstance(theirs.rows, np.ndarray):
                return mine.rows[chosen] @ theirs.rows.T
            assert isinstance(mine.rows, CompactFeatures)
            assert isinstance(theirs.rows, CompactFeatures)
            found = _products(mine.rows.take(chosen), theirs.rows)
            return found / mine.lengths[chosen, None] / theirs.lengths

        every, all_others = np.arange(len(features)), np.arange(len(others))
        return averaged(mine.environments, theirs.environments, products, every, all_others)


class _Directions:
    """Rows of environments; of length one where they are normalized."""

    def __init__(self, features: CompactFeatures, kernel: ElementKernel) -> None:
        some, self.environments = distinct(
            features, degree=kernel.degree, normalize=kernel.normalize
        )
        alone = _each_alone(some)
        self.rows: np.ndarray | CompactFeatures
        if kernel.couplings is None:
            self.rows = alone
            starts = alone.places[alone.row_borders[:-1]]
            squares = np.add.reduceat(alone.values.astype(np.float64) ** 2, starts)
        else:
            self.rows = _mixed(alone, kernel.elements, kernel.couplings)
            squares = np.einsum("ij,ij->i", self.rows, self.rows)
        self.lengths = np.sqrt(squares + 1e-300) if kernel.normalize else np.ones(len(squares))
        if isinstance(self.rows, np.ndarray):
            self.rows /= self.lengths[:, None]


def _products(
    features: CompactFeatures, others: CompactFeatures
) -> Float64[np.ndarray, "rows others"]:
    """Return products of rows that may have been made with other elements in mind."""
    elements = np.union1d(*(element_pairs(one).numbers for one in (features, others)))
    return with_blocks_of(features, elements).products(with_blocks_of(others, elements))


def _each_alone(features: CompactFeatures) -> CompactFeatures:
    """Return environments as structures of one atom each."""
    return replace(features, offsets=np.arange(features.n_rows + 1, dtype=np.int64))


def _mixed(
    features: CompactFeatures,
    elements: Int64[np.ndarray, "elements"],
    couplings: Float64[np.ndarray, "elements pseudo"] | None,
) -> Float64[np.ndarray, "rows columns"]:
    assert couplings is not None
    parts = [
        mixed(arrange(some, elements), couplings, concatenate=np.concatenate)
        for some in _runs(features)
    ]
    return np.concatenate(parts)


def _runs(features: CompactFeatures) -> list[CompactFeatures]:
    starts = range(0, len(features), _ROWS_AT_ONCE)
    return [
        features.take(np.arange(start, min(start + _ROWS_AT_ONCE, len(features))))
        for start in starts
    ]
