"""Which symmetry function stands in which column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.represent.symmetry_function import Kind, SymmetryFunction

Order = Literal["atomarium", "dscribe", "runner", "n2p2"]
ORDERS = ("atomarium", "dscribe", "runner", "n2p2")
#: Numbers of the kinds in files of RuNNer and n2p2.
RUNNER_TYPES: dict[Kind, int] = {"G1": 1, "G2": 2, "G4": 3, "G3": 4, "G5": 9}


class Column(NamedTuple):
    """A symmetry function of atoms of one element, or of all, that counts given neighbors."""

    function: SymmetryFunction
    cutoff: float
    center: str
    neighbors: tuple[str, ...]

    @property
    def name(self) -> str:
        """Center, kind, neighbors and settings: `O: G2 H eta=0.5 shift=2`."""
        kind, _, numbers = self.function.describe().partition(" ")
        words = " ".join(filter(None, [kind, "-".join(self.neighbors), numbers]))
        return f"{self.center}: {words}" if self.center else words


def list_columns(
    functions: Sequence[SymmetryFunction],
    *,
    cutoff: float,
    species: Sequence[str],
    per_center: bool,
    order: Order,
) -> tuple[Column, ...]:
    """List the columns, center by center.

    Source: for `runner` the subroutine sortsymfunctions of RuNNer 1, for `n2p2` the operators < of
    its symmetry functions.

    Args:
        functions: In the order given by the user.
        cutoff: Å, of functions without one of their own.
        species: Symbols by ascending atomic number.
        per_center: Whether each element has columns of its own.
        order: `atomarium` and `dscribe` go by neighbors: one element after the other, then pairs of
            elements, the first slowest for us, the heavier slowest for dscribe, which also sorts
            by kind. `runner` and `n2p2` go by kind, cutoff and settings first, neighbors last.

    Raises:
        InputError: two columns are the same.
    """
    listed: list[Column] = []
    for center in species if per_center else ("",):
        mine = [one for one in functions if one.center in {"", center}]
        if order != "atomarium":
            mine.sort(key=lambda one: one.kind)
        columns = list(_by_neighbors(mine, cutoff, center, species, order))
        if order == "runner":
            columns.sort(key=_runner_key)
        elif order == "n2p2":
            columns.sort(key=_n2p2_key)
        listed += columns
    _check_different(listed)
    return tuple(listed)


def _check_different(columns: Sequence[Column]) -> None:
    seen: set[tuple[object, ...]] = set()
    for column in columns:
        one = column.function
        numbers = (one.eta, one.shift, one.kappa, one.zeta, one.direction, column.cutoff)
        key = (one.kind, *numbers, column.center, column.neighbors)
        if key in seen:
            raise InputError(f"two functions are the same: {column.name}")
        seen.add(key)


def _by_neighbors(
    functions: Sequence[SymmetryFunction],
    cutoff: float,
    center: str,
    species: Sequence[str],
    order: Order,
) -> Iterator[Column]:
    if order == "dscribe":
        pairs = [(a, b) for i, a in enumerate(species) for b in species[: i + 1]]
    else:
        pairs = [(a, b) for i, a in enumerate(species) for b in species[i:]]
    for kinds, blocks in (
        ({"G1", "G2", "G3"}, [(a,) for a in species]),
        ({"G4", "G5"}, pairs),
    ):
        chosen = [one for one in functions if one.kind in kinds]
        for neighbors in blocks:
            for one in chosen:
                if one.neighbors in {(), neighbors, neighbors[::-1]}:
                    yield Column(one, one.cutoff or cutoff, center, neighbors)


def _atomic_numbers(column: Column) -> list[int]:
    return [NUMBERS[symbol] for symbol in column.neighbors]


def _runner_key(column: Column) -> tuple[object, ...]:
    one = column.function
    width = one.kappa if one.kind == "G3" else one.eta
    numbers = (column.cutoff, width, one.zeta, one.direction, one.shift)
    return (RUNNER_TYPES[one.kind], *numbers, _atomic_numbers(column))


def _n2p2_key(column: Column) -> tuple[object, ...]:
    one = column.function
    width = one.kappa if one.kind == "G3" else one.eta
    numbers = (column.cutoff, width, one.shift, one.zeta, one.direction)
    return (RUNNER_TYPES[one.kind], *numbers, _atomic_numbers(column))
