"""Which densities SOAP multiplies with each other: those of species, of mixtures, or of all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Bool, Float64

from atomarium.core.elements import number_of
from atomarium.core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Compression:
    """What is left out of a row, or summed up in it, to make it shorter.

    Source: J. P. Darby, J. R. Kermode, G. Csányi, npj Comput. Mater. 8, 166 (2022).

    Args:
        unlike_species: Whether densities of two different species are multiplied.
        radial: Of how many of the two factors radial functions stay apart, 0 to 2; those of the
            others are summed (ν_R).
        species: Of how many of the two factors species stay apart (ν_S).
        weights: What the density of each species is multiplied by; 1 for those not named.
        mixing: For each species, how much of it is in each channel; channels then take the place
            of species. `learn_mixing` makes such a table from data.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    unlike_species: bool = True
    radial: int = 2
    species: int = 2
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    mixing: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])

    def __post_init__(self) -> None:
        for name in ("radial", "species"):
            if getattr(self, name) not in (0, 1, 2):
                raise InputError(f"{name} must be 0, 1 or 2, got {getattr(self, name)}")
        if not self.unlike_species and (self.radial, self.species) != (2, 2):
            raise InputError("unlike_species = false does not go with radial or species below 2")
        lengths = {len(column) for column in self.mixing.values()}
        if len(lengths) > 1 or 0 in lengths:
            raise InputError(
                "mixing must name equally many channels for each species, at least one, "
                f"got {', '.join(map(str, sorted(lengths)))}"
            )
        numbers = [*self.weights.values(), *(n for one in self.mixing.values() for n in one)]
        if not all(map(math.isfinite, numbers)):
            raise InputError("weights and mixing must be finite")
        for symbol in (*self.weights, *self.mixing):
            number_of(symbol)


#: What the names stand for.
NAMED = {
    "none": Compression(),
    "crossover": Compression(unlike_species=False),
    "mu2": Compression(species=0),
    "mu1nu1": Compression(species=1),
}


class Channels(NamedTuple):
    """What the coefficients of species become before they are multiplied.

    Args:
        names: Of each channel.
        mixing: How much of each column is in it; columns are the species, or one for all of them.
        summed: Whether its radial functions are summed.
        pairs: Which channels are multiplied with which, in the order of blocks.
        plain: Whether channels are the columns as they are.
        weights: What the density of each species is multiplied by.
        symmetric: Whether blocks (a, b) and (b, a) are equal, so that one of them is enough.
        n_summed: Whether the left factors, and the right ones, have one function only.
    """

    names: tuple[str, ...]
    mixing: Float64[np.ndarray, "channels columns"]
    summed: Bool[np.ndarray, "channels"]
    pairs: list[tuple[int, int]]
    plain: bool
    weights: Float64[np.ndarray, "species"]
    symmetric: bool
    n_summed: tuple[bool, bool]


class _Side(NamedTuple):
    """One of the two factors: names and mixing of its channels, whether functions are summed."""

    names: tuple[str, ...]
    mixing: Float64[np.ndarray, "channels columns"]
    summed: bool


def make_channels(species: tuple[str, ...], compression: Compression) -> Channels:
    """Return the channels of settled species.

    Raises:
        InputError: a species is missing in the mixing.
    """
    weights = np.array([float(compression.weights.get(symbol, 1.0)) for symbol in species])
    left, right = (_side(species, compression, place) for place in (1, 2))
    if len(left.mixing) == 1 and len(right.mixing) == 1:
        # There is one density, of all species: it is expanded at once.
        weights = weights * left.mixing[0]
        left, right = (side._replace(mixing=np.ones((1, 1))) for side in (left, right))
    if left.names == right.names and left.summed == right.summed:
        n_channels = len(left.names)
        pairs = [
            (a, b)
            for a in range(n_channels)
            for b in range(a, n_channels if compression.unlike_species else a + 1)
        ]
        names, mixing, summed = left.names, left.mixing, [left.summed] * n_channels
    else:
        n_left, n_right = len(left.names), len(right.names)
        pairs = [(a, n_left + b) for a in range(n_left) for b in range(n_right)]
        names = (*left.names, *right.names)
        mixing = np.concatenate([left.mixing, right.mixing])
        summed = [left.summed] * n_left + [right.summed] * n_right
    return Channels(
        names=names,
        mixing=np.ascontiguousarray(mixing),
        summed=np.array(summed, dtype=np.bool_),
        pairs=pairs,
        plain=not any(summed) and np.array_equal(mixing, np.eye(len(mixing))),
        weights=weights,
        symmetric=len(names) == len(left.names),
        n_summed=(left.summed, right.summed),
    )


def _side(species: tuple[str, ...], compression: Compression, place: int) -> _Side:
    """Return one factor, the first or the second."""
    names, mixing = species, np.eye(len(species))
    if compression.mixing:
        mixing = _mixing_matrix(species, compression.mixing)
        names = tuple(f"mix{k}" for k in range(len(mixing)))
    if compression.species < place:
        names, mixing = ("*",), mixing.sum(axis=0, keepdims=True)
    return _Side(names, mixing, compression.radial < place)


def _mixing_matrix(
    species: tuple[str, ...], mixing: Mapping[str, tuple[float, ...]]
) -> Float64[np.ndarray, "channels species"]:
    missing = [symbol for symbol in species if symbol not in mixing]
    if missing:
        raise InputError(f"mixing says nothing about {missing[0]}; known: {', '.join(mixing)}")
    n_channels = len(next(iter(mixing.values())))
    columns = [mixing[symbol] for symbol in species]
    return np.array(columns, dtype=np.float64).reshape(len(species), n_channels).T
