"""Many-body tensor representations in the words of qmmlpack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atomarium.core.errors import InputError, did_you_mean
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm

#: qmmlpack's geometry functions of so many atoms, and ours.
_GEOMETRIES = {
    1: {"unity": "unity", "count": "count"},
    2: {"1/distance": "inverse_distance", "1/dot": "inverse_dot"},
    3: {"angle": "angle_radians", "cos_angle": "cosine", "dot/dotdot": "scaled_cosine"},
}
_OF_VALUE = {
    "unity": "unity",
    "identity": "identity",
    "identity^2": "square",
    "identity_root": "root",
    "1/identity": "inverse",
    "delta_1/identity": "delta_inverse",
    "exp_-1/identity": "exp_inverse",
    "exp_-1/identity^2": "exp_inverse_square",
}
_WEIGHTINGS = {
    1: {"unity": "unity", "1/count": "inverse_count"},
    2: _OF_VALUE,
    3: {
        **_OF_VALUE,
        "1/normnorm": "inverse_sides",
        "1/dotdot": "inverse_dots",
        "1/normnormnorm": "inverse_triangle",
        "1/dotdotdot": "inverse_dot_triangle",
        "exp_-1/normnormnorm": "exp_triangle",
        "exp_-1/norm+norm+norm": "exp",
    },
}


def qmmlpack_term(
    k: int,
    d: tuple[float, float, int],
    *,
    geomf: str,
    weightf: str | tuple[str, Sequence[float]],
    distrf: tuple[str, Sequence[float]],
    cutoff: float | None = None,
) -> MbtrTerm:
    """Return the term that qmmlpack's settings stand for.

    Source: the settings as cmlkit documents them, for qmmlpack 1; the grid is (start, width of a
    bin, number of bins), lengths are in Å and angles in radians.

    Args:
        k: Number of atoms, 1 to 3.
        d: Start, width and number of bins.
        geomf: `unity`, `count`; `1/distance`, `1/dot`; `angle`, `cos_angle`, `dot/dotdot`.
        weightf: Name, with the length scale where there is one: `("exp_-1/identity", (4.0,))`.
        distrf: `("normal", (standard deviation,))`.
        cutoff: Å. Where pairs end in crystals, or the sides of triplets at the atom in the middle;
            not for `exp_-1/norm+norm+norm`, which ends where it is 1e-3.

    Raises:
        InputError: k or a name is unknown, or `MbtrTerm` finds a fault.
    """
    if k not in _GEOMETRIES:
        raise InputError(f"k must be 1, 2 or 3, got {k}")
    name, numbers = (weightf, ()) if isinstance(weightf, str) else weightf
    geometry = _ours(geomf, _GEOMETRIES[k], f"geomf of {k} atoms")
    weighting = _ours(name, _WEIGHTINGS[k], f"weightf of {k} atoms")
    _ours(distrf[0], {"normal": "normal"}, "distrf")
    (width,) = distrf[1]
    start, spacing, n_bins = d
    settings: dict[str, float] = {} if cutoff is None else {"cutoff": cutoff}
    if weighting == "exp":
        settings["scale"] = 1 / _only(numbers, name)
    elif numbers:
        settings["length"] = _only(numbers, name)
    return MbtrTerm(
        geometry=geometry,
        start=start,
        stop=start + spacing * n_bins,
        width=width,
        n_bins=n_bins,
        weighting=weighting,
        **settings,
    )


def mbtr_like_qmmlpack(terms: Iterable[MbtrTerm], *, species: Iterable[str] = ()) -> Mbtr:
    """Return settings with qmmlpack's bins, each with the mass in it.

    Pairs and triplets count once (`noreversals`), without correlation of elements (`identity`). Of
    our blocks, elements of pairs ascend; those of triplets go by the atom in the middle.

    Args:
        terms: As `qmmlpack_term` makes them.
        species: Symbols of the elements; settled from data when empty.
    """
    return Mbtr(terms=tuple(terms), species=tuple(species), binning="mass")


def _ours(given: str, names: dict[str, str], what: str) -> str:
    if given not in names:
        raise InputError(f"no {what} {given!r}{did_you_mean(given, names)}")
    return names[given]


def _only(numbers: Sequence[float], name: str) -> float:
    if len(numbers) != 1:
        raise InputError(f"{name} takes one length, got {len(numbers)}")
    return float(numbers[0])
