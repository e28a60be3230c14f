"""Couplings are free to be turned: put them along principal axes, and lay maps over each other."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.models.alchemical.prior import properties_of


def principal(
    couplings: Float64[np.ndarray, "elements pseudo"], elements: Int64[np.ndarray, "elements"]
) -> Float64[np.ndarray, "elements pseudo"]:
    """Return couplings turned so that the first axes hold most, which changes no kernel.

    Signs are anchored: the most electronegative element is positive on the first axis, the largest
    on the second; on others, the element that lies farthest out.

    Args:
        couplings: Of each element.
        elements: Atomic numbers.
    """
    left, lengths, _ = np.linalg.svd(couplings, full_matrices=False)
    turned = left * lengths
    out = np.zeros_like(couplings)
    out[:, : turned.shape[1]] = turned
    properties = np.nan_to_num(properties_of(elements), nan=-1.0)
    for axis in range(turned.shape[1]):
        anchor = np.argmax(properties[:, axis] if axis < 2 else np.abs(out[:, axis]))
        if out[anchor, axis] < 0:
            out[:, axis] *= -1
    return out


def aligned(
    couplings: Float64[np.ndarray, "elements pseudo"],
    target: Float64[np.ndarray, "elements others"],
) -> Float64[np.ndarray, "elements others"]:
    """Return couplings turned onto those of another run as closely as turning allows.

    Where one map has fewer pseudo-elements, the missing axes are zeros.

    Source: P. H. Schönemann, Psychometrika 31, 1 (1966).

    Args:
        couplings: Of each element.
        target: Of the same elements, in the same order.
    """
    width = max(couplings.shape[1], target.shape[1])
    both = [np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in (couplings, target)]
    left, _, right = np.linalg.svd(both[0].T @ both[1])
    return (both[0] @ (left @ right))[:, : target.shape[1]]
