"""Whether radial functions can be told apart, and how they are made orthonormal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from jaxtyping import Float64
from scipy import linalg  # pyright: ignore[reportMissingTypeStubs]

from atomarium.core.errors import InputError
from atomarium.represent.radial import RadialIntegrals

#: Overlaps with a smaller eigenvalue leave too few digits of a radial function.
_LEAST_EIGENVALUE = 1e-12


class Space(NamedTuple):
    """What a density is to be expanded in.

    Args:
        cutoff: Å. What radial functions are made for.
        reach: Å. Longest distance of a neighbor.
        n_max: Number of radial functions.
        l_max: Largest degree.
        width: Å. Standard deviation of the Gaussian.
    """

    cutoff: float
    reach: float
    n_max: int
    l_max: int
    width: float


class Basis(NamedTuple):
    """A kind of radial functions.

    Args:
        integrals: What they see of a Gaussian at a distance.
        overlaps: Of the functions that are made orthonormal, of one degree or of each.
    """

    integrals: Callable[[Space], RadialIntegrals]
    overlaps: Callable[[Space], Float64[np.ndarray, "degrees functions functions"]]


def check_independence(basis: Basis, space: Space) -> None:
    """Do nothing when radial functions can be told apart.

    Raises:
        InputError: they are linearly dependent; the message says how many are not.
    """
    if _independent(basis, space):
        return
    n_max = space.n_max - 1
    while n_max > 1 and not _independent(basis, space._replace(n_max=n_max)):
        n_max -= 1
    raise InputError(
        f"{space.n_max} radial functions are linearly dependent at a cutoff of {space.cutoff} Å; "
        f"n_max can be {n_max} at most"
    )


def _independent(basis: Basis, space: Space) -> bool:
    overlaps = basis.overlaps(space)
    lengths = np.sqrt(np.diagonal(overlaps, axis1=1, axis2=2))
    overlaps = overlaps / (lengths[:, :, None] * lengths[:, None])
    least = np.linalg.eigvalsh(overlaps).min(initial=np.inf)
    return bool(np.isfinite(overlaps).all() and least >= _LEAST_EIGENVALUE)


def root_of_inverse(
    inverse: Float64[np.ndarray, "functions functions"],
) -> Float64[np.ndarray, "functions functions"]:
    """Return S^(−½), which makes functions of overlap S orthonormal and changes them least.

    Args:
        inverse: S^(−1). It is for the caller to choose how it is made: of an overlap close to
            singular, another way gives other digits.
    """
    return np.real(cast("Any", linalg).sqrtm(inverse))
