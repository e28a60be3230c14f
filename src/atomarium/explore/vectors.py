"""Vectors as arrows and tensors as ellipsoids, scaled so that they can be seen beside atoms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from atomarium.core.errors import InputError
from atomarium.explore.scene import PerTarget, Shape

#: Å. How long nearly all arrows are at most, and how large ellipsoids.
_SEEN_LENGTH, _SEEN_RADIUS = 1.5, 0.8
#: Few are longer; they must not make all others invisible.
_SHARE = 95.0
#: Thickness, width and length of the head, relative to chemiscope's own for arrows of 1 Å.
_BASE, _HEAD, _HEAD_LENGTH = 0.05, 0.12, 0.25
#: Components of a symmetric tensor as ASE and Voigt order them: xx, yy, zz, yz, xz, xy.
_VOIGT = ((0, 5, 4), (5, 1, 3), (4, 3, 2))


def arrows(
    name: str,
    vectors: ArrayLike,
    *,
    target: PerTarget,
    scale: float | None = None,
    color: str | None = None,
) -> Shape:
    """Return a shape with an arrow for each structure or each atom.

    Args:
        name: How it is called in menus.
        vectors: Three numbers for each; in any unit.
        target: Whether they belong to structures or to atoms.
        scale: Å for a vector of length 1; without it, nearly all arrows are below 1.5 Å.
        color: Name or `#RRGGBB`; without it, that of the atom.

    Raises:
        InputError: they are not three finite numbers each, or the scale is not above 0.
    """
    rows = _rows(name, vectors, (3,))
    lengths = np.linalg.norm(rows, axis=1)
    factor = _factor(name, scale, lengths, _SEEN_LENGTH)
    everywhere = {"baseRadius": _BASE, "headRadius": _HEAD, "headLength": _HEAD_LENGTH}
    return _shape(
        name,
        "arrow",
        target,
        {"vector": (rows * factor).astype(np.float32)},
        everywhere if color is None else {**everywhere, "color": color},
    )


def ellipsoids(
    name: str,
    tensors: ArrayLike,
    *,
    target: PerTarget,
    scale: float | None = None,
    color: str | None = None,
) -> Shape:
    """Return a shape with an ellipsoid for each structure or each atom.

    Axes are the eigenvectors of the symmetric part; semiaxes the absolute eigenvalues.

    Args:
        name: How it is called in menus.
        tensors: 3 × 3 numbers each, nine, or six in the order xx, yy, zz, yz, xz, xy.
        target: Whether they belong to structures or to atoms.
        scale: Å for an eigenvalue of 1; without it, nearly all semiaxes are below 0.8 Å.
        color: Name or `#RRGGBB`; without it, that of the atom.

    Raises:
        InputError: they have another shape or are not finite, or the scale is not above 0.
    """
    matrices = _matrices(name, tensors)
    values, vectors = np.linalg.eigh((matrices + matrices.swapaxes(1, 2)) / 2)
    # A mirrored set of axes is no rotation.
    vectors[np.linalg.det(vectors) < 0, :, 0] *= -1
    factor = _factor(name, scale, np.abs(values).max(axis=1, initial=0), _SEEN_RADIUS)
    columns = {"semiaxes": np.abs(values) * factor, "orientation": quaternions(vectors)}
    return _shape(name, "ellipsoid", target, columns, {} if color is None else {"color": color})


def quaternions(rotations: Float[np.ndarray, "n 3 3"]) -> Float[np.ndarray, "n 4"]:
    """Return rotations as quaternions x, y, z, w of length 1."""
    from scipy.spatial.transform import Rotation

    if not len(rotations):
        return np.zeros((0, 4))
    return Rotation.from_matrix(rotations).as_quat()


def _matrices(name: str, tensors: ArrayLike) -> Float[np.ndarray, "n 3 3"]:
    given = np.asarray(tensors, dtype=np.float64)
    if given.shape[1:] == (6,):
        given = given[:, np.array(_VOIGT)]
    elif given.shape[1:] == (9,):
        given = given.reshape(-1, 3, 3)
    return _rows(name, given, (3, 3))


def _rows(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Float[np.ndarray, "n ..."]:
    rows = np.asarray(given, dtype=np.float64)
    if rows.shape[1:] != shape or rows.ndim != len(shape) + 1:
        raise InputError(f"shapes.{name}: expected rows of shape {shape}, got {rows.shape}")
    if not np.isfinite(rows).all():
        wrong = int(np.argwhere(~np.isfinite(rows))[0][0])
        raise InputError(f"shapes.{name}[{wrong}]: expected finite numbers")
    return rows


def _factor(name: str, scale: float | None, lengths: Float[np.ndarray, "n"], seen: float) -> float:
    if scale is not None:
        if not scale > 0:
            raise InputError(f"shapes.{name}: the scale must be above 0, got {scale}")
        return scale
    usual = float(np.percentile(lengths, _SHARE)) if len(lengths) else 0.0
    return seen / usual if usual > 0 else 1.0


def _shape(
    name: str,
    kind: str,
    target: PerTarget,
    columns: dict[str, np.ndarray],
    everywhere: Mapping[str, object],
) -> Shape:
    if target == "structure":
        return Shape(name=name, kind=kind, everywhere=everywhere, by_structure=columns)
    return Shape(name=name, kind=kind, everywhere=everywhere, by_atom=columns)
