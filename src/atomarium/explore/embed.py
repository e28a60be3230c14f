"""Maps of features: many numbers of each structure or atom to a few that can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float, Float64
from scipy.linalg import eigh

from atomarium.core.errors import InputError, did_you_mean

#: Kernel matrices of more rows are approximated from so many of them.
_LANDMARKS = 3000
#: Directions of less variance than this share of the largest are noise of rounding.
_RANK = 1e-12
_POWER = 2
_REGULARIZATION = 1e-6

Map = Float64[np.ndarray, "rows dimensions"]
Rows = Float[np.ndarray, "rows width"]


def embed(
    features: Rows,
    method: str,
    *,
    dimensions: int = 2,
    target: Float64[np.ndarray, "rows"] | None = None,
    seed: int = 0,
) -> Map:
    """Return coordinates of each row on a map.

    Args:
        features: At least two rows.
        method: "pca", "kpca" (kernel PCA with the normalized polynomial kernel of degree 2),
            "pcovr", which also shows what a linear model knows of the target, "umap" or "pacmap".
        dimensions: 1 or more.
        target: For "pcovr", one number for each row.
        seed: For methods that draw numbers at random.

    Raises:
        InputError: the method is unknown or not installed, features or target are not finite or
            too few, or the target is missing.
    """
    if method not in METHODS:
        raise InputError(f"reduce: there is no method {method!r}{did_you_mean(method, METHODS)}")
    rows = check_rows(features, dimensions)
    if method == "pcovr":
        return pcovr(rows, _checked_target(target, len(rows)), dimensions=dimensions)
    return _UNAIDED[method](rows, dimensions, seed)


def check_rows(features: Rows, dimensions: int) -> Float64[np.ndarray, "rows width"]:
    """Return features that a map can be made of.

    Raises:
        InputError: there are fewer than two rows, one is not finite, or there are no dimensions.
    """
    rows = np.asarray(features, dtype=np.float64)
    if dimensions < 1:
        raise InputError(f"dimensions must be at least 1, got {dimensions}")
    if len(rows) < 2:
        raise InputError(f"a map needs at least 2 structures or atoms, got {len(rows)}")
    if not np.isfinite(rows).all():
        wrong = int(np.argwhere(~np.isfinite(rows))[0][0])
        raise InputError(f"features[{wrong}]: expected finite numbers")
    return rows


def pca(rows: Rows, dimensions: int) -> tuple[Map, Float64[np.ndarray, "dimensions"]]:
    """Return principal components and the share of the variance that each explains.

    Signs are such that the value farthest from 0 is positive.

    Args:
        rows: Features.
        dimensions: How many; what has no variance is 0.
    """
    left, singular = _decompose(rows - rows.mean(axis=0))
    total = float((singular**2).sum())
    places = _padded(left * singular, dimensions)
    shares = _padded((singular**2 / total if total else singular)[None], dimensions)[0]
    return _with_signs(places), shares


def kernel_pca(rows: Rows, dimensions: int) -> Map:
    """Return principal components in the space of the kernel (x·x′ / |x||x′|)².

    Beyond 3,000 rows, components are those of as many rows drawn evenly, onto which all others are
    projected.

    Source: B. Schölkopf, A. Smola, K.-R. Müller, Neural Comput. 10, 1299 (1998), eqs. 9, 18, 20.

    Args:
        rows: Features.
        dimensions: How many.
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(lengths > 0, lengths, 1.0)
    n = min(len(rows), _LANDMARKS)
    chosen = unit[np.linspace(0, len(rows) - 1, n).astype(np.int64)]
    kernel = (chosen @ chosen.T) ** _POWER
    means, mean = kernel.mean(axis=0), float(kernel.mean())
    centered = kernel - means[None, :] - means[:, None] + mean
    values, vectors = _largest(centered, dimensions)
    cross = (unit @ chosen.T) ** _POWER
    cross += mean - means[None, :] - cross.mean(axis=1, keepdims=True)
    return _with_signs(_padded(cross @ (vectors / np.sqrt(values)), dimensions))


