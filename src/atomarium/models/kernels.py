"""Kernels of two rows: a measure of how far apart they are, and a function of it.

The measure is dear and the function cheap, so one measure serves every length scale.

Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006),
chapter 4: eqs. 4.9 (Gaussian), 4.17 (Matérn); the Laplacian kernel takes Manhattan distances, as
in K. Hansen et al., J. Chem. Theory Comput. 9, 3404 (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.errors import InputError, did_you_mean

#: `squared`: −½ |x − z|²; `manhattan`: −Σ |x − z|; `product`: x · z.
Measure = Literal["squared", "manhattan", "product"]
Matrix = Float64[np.ndarray, "rows others"]


@dataclass(frozen=True)
class Kernel:
    """A kernel of two rows.

    Args:
        measure: What it needs to know of two rows.
        fill: Makes kernel values of measures and a length scale; the arrays may be one.
        has_length_scale: Whether the length scale matters.
    """

    measure: Measure
    fill: Callable[[Matrix, float, Matrix], None]
    has_length_scale: bool = True


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """Rows made ready for measuring.

    Args:
        values: Shifted to the origin where Euclidean distances are measured.
        half_squares: ½ |x|²; empty where the measure does not need it.
    """

    values: Float64[np.ndarray, "rows width"]
    half_squares: Float64[np.ndarray, "halves"]


@dataclass(frozen=True, eq=False)
class Origin:
    """Where Euclidean distances are measured from; they do not depend on it.

    Args:
        center: A row in the middle of the training rows: they lose fewer digits to cancellation
            when they surround the origin.
        columns: Those in which training rows differ, when some do not. In the others training
            rows lie at the origin, so that they add nothing to a product with them.
    """

    center: Float64[np.ndarray, "width"]
    columns: Int64[np.ndarray, "differing"] | None = None

    @classmethod
    def of(cls, rows: Float[np.ndarray, "rows width"]) -> Origin:
        """Return the origin for training rows."""
        center = rows.mean(axis=0, dtype=np.float64)
        differing = rows.min(axis=0, initial=np.inf) < rows.max(axis=0, initial=-np.inf)
        if differing.all() or not len(rows):
            return cls(center)
        return cls(np.where(differing, center, rows[0]), np.flatnonzero(differing))


def prepare(
    rows: Float[np.ndarray, "rows width"], measure: Measure, origin: Origin
) -> PreparedRows:
    """Make rows ready for measuring.

    Args:
        rows: float32 or float64. Those of one side must be training rows.
        measure: Which.
        origin: Of the training rows.
    """
    if measure != "squared":
        values = np.ascontiguousarray(rows, dtype=np.float64)
        return PreparedRows(values, np.zeros(0))
    values = rows - origin.center
    half_squares = 0.5 * np.einsum("ij,ij->i", values, values)
    values = values if origin.columns is None else values[:, origin.columns]
    return PreparedRows(values, half_squares)


def fill_measure(measure: Measure, rows: PreparedRows, others: PreparedRows, out: Matrix) -> None:
    """Fill out with the measure of every row and every other row."""
    if measure == "manhattan":
        from atomarium.models._kernels.manhattan import fill_manhattan

        fill_manhattan(rows.values, others.values, out)
        return
    np.dot(rows.values, others.values.T, out=out)
    if measure == "squared":
        out -= rows.half_squares[:, None]
        out -= others.half_squares


def _fill_gaussian(measure: Matrix, length_scale: float, out: Matrix) -> None:
    np.multiply(measure, 1 / length_scale**2, out=out)
    np.exp(out, out=out)


def _fill_laplacian(measure: Matrix, length_scale: float, out: Matrix) -> None:
    np.multiply(measure, 1 / length_scale, out=out)
    np.exp(out, out=out)


def _fill_matern_3(measure: Matrix, length_scale: float, out: Matrix) -> None:
    reach = _scaled_distance(measure, 3 / length_scale**2)
    np.exp(-reach, out=out)
    out *= 1 + reach


def _fill_matern_5(measure: Matrix, length_scale: float, out: Matrix) -> None:
    reach = _scaled_distance(measure, 5 / length_scale**2)
    np.exp(-reach, out=out)
    out *= 1 + reach + reach**2 / 3


def _scaled_distance(measure: Matrix, factor: float) -> Matrix:
    # Rounding may leave the measure of two equal rows a little above zero.
    return np.sqrt(np.maximum(-2 * factor * measure, 0))


def _fill_linear(measure: Matrix, length_scale: float, out: Matrix) -> None:
    del length_scale
    if out is not measure:
        out[...] = measure


#: Matérn kernels by twice their smoothness ν: 3/2 and 5/2.
KERNELS = MappingProxyType(
    {
        "gaussian": Kernel("squared", _fill_gaussian),
        "laplacian": Kernel("manhattan", _fill_laplacian),
        "matern3": Kernel("squared", _fill_matern_3),
        "matern5": Kernel("squared", _fill_matern_5),
        "linear": Kernel("product", _fill_linear, has_length_scale=False),
    }
)


def kernel_named(name: str) -> Kernel:
    """Return the kernel of a name.

    Raises:
        InputError: there is none.
    """
    if name not in KERNELS:
        raise InputError(f"no kernel {name!r}{did_you_mean(name, KERNELS)}")
    return KERNELS[name]
