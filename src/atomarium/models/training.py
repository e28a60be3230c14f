"""What every model asks of the features and values that it learns from or predicts for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.core.features import Features


def check_training(
    features: Features | CompactFeatures, values: Float64[np.ndarray, "structures targets"]
) -> None:
    """Do nothing when a model can learn from these.

    Raises:
        InputError: there are no structures, as many values as structures are missing, a structure
            has no atoms, or a number is not finite.
    """
    if not len(values):
        raise InputError("no structures to learn from")
    if len(values) != len(features):
        raise InputError(f"{len(values)} rows of values but {len(features)} structures")
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong):
        given = f"{len(wrong):,} of {len(values):,} training values are missing or not finite"
        raise InputError(f"{given}, the first of structure {wrong[0]}; leave these structures out")
    check_features(features)


def check_features(features: Features | CompactFeatures, *, width: int | None = None) -> None:
    """Do nothing when a model can use these.

    Args:
        features: Of training structures or others.
        width: Number of columns that the model has learned from.

    Raises:
        InputError: a structure has no atoms, a number is not finite, or the width is another.
    """
    if width is not None and features.width != width:
        raise InputError(f"the model has learned from {width} columns, got {features.width}")
    empty = np.flatnonzero(features.sizes == 0)
    if len(empty):
        raise InputError(f"structure {empty[0]} has no atoms: nothing to learn or predict from")
    # The sum is finite only when all are: one pass, and nothing is stored.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = features.values.size and not np.isfinite(features.values.sum())
    if suspicious:
        wrong = np.argwhere(~np.isfinite(features.values))
        if len(wrong):
            row = int(wrong[0, 0])
            if isinstance(features, CompactFeatures):
                starts = features.places[features.row_borders]
                row = int(np.searchsorted(starts, row, side="right")) - 1
            raise InputError(f"features are not finite; the first are in row {row}")


def per_structure(features: Features, *, averaged: bool) -> Features:
    """Reduce rows of atoms to one row for each structure; rows of structures stay as they are.

    Raises:
        InputError: they have been reduced already, the other way.
    """
    right = "mean" if averaged else "sum"
    if features.reduced not in ("none", right):
        raise InputError(f"this model needs features reduced by {right}, got {features.reduced}")
    return features.mean() if averaged else features.sum()