def pcovr(
    rows: Rows, target: Float64[np.ndarray, "rows"], *, dimensions: int, mixing: float = 0.5
) -> Map:
    """Return principal covariates: between PCA and linear regression of a target.

    Source: B. A. Helfrecht, R. K. Cersonsky, G. Fraux, M. Ceriotti, Mach. Learn.: Sci. Technol. 1,
        045021 (2020), section 2.4, in the basis of the left singular vectors; features and
        target are centered and scaled to the same total variance.

    Args:
        rows: Features.
        target: One number for each row.
        dimensions: How many.
        mixing: 0 to 1; 1 is PCA, 0 regression.
    """
    left, singular = _decompose(rows - rows.mean(axis=0))
    singular = singular / (np.linalg.norm(singular) or 1.0) * np.sqrt(len(rows))
    y = target - target.mean()
    y = y / (np.linalg.norm(y) or 1.0) * np.sqrt(len(rows))
    # Ridge regression keeps directions of little variance from explaining noise.
    shrunk = singular**2 / (singular**2 + _REGULARIZATION * len(rows))
    known = shrunk * (left.T @ y)
    mixed = mixing * np.diag(singular**2) + (1 - mixing) * np.outer(known, known)
    values, vectors = _largest(mixed, dimensions)
    return _with_signs(_padded(left @ vectors * np.sqrt(values), dimensions))


def _decompose(
    rows: Rows,
) -> tuple[Float64[np.ndarray, "rows rank"], Float64[np.ndarray, "rank"]]:
    """Return left singular vectors and singular values from the smaller of the two products."""
    wide = rows.shape[1] > len(rows)
    product = rows @ rows.T if wide else rows.T @ rows
    values, vectors = eigh(product)
    kept = values > _RANK * max(values[-1], 0.0) if len(values) else values > 0
    singular = np.sqrt(values[kept][::-1])
    vectors = vectors[:, kept][:, ::-1]
    return (vectors if wide else rows @ vectors / singular), singular


def _largest(
    matrix: Float64[np.ndarray, "n n"], dimensions: int
) -> tuple[Float64[np.ndarray, "k"], Float64[np.ndarray, "n k"]]:
    n = len(matrix)
    values, vectors = eigh(matrix, subset_by_index=(max(0, n - dimensions), n - 1))
    kept = values > _RANK * max(values[-1], 0.0)
    return values[kept][::-1], vectors[:, kept][:, ::-1]


def _padded(places: Float64[np.ndarray, "rows found"], dimensions: int) -> Map:
    found = places[:, :dimensions]
    return np.pad(found, ((0, 0), (0, dimensions - found.shape[1])))


def _with_signs(places: Map) -> Map:
    farthest = np.abs(places).argmax(axis=0)
    signs = np.sign(places[farthest, np.arange(places.shape[1])])
    return places * np.where(signs == 0, 1.0, signs)


def _checked_target(given: Any, n: int) -> Float64[np.ndarray, "rows"]:
    if given is None:
        raise InputError("reduce='pcovr' needs a target: target='name', or one number each")
    target = np.asarray(given, dtype=np.float64)
    if target.shape != (n,):
        raise InputError(f"target: expected {n} numbers, got shape {target.shape}")
    if not np.isfinite(target).all():
        wrong = int(np.flatnonzero(~np.isfinite(target))[0])
        raise InputError(f"target[{wrong}]: expected a finite number, got {target[wrong]}")
    return target


def _umap(rows: Rows, dimensions: int, seed: int) -> Map:
    umap = _optional("umap", "umap-learn")
    neighbors = min(15, len(rows) - 1)
    # A seed is only kept with one job; saying so spares a warning.
    method = umap.UMAP(n_components=dimensions, n_neighbors=neighbors, random_state=seed, n_jobs=1)
    return np.asarray(method.fit_transform(rows), dtype=np.float64)


def _pacmap(rows: Rows, dimensions: int, seed: int) -> Map:
    pacmap = _optional("pacmap", "pacmap")
    neighbors = min(10, len(rows) - 1)
    method = pacmap.PaCMAP(n_components=dimensions, n_neighbors=neighbors, random_state=seed)
    return np.asarray(method.fit_transform(rows), dtype=np.float64)


def _optional(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise InputError(
            f"reduce={module!r} needs {package}: pip install 'atomarium[maps]'"
        ) from None


_UNAIDED: dict[str, Callable[[Rows, int, int], Map]] = {
    "pca": lambda rows, dimensions, _: pca(rows, dimensions)[0],
    "kpca": lambda rows, dimensions, _: kernel_pca(rows, dimensions),
    "umap": _umap,
    "pacmap": _pacmap,
}

#: Names of all methods.
METHODS = (*_UNAIDED, "pcovr")
