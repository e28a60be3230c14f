"""Power spectra in blocks of two elements, arranged so that elements can be mixed at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Int64

from atomarium.core.compact_features import CompactFeatures, ElementPairs
from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of, segment_of_row


@dataclass(frozen=True, eq=False)
class Blocks:
    """Rows that hold equally many elements.

    Args:
        rows: Which rows these are.
        elements: Column of each element of a row in the table of couplings.
        products: F_ab(l, n, n′) for every two elements of a row, in both orders.
        triangles: F_ab + F_ba for a < b and F_aa, for n ≤ n′ only, times √2 where n < n′.
    """

    rows: Int64[np.ndarray, "rows"]
    elements: Int64[np.ndarray, "rows species"]
    products: Any
    triangles: Any


@dataclass(frozen=True, eq=False)
class Spectra:
    """Rows by how many elements they hold.

    Args:
        blocks: By number of elements.
        n_rows: How many rows there are.
        n_max: Number of radial functions.
        l_max: Largest degree.
    """

    blocks: tuple[Blocks, ...]
    n_rows: int
    n_max: int
    l_max: int

    def width(self, n_pseudo: int) -> int:
        """Return how long rows are once elements are mixed into so many pseudo-elements."""
        n = n_pseudo * self.n_max
        return n * (n + 1) // 2 * (self.l_max + 1)


def element_pairs(features: CompactFeatures) -> ElementPairs:
    """Return what blocks are.

    Raises:
        InputError: they are not blocks of two elements.
    """
    if features.pairs is None:
        raise InputError(
            "alchemical models need power spectra of pairs of elements: "
            'soap with layout "kernel", compression "none" and average "none"'
        )
    return features.pairs


def columns_of_pair(features: CompactFeatures) -> int:
    """Return how many numbers a block of two elements holds."""
    pairs = element_pairs(features)
    return pairs.n_max**2 * (pairs.l_max + 1)


def elements_of(features: CompactFeatures) -> Int64[np.ndarray, "elements"]:
    """Return the atomic numbers of elements that have a block in any row, ascending."""
    return np.unique(element_pairs(features).numbers[np.unique(features.blocks)]).astype(np.int64)


def holds_any(
    features: CompactFeatures, elements: Int64[np.ndarray, "elements"]
) -> Bool[np.ndarray, "structures"]:
    """Return which structures have one of some elements."""
    either = np.isin(element_pairs(features).numbers, elements)
    found = (either[:, 0] | either[:, 1])[features.blocks]
    rows = segment_of_row(features.row_borders)[found]
    out = np.zeros(len(features), dtype=bool)
    out[segment_of_row(features.offsets)[rows] if features.rows == "atoms" else rows] = True
    return out


def with_blocks_of(
    features: CompactFeatures, elements: Int64[np.ndarray, "elements"]
) -> CompactFeatures:
    """Return the same rows with a block for every two of more elements.

    Args:
        features: Blocks of two elements.
        elements: Atomic numbers, ascending; all that features have are among them.
    """
    pairs, n_elements = element_pairs(features), len(elements)
    if len(features.block_borders) - 1 == n_elements * (n_elements + 1) // 2:
        return features
    first, second = np.triu_indices(n_elements)
    number_of_pair = np.zeros((n_elements, n_elements), dtype=np.int32)
    number_of_pair[first, second] = np.arange(len(first))
    columns = np.searchsorted(elements, pairs.numbers)
    n_max, degrees = pairs.n_max, pairs.l_max + 1
    lengths = np.where(first == second, n_max * (n_max + 1) // 2, n_max**2) * degrees
    return replace(
        features,
        blocks=number_of_pair[columns[:, 0], columns[:, 1]][features.blocks],
        block_borders=offsets_of(lengths),
        pairs=pairs._replace(numbers=np.stack([elements[first], elements[second]], axis=1)),
    )


def arrange(features: CompactFeatures, elements: Int64[np.ndarray, "elements"]) -> Spectra:
    """Return rows with their elements as columns of a table of couplings.

    Args:
        features: Blocks of two elements.
        elements: Atomic numbers that the table has, ascending; all that occur are in it.
    """
    pairs = element_pairs(features)
    columns = np.searchsorted(elements, pairs.numbers)[features.blocks]
    row_of_block = segment_of_row(features.row_borders)
    # An element of a row has a block with itself there, as it has with every other near it.
    present = np.zeros((features.n_rows, len(elements)), dtype=bool)
    present[row_of_block, columns[:, 0]] = present[row_of_block, columns[:, 1]] = True
    counts = present.sum(axis=1)
    place_in_row = np.cumsum(present, axis=1) - 1
    slots = place_in_row[row_of_block[:, None], columns]
    groups: list[Blocks] = []
    for n_species in np.unique(counts).tolist():
        rows = np.flatnonzero(counts == n_species)
        stored = np.flatnonzero(counts[row_of_block] == n_species)
        entries = np.searchsorted(rows, row_of_block[stored])
        own = np.flatnonzero(present[rows])
        groups.append(
            Blocks(
                rows,
                (own % len(elements)).reshape(len(rows), n_species),
                *_filled(features, stored, entries, slots[stored], len(rows), n_species),
            )
        )
    return Spectra(tuple(groups), features.n_rows, pairs.n_max, pairs.l_max)


def _filled(
    features: CompactFeatures,
    stored: Int64[np.ndarray, "blocks"],
    entries: Int64[np.ndarray, "blocks"],
    slots: Int64[np.ndarray, "blocks two"],
    n_rows: int,
    n_species: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return products and triangles of rows that hold so many elements.

    Args:
        features: Blocks of two elements.
        stored: Which of its blocks belong to these rows.
        entries: In which of the rows each is.
        slots: Which of the elements of its row its two are.
        n_rows: How many rows.
        n_species: How many elements each holds.
    """
    pairs = element_pairs(features)
    degrees, n_max = pairs.l_max + 1, pairs.n_max
    n, other = np.triu_indices(n_max)
    root = np.where(n == other, 1.0, np.sqrt(2.0))
    products = np.zeros((n_rows, n_species, n_species, degrees, n_max, n_max))
    own = slots[:, 0] == slots[:, 1]
    length = degrees * len(n)
    half = features.values[features.places[stored[own]][:, None] + np.arange(length)]
    half = half.reshape(-1, degrees, len(n)) / root
    square = np.empty((len(half), degrees, n_max, n_max))
    square[:, :, n, other] = square[:, :, other, n] = half
    products[entries[own], slots[own, 0], slots[own, 0]] = square
    length = degrees * n_max**2
    whole = features.values[features.places[stored[~own]][:, None] + np.arange(length)]
    whole = whole.reshape(-1, degrees, n_max, n_max) / np.sqrt(2.0)
    products[entries[~own], slots[~own, 0], slots[~own, 1]] = whole
    products[entries[~own], slots[~own, 1], slots[~own, 0]] = whole.swapaxes(-1, -2)
    a, b = np.triu_indices(n_species)
    summed = products[:, a, b] + products[:, b, a]
    summed *= np.where(a == b, 0.5, 1.0)[:, None, None, None]
    triangles = (summed[..., n, other] * root).reshape(n_rows, len(a), -1)
    return products.reshape(n_rows, n_species**2, -1), triangles


