"""Sums of kernels on points, for structures that are predicted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.features import Features
from atomarium.models.kernel_matrices import StructureKernel

#: Kernel values held at a time, 64 MB.
_VALUES_AT_ONCE = 1 << 23


def runs(n_structures: int, n_points: int) -> Iterator[Int64[np.ndarray, "run"]]:
    """Cut structures into runs whose kernels with all points fit into bounded memory."""
    at_once = max(1, _VALUES_AT_ONCE // max(1, n_points))
    for start in range(0, n_structures, at_once):
        yield np.arange(start, min(start + at_once, n_structures))


def sum_of_kernels(
    kernel: StructureKernel,
    features: Features,
    points: Features,
    weights: Float64[np.ndarray, "points targets"],
    length_scales: Float64[np.ndarray, "targets"],
) -> Float64[np.ndarray, "structures targets"]:
    """Return the sum over points of kernel times weight, for each target with its length scale."""
    out = np.empty((len(features), len(length_scales)))
    scales, scale_of_target = np.unique(length_scales, return_inverse=True)
    for run in runs(len(features), len(points)):
        some = features.take(run)
        for s, scale in enumerate(scales):
            targets = np.flatnonzero(scale_of_target == s)
            (matrix,) = kernel.between(some, points, [scale])
            out[run[:, None], targets] = matrix @ weights[:, targets]
    return out
