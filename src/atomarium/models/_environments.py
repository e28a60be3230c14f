"""Environments of atoms that stand for all others of their element, and kernels with them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int64
from scipy import linalg

from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.models._sparse_equations import stable_root
from atomarium.models._tuning import typical_distance
from atomarium.models.kernel_matrices import StructureKernel, Term
from atomarium.models.kernels import Origin, kernel_named
from atomarium.models.points import choose_points

#: Blocks of derivatives times points that are held at a time, 64 MB.
_NUMBERS_AT_ONCE = 1 << 23
_FEWEST = 10


@dataclass(frozen=True, eq=False)
class Group:
    """The points of one element.

    Args:
        rows: Of the points; of length one for the cosine.
        root: Cholesky factor of their kernel; learning needs it, predicting does not.
        columns: Where their weights stand among all.
    """

    rows: Float64[np.ndarray, "points width"] = field(repr=False)
    root: Float64[np.ndarray, "size size"] = field(repr=False)
    columns: slice


@dataclass(frozen=True, eq=False)
class Environments:
    """Points of every element.

    Args:
        groups: By atomic number.
        degree: Power of the cosine; 0 for the Gaussian.
        length_scale: Of the Gaussian.
    """

    groups: dict[int, Group]
    degree: int
    length_scale: float

    @property
    def n_points(self) -> int:
        """Number of points of all elements."""
        return sum(len(group.rows) for group in self.groups.values())

    @property
    def width(self) -> int:
        """Number of columns of the features."""
        return next(iter(self.groups.values())).rows.shape[1]

    def values(self, features: Features) -> Float64[np.ndarray, "atoms points"]:
        """Return the kernel of each atom with each point, zero for other elements."""
        out = np.zeros((len(features.values), self.n_points))
        for atoms, group in self._by_element(features):
            out[atoms, group.columns] = self._kernel(features.values[atoms], group)[0]
        return out

    def slopes_of_sum(
        self, features: Features, weights: Float64[np.ndarray, "points"]
    ) -> Float64[np.ndarray, "atoms width"]:
        """Return the change of the weighted sum of kernels with each number of each row."""
        out = np.zeros((len(features.values), features.width))
        for atoms, group in self._by_element(features):
            rows = self._ready(features.values[atoms])
            _, slopes, along = self._kernel(features.values[atoms], group)
            slopes = slopes * weights[group.columns]
            out[atoms] = slopes @ group.rows - np.sum(slopes * along, axis=1)[:, None] * rows
        return out

    def add_slopes(
        self,
        features: Features,
        rows: Int64[np.ndarray, "blocks"],
        places: Int64[np.ndarray, "blocks"],
        derivatives: np.ndarray,
        out: Float64[np.ndarray, "places components points"],
    ) -> None:
        """Add the change of each kernel with whatever moves the rows.

        Args:
            features: Of atoms.
            rows: Row of the features that each block is of.
            places: Where in `out` it is added.
            derivatives: Of the row, for each component of the motion.
            out: To be added to.
        """
        numbers = np.asarray(features.numbers)[rows]
        n_components = out.shape[1]
        for element, group in self.groups.items():
            blocks = np.flatnonzero(numbers == element)
            at_once = max(1, _NUMBERS_AT_ONCE // (n_components * len(group.rows)))
            for start in range(0, len(blocks), at_once):
                run = blocks[start : start + at_once]
                atoms, atom_of_block = np.unique(rows[run], return_inverse=True)
                _, slopes, along = self._kernel(features.values[atoms], group)
                ready = self._ready(features.values[atoms])[atom_of_block]
                moved = derivatives[run].astype(np.float64, copy=False)
                change = moved @ group.rows.T
                radial = np.einsum("bcw,bw->bc", moved, ready)
                change -= radial[:, :, None] * along[atom_of_block, None, :]
                change *= slopes[atom_of_block, None, :]
                self._scatter(change, places[run], out[:, :, group.columns])

    def whitened(
        self, rows: Float64[np.ndarray, "equations points"]
    ) -> Float64[np.ndarray, "points equations"]:
        """Return equations for weights that are alike and independent before anything is seen."""
        out = np.empty((rows.shape[1], rows.shape[0]), order="F")
        for group in self.groups.values():
            own = rows[:, group.columns].T
            out[group.columns] = linalg.solve_triangular(group.root, own, lower=True)
        return out

    def weights(self, inside: Float64[np.ndarray, "points"]) -> Float64[np.ndarray, "points"]:
        """Return the weights of points that belong to weights of whitened equations."""
        out = np.empty_like(inside)
        for group in self.groups.values():
            own = inside[group.columns]
            out[group.columns] = linalg.solve_triangular(group.root, own, lower=True, trans=1)
        return out

    def _scatter(self, change: np.ndarray, places: np.ndarray, out: np.ndarray) -> None:
        order = np.argsort(places, kind="stable")
        kept, starts = np.unique(places[order], return_index=True)
        out[kept] += np.add.reduceat(change[order], starts, axis=0)

    def _by_element(self, features: Features) -> list[tuple[np.ndarray, Group]]:
        numbers = np.asarray(features.numbers)
        unseen = np.setdiff1d(numbers, list(self.groups))
        if len(unseen):
            raise InputError(f"no environments of element {unseen[0]} were learned from")
        return [
            (np.flatnonzero(numbers == element), group) for element, group in self.groups.items()
        ]

    def _ready(self, values: np.ndarray) -> Float64[np.ndarray, "rows width"]:
        """Return rows as the derivatives of the kernel need them."""
        return _directions(values)[0] if self.degree else values.astype(np.float64)

    def _kernel(self, values: np.ndarray, group: Group) -> tuple[np.ndarray, ...]:
        """Return kernels k, and s and a: their slope with a row x is s · (point - a · ready x)."""
        if self.degree:
            directions, lengths = _directions(values)
            cosines = directions @ group.rows.T
            power = cosines ** (self.degree - 1)
            return power * cosines, self.degree * power / lengths[:, None], cosines
        rows = values.astype(np.float64)
        squares = np.einsum("ij,ij->i", rows, rows)[:, None] - 2 * rows @ group.rows.T
        squares += np.einsum("ij,ij->i", group.rows, group.rows)
        kernels = np.exp(-0.5 * np.maximum(squares, 0) / self.length_scale**2)
        return kernels, kernels / self.length_scale**2, np.ones_like(kernels)


def choose_environments(
    features: Features,
    *,
    kernel: str,
    degree: int,
    length_scale: float | str,
    n_points: int,
) -> Environments:
    """Return points for every element, each with a share that grows with its atoms.

    Args:
        features: Of atoms.
        kernel: `cosine` or `gaussian`.
        degree: Power of the cosine.
        length_scale: Of the Gaussian; `auto` is twice the typical distance of two rows.
        n_points: How many, over all elements.
    """
    numbers = np.asarray(features.numbers)
    rows = features.values.astype(np.float64)
    term = Term(kernel=kernel_named(kernel, degree=degree), origin=Origin.of(rows))
    scale = 1.0
    if kernel == "gaussian":
        auto = isinstance(length_scale, str)
        scale = 2 * typical_distance((term,), features) if auto else float(length_scale)
    elements, counts = np.unique(numbers, return_counts=True)
    groups, start = {}, 0
    for element, count in zip(elements.tolist(), counts.tolist(), strict=True):
        share = max(_FEWEST, round(n_points * count / len(numbers)))
        own = rows[numbers == element]
        some = Features(own, "structures", np.arange(len(own) + 1))
        between = StructureKernel(terms=(term,))
        chosen = choose_points("farthest", between, some, scale, min(share, count), 0)
        points = some.take(chosen)
        root, _ = stable_root(between.among(points, [scale])[0])
        values = _directions(points.values)[0] if kernel == "cosine" else points.values
        groups[element] = Group(values, root, slice(start, start + len(chosen)))
        start += len(chosen)
    return Environments(groups, degree if kernel == "cosine" else 0, scale)


def _directions(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of length one, and how long they were; rows of zeros stay zero."""
    rows = values.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    lengths = np.where(lengths > 0, lengths, 1.0)
    return rows / lengths[:, None], lengths
