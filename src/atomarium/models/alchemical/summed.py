"""Products of mixed power spectra without the spectra, for many pseudo-elements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.models.alchemical.blocks import Blocks, Spectra

#: Numbers of blurred spectra that are in memory at once.
_NUMBERS_AT_ONCE = 20_000_000


@dataclass(frozen=True, eq=False)
class _Entries:
    """Where every two elements are found in the rows of a group, sorted by pair.

    Args:
        pairs: The first element times their number, plus the second.
        entries: Row of the group.
        slots: Product in the row.
    """

    pairs: Int64[np.ndarray, "entries"]
    entries: Int64[np.ndarray, "entries"]
    slots: Int64[np.ndarray, "entries"]


def summed_products(
    spectra: Spectra, others: Spectra, couplings: Float64[np.ndarray, "elements pseudo"]
) -> Float64[np.ndarray, "rows others"]:
    """Return the dot products of rows as `mixed` makes them, which are never made.

    Σ_JK p_JK · p′_JK = Σ_ab F_ab · X_ab, with X_ab = Σ_cd κ_ac κ_bd F′_cd and κ = U Uᵀ: one side is
    blurred over elements, of the other only those pairs count that are in a row.

    Args:
        spectra: Rows.
        others: Rows of the same functions and table of elements.
        couplings: For each element, how much of it is in each pseudo-element.
    """
    if others.n_rows > spectra.n_rows:
        # Blurring is what takes long: of the fewer rows.
        return summed_products(others, spectra, couplings).T
    alike, n_elements = couplings @ couplings.T, len(couplings)
    found = [_entries(group, n_elements) for group in spectra.blocks]
    pairs = np.unique(np.concatenate([one.pairs for one in found]))
    width = (spectra.l_max + 1) * spectra.n_max**2
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, others.n_rows * width))
    out = np.zeros((spectra.n_rows, others.n_rows))
    for start in range(0, len(pairs), at_once):
        some = pairs[start : start + at_once]
        first, second = some // n_elements, some % n_elements
        # Both orders of two elements give the same product.
        factors = np.where(first == second, 1.0, 2.0)
        blurred = _blurred(others, alike[first] * factors[:, None], alike[second])
        for group, own in zip(spectra.blocks, found, strict=True):
            borders = np.searchsorted(own.pairs, [some, some + 1])
            for k, (begin, end) in enumerate(borders.T.tolist()):
                entries = own.entries[begin:end]
                left = group.products[entries, own.slots[begin:end]]
                out[group.rows[entries]] += left @ blurred[:, k].T
    return out


def _entries(group: Blocks, n_elements: int) -> _Entries:
    n_rows, n_species = group.elements.shape
    a, b = np.triu_indices(n_species)
    # Elements of a row ascend, so that the first of two is the smaller one.
    pairs = (group.elements[:, a] * n_elements + group.elements[:, b]).reshape(-1)
    entries = np.repeat(np.arange(n_rows), len(a))
    slots = np.tile(a * n_species + b, n_rows)
    order = np.argsort(pairs, kind="stable")
    return _Entries(pairs[order], entries[order], slots[order])


def _blurred(
    spectra: Spectra,
    first: Float64[np.ndarray, "pairs elements"],
    second: Float64[np.ndarray, "pairs elements"],
) -> Float64[np.ndarray, "rows pairs columns"]:
    """Return X_ab of some pairs for every row."""
    n_pairs, width = len(first), (spectra.l_max + 1) * spectra.n_max**2
    out = np.empty((spectra.n_rows, n_pairs, width))
    for group in spectra.blocks:
        n_rows, n_species = group.elements.shape
        left = first.T[group.elements].swapaxes(1, 2)[..., :, None]
        right = second.T[group.elements].swapaxes(1, 2)[..., None, :]
        shares = (left * right).reshape(n_rows, n_pairs, n_species**2)
        out[group.rows] = shares @ group.products
    return out
