"""Kernels of two rows: a measure of how far apart they are, and a function of it.

The measure is dear and the function cheap, so one measure serves every length scale.

Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006),
chapter 4: eqs. 4.9 (Gaussian), 4.17 (Matérn), table 4.1 (polynomial); the Laplacian kernel takes
Manhattan distances, as in K. Hansen et al., J. Chem. Theory Comput. 9, 3404 (2013); the cosine
to a power is that of A. P. Bartók et al., Phys. Rev. B 87, 184115 (2013), eq. 37.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.errors import InputError, did_you_mean

#: `squared`: −½ |x − z|²; `manhattan`: −Σ |x − z|; `product`: x · z; `cosine`: x̂ · ẑ.
Measure = Literal["squared", "manhattan", "product", "cosine"]
Matrix = Float64[np.ndarray, "rows others"]
#: Measures, length scale, an array and the corner of it that is to be filled.
Fill = Callable[[Matrix, float, np.ndarray, int, int], None]


@dataclass(frozen=True)
class Kernel:
    """A kernel of two rows.

    Args:
        measure: What it needs to know of two rows.
        fill: Makes kernel values of measures and a length scale.
        has_length_scale: Whether the length scale matters.
    """

    measure: Measure
    fill: Fill
    has_length_scale: bool = True


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
) -> Float64[np.ndarray, "rows prepared"]:
    """Make rows ready for measuring.

    Rows x that go into Euclidean distances are shifted to the origin and get two more columns,
    −½ |x|² and one: what is then missing in the product of two rows is that these two columns
    are exchanged on one side, which `facing` does.

    Args:
        rows: float32 or float64. Those of one side must be training rows.
        measure: Which.
        origin: Of the training rows.
    """
    if measure == "cosine":
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        # A row of zeros has no direction: it is like nothing, not even itself.
        return rows / np.where(lengths > 0, lengths, 1.0)[:, None]
    if measure != "squared":
        return np.ascontiguousarray(rows, dtype=np.float64)
    values = rows - origin.center
    half_squares = 0.5 * np.einsum("ij,ij->i", values, values)
    columns = slice(None) if origin.columns is None else origin.columns
    out = np.empty((len(rows), values[:, columns].shape[1] + 2))
    out[:, :-2] = values[:, columns]
    out[:, -2] = -half_squares
    out[:, -1] = 1.0
    return out


def facing(
    prepared: Float64[np.ndarray, "rows prepared"], measure: Measure
) -> Float64[np.ndarray, "rows prepared"]:
    """Return prepared rows as the other side of `fill_measure` takes them."""
    if measure != "squared":
        return prepared
    return np.concatenate([prepared[:, :-2], prepared[:, :-3:-1]], axis=1)


def fill_measure(
    measure: Measure,
    rows: Float64[np.ndarray, "rows prepared"],
    others: Float64[np.ndarray, "others prepared"],
    out: Matrix,
) -> None:
    """Fill out with the measure of every prepared row and every other, which face each other."""
    if measure == "manhattan":
        from atomarium.models._kernels.manhattan import fill_manhattan

        fill_manhattan(rows, others, out)
    else:
        np.dot(rows, others.T, out=out)


def _fill_gaussian(
    measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int
) -> None:
    from atomarium.models._kernels.fills import fill_exponential

    fill_exponential(measure, 1 / length_scale**2, out, row, column)


def _fill_laplacian(
    measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int
) -> None:
    from atomarium.models._kernels.fills import fill_exponential

    fill_exponential(measure, 1 / length_scale, out, row, column)


def _fill_matern_3(
    measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int
) -> None:
    from atomarium.models._kernels.fills import fill_matern

    fill_matern(measure, 3 / length_scale**2, 0.0, out, row, column)


def _fill_matern_5(
    measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int
) -> None:
    from atomarium.models._kernels.fills import fill_matern

    fill_matern(measure, 5 / length_scale**2, 1 / 3, out, row, column)


def _polynomial(degree: int) -> Fill:
    def fill(measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int) -> None:
        from atomarium.models._kernels.fills import fill_power

        fill_power(measure, 1 / length_scale**2, 1.0, degree, out, row, column)

    return fill


def _power(degree: int) -> Fill:
    def fill(measure: Matrix, length_scale: float, out: np.ndarray, row: int, column: int) -> None:
        from atomarium.models._kernels.fills import fill_power

        del length_scale
        fill_power(measure, 1.0, 0.0, degree, out, row, column)

    return fill


#: Matérn kernels by twice their smoothness ν: 3/2 and 5/2.
KERNELS = MappingProxyType(
    {
        "gaussian": Kernel("squared", _fill_gaussian),
        "laplacian": Kernel("manhattan", _fill_laplacian),
        "matern3": Kernel("squared", _fill_matern_3),
        "matern5": Kernel("squared", _fill_matern_5),
        "linear": Kernel("product", _power(1), has_length_scale=False),
        "polynomial": Kernel("product", _polynomial(2)),
        "cosine": Kernel("cosine", _power(2), has_length_scale=False),
    }
)


def kernel_named(name: str, *, degree: int = 2) -> Kernel:
    """Return the kernel of a name.

    Args:
        name: One of `KERNELS`.
        degree: Power of `polynomial` and `cosine`.

    Raises:
        InputError: there is none.
    """
    if name not in KERNELS:
        raise InputError(f"no kernel {name!r}{did_you_mean(name, KERNELS)}")
    kernel = KERNELS[name]
    if name == "polynomial":
        return replace(kernel, fill=_polynomial(degree))
    if name == "cosine":
        return replace(kernel, fill=_power(degree))
    return kernel