def mixed(spectra: Spectra, couplings: Any, *, concatenate: Callable[..., Any]) -> Any:
    """Return the power spectra of pseudo-elements: one row for each row, in its order.

    The dot product of two rows is the kernel of densities in which every element a counts as
    couplings[a, J] in the density of pseudo-element J; mixing products is the same as mixing
    densities. Works with arrays of numpy and with tensors of torch, to which it is differentiable.

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), eq. 9;
        both orders of two elements count, and of two equal products one is kept, times √2.

    Args:
        spectra: Rows, as arrays of the same library as the couplings.
        couplings: For each element, how much of it is in each pseudo-element.
        concatenate: Of that library.
    """
    parts = [_mixed_group(group, couplings, concatenate) for group in spectra.blocks]
    return _in_order(spectra, parts, concatenate)


def _in_order(spectra: Spectra, parts: list[Any], concatenate: Callable[..., Any]) -> Any:
    """Return the rows of all groups in the order of rows."""
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate([group.rows for group in spectra.blocks]), kind="stable")
    return concatenate(parts)[order]


def _mixed_group(group: Blocks, couplings: Any, concatenate: Callable[..., Any]) -> Any:
    n_rows, n_species = group.elements.shape
    n_pseudo = couplings.shape[1]
    own = couplings[group.elements]
    a, b = np.triu_indices(n_species)
    squares = own[:, a, :] * own[:, b, :]
    alike = squares.swapaxes(1, 2) @ group.triangles
    flat = alike.reshape(n_rows, -1)
    first, second = np.triu_indices(n_pseudo, 1)
    if not len(first):
        return flat
    crossed = own[:, :, None, first] * own[:, None, :, second] * np.sqrt(2.0)
    crossed = crossed.reshape(n_rows, n_species**2, -1).swapaxes(1, 2)
    apart = (crossed @ group.products).reshape(n_rows, -1)
    return concatenate([flat, apart], axis=1)
